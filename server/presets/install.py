"""`onewindow init --preset NAME`: a preset entered into an empty data folder."""

from pathlib import Path

import msgspec

from hall.ids import HallId, Ms
from server.config.database import Database
from server.config.holidays import seed_calendar, shared_calendar
from server.config.sections import AlreadyExists, By, HallFacts, UnknownHall
from server.config.store import Store
from server.migrations.upgrade import upgrade
from server.presets.loader import Preset, load_preset

ACTOR = "system:init"


class Installed(msgspec.Struct, frozen=True):
    """What was entered."""

    preset: str
    halls: tuple[HallId, ...]
    """The first is the district's own hall, or the one that was asked for; none if only templates were."""
    templates: tuple[str, ...]
    years: tuple[int, ...]
    """Years whose public holidays are known."""


def init_preset(
    place: Path | str, name: str, *, hall: HallId | None = None, at_ms: Ms = 0, templates_only: bool = False
) -> Installed:
    """Create the tables if need be and enter a preset: the whole network, only ``hall`` of it, or no hall at all.

    Raises ``UnknownPreset``, ``UnknownHall`` (with ``hall``) and ``AlreadyExists`` if there are halls already.
    """
    preset = load_preset(name)
    if not (isinstance(place, str) and "://" in place):
        Path(place).mkdir(parents=True, exist_ok=True)
    database = Database(place)
    try:
        upgrade(database)
        if templates_only:
            preset = msgspec.structs.replace(preset, halls=())
        return install(Store(database), preset, hall=hall, by=By(ACTOR, at_ms))
    finally:
        database.close()


def check_hall(name: str, hall: HallId | None) -> None:
    """Raise ``UnknownPreset`` or ``UnknownHall`` before anything is made."""
    if hall is not None:
        _alone(load_preset(name), hall)


def install(store: Store, preset: Preset, *, hall: HallId | None, by: By) -> Installed:
    """Enter a preset into a database that has tables but no halls; of one without halls all templates."""
    if there := store.halls():
        raise AlreadyExists(there[0].code)
    halls = preset.halls if hall is None else (_alone(preset, hall),)
    wanted = tuple(code for code in preset.templates if not halls or any(one.template == code for one in halls))
    for code in wanted:
        template = preset.templates[code]
        store.add_template(code, name=template.name, sections=template.sections, by=by)
    store.add_halls(halls, by=by)
    seed_calendar(store.database, by=by)
    years = shared_calendar(store.database).years
    return Installed(preset.code, tuple(one.code for one in halls), wanted, years)


def _alone(preset: Preset, hall: HallId) -> HallFacts:
    for one in preset.halls:
        if one.code == hall:
            return msgspec.structs.replace(one, parent=None)
    raise UnknownHall(hall)
