"""Slows guessing of passwords down: failed attempts are counted per account and per address, for a minute each."""

from collections import OrderedDict
from typing import Final

MINUTE_MS: Final = 60_000
PER_ADDRESS: Final = 3
"""A counter's computers share one address, so it may fail this many times as often as one account."""
REMEMBERED: Final = 10_000
"""Names with failures kept; the oldest are forgotten first."""


class Throttle:
    """A counter of failures for each account and each address."""

    def __init__(self, per_minute: int) -> None:
        """Allow ``per_minute`` failures of an account."""
        self._limit = per_minute
        self._failures: OrderedDict[str, tuple[int, int]] = OrderedDict()

    def allows(self, account: str, address: str, *, now_ms: int) -> bool:
        """Tell whether another attempt may be made now."""
        by_account = self._count(f"account {account}", now_ms)
        by_address = self._count(f"address {address}", now_ms)
        return by_account < self._limit and by_address < self._limit * PER_ADDRESS

    def began(self, account: str, address: str, *, now_ms: int) -> None:
        """Count an attempt as failed until it turns out right, so that many at once do not slip through together."""
        for name in (f"account {account}", f"address {address}"):
            count = self._count(name, now_ms)
            began_ms = self._failures[name][1] if count else now_ms
            self._failures[name] = (count + 1, began_ms)
            self._failures.move_to_end(name)
        while len(self._failures) > REMEMBERED:
            self._failures.popitem(last=False)

    def succeeded(self, account: str, address: str) -> None:
        """Take the count of an attempt back: the password was right."""
        for name in (f"account {account}", f"address {address}"):
            count, began_ms = self._failures.get(name, (0, 0))
            if count:
                self._failures[name] = (count - 1, began_ms)

    def _count(self, name: str, now_ms: int) -> int:
        count, began_ms = self._failures.get(name, (0, 0))
        return count if now_ms - began_ms < MINUTE_MS else 0
