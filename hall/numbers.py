"""Numbers for people: A001, A002, …; a full band widens by a digit (A999 → A1000). Never a key."""

from hall.policy import Series
from hall.state import HallDay


def next_number(state: HallDay, item: str, klass: str) -> tuple[str, str, int]:
    """Return (number, key of its counter, new count) for an item and a class of visitors."""
    series, key = state.index.number_series[state.index.items[item].theme, klass]
    count = state.series.get(key, series.first - 1) + 1
    if count <= series.last:
        return series.prefix + str(count).zfill(series.digits), key, count
    return _widened(state, series)


def _widened(state: HallDay, series: Series) -> tuple[str, str, int]:
    """Go on above every band of the prefix, so that two full bands of one prefix never meet."""
    key = f"{series.prefix}+"
    count = state.series.get(key, 10**series.digits - 1) + 1
    return f"{series.prefix}{count}", key, count
