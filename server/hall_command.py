"""`onewindow hall`: a hall added to the settings of a data folder or database, and all halls listed, from the command line."""

import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

from hall.ids import HallId
from server.command_words import NOTHING_CHANGED, Lines, refused
from server.config.database import Database
from server.config.network import Member, NewHall, add_hall, members
from server.config.places import is_address
from server.config.problems import CODES, facts_of_error
from server.config.sections import By, ConfigError, InvalidSettings
from server.config.store import Store
from server.migrations.upgrade import has_tables, upgrade
from server.problems import text_of

ACTOR: Final = "system:hall"
SOON: Final = "nodes that run serve it within ten seconds, others from their start"
NEXT_START: Final = "it is served from the next start of the server"


def add(place: Path | str, new: NewHall) -> Lines:
    """Add a hall; without accounts and devices, as a page would."""

    def work(store: Store) -> list[str]:
        facts = add_hall(store, new, by=By(ACTOR, time.time_ns() // 1_000_000))
        below = f" below {facts.parent}" if facts.parent is not None else ""
        source = f"follows template {new.template}" if new.like is None else f"has a copy of {new.like}'s settings"
        return [f"{facts.code}: {facts.level} hall{below}, {source}", SOON if is_address(place) else NEXT_START]

    return _with_store(place, work)


def listed(place: Path | str) -> Lines:
    """List all halls, those below another one under it; nothing is made or changed, a server of before may be running."""
    database = Database(place)
    try:
        lines = list(_tree(members(Store(database)))) if has_tables(database) else []
    finally:
        database.close()
    return lines or ["there are no halls yet"], True


def _tree(halls: tuple[Member, ...]) -> Iterator[str]:
    codes = {one.facts.code for one in halls}
    below: dict[HallId | None, list[Member]] = {}
    for one in halls:
        below.setdefault(one.facts.parent if one.facts.parent in codes else None, []).append(one)
    return _branch(below, None, "")


def _branch(below: Mapping[HallId | None, list[Member]], parent: HallId | None, indent: str) -> Iterator[str]:
    for one in below.get(parent, ()):
        facts = one.facts
        name = " / ".join(part for part in (facts.name.zh, facts.name.en) if part)
        yield f"{indent}{facts.code}  {facts.level}  {_settings(one)}  {name}"
        yield from _branch(below, facts.code, indent + "  ")


def _settings(one: Member) -> str:
    own = [section for section, template in one.follows.items() if template is None]
    if one.facts.template is None:
        return "own settings"
    return f"template {one.facts.template}" + (f" but for {', '.join(own)}" if own else "")


def _with_store(place: Path | str, work: Callable[[Store], list[str]]) -> Lines:
    database = Database(place)
    try:
        upgrade(database)
        return work(Store(database)), True
    except InvalidSettings as error:
        return refused(error.faults)
    except ConfigError as error:
        said = text_of(CODES[type(error)], facts_of_error(error))
        return [f"{said['zh']} / {said['en']}", NOTHING_CHANGED], False
    finally:
        database.close()
