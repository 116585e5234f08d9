"""How fast are the rules: ticket lives per second through decide and evolve, beside the plain SimPy model of the same hall.

A life is take, call (by finish-and-next), start, finish. The hall has 59 windows (10 comprehensive, 20 themed, 29
specialised), 1,000 items of 29 departments in 12 themes and four classes of visitors, and is never empty.
"""

import gc
import random
import statistics
import time
from collections.abc import Generator, Iterator

import simpy

from hall import commands as cmd
from hall.catalog import Area, Catalog, Item, Serves, Text, Theme, Window
from hall.opening import Session, Span, WeekHours
from hall.policy import Plan, Policy, Series
from hall.state import HallDay
from hall.step import step

WINDOWS = 59
ITEMS = 1_000
DEPARTMENTS = 29
THEMES = 12
CLASSES = ("ordinary", "booked", "elder", "priority")
OPEN_MS = 1_790_000_000_000
LONG_MS = 10**9
LIVES = 20_000
ROUNDS = 5
WAITING = (50, 500, 5_000)


def district_plan() -> Plan:
    """Make the hall of the measurement."""
    themes = tuple(Theme(f"t{number}", Text(f"主题{number}", f"Theme {number}")) for number in range(THEMES))
    items = tuple(
        Item(f"i{number}", Text(f"事项{number}", f"Item {number}"), f"t{number % DEPARTMENTS % THEMES}")
        for number in range(ITEMS)
    )
    catalog = Catalog((Area("a1", Text("大厅", "Hall")),), themes, items, tuple(_windows()))
    return Plan(
        "bench",
        Text("大厅", "Hall"),
        "Asia/Shanghai",
        catalog,
        WeekHours(((Span(510, 1050),),) * 7),
        Policy("1", (Series("A", last=99_999, digits=5),)),
    )


def _windows() -> Iterator[Window]:
    for number in range(WINDOWS):
        serves = Serves(everything=True)
        if 10 <= number < 30:
            serves = Serves(themes=tuple(f"t{(number + step_on) % THEMES}" for step_on in range(3)))
        elif number >= 30:
            serves = Serves(items=tuple(f"i{item}" for item in range(number - 30, ITEMS, DEPARTMENTS)))
        yield Window(f"W{number:02d}", str(number), "a1", serves=serves)


def open_hall() -> HallDay:
    """Open a day with every window staffed."""
    state = HallDay()
    plan = state.learn(district_plan())
    step(state, cmd.OpenDay(command_id="open", at_ms=OPEN_MS, actor="timer:", hall="bench", date="2026-11-23",
                            kind="workday", sessions=(Session(OPEN_MS, OPEN_MS + LONG_MS),), plan=plan,
                            half_day_ms=OPEN_MS + LONG_MS, end_day_ms=OPEN_MS + 2 * LONG_MS))  # fmt: skip
    for window in state.desks:
        step(state, cmd.OpenWindow(command_id="open", at_ms=OPEN_MS, actor=f"clerk:{window}", window=window))
    return state


def lives_per_s(waiting: int) -> float:
    """Run lives with so many people waiting all the time; return lives per second of processor time."""
    chance = random.Random(waiting)
    state = open_hall()
    windows = list(state.desks)
    serves = [
        [item for item in state.index.items if state.index.signatures[item][0] & desk.bit]
        for desk in state.desks.values()
    ]
    for number in range(waiting):
        step(state, _take(f"w{number}", f"i{chance.randrange(ITEMS)}", CLASSES[number % 4], OPEN_MS))
    for window in windows:
        step(state, cmd.CallNext(command_id="c", at_ms=OPEN_MS, actor=f"clerk:{window}", window=window))
    plan = []
    for number in range(LIVES):
        desk = number % WINDOWS
        plan.append(
            (windows[desk], f"clerk:{windows[desk]}", chance.choice(serves[desk]), CLASSES[chance.randrange(4)])
        )
    return LIVES / _run(state, plan)


def _run(state: HallDay, plan: list[tuple[str, str, str, str]]) -> float:
    gc.collect()
    gc.freeze()
    began = time.process_time()
    at_ms = OPEN_MS
    for number, (window, clerk, item, klass) in enumerate(plan):
        at_ms += 100
        name = f"T{number}"
        step(state, cmd.TakeTicket(command_id=name, at_ms=at_ms, actor="device:kiosk", ticket=name,
                                   items=(cmd.WantedItem(item),), klass=klass))  # fmt: skip
        step(state, cmd.StartService(command_id=name, at_ms=at_ms, actor=clerk, window=window))
        step(state, cmd.FinishTicket(command_id=name, at_ms=at_ms, actor=clerk, window=window, and_next=True))
    spent = time.process_time() - began
    gc.unfreeze()
    assert state.totals["DONE"] > LIVES * 0.9, "the measured hall must really serve"
    return spent


def _take(name: str, item: str, klass: str, at_ms: int) -> cmd.TakeTicket:
    return cmd.TakeTicket(command_id=name, at_ms=at_ms, actor="device:kiosk", ticket=name,
                          items=(cmd.WantedItem(item),), klass=klass)  # fmt: skip


def simpy_lives_per_s() -> float:
    """Run the same number of visits through one plain SimPy Resource with 59 seats and no rules at all."""
    environment = simpy.Environment()
    seats = simpy.Resource(environment, capacity=WINDOWS)
    chance = random.Random(1)

    def visit(arrives: float, serves: float) -> Generator[simpy.Event]:
        yield environment.timeout(arrives)
        with seats.request() as seat:
            yield seat
            yield environment.timeout(serves)

    for number in range(LIVES):
        environment.process(visit(number * 0.1, chance.random() * 11))
    began = time.process_time()
    environment.run()
    return LIVES / (time.process_time() - began)


def main() -> None:
    """Print medians of several rounds, taken in turn, and their ratios."""
    rules: dict[int, list[float]] = {waiting: [] for waiting in WAITING}
    plain: list[float] = []
    for _ in range(ROUNDS):
        for waiting in WAITING:
            rules[waiting].append(lives_per_s(waiting))
        plain.append(simpy_lives_per_s())
    base = statistics.median(plain)
    print(f"plain SimPy Resource, no rules    {base:10,.0f} lives/s   1.00")
    for waiting in WAITING:
        rate = statistics.median(rules[waiting])
        print(f"full rules, {waiting:5,} waiting        {rate:10,.0f} lives/s   {rate / base:.2f} × SimPy")
    flat = statistics.median(rules[50]) / statistics.median(rules[5_000])
    print(f"cost of a life with 5,000 waiting beside 50: {flat:.2f} ×")


if __name__ == "__main__":
    main()
