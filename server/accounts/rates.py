"""How many changes and guesses somebody may make in a minute: by address, device, account and person.

The windows and the arithmetic are those of the library ``limits``. Its storage in memory starts a thread for every burst and
walks over all names in it; this one is bounded, and forgets what it saw first.
"""

import math
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, Protocol

import msgspec
from limits import RateLimitItemPerMinute
from limits.storage import Storage
from limits.strategies import FixedWindowRateLimiter

from server.accounts.authorise import Caller
from server.problems import Problem
from server.settings import Limits

NAMES: Final = 50_000
"""Names counted at once (some 200 bytes each): more addresses than a district's citizens have in a minute."""
ACCOUNTS_OF_ADDRESS: Final = 3
"""A counter's computers share one address, so its sign-ins may fail this many times as often as those of one account."""
KINDS: Final = {"device": "changes_per_device", "anonymous": "changes_per_address", "citizen": "changes_per_address"}
"""Role → the limit that its changes count against; everybody else has an account."""


class RatesStatistics(msgspec.Struct, frozen=True):
    """Names counted now, and refusals since the start."""

    names: int
    refused: int
    backend: str = "local"
    healthy: bool = True
    """What other nodes counted is known here."""


class BoundedStorage(Storage):
    """Counters that expire, as the library wants them; the oldest is forgotten where there are too many."""

    STORAGE_SCHEME = None

    def __init__(self, now_s: Callable[[], float] = time.time, names: int = NAMES) -> None:
        """Begin with nothing counted."""
        super().__init__()
        self._now_s, self._most = now_s, names
        self._counts: OrderedDict[str, tuple[int, float]] = OrderedDict()

    @property
    def base_exceptions(self) -> type[Exception]:
        """Nothing here fails."""
        return ValueError

    def __len__(self) -> int:
        return len(self._counts)

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count; a window begins with its first count."""
        count, until_s = self._counts.get(key, (0, 0.0))
        if until_s <= self._now_s():
            count, until_s = 0, self._ends_s(expiry)
            self._counts.pop(key, None)
        self._counts[key] = (count + amount, until_s)
        if len(self._counts) > self._most:
            self._counts.popitem(last=False)
        return count + amount

    def _ends_s(self, expiry: int) -> float:
        return self._now_s() + expiry

    def get(self, key: str) -> int:
        """Return what is counted in the window that runs."""
        count, until_s = self._counts.get(key, (0, 0.0))
        return count if until_s > self._now_s() else 0

    def get_expiry(self, key: str) -> float:
        """Return when the window ends, in seconds since the epoch."""
        return self._counts.get(key, (0, self._now_s()))[1]

    def check(self) -> bool:
        """Memory is always there."""
        return True

    def reset(self) -> int:
        """Forget everything."""
        count = len(self._counts)
        self._counts.clear()
        return count

    def clear(self, key: str) -> None:
        """Forget one name."""
        self._counts.pop(key, None)


class Sharing(Protocol):
    """Tells other nodes what is counted here, and this one what they count."""

    @property
    def storage(self) -> BoundedStorage:
        """Where the counts are."""
        ...

    @property
    def is_healthy(self) -> bool:
        """Tell whether the others are heard."""
        ...

    async def run(self) -> None:
        """Exchange counts until cancelled."""
        ...


class Rates:
    """Counts changes and guesses; raises ``TOO_MANY`` with the seconds to wait."""

    def __init__(self, limits: Limits, now_s: Callable[[], float] = time.time, sharing: Sharing | None = None) -> None:
        """Count against these limits, alone or together with other nodes."""
        self._now_s = now_s
        self._sharing = sharing
        self._storage = sharing.storage if sharing is not None else BoundedStorage(now_s)
        self._limiter = FixedWindowRateLimiter(self._storage)
        names = (*KINDS.values(), "changes_per_account", "changes_per_person", "guesses_per_address")
        self._items = {name: RateLimitItemPerMinute(getattr(limits, name)) for name in names}
        self._items["failed_by_account"] = RateLimitItemPerMinute(limits.logins_per_minute)
        self._items["failed_by_address"] = RateLimitItemPerMinute(limits.logins_per_minute * ACCOUNTS_OF_ADDRESS)
        self._under_way: Counter[tuple[str, str]] = Counter()
        """Sign-ins whose password is being looked at."""
        self._refused = 0

    def statistics(self) -> RatesStatistics:
        """Return the figures."""
        names = len(self._storage)
        if self._sharing is None:
            return RatesStatistics(names, self._refused)
        return RatesStatistics(names, self._refused, "redis", self._sharing.is_healthy)

    async def share(self) -> None:
        """Exchange counts with other nodes until cancelled; alone there is nothing to do."""
        if self._sharing is not None:
            await self._sharing.run()

    def changes(self, caller: Caller, address: str) -> None:
        """Count a change that somebody asks for."""
        name = KINDS.get(caller.role, "changes_per_account")
        self._hit(name, address if name == "changes_per_address" else caller.name)

    def concerns(self, person: str) -> None:
        """Count a change in the name of a person, who is a pseudonym; nobody in particular is not counted."""
        if person:
            self._hit("changes_per_person", person)

    def guesses(self, address: str) -> None:
        """Refuse whoever has shown too many wrong secrets or codes, right or wrong this time."""
        if not self._limiter.test(self._items["guesses_per_address"], "guesses_per_address", address):
            raise self._too_many("guesses_per_address", address)

    def guessed_wrong(self, address: str) -> None:
        """Count a wrong secret or code."""
        self._limiter.hit(self._items["guesses_per_address"], "guesses_per_address", address)

    @contextmanager
    def sign_in(self, account: str, address: str) -> Iterator[None]:
        """Refuse whoever has failed too often, with the right password too; an attempt that raises has failed.

        Those under way count as failed until they turn out right, so that many at once do not slip through together. They
        are counted by this node alone: what is told to others cannot be taken back.
        """
        names = (("failed_by_account", account), ("failed_by_address", address))
        for name, subject in names:
            if not self._limiter.test(self._items[name], name, subject, cost=self._under_way[name, subject] + 1):
                raise self._too_many(name, subject)
        self._under_way.update(names)
        try:
            yield
        except BaseException:
            for name, subject in names:
                self._limiter.hit(self._items[name], name, subject)
            raise
        finally:
            self._under_way.subtract(names)
            for one in names:
                if not self._under_way[one]:
                    del self._under_way[one]

    def _hit(self, name: str, subject: str) -> None:
        if not self._limiter.hit(self._items[name], name, subject):
            raise self._too_many(name, subject)

    def _too_many(self, name: str, subject: str) -> Problem:
        self._refused += 1
        ends_s = self._limiter.get_window_stats(self._items[name], name, subject).reset_time
        return Problem("TOO_MANY", facts={"retry_s": max(1, math.ceil(ends_s - self._now_s()))})
