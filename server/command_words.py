"""Words that the commands which change settings have in common."""

from collections.abc import Iterable
from typing import Final

from server.config.faults import Fault

Lines = tuple[list[str], bool]
"""Lines for people, and whether it is (or could be) done."""

NOTHING_CHANGED: Final = "未作任何更改 / nothing was changed"


def refused(faults: Iterable[Fault]) -> Lines:
    """Tell every fault, and that nothing was changed."""
    return [*(f"{fault.where}: {fault.zh} / {fault.en}" for fault in faults), NOTHING_CHANGED], False


def counts_from(*, check_only: bool) -> str:
    """Say from when it counts, or that it was only checked."""
    return (
        "已检查，未作任何更改 / checked, nothing was changed"
        if check_only
        else "they count from the next start of the server"
    )
