"""A hall with known parameters is simulated, its logs are fitted, and the parameters come back within their intervals."""

from pathlib import Path

import msgspec
import numpy as np
import pytest
from scipy import stats

from simulation.fit.check import check_fit
from simulation.fit.errors import NobodyCame
from simulation.fit.estimate import Estimate
from simulation.fit.logs import Seen, Wanted, read_days
from simulation.fit.scenario import form_of, setting_of
from simulation.fit.whole import HallFit, fit_hall
from simulation.twin import Twin
from tests.simulation.fit.halls import BY_WEEKDAY, RATES, SHARES, TIMES, hall, other, write_logs

SEEDS = 12
WITHOUT_BOOKED = 1 - 0.2


def seen_of(folder: Path, days: int = 20, *, seed: int = 1) -> Seen:
    return read_days([write_logs(folder, hall(days, seed=seed))], Wanted())


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    return seen_of(tmp_path_factory.mktemp("logs") / "hall")


@pytest.fixture(scope="module")
def fit(seen: Seen) -> HallFit:
    return fit_hall(seen)


def truths(fit: HallFit) -> dict[str, tuple[Estimate | None, float]]:
    """Return estimates and what is true of the hall."""
    patience, booked = fit.patience, fit.booked
    assert patience is not None
    assert booked is not None
    found: dict[str, tuple[Estimate | None, float]] = {
        "day_cv": (fit.arrivals.day_cv, 0.1),
        "slot_cv": (fit.arrivals.slot_cv, 0.12),
        "remote": (fit.remote, 0.2),
        "elder": (fit.classes["elder"], 0.1),
        "two_items": (fit.visit.two_items, 0.12),
        "many_units": (fit.visit.many_units, 0.05),
        "more_units": (fit.more_units, 0.35),
        "walk": (fit.walk.mean_ms if fit.walk is not None else None, 30_000),
        "patience": (patience.mean_min, 60),
        "absent": (patience.absent_share, 0.04),
        "missed": (fit.calls.missed, 0.08),
        "return": (fit.calls.return_min, 8),
        "booked": (fit.booked_share, 0.2),
        "no_show": (booked.no_show, 0.15),
        "early": (booked.offset_mean_min, -2),
        "spread": (booked.offset_sd_min, 3),
    }
    found |= {f"share of {code}": (fit.items.shares[code], share) for code, share in SHARES.items()}
    found |= {f"time of {code}": (fit.services[code].mean_ms, mean * 60_000) for code, (mean, _) in TIMES.items()}
    return found


def rates_inside(fit: HallFit) -> list[bool]:
    """Say of each half-hour's rate whether the truth lies in its interval."""
    found = []
    for day, low in fit.arrivals.rates_low.items():
        truth = np.repeat(RATES, 2) * BY_WEEKDAY[day] * WITHOUT_BOOKED
        found += ((np.array(low) <= truth) & (truth <= np.array(fit.arrivals.rates_high[day]))).tolist()
    return found


def fewest(cases: int, *, doubt: float) -> int:
    """Return how many of so many 95 % intervals hold the truth at least, but for a doubt as small as stated."""
    return int(stats.binom.ppf(doubt, cases, 0.95))


@pytest.mark.slow
@pytest.mark.timeout(400)
def test_intervals_hold_the_true_parameters_as_often_as_they_say(tmp_path: Path) -> None:
    """Over seeds the 95 % intervals that hold the truth are as many as a binomial law lets expect: together, and of each parameter.

    Slow: twenty days are simulated, read and fitted for each of twelve seeds. Over 24 seeds 94.2 % of 624 intervals held.
    """
    inside: dict[str, list[bool]] = {}
    rates: list[bool] = []
    for seed in range(SEEDS):
        fit = fit_hall(seen_of(tmp_path / str(seed), seed=seed))
        for name, (estimate, truth) in truths(fit).items():
            assert estimate is not None, name
            inside.setdefault(name, []).append(estimate.low <= truth <= estimate.high)
        rates += rates_inside(fit)

    held = {name: sum(found) for name, found in inside.items()}
    cases = SEEDS * len(held)
    assert fewest(cases, doubt=0.005) <= sum(held.values()) <= int(stats.binom.ppf(0.999, cases, 0.95)), held
    assert min(held.values()) >= fewest(SEEDS, doubt=0.01 / len(held)), held
    # The half-hours of a day share its factor: their intervals miss together, so the band is wider.
    assert 0.9 <= np.mean(rates) <= 0.99


