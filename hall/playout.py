"""Playing a queue forward: windows that become free, people who sit down one after the other, many runs at once.

A duration is not a number but its quantiles, one for each run. Each person meets each of their quantiles exactly once over
all runs, in an order of their own (stride and offset from a linear congruence): sums over people then vary little between
the same question asked twice, with a tenth of the runs that drawing by chance would need, and without chance.

Fractions occur only while quantiles are made; what leaves this module is whole milliseconds.
"""

import math
from bisect import bisect_right
from collections.abc import Callable
from functools import lru_cache
from heapq import heapify, heapreplace
from operator import itemgetter

import msgspec

from hall.ids import Ms

Quantiles = tuple[Ms, ...]
TAIL_TABLE = 127
"""Points of the table that the rest of a running visit is looked up in."""
TAIL_LEAST = 4
"""With fewer points above the elapsed time than this, the visit is longer than its distribution knows."""
REST_PCT = 40
"""Such a visit lasts on average this part of its elapsed time more (a lognormal's mean excess grows with age; at the upper
end of a coefficient of variation of 80 % it is about 0.4)."""


class Seat(msgspec.Struct, frozen=True, gc=False):
    """A person who will be called: by the windows of these pools, for a visit of this duration."""

    pools: tuple[int, ...]
    visit: Quantiles


def play(pools: list[list[Quantiles]], seats: list[Seat], last: tuple[int, ...], *, seed: int) -> list[Ms]:
    """Return for each run when somebody behind all seats would be called by one of the pools ``last``.

    ``pools``: for each group of equal windows, when each window becomes free; the most specialised pool first, which gets
    the person when several windows become free in the same moment.
    """
    runs = len(pools[last[0]][0])
    draws = _Draws(runs, seed)
    free = [list(zip(*[draws.of(window) for window in pool], strict=True)) for pool in pools]
    called_by = [seat.pools for seat in seats]
    visits = list(zip(*[draws.of(seat.visit) for seat in seats], strict=True)) or [()] * runs
    return [_play_once([list(pool[run]) for pool in free], called_by, visits[run], last) for run in range(runs)]


def _play_once(
    heaps: list[list[Ms]], called_by: list[tuple[int, ...]], visits: tuple[Ms, ...], last: tuple[int, ...]
) -> Ms:
    for heap in heaps:
        heapify(heap)
    for pools, visit in zip(called_by, visits, strict=True):
        heap = heaps[pools[0]]
        if len(pools) > 1:
            for other in pools[1:]:
                if heaps[other][0] < heap[0]:
                    heap = heaps[other]
        heapreplace(heap, heap[0] + visit)
    return min([heaps[pool][0] for pool in last])


class _Draws:
    """Orders of quantiles, one after the other; the same seed gives the same orders."""

    def __init__(self, runs: int, seed: int) -> None:
        self._runs = runs
        self._state = seed & 0x7FFFFFFF

    def of(self, quantiles: Quantiles) -> Quantiles:
        """Return the quantiles in an order of their own."""
        runs = self._runs
        if runs == 1:
            return quantiles
        # Multiplier and increment of the C standard's example generator; its upper bits are good enough to spread strides.
        self._state = state = (self._state * 1_103_515_245 + 12_345) & 0x7FFFFFFF
        return _reordering(runs, (state >> 8) % runs, 1 + (state >> 16) % (runs - 1))(quantiles)


@lru_cache(maxsize=2_048)
def _reordering(runs: int, offset: int, stride: int) -> Callable[[Quantiles], Quantiles]:
    """``runs`` is a prime, so every stride visits all quantiles."""
    return itemgetter(*[(offset + stride * run) % runs for run in range(runs)])


@lru_cache(maxsize=8_192)
def lognormal(mean_ms: Ms, cv_pct: int, count: int) -> Quantiles:
    """Return ``count`` equally likely values of a lognormal duration, ascending; their mean is ``mean_ms``."""
    sigma = math.sqrt(math.log1p((cv_pct / 100) ** 2))
    raw = [math.exp(sigma * z) for z in normal_scores(count)]
    scale = mean_ms * count / sum(raw)
    return tuple([round(value * scale) for value in raw])


def rest(mean_ms: Ms, cv_pct: int, count: int, *, elapsed_ms: Ms) -> Quantiles:
    """Return ``count`` equally likely values of what remains of a visit that lasts ``elapsed_ms`` already."""
    table = lognormal(mean_ms, cv_pct, TAIL_TABLE)
    first = bisect_right(table, elapsed_ms)
    left = TAIL_TABLE - first
    if left < TAIL_LEAST:
        mean = elapsed_ms * REST_PCT // 100
        return tuple([mean * score // 1_000 for score in _exponential(count)])
    return tuple([table[first + part * left // (2 * count)] - elapsed_ms for part in range(1, 2 * count, 2)])


@lru_cache(maxsize=64)
def normal_scores(count: int) -> tuple[float, ...]:
    """Return the standard normal's quantiles at the middles of ``count`` equal parts, found by bisection."""
    return tuple([_normal_quantile((number + 0.5) / count) for number in range(count)])


@lru_cache(maxsize=64)
def _exponential(count: int) -> tuple[int, ...]:
    return tuple([round(-1_000 * math.log(1 - (number + 0.5) / count)) for number in range(count)])


def _normal_quantile(share: float) -> float:
    low, high = -8.0, 8.0
    for _ in range(60):
        middle = (low + high) / 2
        if 0.5 * (1 + math.erf(middle / math.sqrt(2))) < share:
            low = middle
        else:
            high = middle
    return (low + high) / 2
