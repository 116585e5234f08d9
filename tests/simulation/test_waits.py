"""Waits as counts: whoever is called at once waits not at all, and quantiles are those of the waits themselves."""

import numpy as np
import pytest

from hall.figures import percentile
from hall.ids import MINUTE_MS
from simulation.waits import AT_ONCE_MS, BINS, Waits, bins_of, quantiles_min


def of(*waited_ms: int) -> Waits:
    """Return these waits, all of the first half-hour."""
    waits = Waits.empty()
    np.add.at(waits.counts[0], bins_of(np.array(waited_ms)), 1)
    return waits


def test_called_at_once_is_a_bin_of_its_own_then_whole_minutes() -> None:
    found = bins_of(np.array([0, AT_ONCE_MS - 1, AT_ONCE_MS, MINUTE_MS - 1, MINUTE_MS, 10**9]))

    assert found.tolist() == [0, 0, 1, 1, 2, BINS - 1]


def test_a_hall_that_calls_at_once_has_waits_of_nothing() -> None:
    waits = of(*[0] * 95, *[3 * MINUTE_MS] * 5)

    assert (waits.percentile_min(0.5), waits.percentile_min(0.9)) == (0.0, 0.0)
    assert waits.percentile_min(0.99) == pytest.approx(3.8)


def test_nobody_called_has_no_quantile() -> None:
    assert Waits.empty().percentile_min(0.5) is None
    assert np.isnan(quantiles_min(np.zeros((2, BINS), dtype=np.int64), 0.9)).all()


def test_quantiles_lie_within_a_minute_of_those_of_the_waits() -> None:
    chance = np.random.default_rng(5)
    waited = np.where(chance.random(400) < 0.3, 0, chance.exponential(9 * MINUTE_MS, 400)).astype(np.int64)
    counted = of(*waited.tolist())

    for share in (0.1, 0.3, 0.5, 0.8, 0.9):
        told = counted.percentile_min(share)
        assert told is not None
        exact = percentile(sorted(waited.tolist()), round(share * 100)) / MINUTE_MS
        assert abs(told - exact) < 1.0
