"""From n specialised to m comprehensive windows, with the causes shown apart, on the same people.

Laws:
- nothing is claimed: every figure is a simulated one, of the scenario and of the ranges that the manager states;
- causes follow each other in a fixed order (pooling at n windows, fewer windows, online filing, time of generalists, walk),
  so that the steps sum to the whole difference exactly; beside each stands what it brings alone, from the same start;
- what the steps alone do not sum to is their interaction, and is shown as such.
"""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Final

import msgspec
import numpy as np

from hall.catalog import Text
from hall.ids import MINUTE_MS
from simulation.differences import day_waits
from simulation.experiment import IsCancelled, Machine, Tell, compare
from simulation.intervals import Interval, difference_of, mean_of, share_of, unit_of
from simulation.setting import Assumption, Setting
from simulation.sizing.errors import BadGroups
from simulation.sizing.ranges import Range
from simulation.sizing.structures import Structure, breadth_of, placed
from simulation.table import Days

ONE: Final = Range(1.0, 1.0)
CAUSES: Final = {
    "pooling": Text("窗口合并（窗口数不变）", "pooling, as many windows"),
    "windows": Text("窗口减少", "fewer windows"),
    "online": Text("网上办理减少到访", "online filing"),
    "service": Text("综合窗口办理时长", "time of generalists"),
    "walk": Text("走到窗口", "walk to the window"),
}


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be merged, and what the manager believes of it."""

    before: Structure
    after: Structure
    online: tuple[tuple[str, Range], ...] = ()
    """By theme or item: share of its visits that file online and do not come."""
    service: Range = ONE
    """Times of items whose windows now serve more items, as a multiple of the specialist's."""
    walk: Range = ONE
    """Walking time, as a multiple."""


class Stage(msgspec.Struct, frozen=True):
    """A hall on the way: its figures."""

    code: str
    name: Text
    visitors: Interval
    mean_wait_min: Interval
    p90_min: float | None
    kept_pct: Interval
    left: Interval
    use_pct: Interval
    last_out_min: Interval


class Cause(msgspec.Struct, frozen=True):
    """What one cause does to the mean wait, in minutes: after the causes above it, and alone."""

    code: str
    name: Text
    step: Interval
    alone: Interval


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """One end of the stated ranges."""

    name: Text
    given: dict[str, float]
    stages: tuple[Stage, ...]
    causes: tuple[Cause, ...]
    total_min: Interval
    total_pct: Interval
    """Of the mean wait before."""
    interaction_min: Interval
    """The whole difference less the causes alone."""


class Merged(msgspec.Struct, frozen=True, kw_only=True):
    """The answer."""

    name: Text
    seed: int
    days: int
    target_min: float
    before: Text
    after: Text
    cases: tuple[Case, ...]
    assumptions: tuple[Assumption, ...]


class _End(msgspec.Struct, frozen=True):
    """One end of every range: online shares by code, factors of service and walk."""

    name: Text
    online: tuple[tuple[str, float], ...]
    service: float
    walk: float


def merge(
    setting: Setting,
    wish: Wish,
    *,
    days: int,
    machine: Machine | None = None,
    tell: Tell | None = None,
    is_cancelled: IsCancelled | None = None,
    progress_file: Path | None = None,
) -> Merged:
    """Simulate every step for both ends of the ranges; raises BadGroups, SweepCancelled and CheckpointMismatch."""
    ends = _ends(wish, setting)
    chains = [_Chain(setting, wish, end) for end in ends]
    distinct: dict[bytes, Setting] = {}
    for chain in chains:
        distinct |= {msgspec.json.encode(one): one for one in (*chain.steps.values(), *chain.alone.values())}
    tables = compare(
        list(distinct.values()), range(days), machine=machine, tell=tell, is_cancelled=is_cancelled,
        progress_file=progress_file,
    )  # fmt: skip
    known = dict(zip(distinct, tables, strict=True))
    return Merged(
        name=setting.name,
        seed=setting.seed,
        days=days,
        target_min=setting.target_ms / MINUTE_MS,
        before=wish.before.name,
        after=wish.after.name,
        cases=tuple(chain.case(known) for chain in chains),
        assumptions=(*setting.assumptions, *_assumptions(wish)),
    )


def _ends(wish: Wish, setting: Setting) -> list[_End]:
    """Return the cautious and the hopeful end, or one if the ranges are points; raises BadGroups."""
    themes = {theme.code for theme in setting.plan.catalog.themes}
    items = {item.code for item in setting.plan.catalog.items}
    for code, own in wish.online:
        if code not in themes | items:
            raise BadGroups(why_zh=f"没有主题或事项「{code}」", why_en=f"there is no theme or item {code}")
        if own.ends()[1] > 1:
            raise BadGroups(
                why_zh=f"「{code}」网办比例须在 0–1", why_en=f"{code}: the share online lies within 0 and 1"
            )
    if min(wish.service.ends()[0], wish.walk.ends()[0]) <= 0:
        raise BadGroups(why_zh="时长倍数须为正数", why_en="factors of time are positive")
    low = _End(
        Text("谨慎", "cautious"), tuple((code, own.ends()[0]) for code, own in wish.online), wish.service.ends()[1],
        wish.walk.ends()[1],
    )  # fmt: skip
    high = _End(
        Text("乐观", "hopeful"), tuple((code, own.ends()[1]) for code, own in wish.online), wish.service.ends()[0],
        wish.walk.ends()[0],
    )  # fmt: skip
    is_point = (low.online, low.service, low.walk) == (high.online, high.service, high.walk)
    return [msgspec.structs.replace(low, name=Text("所述假设", "as stated"))] if is_point else [low, high]