def test_a_fit_says_on_how_much_it_rests(fit: HallFit) -> None:
    """Counts add up with the days; nothing that was learnt is called unknown."""
    assert len(fit.dates) == 20
    assert fit.services["card"].mean_ms.n > fit.services["rare"].mean_ms.n > 0
    assert fit.calls.late == pytest.approx(0.5, abs=0.15)
    assert fit.gap_ms is not None
    assert fit.gap_ms.value == 20_000
    assert fit.patience is not None
    assert fit.patience.law == "exponential"
    assert fit.visit.units_max in (5, 6, 7)
    assert [len(one.windows) for one in fit.staffed] == [6]
    assert (fit.staffed[0].from_min, fit.staffed[0].to_min, fit.staffed[0].weekdays) == (540, 1020, (1, 2, 3, 4, 5))
    assert fit.unknown == ()
    assert msgspec.json.decode(msgspec.json.encode(fit), type=HallFit) == fit


def test_what_the_logs_do_not_show_is_named_and_not_made_up(tmp_path: Path) -> None:
    """A hall without bookings, quantities and impatient people: these parts stay the scenario's assumptions."""
    known = hall(4, booked=False)
    quiet = other(
        known,
        dates=(*known.dates[:2], "2026-11-30", "2026-12-01"),
        behaviour=msgspec.structs.replace(known.behaviour, patience_ms=0, missed=0.0),
        mix=msgspec.structs.replace(known.mix, many_units=0.0, items=(("card", 1.0),), two_items=0.0),
    )
    seen = read_days([write_logs(tmp_path / "quiet", quiet)], Wanted())
    fit = fit_hall(seen)

    form = form_of(fit, seen.plan)
    about = {one.about for one in fit.unknown}
    assert about == {
        "demand.day_cv", "service.items", "service.themes", "service.more_units", "behaviour.patience_min",
        "behaviour.return_min", "appointments",
    }  # fmt: skip
    assert (fit.patience, fit.booked, fit.more_units) == (None, None, None)
    assert form.appointments is None
    assert form.service.more_units == 0.35
    assert set(form.service.themes) == {"people"}
    assert about <= {one.about for one in form.assumptions if one.basis == "assumed"}


def test_days_on_which_nobody_came_are_left_out_and_named(seen: Seen, fit: HallFit) -> None:
    """A Saturday that was opened for nobody changes no rate; a log of such days alone cannot be fitted."""
    nobody = msgspec.structs.replace(seen.days[0], date="2026-12-19", arrivals=())

    found = fit_hall(msgspec.structs.replace(seen, days=(*seen.days, nobody)))
    with pytest.raises(NobodyCame, match="1 days"):
        fit_hall(msgspec.structs.replace(seen, days=(nobody,)))

    assert found.arrivals == fit.arrivals
    assert [one.about for one in found.unknown] == ["days"]


def test_weekdays_with_other_hours_are_no_part_of_the_scenario(seen: Seen) -> None:
    """Short Fridays: the scenario holds the other weekdays, and says so."""
    days = tuple(
        msgspec.structs.replace(day, closes_min=720) if fridays % 5 == 4 else day
        for fridays, day in enumerate(seen.days)
    )
    form = form_of(fit_hall(msgspec.structs.replace(seen, days=days)), seen.plan)

    assert set(form.demand.by_weekday) == {"1", "2", "3", "4"}
    assert len(form.days.dates) == 16
    assert "days" in {one.about for one in form.assumptions}


def test_held_out_days_lie_in_what_the_fit_foretells(seen: Seen) -> None:
    checks = check_fit(seen)

    assert checks is not None
    assert checks.arrivals.days == 5
    assert 65 <= checks.arrivals.inside_80_pct <= 97
    assert 76 <= checks.services.inside_80_pct <= 84
    assert abs(checks.services.bias_pct) < 6
    assert len(checks.waits) == 10
    assert checks.waits_inside >= 6


def test_two_days_of_a_weekday_cannot_be_held_out(seen: Seen) -> None:
    assert check_fit(msgspec.structs.replace(seen, days=seen.days[:10])) is None


def test_a_fit_of_simulated_days_simulates_such_days(seen: Seen, fit: HallFit) -> None:
    """Mean visits, waits and service of the fitted hall are those of the true one, with the same windows."""
    true, fitted = Twin(other(hall(20), seed=77)), Twin(setting_of(form_of(fit, seen.plan), seen.plan))

    sums = []
    for twin in (true, fitted):
        days = [twin.run(number)[0] for number in range(40)]
        called = sum(day.all.called for day in days)
        sums.append((called, sum(day.service_ms for day in days) / called, sum(day.all.kept for day in days) / called))

    assert sums[1][0] == pytest.approx(sums[0][0], rel=0.08)
    assert sums[1][1] == pytest.approx(sums[0][1], rel=0.05)
    assert sums[1][2] == pytest.approx(sums[0][2], abs=0.08)
