"""Whether a run showed anything at all: people were answered, in time, and the server broke at nothing."""

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Final

from loadtests.crowd.replies import BROKEN_FROM, Trouble
from server.demo.history import Operation

ANSWER_S: Final = 10.0
"""Law L3: without a fault every command gets its answer within this, however often it has to be asked for."""
BUSY_ANSWER_S: Final = 40.0
"""What is allowed instead on a machine that was busy with other work before the run: hardly shorter than people wait at all."""
GRACE_S: Final = 0.5
"""For the crowd's own process, in which people wait for one another."""
ANSWERED_SHARE: Final = 0.95
"""Of all operations; the others may be those that the end of the run cut off."""
PEOPLE_PER_DONE: Final = 4
"""One operation done for so many people is the least of any shape; in a storm most are screens, which do nothing."""
EXCUSED: Final = (503, "STORAGE_FULL")
"""What the protocol lets a storage say that fails."""


def shortcomings(
    operations: Sequence[Operation], troubles: Iterable[Trouble], *, people: int, answer_s: float = ANSWER_S
) -> list[str]:
    """Return why a run proves nothing or broke a promise, whatever its log says; nothing where it is sound."""
    return [*_too_little(operations, people), *_too_late(operations, answer_s), *_broke(troubles)]


def _too_little(operations: Sequence[Operation], people: int) -> Iterable[str]:
    done = sum(one.outcome == "ok" for one in operations)
    answered = sum(one.outcome != "unknown" for one in operations)
    fewest = max(1, people // PEOPLE_PER_DONE)
    if done < fewest:
        yield f"only {done:,} of {len(operations):,} operations were done, for {people:,} people at least {fewest:,}"
    if answered < ANSWERED_SHARE * len(operations):
        yield f"only {answered:,} of {len(operations):,} operations were answered, at least {ANSWERED_SHARE:.0%}"


def _too_late(operations: Iterable[Operation], answer_s: float) -> Iterable[str]:
    waited_s = [(one.completed_ns - one.invoked_ns) / 1e9 for one in operations]
    late_s = [seconds for seconds in waited_s if seconds > answer_s + GRACE_S]
    if late_s:
        yield f"L3: {len(late_s):,} commands waited for more than {answer_s:g} s, the longest {max(late_s):.1f} s"


def _broke(troubles: Iterable[Trouble]) -> Iterable[str]:
    broken = Counter(
        (one.status, one.code) for one in troubles if one.status >= BROKEN_FROM and (one.status, one.code) != EXCUSED
    )
    yield from (
        f"{count:,} answers were {status} {code or '(no code)'}" for (status, code), count in broken.most_common()
    )
