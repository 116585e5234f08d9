"""A data folder for ``onewindow serve``: one hall that is open now, whatever the hour and the day, and people in it."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from loadtests.crowd.place import noon_zone
from server.accounts.passwords import token_hash
from server.accounts.store import AccountStore, Device
from server.cluster import migrate
from server.config.database import Database
from server.config.holidays import calendar_version, publish_year
from server.config.places import place_of
from server.config.sections import By, HallFacts, ItemsSection, Sections, WindowsSection
from server.config.store import Store
from server.migrations.upgrade import upgrade
from server.settings import Settings
from tests.support.journey import add_people, journey_plan
from tests.support.server import HALL, token_of

BY: Final = By("system:test", 0)


def furnish(folder: Path, *, windows: int, url: str = "") -> None:
    """Enter the hall with its clerks ``c01`` …, a kiosk and a board; ``url`` is a database that keeps all of it."""
    folder.mkdir(parents=True, exist_ok=True)
    if url:
        migrate(Settings(data=folder, database_url=url))
    where = place_of(folder, url, "config")
    database = Database(where)
    upgrade(database)
    plan, store = journey_plan(windows=windows), Store(database)
    items = ItemsSection(plan.catalog.themes, plan.catalog.items)
    rooms = WindowsSection(plan.catalog.areas, plan.catalog.windows)
    sections = Sections(items, rooms, plan.hours, plan.policy)
    store.add_template("faults", name=plan.name, sections=sections, by=BY)
    facts = HallFacts(code=HALL, name=plan.name, level="district", zone=noon_zone(), template="faults")
    store.add_halls([facts], by=BY)
    # This year and the next, without a holiday: the hall is open on every day.
    for year in range(datetime.now(UTC).year, datetime.now(UTC).year + 2):
        publish_year(database, year, (), source="test", expected=calendar_version(database, HALL), by=BY)
    devices = AccountStore(database)
    for kind in ("kiosk", "board"):
        devices.add_device(Device(kind, HALL, kind, kind), token_hash(token_of(kind)), now_ms=0)
    database.close()
    add_people(where, clerks=windows)
