"""An independent simulator agrees: priorities, patience and staffing by the clock, simulated by Ciw from its own chance.

G. Palmer, V. Knight, P. Harper, A. Hawa, Journal of Simulation 13 (2019). Both simulate the same hall day many times; the
95 % interval of the difference of their day means holds zero, and is short enough to notice the stated part.
"""

from collections.abc import Callable, Sequence
from typing import Any

import ciw
import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from hall.catalog import Text
from hall.ids import MINUTE_MS
from hall.policy import Policy, Series, VisitorClass
from hall.state import Ticket
from simulation.roster import shifts_from_numbers
from simulation.setting import Behaviour, Demand, Piece, Roster, ServiceTimes, Setting
from simulation.twin import Twin
from tests.simulation.settings import HOURS, plan_of, setting_of

DAY_MIN = HOURS[1] - HOURS[0]
LATE_MIN = 3_000
"""Long after the last visitor went home."""
DAYS = 150
SERVICE_MIN = 10.0
PATIENT = Behaviour(overtime_ms=600 * MINUTE_MS)

Figures = NDArray[np.float64]
"""Days × figures."""


def twin_days(setting: Setting, figures: Callable[[list[Ticket]], Sequence[float]]) -> Figures:
    """Return figures of each of the twin's days."""
    twin, found = Twin(setting), []
    for number in range(DAYS):
        world = twin.world(number)
        world.run()
        found.append(figures(list(world.state.tickets.values())))
    return np.array(found)


def ciw_days(network: Callable[[], dict[str, Any]], figures: Callable[[list[Any]], Sequence[float]]) -> Figures:
    """Return figures of each of Ciw's days; the network is made for each, since it draws its arrivals when it is made."""
    found = []
    for number in range(DAYS):
        ciw.seed(number)
        day = ciw.Simulation(ciw.create_network(**network()))
        day.simulate_until_max_time(LATE_MIN)
        found.append(figures(day.get_all_records()))
    return np.array(found)


def assert_agree(ours: Figures, theirs: Figures, *, within: float) -> None:
    """Compare means (Welch): each interval of a difference holds zero and is shorter than a part of the mean."""
    for one, other in zip(ours.T, theirs.T, strict=True):
        error = np.sqrt(one.var(ddof=1) / len(one) + other.var(ddof=1) / len(other))
        reach = stats.t.ppf(0.975, len(one) + len(other) - 2) * error
        assert abs(one.mean() - other.mean()) <= reach, (one.mean(), other.mean(), reach)
        assert reach < within * other.mean(), (one.mean(), other.mean(), reach)


def arrivals(per_hour: float) -> ciw.dists.PoissonIntervals:
    """Return arrivals through the day, and none after it."""
    return ciw.dists.PoissonIntervals(rates=[per_hour / 60], endpoints=[DAY_MIN], max_sample_date=DAY_MIN)


def mean_wait(tickets: Sequence[Ticket]) -> float:
    """Return the mean wait in minutes of those who were called."""
    waits = [one.first_called_ms - one.arrived_ms for one in tickets if one.first_called_ms]
    return float(np.mean(waits or [0])) / MINUTE_MS


def mean_wait_of(rows: Sequence[Any]) -> float:
    """Return the mean wait in minutes of those whom Ciw served."""
    return float(np.mean([row.waiting_time for row in rows if row.record_type == "service"] or [0.0]))


