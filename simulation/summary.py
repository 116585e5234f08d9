"""What many simulated days say, for people: every figure with its interval, in the words of :mod:`hall.figures`."""

from collections.abc import Iterator
from typing import Final

import msgspec
import numpy as np

from hall.ids import MINUTE_MS
from simulation.differences import day_waits
from simulation.fit.table import aligned
from simulation.intervals import Interval, number_of, share_of, unit_of
from simulation.scenario_checks import clock
from simulation.setting import Assumption, Setting
from simulation.table import Days
from simulation.waits import SLOT_MIN, SLOTS

PERCENT: Final = 100.0
NO_FIGURE: Final = Interval(float("nan"), float("nan"), float("nan"), 0)
"""Of waits where nobody was called: there are none, which is not the same as short ones."""
BAR: Final = 24
"""Columns of the bar that shows a half-hour's waits."""


class SlotSummary(msgspec.Struct, frozen=True):
    """People who came in one half-hour, per day, and how they waited (minutes)."""

    time: str
    called: float
    kept_pct: float | None
    p50_min: float | None
    p90_min: float | None


class Summary(msgspec.Struct, frozen=True):
    """Everything a simulation says. Shares in percent, waits in minutes, counts per day."""

    name: str
    seed: int
    days: int
    target_min: float
    visitors: Interval
    kept_pct: Interval
    mean_wait_min: Interval
    p50_min: float | None
    p80_min: float | None
    p90_min: float | None
    longest_min: Interval
    left: Interval
    turned_away: Interval
    no_shows: Interval
    use_pct: Interval
    window_hours: Interval
    last_out: str
    worst: str
    """The half-hour in which the promise is kept least."""
    by_class: dict[str, float | None]
    """Promise kept in percent."""
    by_theme: dict[str, float | None]
    slots: tuple[SlotSummary, ...]
    assumptions: tuple[Assumption, ...]


def summary_of(setting: Setting, days: Days) -> Summary:
    """Sum up simulated days; ``days`` holds at least one."""
    block = unit_of(days.count, setting.strata)
    # Who missed an appointment and came too late is one visitor, not two.
    control = days.fact("came") + days.fact("absent") - days.fact("expected")
    slots = tuple(_slots(days))
    worst = min((one for one in slots if one.kept_pct is not None), key=lambda one: one.kept_pct or 0, default=None)
    is_called = bool(days.fact("called").any())
    shown = {
        "p50_min": days.waits.percentile_min(0.5), "p80_min": days.waits.percentile_min(0.8),
        "p90_min": days.waits.percentile_min(0.9),
    }  # fmt: skip
    return Summary(
        name=setting.name.zh,
        seed=setting.seed,
        days=days.count,
        target_min=setting.target_ms / MINUTE_MS,
        visitors=number_of(days.fact("came"), block=block),
        kept_pct=_times(share_of(days.fact("kept"), days.fact("counted"), block=block), PERCENT),
        mean_wait_min=number_of(day_waits(days), block=block, control=control) if is_called else NO_FIGURE,
        **shown,
        longest_min=number_of(days.fact("longest_ms") / MINUTE_MS, block=block) if is_called else NO_FIGURE,
        left=number_of(days.fact("left") + days.fact("abandoned"), block=block),
        turned_away=number_of(days.fact("turned_away"), block=block),
        no_shows=number_of(days.fact("no_shows"), block=block),
        use_pct=_times(share_of(days.fact("busy_ms"), days.fact("planned_ms"), block=block), PERCENT),
        window_hours=number_of(days.fact("planned_ms") / (60 * MINUTE_MS), block=block),
        last_out=clock(int(np.max(days.fact("last_out_min")))) if days.fact("came").any() else "",
        worst="" if worst is None else worst.time,
        by_class={code: _kept(one.kept, one.counted) for code, one in sorted(days.by_class.items())},
        by_theme={code: _kept(one.kept, one.counted) for code, one in sorted(days.by_theme.items())},
        slots=slots,
        assumptions=setting.assumptions,
    )


