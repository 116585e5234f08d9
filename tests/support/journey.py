"""Halls and people for journeys: time runs, rules do not make anybody wait, and people have passwords to sign in with."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import msgspec

from hall.catalog import Area, Window
from hall.ids import Ms
from hall.opening import Span
from hall.policy import Plan
from server.accounts.passwords import Passwords, token_hash
from server.accounts.store import AccountStore, Device, NewAccount
from server.api.house import wall_ms
from server.config.database import Database
from server.config.plans import StoredPlans
from server.config.store import Store
from server.migrations.upgrade import upgrade
from server.presets.install import init_preset
from tests.support.live import HandClock
from tests.support.plans import NINE_MS, small_plan
from tests.support.server import HALL, token_of

PASSWORD: Final = "journey-password"
ALL_DAY: Final = (Span(0, 1440),)
COOLDOWN_MS: Final[Ms] = 500
"""A recall and a miss are asked for as soon as a person could press the key."""
SESSION_MS: Final = 3_600_000
POLL_S: Final = 0.05


class RunningClock(HandClock):
    """Begins at nine and runs on; a process that is started again goes on where the clock is by then."""

    def __init__(self, began_s: float | None = None) -> None:
        super().__init__()
        self._began_s = time.time() if began_s is None else began_s

    def now_ms(self) -> Ms:
        return NINE_MS + int((time.time() - self._began_s) * 1000)

    def seconds_until(self, at_ms: Ms) -> float:
        return max(0.0, (at_ms - self.now_ms()) / 1000)


def journey_plan(*, windows: int = 3, ring_limit_ms: Ms = 60_000, digits: int = 3) -> Plan:
    """Return the small hall with two areas, as many windows for everything as asked, and short cooldowns.

    Numbers have so many digits.
    """
    plan = small_plan(HALL)
    area = plan.catalog.areas[0]
    areas = (area, Area("a2", msgspec.structs.replace(area.name, zh="二区", en="Area 2")))
    desks = tuple(
        Window(f"W{n:02}", str(n), "a1" if n <= max(2, windows // 2) else "a2") for n in range(1, windows + 1)
    )
    catalog = msgspec.structs.replace(plan.catalog, areas=areas, windows=desks)
    calling = msgspec.structs.replace(
        plan.policy.calling, recall_cooldown_ms=COOLDOWN_MS, miss_ms=COOLDOWN_MS, ring_limit_ms=ring_limit_ms
    )
    series = tuple(msgspec.structs.replace(one, digits=digits, last=10**digits - 1) for one in plan.policy.series)
    policy = msgspec.structs.replace(plan.policy, calling=calling, series=series)
    return msgspec.structs.replace(plan, catalog=catalog, policy=policy)


def preset_plan(folder: Path, preset: str = "longgang") -> Plan:
    """Enter a preset into a data folder; return the plan of its first hall, open around the clock."""
    hall = init_preset(folder, preset, hall=HALL).halls[0]
    database = Database(folder)
    plan = StoredPlans(Store(database)).plan_of(hall)
    database.close()
    return msgspec.structs.replace(plan, hours=msgspec.structs.replace(plan.hours, days=(ALL_DAY,) * 7))


def add_people(folder: Path | str, *, clerks: int = 3) -> None:
    """Add clerks ``c01`` … and the manager ``boss``, who sign in with PASSWORD or with their token."""
    if isinstance(folder, Path):
        folder.mkdir(parents=True, exist_ok=True)
    database = Database(folder)
    upgrade(database)
    store = AccountStore(database)
    secret = Passwords().hash_now(PASSWORD)
    people = [
        NewAccount(account=name, name=name, role=role, halls=(HALL,), password_hash=secret)
        for name, role in [("boss", "manager"), *((f"c{n:02}", "clerk") for n in range(1, clerks + 1))]
    ]
    store.add_accounts(people, now_ms=0, replace=True)
    for one in people:
        store.end_session(token_hash(token_of(one.account)))
        store.add_session(token_hash(token_of(one.account)), one.account, expires_ms=wall_ms() + SESSION_MS, now_ms=0)
    database.close()


def add_planner(folder: Path) -> None:
    """Add the network manager ``planner``, who signs in with PASSWORD or with the token."""
    database = Database(folder)
    store = AccountStore(database)
    secret = Passwords().hash_now(PASSWORD)
    planner = NewAccount(account="planner", name="planner", role="network", halls=("*",), password_hash=secret)
    store.add_accounts([planner], now_ms=0, replace=True)
    store.add_session(token_hash(token_of("planner")), "planner", expires_ms=wall_ms() + SESSION_MS, now_ms=0)
    database.close()


def add_devices(folder: Path) -> None:
    """Add a kiosk, a board and the strip of the first window, each with the token of its kind."""
    database = Database(folder)
    store = AccountStore(database)
    for kind in ("kiosk", "board", "strip"):
        device = Device(kind, HALL, kind, kind, window="W01" if kind == "strip" else "")
        store.add_device(device, token_hash(token_of(kind)), now_ms=0)
    database.close()


def until(condition: Callable[[], object], what: str, *, seconds: float = 10) -> None:
    """Poll until the condition holds, or fail saying what did not happen."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(POLL_S)


def page_address(page: str, **query: str) -> str:
    """Return the path of a page: ``page_address("board", device="…")``."""
    fields = "&".join(f"{name}={value}" for name, value in {"hall": HALL, **query}.items())
    return f"/{page}?{fields}"
