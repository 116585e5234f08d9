"""Service times, walks, no-shows and patience come back from days drawn with known ones."""

import numpy as np
import pytest

from simulation.fit.coming import fit_booked, fit_patience
from simulation.fit.observations import DayObserved
from simulation.fit.times import fit_services, fit_walk
from tests.simulation.fit.drawn import day_of, leavings_of

THEMES = {f"i{number:02}": f"t{number % 3}" for number in range(30)}
SIGMA = 0.6


def days_with_services(seed: int) -> tuple[list[DayObserved], dict[str, float]]:
    """Draw twenty days of sixty visits, some items a hundred times as often as others; return the true means too."""
    chance = np.random.default_rng(seed)
    logs = {code: np.log(600_000) + 0.3 * int(theme[1:]) + chance.normal(0, 0.4) for code, theme in THEMES.items()}
    weights = np.arange(1, 31) / 465
    days = [
        day_of(
            f"2026-11-{day:02}",
            services=tuple(
                (code, 1, round(float(np.exp(chance.normal(logs[code], SIGMA)))))
                for code in chance.choice(list(THEMES), size=60, p=weights)
            ),
            walks=tuple(round(float(walk)) for walk in chance.gamma(3, 10_000, 60)),
        )
        for day in range(1, 21)
    ]
    return days, {code: float(np.exp(log + SIGMA**2 / 2)) for code, log in logs.items()}


def test_service_intervals_hold_the_truth_as_often_as_they_say() -> None:
    """Over twenty months of thirty items, rare ones included, 95 % intervals hold the true mean in 90 to 98 %."""
    inside = []
    for seed in range(20):
        days, truth = days_with_services(seed)
        items, _ = fit_services(days, THEMES)
        inside += [items[code].mean_ms.low <= mean <= items[code].mean_ms.high for code, mean in truth.items()]

    assert 0.9 <= np.mean(inside) <= 0.98


def test_a_rare_item_is_drawn_to_its_theme_and_a_frequent_one_stands_for_itself() -> None:
    days, _ = days_with_services(1)
    items, themes = fit_services(days, {**THEMES, "never": "t1"})

    assert items["i00"].weight < 0.7 < items["i29"].weight
    assert items["never"].mean_ms.n == 0
    assert items["never"].weight == 0
    assert themes["t2"].mean_ms > themes["t0"].mean_ms


def test_the_walk_is_found() -> None:
    """The mean of a walk of 30 s lies in its interval in most of twenty months; its spread is that of the draws."""
    fits = [fit_walk(days_with_services(seed)[0], seed=seed) for seed in range(20)]

    assert np.mean([mean.low <= 30_000 <= mean.high for mean, _ in fits]) >= 0.8
    assert np.median([cv for _, cv in fits]) == pytest.approx(3**-0.5, abs=0.05)


@pytest.mark.parametrize("gives_back", [0.4, 0.9])
def test_patience_is_found_behind_its_curtain(gives_back: float) -> None:
    """Some who run out of patience just are not there when called; mean patience and the share of absent come back."""
    inside = []
    for seed in range(12):
        days = impatient_days(20, seed=seed, patience_min=60, absent=0.05, gives_back=gives_back)
        fit = fit_patience(days)
        assert fit is not None
        inside.append(
            (fit.mean_min.low <= 60 <= fit.mean_min.high, fit.absent_share.low <= 0.05 <= fit.absent_share.high)
        )
        assert fit.gives_back == pytest.approx(gives_back, abs=0.1)

    assert (np.mean(inside, axis=0) >= 0.8).all()


def test_few_who_left_tell_little_of_patience() -> None:
    """A dozen in three weeks: the interval is as wide as that, and the sample is of them, not of all who were absent."""
    fits = [
        fit_patience(impatient_days(15, seed=seed, patience_min=4_000, absent=0.03, gives_back=0.9))
        for seed in range(8)
    ]
    known = [fit.mean_min for fit in fits if fit is not None]

    assert len(known) >= 6
    assert np.mean([one.low <= 4_000 <= one.high for one in known]) >= 0.7
    assert all(one.high / one.low > 2 for one in known)
    assert np.median([one.n for one in known]) < 30


def test_the_absent_alone_say_nothing_of_patience() -> None:
    """Whoever does not come whatever the wait has not lost patience; until now 107 minutes were told of two who gave up."""
    fits = [
        fit_patience(impatient_days(15, seed=seed, patience_min=1e9, absent=0.03, gives_back=0.9)) for seed in range(6)
    ]

    assert sum(fit is not None for fit in fits) <= 1


def impatient_days(
    count: int, *, seed: int, patience_min: float, absent: float, gives_back: float
) -> list[DayObserved]:
    chance = np.random.default_rng(seed)
    return [
        day_of(
            f"{day}",
            leavings=leavings_of(150, patience_min=patience_min, absent=absent, gives_back=gives_back, chance=chance),
        )
        for day in range(count)
    ]


def test_patience_is_not_made_up_where_nobody_left() -> None:
    chance = np.random.default_rng(1)
    days = [day_of("1", leavings=leavings_of(50, patience_min=1e9, absent=0.0, gives_back=0.4, chance=chance))]

    assert fit_patience(days) is None


def test_booked_visitors_are_found_as_they_came() -> None:
    chance = np.random.default_rng(3)
    days = []
    for day in range(20):
        came = int(chance.binomial(40, 0.9))
        offsets = tuple(round(float(offset)) for offset in chance.normal(-300_000, 600_000, came))
        days.append(day_of(f"{day}", booked=40, no_shows=40 - came, offsets=offsets))

    fit = fit_booked(days)

    assert fit is not None
    assert fit.no_show.low <= 0.1 <= fit.no_show.high
    assert fit.offset_mean_min.low <= -5 <= fit.offset_mean_min.high
    assert fit.offset_sd_min.low <= 10 <= fit.offset_sd_min.high
    assert fit_booked([day_of("1")]) is None