def lines_of(summary: Summary, *, name_en: str, version: str) -> Iterator[str]:
    """Return the report for a terminal, line by line."""
    yield f"{summary.name} {name_en} · onewindow {version} · seed {summary.seed}"
    yield f"{summary.days} 天 simulated days; 区间 95 %，以天为单位 intervals 95 %, the day as unit"
    yield ""
    yield from aligned(_figures(summary))
    yield ""
    yield "各半小时到访者的等候 waits by half-hour of arrival (min)"
    rows = [("", "叫到 called", "P50", "P90", f"≤ {summary.target_min:g} min", " " * BAR)]
    rows += [
        (
            one.time,
            f"{one.called:.0f}",
            _short(one.p50_min),
            _short(one.p90_min),
            f"{_short(one.kept_pct)} %",
            _bar(one.p90_min),
        )
        for one in summary.slots
    ]
    yield from aligned(rows)
    yield ""
    shares = [*summary.by_class.items(), *summary.by_theme.items()]
    yield "兑现比例 promise kept: " + ", ".join(f"{code} {_short(pct)} %" for code, pct in shares)
    if summary.assumptions:
        yield from ("", "依据 rests on")
        for one in summary.assumptions:
            yield f"  [{one.basis}] {one.about}: {one.text.zh} / {one.text.en}"


def _figures(one: Summary) -> list[tuple[str, ...]]:
    return [
        ("到访 visitors a day", _long(one.visitors, 0)),
        (f"{one.target_min:g} 分钟内叫号 called within {one.target_min:g} min", _long(one.kept_pct, 1, " %")),
        ("平均等候 mean wait", _long(one.mean_wait_min, 1, " min")),
        ("等候 wait P50 / P80 / P90", " / ".join(_short(value) for value in (one.p50_min, one.p80_min, one.p90_min)) + " min"),
        ("最长等候 longest wait of a day", _long(one.longest_min, 0, " min")),
        ("最差时段 worst half-hour", one.worst or "–"),
        ("未办离开 left unserved", _long(one.left, 1)),
        ("未取到号 turned away", _long(one.turned_away, 1)),
        ("爽约 no-shows", _long(one.no_shows, 1)),
        ("窗口利用率 use of windows", _long(one.use_pct, 1, " %")),
        ("窗口小时 window-hours a day", _long(one.window_hours, 1)),
        ("最后一人离开 last visitor out", one.last_out or "–"),
    ]  # fmt: skip


def _slots(days: Days) -> Iterator[SlotSummary]:
    called, kept, counted = (days.slots(name).sum(axis=0) for name in ("slot_called", "slot_kept", "slot_counted"))
    for slot in range(SLOTS):
        if called[slot] or counted[slot]:
            own = slice(slot, slot + 1)
            p50, p90 = (days.waits.percentile_min(share, own) for share in (0.5, 0.9))
            yield SlotSummary(
                clock(slot * SLOT_MIN), float(called[slot]) / days.count, _kept(kept[slot], counted[slot]), p50, p90
            )


def _kept(kept: float, counted: float) -> float | None:
    return float(PERCENT * kept / counted) if counted else None


def _times(one: Interval, factor: float) -> Interval:
    return Interval(one.value * factor, one.low * factor, one.high * factor, one.blocks)


def _short(value: float | None) -> str:
    return "–" if value is None else f"{value:z.1f}"


def _long(one: Interval, digits: int, unit: str = "") -> str:
    value = "–" if np.isnan(one.value) else f"{one.value:z,.{digits}f}{unit}"
    return value if np.isnan(one.low) else f"{value}  ({one.low:z,.{digits}f} – {one.high:z,.{digits}f})"


def _bar(minutes: float | None) -> str:
    return ("" if minutes is None else "█" * min(BAR, round(minutes / 2.5))).ljust(BAR)