class _Chain:
    """The settings on the way from before to after under one end of the ranges."""

    def __init__(self, setting: Setting, wish: Wish, end: _End) -> None:
        self._end = end
        n, m = wish.before.windows, wish.after.windows
        changes = [("online", end.online), ("service", end.service != 1), ("walk", end.walk != 1)]
        codes = ["pooling", "windows", *(code for code, is_set in changes if is_set)]
        wide = _widened(wish, setting)
        before = placed(setting, wish.before)
        now = placed(setting, wish.after.with_windows(n))
        self.steps: dict[str, Setting] = {"before": before, "pooling": now}
        self.alone: dict[str, Setting] = {"pooling": now, "windows": placed(setting, wish.before.with_windows(m))}
        now = self.steps["windows"] = placed(setting, wish.after)
        for code in codes[2:]:
            now = self.steps[code] = _changed(now, code, end, wide)
            self.alone[code] = _changed(before, code, end, wide)
        self._strata = setting.strata

    def case(self, known: dict[bytes, Days]) -> Case:
        """Sum the simulated days up."""
        steps = {code: known[msgspec.json.encode(one)] for code, one in self.steps.items()}
        alone = {code: known[msgspec.json.encode(one)] for code, one in self.alone.items()}
        waits = {code: day_waits(table) for code, table in steps.items()}
        apart = {code: day_waits(table) - waits["before"] for code, table in alone.items()}
        order = list(steps)
        block = unit_of(len(waits["before"]), self._strata)
        causes = tuple(
            Cause(
                code, CAUSES[code], difference_of(waits[code], waits[last], block=block),
                mean_of(apart[code], block=block),
            )
            for last, code in pairwise(order)
        )  # fmt: skip
        first, final = waits["before"], waits[order[-1]]
        ratio = float(final.mean() / first.mean()) if first.mean() else float("nan")
        left = mean_of((final - ratio * first) / max(first.mean(), 1e-9), block=block)
        change = 100 * (ratio - 1)
        return Case(
            name=self._end.name,
            given={**{f"online {code}": share for code, share in self._end.online}, "service": self._end.service,
                   "walk": self._end.walk},
            stages=tuple(_stage(code, steps[code], block) for code in order),
            causes=causes,
            total_min=difference_of(final, first, block=block),
            total_pct=Interval(change, change - 100 * left.half_width, change + 100 * left.half_width, left.blocks),
            interaction_min=mean_of(final - first - np.sum([*apart.values()], axis=0), block=block),
        )  # fmt: skip


def _widened(wish: Wish, setting: Setting) -> set[str]:
    """Return the items whose windows serve more items than before."""
    before, after = (breadth_of(one, setting.plan) for one in (wish.before, wish.after))
    return {code for code, wide in after.items() if wide > before.get(code, wide)}


def _changed(setting: Setting, code: str, end: _End, wide: set[str]) -> Setting:
    """Return a setting after one more cause."""
    if code == "walk":
        rules = msgspec.structs.replace(setting.behaviour, walk_ms=round(setting.behaviour.walk_ms * end.walk))
        return msgspec.structs.replace(setting, behaviour=rules)
    if code == "online":
        by_code = dict(end.online)
        theme = {item.code: item.theme for item in setting.plan.catalog.items}
        already = dict(setting.mix.online)
        shares = {
            item: by_code.get(item, by_code.get(theme[item], already.get(item, 0.0))) for item, _ in setting.mix.items
        }
        online = tuple((item, share) for item, share in shares.items() if share > 0)
        return msgspec.structs.replace(setting, mix=msgspec.structs.replace(setting.mix, online=online))
    known = {item: (mean, cv) for item, mean, cv in setting.service.of_items}
    times = []
    for item in setting.plan.catalog.items:
        mean, cv = known.get(item.code, (item.service_ms, item.service_cv_pct / 100))
        if item.code in wide:
            times.append((item.code, round(mean * end.service), cv))
        elif item.code in known:
            times.append((item.code, mean, cv))
    return msgspec.structs.replace(setting, service=msgspec.structs.replace(setting.service, of_items=tuple(times)))


def _stage(code: str, days: Days, block: int) -> Stage:
    kept = share_of(days.fact("kept"), days.fact("counted"), block=block)
    use = share_of(days.fact("busy_ms"), days.fact("planned_ms"), block=block)
    return Stage(
        code,
        CAUSES.get(code, Text("合并前", "before")),
        mean_of(days.fact("came"), block=block),
        mean_of(day_waits(days), block=block),
        days.waits.percentile_min(0.9),
        _percent(kept),
        mean_of(days.fact("left") + days.fact("abandoned"), block=block),
        _percent(use),
        mean_of(days.fact("last_out_min"), block=block),
    )


def _percent(one: Interval) -> Interval:
    return Interval(one.value * 100, one.low * 100, one.high * 100, one.blocks)


def _assumptions(wish: Wish) -> Sequence[Assumption]:
    """Name what the manager stated, and what the structures take for granted."""
    found = [
        Assumption(
            "merge",
            Text(
                f"合并前 {wish.before.name.zh}，合并后 {wish.after.name.zh}；开放时间内全部窗口有人；专窗各组负荷相近",
                f"before: {wish.before.name.en}; after: {wish.after.name.en}; all are staffed whenever the hall is open;"
                " specialised groups have about equal loads",
            ),
        )
    ]
    stated = [(f"merge.online {code}", own) for code, own in wish.online]
    stated += [("merge.service", wish.service), ("merge.walk", wish.walk)]
    for about, own in stated:
        low, high = own.ends()
        if own != ONE:
            found.append(Assumption(about, Text(f"设定范围 {low:g}–{high:g}", f"stated as {low:g} to {high:g}")))
    return found
