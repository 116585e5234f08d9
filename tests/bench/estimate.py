"""What a told wait costs: 100 people ahead on 59 windows, beside one whole command of the same hall."""

import statistics
import time

import msgspec

from hall import commands as cmd
from hall import estimate
from hall.state import HallDay
from hall.step import step
from tests.bench.rules import ITEMS, OPEN_MS, WINDOWS, open_hall

AHEAD = 100
ROUNDS = 200


def main() -> None:
    """Print the medians and their ratio."""
    state = open_hall()
    for number in range(WINDOWS + AHEAD):
        _take(state, f"t{number}", f"i{number * 7 % ITEMS}")
    for window in state.desks:
        step(state, cmd.CallNext(command_id="c", at_ms=OPEN_MS, actor=f"clerk:{window}", window=window))
    place = estimate.place_for(state, ("i0",), at_ms=OPEN_MS)
    told, taken = [], []
    for number in range(ROUNDS):
        began = time.process_time()
        estimate.wait_range(state, place, at_ms=OPEN_MS)
        between = time.process_time()
        _take(state, f"more{number}", "i0")
        told.append(between - began)
        taken.append(time.process_time() - between)
    one, other = statistics.median(told), statistics.median(taken)
    print(f"a told wait, {AHEAD} ahead, {WINDOWS} windows   {one * 1000:8.3f} ms   {one / other:.0f} × taking a number")


def _take(state: HallDay, name: str, item: str) -> None:
    wanted = (cmd.WantedItem(item),)
    command = cmd.TakeTicket(command_id=name, at_ms=OPEN_MS, actor="device:kiosk", ticket=name, items=wanted)
    assert not isinstance(step(state, command), msgspec.Struct), "a number is given"


if __name__ == "__main__":
    main()
