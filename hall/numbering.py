"""Numbers for people: A001, A002, …; a full band widens by a digit (A999 → A1000). Never a key."""

from hall.policy import Series
from hall.state import HallDay


def next_number(state: HallDay, item: str, klass: str) -> tuple[str, str, int]:
    """Return (number, key of its counter, new count) for an item and a class of visitors."""
    series = state.index.number_series[state.index.items[item].theme, klass]
    key = series.counter
    count = state.series.get(key, series.first - 1) + 1
    if count <= series.last:
        return series.prefix + str(count).zfill(series.digits), key, count
    return _widened(state, series)


def _widened(state: HallDay, series: Series) -> tuple[str, str, int]:
    """Go on above every band of the prefix, so that two full bands of one prefix never meet."""
    key = series.widened_counter
    count = state.series.get(key, 10**series.digits - 1) + 1
    return f"{series.prefix}{count}", key, count


def counters_of(state: HallDay) -> dict[str, int]:
    """Return the counters of the plan in force, each at the highest number of its band that was given out before.

    A changed plan may cut the bands of a prefix anew; no number is given out twice over that.
    """
    counters: dict[str, int] = {}
    for series in state.plan.policy.series:
        width = len(series.prefix)
        for ticket in state.tickets.values():
            label = ticket.number[width:]
            if ticket.number.startswith(series.prefix) and label.isdecimal():
                _raise_counter(counters, series, count=int(label))
    return counters


def _raise_counter(counters: dict[str, int], series: Series, *, count: int) -> None:
    if series.first <= count <= series.last:
        key = series.counter
    elif count >= 10**series.digits:
        key = series.widened_counter
    else:
        return
    counters[key] = max(count, counters.get(key, 0))