@pytest.mark.slow  # 45,000 visits, twice
@pytest.mark.timeout(300)
def test_three_classes_wait_as_ciw_says() -> None:
    """A tenth is called first, a fifth last, at six windows with a use of .9."""
    shares = {"priority": 0.1, "ordinary": 0.7, "patient": 0.2}
    per_hour = 6 * 6 * 0.9
    lanes = {"priority": 0, "ordinary": 1, "patient": 2}
    classes = tuple(VisitorClass(code, Text("类", code), lane=lane) for code, lane in lanes.items())
    policy = Policy("1", (Series("A", last=99_999, digits=5),), classes=classes, end_day_min=29 * 60)
    demand = Demand(pieces=(Piece(*HOURS, per_hour),), classes=tuple(shares.items()))
    setting = setting_of(plan_of(6, policy=policy), per_hour=per_hour, demand=demand, behaviour=PATIENT)

    def network() -> dict[str, Any]:
        return {
            "arrival_distributions": {klass: [arrivals(per_hour * share)] for klass, share in shares.items()},
            "service_distributions": {klass: [ciw.dists.Exponential(1 / SERVICE_MIN)] for klass in shares},
            "number_of_servers": [6],
            "priority_classes": lanes,
        }

    ours = twin_days(setting, lambda rows: [mean_wait([one for one in rows if one.klass == code]) for code in lanes])
    theirs = ciw_days(
        network, lambda rows: [mean_wait_of([one for one in rows if one.customer_class == code]) for code in lanes]
    )
    assert_agree(ours, theirs, within=0.35)
    assert ours[:, 0].mean() < ours[:, 1].mean() / 2 < ours[:, 2].mean() / 4


@pytest.mark.slow  # 50,000 visits, twice
@pytest.mark.timeout(300)
def test_as_many_lose_patience_as_ciw_says() -> None:
    """More come than six windows can serve; patience is exponential with a mean of 20 minutes."""
    per_hour = 6 * 6 * 1.1
    behaviour = Behaviour(patience_ms=20 * MINUTE_MS, patience_law="exponential", overtime_ms=600 * MINUTE_MS)
    setting = setting_of(plan_of(6), per_hour=per_hour, behaviour=behaviour)

    def network() -> dict[str, Any]:
        return {
            "arrival_distributions": [arrivals(per_hour)],
            "service_distributions": [ciw.dists.Exponential(1 / SERVICE_MIN)],
            "reneging_time_distributions": [ciw.dists.Exponential(1 / 20)],
            "number_of_servers": [6],
        }

    ours = twin_days(setting, lambda rows: [sum(one.state == "CANCELLED" for one in rows) / len(rows), mean_wait(rows)])
    theirs = ciw_days(
        network, lambda rows: [sum(one.record_type == "renege" for one in rows) / len(rows), mean_wait_of(rows)]
    )
    assert_agree(ours, theirs, within=0.12)


@pytest.mark.slow  # 35,000 visits, twice
@pytest.mark.timeout(300)
def test_windows_that_open_and_close_by_the_clock_give_the_waits_of_ciw() -> None:
    """Three windows, then seven, then four that serve out; whoever is served when a shift ends is served to the end."""
    numbers, step_min, per_hour = (3, 7, 4), DAY_MIN // 3, 26.0
    starts = [step_min * number for number in range(3)]
    plan = plan_of(7)
    codes = [window.code for window in plan.catalog.windows]
    roster = Roster(shifts=shifts_from_numbers(codes, numbers, from_min=HOURS[0], step_min=step_min))
    service = ServiceTimes(of_items=(("visit", int(SERVICE_MIN * MINUTE_MS), 0.8),))
    setting = setting_of(plan, per_hour=per_hour, roster=roster, service=service, behaviour=PATIENT)
    variance = np.log1p(0.8**2)

    def network() -> dict[str, Any]:
        return {
            "arrival_distributions": [arrivals(per_hour)],
            "service_distributions": [ciw.dists.Lognormal(np.log(SERVICE_MIN) - variance / 2, np.sqrt(variance))],
            "number_of_servers": [
                ciw.Schedule(
                    numbers_of_servers=list(numbers), shift_end_dates=[*starts[1:], LATE_MIN], preemption=False
                )
            ],
        }

    opens = Twin(setting).day(0).sessions[0].open_ms

    def ours(rows: list[Ticket]) -> list[float]:
        came = [(one, (one.arrived_ms - opens) / MINUTE_MS) for one in rows]
        return [mean_wait([one for one, at in came if start <= at < start + step_min]) for start in starts]

    def theirs(rows: list[Any]) -> list[float]:
        return [mean_wait_of([one for one in rows if start <= one.arrival_date < start + step_min]) for start in starts]

    assert_agree(twin_days(setting, ours), ciw_days(network, theirs), within=0.4)
