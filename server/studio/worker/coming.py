"""Who comes in hours that are new on a planned date: as the manager states it, for all of them together or block by block.

Nobody comes in a new hour of which nothing is stated. Within a part of the new hours people come evenly.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from hall.catalog import Text
from server.studio.asks import Draft, FaultLine, Stated
from server.studio.dates import clock
from server.studio.failures import failed
from simulation.sizing.longer import NewTime
from simulation.sizing.ranges import Range

Times = tuple[NewTime, ...]
Ends = tuple[int, int]
"""From and to, in minutes after midnight."""
_SPAN: Final = re.compile(r"^(\d{1,2}):([0-5]\d)-(\d{1,2}):([0-5]\d)$")


class Part(msgspec.Struct, frozen=True):
    """What is stated of a part of the new hours."""

    ends: tuple[Ends, ...]
    moved: Stated
    induced: Stated


class Coming(msgspec.Struct, frozen=True):
    """New hours, each named by what is stated of it, and the ranges by that name."""

    times: Times
    moved: dict[str, Range]
    induced: dict[str, Range]


def parts_of(draft: Draft, most: Times) -> list[Part]:
    """Return what is stated of each part; a statement for all together is one of ``most``, the longest new hours."""
    if not draft.blocks:
        return [Part(tuple((one.from_min, one.to_min) for one in most), draft.moved, draft.induced)]
    return [Part((ends_of(one.hours),), one.moved, one.induced) for one in draft.blocks]


def coming_in(times: Times, draft: Draft, most: Times) -> Coming:
    """Return who comes in some new hours: a plan with a part of a block has that part of those who come in it."""
    named: list[NewTime] = []
    moved, induced = {}, {}
    for number, part in enumerate(parts_of(draft, most)):
        own = [one for time in times for one in _shared(time, part.ends, str(number))]
        if own:
            share = length(own) / sum(to - start for start, to in part.ends)
            named += own
            moved[str(number)], induced[str(number)] = _range(part.moved, share), _range(part.induced, share)
    return Coming(tuple(sorted(named, key=lambda one: one.from_min)), moved, induced)


def length(times: Sequence[NewTime]) -> int:
    """Return the minutes of some times."""
    return sum(one.to_min - one.from_min for one in times)


def is_nobody(one: Draft | Part) -> bool:
    """Tell whether it is stated that nobody comes, or nothing is stated."""
    stated = [one.moved, one.induced]
    if isinstance(one, Draft):
        stated += [each for block in one.blocks for each in (block.moved, block.induced)]
    return all(each.high <= 0 for each in stated)


def contradict(one: Sequence[Part], other: Sequence[Part]) -> bool:
    """Tell whether two plans state different things of an hour that is new in both."""
    return any(
        (mine.moved, mine.induced) != (theirs.moved, theirs.induced)
        for mine in one
        for theirs in other
        if any(start < until and since < to for start, to in mine.ends for since, until in theirs.ends)
    )


def ends_of(hours: str) -> Ends:
    """Read ``17:00-20:00``; an empty time where it is none."""
    found = _SPAN.match(hours.strip())
    if found is None:
        return 0, 0
    return int(found[1]) * 60 + int(found[2]), int(found[3]) * 60 + int(found[4])


# ---- what is wrong with it ----


def range_faults(draft: Draft) -> list[FaultLine]:
    """Find statements that are no range, and one for all beside one for a block."""
    stated = [("", draft.moved, draft.induced)]
    stated += [(f"blocks.{place}.", one.moved, one.induced) for place, one in enumerate(draft.blocks)]
    faults = [
        fault_of("STUDIO_RANGE", at + field, low=f"{one.low:g}", high=f"{one.high:g}")
        for at, moved, induced in stated
        for field, one in (("moved", moved), ("induced", induced))
        if not 0 <= one.low <= one.high
    ]
    if draft.blocks and (draft.moved.high > 0 or draft.induced.high > 0):
        faults.append(fault_of("STUDIO_STATED_TWICE", "blocks"))
    return faults


def block_faults(draft: Draft, times: Times, shown: str) -> list[FaultLine]:
    """Find blocks that are not among a plan's new hours, or share a time with one before."""
    faults, before = [], list[Ends]()
    for place, block in enumerate(draft.blocks):
        start, to = ends_of(block.hours)
        is_new = any(one.from_min <= start < to <= one.to_min for one in times)
        if not is_new or any(start < until and since < to for since, until in before):
            faults.append(fault_of("STUDIO_BLOCK", f"blocks.{place}", hours=block.hours, new=shown or "–"))
        before.append((start, to))
    return faults


def fault_of(code: str, field: str, **facts: str | int) -> FaultLine:
    """Return a fault of the studio's own at a field of the draft."""
    told = failed(code, **facts)
    return FaultLine(code, field, 0, told.zh, told.en)


# ---- what is said of it ----


def coming_told(draft: Draft, times: Times) -> Iterator[Text]:
    """Yield what is assumed of new hours, part by part."""
    left = [(one.from_min, one.to_min) for one in times]
    for part in parts_of(draft, times):
        own = tuple(one for time in times for one in _shared(time, part.ends, ""))
        if not own or is_nobody(part):
            continue
        for one in own:
            left = [rest for span in left for rest in _without(span, (one.from_min, one.to_min))]
        moved, induced = _stated(part.moved), _stated(part.induced)
        shown = written([(one.from_min, one.to_min) for one in own])
        yield Text(
            f"新增时段 {shown}（管理者填写）：{moved.zh} 改到此时段来，另新增 {induced.zh}；在时段内均匀到来",
            f"New hours {shown}, as the manager states: {moved.en} move to them, {induced.en} come in addition; evenly over them",
        )
    if left:
        shown = written(left)
        yield Text(
            f"新增时段 {shown}：假设没有人改到此时段来，也没有人因此新增（未填写）",
            f"New hours {shown}: nobody is assumed to move to them, and nobody to come in addition (nothing was stated)",
        )


def written(ends: Sequence[Ends]) -> str:
    """Return times as people write them."""
    return ", ".join(f"{clock(start)}-{clock(to)}" for start, to in ends)


def _stated(one: Stated) -> Text:
    shown = f"{one.low:g}" if one.low == one.high else f"{one.low:g}–{one.high:g}"
    if one.is_percent:
        return Text(f"当日到访的 {shown} %", f"{shown} % of the day's visits")
    return Text(f"{shown} 人次", f"{shown} visits")


def _range(one: Stated, part: float) -> Range:
    return Range(one.low * part, one.high * part, one.is_percent)


def _shared(time: NewTime, ends: Sequence[Ends], name: str) -> Iterator[NewTime]:
    for start, to in ends:
        if start < time.to_min and time.from_min < to:
            yield NewTime(time.weekday, max(start, time.from_min), min(to, time.to_min), name)


def _without(span: Ends, taken: Ends) -> Iterator[Ends]:
    """Yield what of a time lies outside another."""
    if taken[1] <= span[0] or taken[0] >= span[1]:
        yield span
        return
    if span[0] < taken[0]:
        yield span[0], taken[0]
    if taken[1] < span[1]:
        yield taken[1], span[1]
