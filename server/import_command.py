"""`onewindow import`: a workbook into the settings of one hall, from the command line."""

import time
from pathlib import Path
from typing import Final

from hall.ids import HallId
from server.command_words import Lines, counts_from, no_hall, refused
from server.config.database import Database
from server.config.sections import By, InvalidSettings, UnknownHall
from server.config.store import Store
from server.importer import ImportFaults, import_file, template
from server.migrations.upgrade import upgrade

ACTOR: Final = "system:import"


def import_into(data: Path, *, hall: HallId, workbook: bytes, check_only: bool) -> Lines:
    """Import, or only check; return lines for people, and whether it is (or could be) done."""
    database = Database(data)
    try:
        upgrade(database)
        store = Store(database)
        facts, versions, current = store.hall(hall), store.section_versions(hall), store.sections(hall)
        found = import_file(workbook, facts=facts, current=current)
        if not check_only:
            by = By(ACTOR, time.time_ns() // 1_000_000)
            store.save(hall, found.changes, expected=versions, by=by)
    except UnknownHall:
        return [no_hall(hall, data)], False
    except (ImportFaults, InvalidSettings) as error:
        return refused(error.faults)
    finally:
        database.close()
    counts = f"{found.items} items, {found.windows} windows, {found.days} days of opening hours"
    return [f"{hall}: {counts}", counts_from(check_only=check_only)], True


def write_template(path: Path) -> None:
    """Write the workbook to be filled in."""
    path.write_bytes(template())
