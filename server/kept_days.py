"""Hall-days that a follower of the log keeps folded in memory: those that go on, and of each hall one that is over.

A server runs for years, and a busy day weighs some ten megabytes. What is asked of a day that was forgotten is folded anew.
"""

from collections import OrderedDict
from collections.abc import Callable, ItemsView
from typing import Generic, TypeVar

from server.ledger.port import hall_and_date

Day = TypeVar("Day")


class KeptDays(Generic[Day]):
    """Folds of days by stream, the one used last at the end."""

    def __init__(self, is_over: Callable[[Day], bool], *, limit: int) -> None:
        """Keep at most ``limit`` days, and at most one of each hall of which ``is_over`` says that it has ended."""
        self._is_over, self._limit = is_over, limit
        self._days: OrderedDict[str, Day] = OrderedDict()
        self._over: dict[str, str] = {}
        """The stream of the day of a hall that is over and kept."""

    def __len__(self) -> int:
        """Return how many are kept."""
        return len(self._days)

    def items(self) -> ItemsView[str, Day]:
        """List all, by stream."""
        return self._days.items()

    def get(self, stream: str) -> Day | None:
        """Return a day, or None if it has to be folded anew."""
        return self._days.get(stream)

    def keep(self, stream: str, day: Day) -> None:
        """Keep a day that was used just now; what has to go for it is forgotten."""
        self._days[stream] = day
        self._days.move_to_end(stream)
        if self._is_over(day):
            hall, _ = hall_and_date(stream)
            earlier = self._over.get(hall, stream)
            if earlier != stream:
                self._days.pop(earlier, None)
            self._over[hall] = stream
        while len(self._days) > self._limit:
            self._days.popitem(last=False)

    def forget(self, stream: str) -> None:
        """Let a day be folded anew the next time."""
        self._days.pop(stream, None)

    def clear(self) -> None:
        """Forget all."""
        self._days.clear()
