"""The fewest windows that hold a target, by what simulated days say: raise where it is missed, then take away what is not
needed.

The rounds are those of the iterative staffing algorithm (Z. Feldman, A. Mandelbaum, W. Massey, W. Whitt, Management Science
54, 2008) with the twin instead of a formula; all staffings meet the same people (common random numbers), so that two of them
differ by what the windows do and not by chance. Taking a window away never helps: what could not be spared once is not tried
again.
"""

from collections.abc import Callable, Iterator
from typing import Final

from simulation.intervals import Floats
from simulation.sizing.groups import Frame, Numbers
from simulation.sizing.measure import Demanded, Layout

Judge = Callable[[Numbers], Floats]
"""Returns the summed rows of the search's days under a staffing."""
ROUNDS: Final = 14
"""More have never been needed before all windows that can help are open."""
FEW: Final = 0.2
"""Themes with less than this part of the misses are left for the next round."""
STEEP: Final = 0.5
"""Windows added per window and missing share; at most :data:`MOST`."""
MOST: Final = 0.12
COARSE: Final = (0.1, 0.05)
"""Parts of a group that are taken away at first, before single windows are."""


class Search:
    """The search for one hall and target."""

    def __init__(self, frame: Frame, layout: Layout, judge: Judge, *, margin: float) -> None:
        self._frame = frame
        self._layout = layout
        self._judge = judge
        self.margin = margin
        self._helpers = _helpers(frame, layout)
        self._hour_of = [layout.hours.index(slot // 2) for slot in frame.slots]

    def slack(self, sums: Floats) -> float:
        """Return by how much the requirement that is met least is met, the margin taken off."""
        return min(one.slack(sums, self.margin) for one in self._layout.demands)

    def holds(self, numbers: Numbers) -> bool:
        """Return whether a staffing meets all requirements with the margin."""
        return self.slack(self._judge(numbers)) >= 0

    def reach(self, numbers: Numbers) -> Numbers:
        """Add windows where the target is missed until it is met, or until all are open (which may still miss it)."""
        tried = numbers
        for _ in range(ROUNDS):
            sums = self._judge(tried)
            if self.slack(sums) >= 0:
                return tried
            more = self._raised(tried, sums)
            if more == tried:
                break
            tried = more
        return self._frame.full

    def prune(self, numbers: Numbers) -> Numbers:
        """Take windows away as long as the target is met: whole days first, then parts, then single half-hours."""
        for groups, places, portion in self._blocks():
            needed: set[tuple[int, int]] = set()
            while True:
                before = numbers
                for group in groups:
                    for start in range(0, len(self._frame.slots), places):
                        if (group, start) in needed:
                            continue
                        fewer = self._fewer(numbers, group, range(start, start + places), portion)
                        if fewer is not None and self.holds(fewer):
                            numbers = fewer
                        else:
                            needed.add((group, start))
                if numbers == before:
                    break
        return numbers

    def _blocks(self) -> Iterator[tuple[range, int, float]]:
        """Yield (groups, half-hours at a time, part of the windows; 0: one window)."""
        groups, day = range(len(self._frame.groups)), len(self._frame.slots)
        for portion in (*COARSE, 0.0):
            yield groups, day, portion
        for parts in (2, 4):
            yield groups, -(-day // parts), 0.0
        yield groups, 1, COARSE[1]
        yield groups, 1, 0.0

    def _fewer(self, numbers: Numbers, group: int, places: range, portion: float) -> Numbers | None:
        """Return a staffing with fewer windows of a group in some half-hours; None where none can be spared."""
        own = list(numbers[group])
        steps = {place: max(1, int(own[place] * portion)) for place in places if place < len(own) and own[place]}
        if not steps or (portion and max(steps.values()) == 1):
            # Single windows come later.
            return None
        for place, step in steps.items():
            own[place] -= step
        found = (*numbers[:group], tuple(own), *numbers[group + 1 :])
        return found if self._frame.covers(found) else None

    def _raised(self, numbers: Numbers, sums: Floats) -> Numbers:
        """Return a staffing with more windows where the target is missed."""
        grown = [list(own) for own in numbers]
        for demand in self._layout.demands:
            missing = -demand.slack(sums, self.margin)
            if missing <= 0:
                continue
            for hour, theme in self._cells(demand, sums):
                for place in self._places(hour):
                    self._add(grown, numbers, place, theme, missing)
        return tuple(tuple(own) for own in grown)

    def _cells(self, demand: Demanded, sums: Floats) -> Iterator[tuple[int, int]]:
        """Yield the hours and themes in which most of those come who are not called in time."""
        themes = len(self._layout.themes)
        if demand.kind in ("booked", "use"):
            counts = sums[: self._layout.cells].reshape(-1, themes)
            yield from ((hour, int(own.argmax())) for hour, own in enumerate(counts) if own.any())
            return
        misses = sums[list(demand.whole)] - sums[list(demand.part)]
        for column, missed in zip(demand.whole, misses, strict=True):
            if missed > 0 and (missed >= FEW * misses.sum() or missed == misses.max()):
                hour, theme = divmod(column % self._layout.cells, themes)
                yield hour, theme

    def _places(self, hour: int) -> Iterator[int]:
        """Yield the half-hours of an hour and the one before, in which its queue begins."""
        own = [place for place, one in enumerate(self._hour_of) if one == hour]
        if own and own[0] > 0:
            yield own[0] - 1
        yield from own

    def _add(self, grown: list[list[int]], numbers: Numbers, place: int, theme: int, missing: float) -> None:
        for group in self._helpers[theme]:
            size, before = self._frame.groups[group].size, numbers[group][place]
            if before < size:
                more = max(1, round(before * min(MOST, STEEP * missing)))
                grown[group][place] = min(size, max(grown[group][place], before + more))
                return


def _helpers(frame: Frame, layout: Layout) -> list[list[int]]:
    """Return for each theme the groups that serve it, those that serve most of it first."""
    found = []
    for theme in range(len(layout.themes)):
        codes = {code for code in frame.wanted if layout.theme_of[code] == theme}
        groups = [number for number, group in enumerate(frame.groups) if group.items & codes]
        found.append(
            sorted(groups, key=lambda number: (-len(frame.groups[number].items & codes), -frame.groups[number].size))
        )
    return found
