"""Setting a demo day up: a folder of its own, the preset's hall, accounts, devices, and the date it is played on.

A folder that holds an unfinished day of the same hall is continued; otherwise a fresh one is made beside the old ones.
"""

import os
import shutil
import sys
import time
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from hall.catalog import Text
from hall.errors import Refusal
from hall.ids import MINUTE_MS, HallId, Ms
from hall.opening import local_ms
from hall.policy import Plan
from server.accounts.first import DEMO_PASSWORD, DemoDevice, add_demo_devices, add_demo_people
from server.accounts.passwords import new_token, token_hash
from server.accounts.store import AccountStore
from server.config.database import Database
from server.config.plans import OpenDayFacts, StoredPlans
from server.config.store import Store
from server.demo.dayfile import Account, DemoDay, Device, read_day, write_day
from server.demo.demand import preset_of
from server.presets.install import init_preset

RESULT_FILE: Final = "result.json"
DAYS_KEPT: Final = 5
"""Folders of finished or given up days; a day takes some 20 MB."""
BEFORE_OPEN_MS: Final = 10 * MINUTE_MS
"""Time to see the clerks come and the queue at the door …"""
BEFORE_OPEN_S: Final = 4
"""… and for the crowd to connect, in real seconds, where the clock runs very fast."""
BOOKING_MS: Final = 90 * MINUTE_MS
"""People book from home so long before the day is shown; what is left of it then passes in seconds."""
SEARCH_DAYS: Final = 400
SESSION_DAYS: Final = 30
"""A stopped demo is continued within this, or begun anew."""


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What was asked for on the command line."""

    hall: HallId = "longgang"
    seed: int = 1
    port: int = 8000
    data: Path | None = None
    speed: float = 60
    until: str = ""
    """Closing time ``HH:MM`` of a shortened day, or empty."""


class NoOpenDay(Exception):
    """The hall is open on no published day."""


def prepared(wanted: Wanted) -> tuple[Path, DemoDay, bool]:
    """Return folder and day, and whether it goes on from an earlier run."""
    preset_of(wanted.hall)  # An unknown hall is refused before any folder is made.
    root = wanted.data or default_folder()
    root.mkdir(parents=True, exist_ok=True)
    latest = max(_days(root), default=None)
    if latest is not None:
        day = read_day(latest)
        if day is not None and _goes_on(latest, day, wanted):
            day = msgspec.structs.replace(day, port=wanted.port, speed=wanted.speed)
            write_day(latest, day)
            return latest, day, True
    _forget_old(root)
    folder = _next_folder(root)
    day = _set_up(folder, wanted)
    write_day(folder, day)
    return folder, day, False


def default_folder() -> Path:
    """Return the folder of this user's demo days."""
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA", Path.home()))
    else:
        base = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    return base / "onewindow" / "demo"


def _days(root: Path) -> list[Path]:
    """Return the folders of demo days, oldest first; nothing else in the folder is touched."""
    return sorted(one for one in root.glob("day-[0-9][0-9][0-9][0-9]") if one.is_dir())


def _goes_on(folder: Path, day: DemoDay, wanted: Wanted) -> bool:
    same = (day.hall, day.seed, day.until) == (wanted.hall, wanted.seed, wanted.until)
    return same and not (folder / RESULT_FILE).exists()


def _forget_old(root: Path) -> None:
    for folder in _days(root)[: -(DAYS_KEPT - 1)]:
        shutil.rmtree(folder)


def _next_folder(root: Path) -> Path:
    latest = max((int(one.name.removeprefix("day-")) for one in _days(root)), default=0)
    folder = root / f"day-{latest + 1:04}"
    folder.mkdir()
    return folder


def _set_up(folder: Path, wanted: Wanted) -> DemoDay:
    now_ms = time.time_ns() // 1_000_000
    init_preset(folder, preset_of(wanted.hall), hall=wanted.hall, at_ms=now_ms)
    database = Database(folder)
    try:
        plans = StoredPlans(Store(database))
        plan, facts = plans.plan_of(wanted.hall), _open_day(plans, wanted.hall)
        accounts, devices = _people_and_devices(database, plan, now_ms)
    finally:
        database.close()
    start_ms = facts.sessions[0].open_ms - max(BEFORE_OPEN_MS, int(BEFORE_OPEN_S * 1000 * wanted.speed))
    book_ms = start_ms - BOOKING_MS if plan.policy.booking is not None else 0
    return DemoDay(
        hall=wanted.hall, date=facts.date, seed=wanted.seed, port=wanted.port, speed=wanted.speed, until=wanted.until,
        start_ms=start_ms, book_ms=book_ms, close_ms=facts.sessions[-1].close_ms,
        until_ms=_moment(facts, plan.zone, wanted.until), accounts=accounts, devices=devices,
    )  # fmt: skip


def _people_and_devices(database: Database, plan: Plan, now_ms: Ms) -> tuple[tuple[Account, ...], tuple[Device, ...]]:
    store = AccountStore(database)
    add_demo_people(store, {plan.hall: plan}, now_ms=now_ms)
    expires_ms = now_ms + SESSION_DAYS * 24 * 60 * MINUTE_MS
    windows = plan.catalog.windows
    made = []
    # Simulated people hold sessions from the set-up: sixty sign-ins of 0.2 s would cost the door queue its first minutes.
    for one in store.accounts():
        token = new_token()
        store.add_session(token_hash(token), one.account, expires_ms=expires_ms, now_ms=now_ms)
        window = windows[int(one.account.removeprefix("clerk")) - 1].code if one.role == "clerk" else ""
        made.append(Account(one.account, DEMO_PASSWORD, one.role, one.name, window, token))
    areas = {one.code: one.name for one in plan.catalog.areas}
    devices = tuple(_device(one, areas) for one in add_demo_devices(store, plan, now_ms=now_ms))
    return tuple(made), devices


def _device(made: DemoDevice, areas: Mapping[str, Text]) -> Device:
    one = made.device
    return Device(one.id, one.kind, made.token, one.area, one.window, areas.get(one.area, Text("")))


def _open_day(plans: StoredPlans, hall: HallId) -> OpenDayFacts:
    """Return today if the hall is open, else the next open day that is published, else the latest before."""
    zone = ZoneInfo(plans.plan_of(hall).zone)
    today = datetime.now(UTC).astimezone(zone).date()
    ahead = [today + timedelta(days=number) for number in range(SEARCH_DAYS)]
    for day in [*ahead, *(today - timedelta(days=number) for number in range(1, SEARCH_DAYS))]:
        facts = _workday(plans, hall, day)
        if facts is not None:
            return facts
    raise NoOpenDay(f"{hall} 没有已公布的开放日 / is open on no published day")


def _workday(plans: StoredPlans, hall: HallId, day: date) -> OpenDayFacts | None:
    facts = plans.open_day_facts(hall, day.isoformat())
    if isinstance(facts, Refusal) or not facts.sessions or facts.kind not in ("workday", "makeup"):
        return None
    return facts


def _moment(facts: OpenDayFacts, zone: str, until: str) -> Ms | None:
    if not until:
        return None
    hour, _, minute = until.partition(":")
    return local_ms(facts.date, int(hour) * 60 + int(minute or 0), zone)
