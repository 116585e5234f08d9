"""Words that several commands have in common."""

from collections.abc import Iterable
from pathlib import Path
from typing import Final

from hall.ids import HallId
from server.config.faults import Fault

Lines = tuple[list[str], bool]
"""Lines for people, and whether it is (or could be) done."""

NOTHING_CHANGED: Final = "未作任何更改 / nothing was changed"


def refused(faults: Iterable[Fault]) -> Lines:
    """Tell every fault, and that nothing was changed."""
    return [*(f"{fault.where}: {fault.zh} / {fault.en}" for fault in faults), NOTHING_CHANGED], False


def no_file(path: Path) -> str:
    """Say that a file that was named is not there."""
    return f"没有这个文件 / there is no file {path}"


def no_hall(hall: HallId, place: Path | str) -> str:
    """Say that a hall that was named is not in these settings."""
    return f"没有这个大厅 / there is no hall {hall} in {place}"


def counts_from(*, check_only: bool) -> str:
    """Say from when it counts, or that it was only checked."""
    return (
        "已检查，未作任何更改 / checked, nothing was changed"
        if check_only
        else "they count from the next start of the server"
    )
