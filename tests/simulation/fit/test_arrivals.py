"""Rates, day factors and slot factors come back from counts, with intervals that hold what they say."""

import csv
import gzip
from pathlib import Path

import numpy as np
import pytest

from simulation.fit.arrivals import check_held_out, dispersion, fit_arrivals
from simulation.fit.counts import Counts, counted
from tests.simulation.fit.drawn import LEVELS, PROFILE, counts_of

CALLS = Path(__file__).resolve().parents[4] / "shared" / "data" / "bank_calls.csv.gz"
SEEDS = 60


@pytest.fixture(scope="module")
def calls() -> Counts:
    """Half-hour counts of calls to a bank, 164 weekdays of 2003 (data set bank_calls of the R package fpp3)."""
    if not CALLS.is_file():
        pytest.skip("the counts of a bank's calls are not beside this checkout")
    days: dict[str, np.ndarray] = {}
    with gzip.open(CALLS, "rt") as file:
        for row in csv.DictReader(file):
            day, _, time = row["DateTime"].partition(" ")
            minute = int(time[:2]) * 60 + int(time[3:5])
            if minute < 21 * 60:
                days.setdefault(day, np.zeros(28))[(minute - 420) // 30] += int(row["Calls"])
    dates = sorted(days)
    return Counts(dates, np.stack([days[day] for day in dates]), first_min=420, slot_min=30)


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    """Of 60 drawn months with known factors, 95 % intervals hold them in at least 85 % of cases, and are of use."""
    inside = {"day": 0, "slot": 0}
    rates: list[float] = []
    for seed in range(SEEDS):
        fit = fit_arrivals(counts_of(20, day_cv=0.08, slot_cv=0.1, seed=seed))
        inside["day"] += fit.day_cv.low <= 0.08 <= fit.day_cv.high
        inside["slot"] += fit.slot_cv.low <= 0.1 <= fit.slot_cv.high
        for day, level in LEVELS.items():
            truth = PROFILE * 4 * level * 2
            low, high = np.array(fit.rates_low[day]), np.array(fit.rates_high[day])
            rates.append(float(np.mean((low <= truth) & (truth <= high))))
            assert np.mean((high - low) / truth) < 0.8

    assert inside["day"] >= 0.85 * SEEDS
    assert inside["slot"] >= 0.8 * SEEDS
    assert 0.9 <= np.mean(rates) <= 0.995


def test_plain_poisson_days_have_no_factors() -> None:
    """Without factors in the counts the fit finds next to none: over seeds, both CVs are small."""
    found = [fit_arrivals(counts_of(40, day_cv=0.0, slot_cv=0.0, seed=seed)) for seed in range(20)]

    assert np.median([one.day_cv.value for one in found]) < 0.02
    assert np.median([one.slot_cv.value for one in found]) < 0.04


def test_a_bank_s_calls_are_found_as_they_are(calls: Counts) -> None:
    """Half-hours vary 6 to 13 times as much as a Poisson process, day totals by 5 to 9 %: the fit says the same."""
    fit = fit_arrivals(calls)

    assert all(5.9 <= value <= 13.4 for value in dispersion(calls).values())
    assert 0.052 <= fit.day_cv.value <= 0.086
    assert fit.slot_cv.low > 0.02
    assert fit.days == {0: 31, 1: 33, 2: 34, 3: 34, 4: 32}


def test_days_of_the_bank_that_the_fit_did_not_see_lie_in_its_ranges(calls: Counts) -> None:
    """80 % ranges hold about 80 % of held-out half-hours; a Poisson forecast holds fewer than half."""
    held = check_held_out(calls)

    assert held.days == 30
    assert 74 <= held.inside_80_pct <= 88
    assert held.poisson_inside_80_pct < 50
    assert abs(held.bias_pct) < 4


def test_a_single_day_of_each_weekday_teaches_too_little() -> None:
    with pytest.raises(ValueError, match="at least two days"):
        fit_arrivals(counts_of(5, day_cv=0.1, slot_cv=0.1, seed=1))


def test_arrivals_are_counted_in_their_half_hours() -> None:
    """Who comes before the first slot or after the last counts in the nearest one."""
    counts = counted({"2026-11-23": [500, 510, 539.9, 540, 700]}, first_min=510, last_min=600)

    assert counts.n.tolist() == [[3, 1, 1]]
