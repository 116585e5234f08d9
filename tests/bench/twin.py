"""How fast is the twin: tickets per second with the real rules, beside simulators without any, and on two cores beside one.

The hall is that of :mod:`tests.bench.rules` (59 windows, 1,000 items, four classes) at nine tenths of what its windows can do,
with missed calls and rejoins. The others simulate M/M/59 with the same load: plain SimPy ``Resource``, Ciw, and a bare
recursion on a heap, which knows nothing but the next free window.
"""

import gc
import random
import resource
import statistics
import time
from collections.abc import Callable, Generator
from heapq import heapify, heappop, heappush

import ciw
import simpy

from hall.ids import MINUTE_MS
from simulation.experiment import Machine, simulate
from simulation.setting import Behaviour, Demand, Piece, Setting
from simulation.twin import Twin
from tests.bench.rules import WINDOWS, district_plan
from tests.simulation.settings import plan_of, setting_of

USE = 0.9
SERVICE_MIN = 10.0
PER_HOUR = WINDOWS * USE * 60 / SERVICE_MIN
CLASSES = (("ordinary", 0.55), ("booked", 0.25), ("elder", 0.15), ("priority", 0.05))
DAYS = 5
VISITS = 20_000
ROUNDS = 3
CORE_DAYS = 40
FEW_DAYS = 10


def full_rules() -> Setting:
    """Return the hall with all its rules: items, themes, classes, missed calls, rejoins, walks."""
    setting = setting_of(district_plan(), per_hour=0)
    span = setting.plan.hours.days[0][0]
    per_hour = WINDOWS * USE * 60 * MINUTE_MS / Twin(setting).mean_service_ms
    behaviour = Behaviour(walk_ms=25_000, missed=0.05, overtime_ms=300 * MINUTE_MS)
    demand = Demand(pieces=(Piece(span.from_min, span.to_min, per_hour),), classes=CLASSES)
    return setting_of(setting.plan, per_hour=per_hour, demand=demand, behaviour=behaviour)


def one_pool() -> Setting:
    """Return the hall as theory sees it: equal windows, one item, one class."""
    return setting_of(plan_of(WINDOWS), per_hour=PER_HOUR)


def twin_rate(setting: Setting) -> Callable[[], float]:
    """Return how to measure the twin: drawing, deciding and summing up."""
    twin = Twin(setting)
    twin.run(0)

    def rate() -> float:
        began = time.process_time()
        tickets = sum(twin.run(number)[0].taken for number in range(DAYS))
        return tickets / (time.process_time() - began)

    return rate


def _visits() -> list[tuple[float, float]]:
    chance, at, found = random.Random(1), 0.0, []
    for _ in range(VISITS):
        at += chance.expovariate(PER_HOUR / 60)
        found.append((at, chance.expovariate(1 / SERVICE_MIN)))
    return found


def simpy_rate() -> float:
    """Run visits through one plain SimPy Resource with 59 seats."""
    environment = simpy.Environment()
    seats = simpy.Resource(environment, capacity=WINDOWS)

    def visit(arrives: float, serves: float) -> Generator[simpy.Event]:
        yield environment.timeout(arrives)
        with seats.request() as seat:
            yield seat
            yield environment.timeout(serves)

    began = time.process_time()
    for arrives, serves in _visits():
        environment.process(visit(arrives, serves))
    environment.run()
    return VISITS / (time.process_time() - began)


def ciw_rate() -> float:
    """Run visits through Ciw."""
    ciw.seed(1)
    network = ciw.create_network(
        arrival_distributions=[ciw.dists.Exponential(PER_HOUR / 60)],
        service_distributions=[ciw.dists.Exponential(1 / SERVICE_MIN)],
        number_of_servers=[WINDOWS],
    )
    began = time.process_time()
    day = ciw.Simulation(network)
    day.simulate_until_max_customers(VISITS)
    return VISITS / (time.process_time() - began)


def recursion_rate() -> float:
    """Run visits through the recursion of Kiefer and Wolfowitz."""
    began = time.process_time()
    free = [0.0] * WINDOWS
    heapify(free)
    waited = 0.0
    for arrives, serves in _visits():
        called = max(arrives, heappop(free))
        waited += called - arrives
        heappush(free, called + serves)
    assert waited > 0
    return VISITS / (time.process_time() - began)


def cores() -> tuple[float, float]:
    """Return the wall times of the same days on one core and on two, the workers already started."""
    setting = full_rules()
    times = []
    for jobs in (1, 2):
        machine = Machine(jobs=jobs)
        simulate(setting, range(2 * jobs), machine=machine)
        began = time.perf_counter()
        simulate(setting, range(CORE_DAYS), machine=machine)
        times.append(time.perf_counter() - began)
    return times[0], times[1]


def memory_mb(days: int) -> float:
    """Return the most memory that this process ever had, after so many more days."""
    simulate(full_rules(), range(days))
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Print medians of several rounds, taken in turn, and their ratios."""
    ways: dict[str, Callable[[], float]] = {
        "twin, full rules": twin_rate(full_rules()),
        "twin, one pool": twin_rate(one_pool()),
        "plain SimPy Resource": simpy_rate,
        "Ciw": ciw_rate,
        "recursion on a heap": recursion_rate,
    }
    rates: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, measure in ways.items():
            gc.collect()
            rates[name].append(measure())
    full, ciw_s, plain = (
        statistics.median(rates[name]) for name in ("twin, full rules", "Ciw", "plain SimPy Resource")
    )
    for name in ways:
        rate = statistics.median(rates[name])
        print(f"{name:28} {rate:12,.0f} tickets/s   {rate / ciw_s:6.2f} × Ciw   {rate / plain:6.2f} × SimPy")
    print(f"twin with full rules: {full / ciw_s:.2f} × Ciw, which knows no rules")
    few, many = memory_mb(FEW_DAYS), memory_mb(4 * FEW_DAYS)
    print(f"most memory after {FEW_DAYS} days {few:.0f} MB, after four times as many more {many:.0f} MB")
    one, two = cores()
    print(f"{CORE_DAYS} days: one core {one:.1f} s, two cores {two:.1f} s, {one / two:.2f} ×")


if __name__ == "__main__":
    main()
