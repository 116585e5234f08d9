"""Chance, drawn ahead: one stream of numbers for each seed, day and purpose.

The same person of the same day walks, waits and is served alike under every plan (common random numbers): what a person
brings is drawn by place in the day's list, never in the order in which the hall gets round to it. A longer list begins with
the shorter one, and what one person brings does not depend on what others, or the catalogue, have besides.
"""

import math
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Shape = int | tuple[int, ...]

PURPOSES: Final = (
    "strata",
    "day",
    "slot",
    "count",
    "moment",
    "item",
    "more_items",
    "quantity",
    "klass",
    "channel",
    "service",
    "walk",
    "patience",
    "turn",
    "return",
    "online",
    "booked",
    "show",
    "punctual",
    "booked_moment",
    "clerk",
    "absence",
    "more_services",
)
"""The place of a purpose is part of its stream: new ones go to the end, or every result changes."""

_NORMAL = NormalDist()


class Draws:
    """The chance of one simulated day."""

    def __init__(self, seed: int, day: int) -> None:
        """``day`` counts replications from 0; both are part of every stream."""
        self.seed = seed
        self.day = day

    def stream(self, purpose: str, *, part: int = 0) -> np.random.Generator:
        """Return the stream of a purpose from its beginning, or of one of its parts from 1 on."""
        key = (self.seed, self.day, PURPOSES.index(purpose), part)
        return np.random.Generator(np.random.PCG64(np.random.SeedSequence(key)))

    def uniform(self, purpose: str, shape: Shape) -> Floats:
        """Draw numbers from 0 to below 1."""
        return self.stream(purpose).random(shape)

    def normal(self, purpose: str, shape: Shape, *, part: int = 0) -> Floats:
        """Draw standard normal numbers."""
        return self.stream(purpose, part=part).standard_normal(shape)

    def exponential(self, purpose: str, shape: Shape, *, part: int = 0) -> Floats:
        """Draw exponential numbers of mean 1."""
        return self.stream(purpose, part=part).standard_exponential(shape)


def lognormal_factors(normal: Floats, cv: float | Floats) -> Floats:
    """Turn standard normal numbers into lognormal ones of mean 1 with this coefficient of variation."""
    variance = np.log1p(np.square(cv))
    return np.exp(np.sqrt(variance) * normal - variance / 2)


def gamma_factors(stream: np.random.Generator, cv: float, count: int) -> Floats:
    """Draw gamma factors of mean 1; Poisson counts times such a factor are negative binomial."""
    if cv <= 0:
        return np.ones(count)
    return stream.gamma(1 / cv**2, cv**2, count)


def day_factor(draws: Draws, *, cv: float, strata: int) -> float:
    """Return the factor of a day's demand: lognormal, mean 1, one day in each of ``strata`` equally likely parts.

    Days are taken in blocks of ``strata``; each block visits every part once, in an order of its own (a Latin hypercube of
    M. McKay, R. Beckman, W. Conover, Technometrics 21, 1979). With one part the days are independent.
    """
    if cv <= 0:
        return 1.0
    block, place = divmod(draws.day, strata)
    order = Draws(draws.seed, block).stream("strata").permutation(strata)
    within = float(draws.uniform("day", 1)[0])
    quantile = (int(order[place]) + within) / strata
    variance = math.log1p(cv * cv)
    return math.exp(math.sqrt(variance) * _NORMAL.inv_cdf(min(max(quantile, 1e-12), 1 - 1e-12)) - variance / 2)


def whole_ms(times: Floats, *, least: int = 0) -> list[int]:
    """Round times to whole milliseconds, at least ``least``."""
    rounded: list[int] = np.maximum(np.rint(times), least).astype(np.int64).tolist()
    return rounded


def picks(uniform: Floats, shares: Floats) -> NDArray[np.int64]:
    """Turn uniform numbers into places of a list with these shares (they need not sum to 1)."""
    edges = np.cumsum(shares)
    return np.minimum(np.searchsorted(edges / edges[-1], uniform, side="right"), len(edges) - 1).astype(np.int64)
