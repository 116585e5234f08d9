"""Whether a scheduled cover keeps its target, in words: surely, not surely, or missed, as `onewindow size` says it."""

from typing import Final, Literal

from hall.catalog import Text
from simulation.intervals import Interval
from simulation.report.content import Cell, Table
from simulation.sizing.cover import CoverCheck
from simulation.sizing.hours import End, Longer, Week
from simulation.sizing.need import WEEKDAYS_EN, WEEKDAYS_ZH

Standing = Literal["sure", "held", "missed"]
STANDINGS: Final[dict[Standing, Text]] = {
    "sure": Text("达标", "held"),
    "held": Text("达标，未必可靠", "held, not surely"),
    "missed": Text("未达标", "missed"),
}
NEXT_STEPS: Final[dict[End | None, Text]] = {
    "rounds": Text(
        "：增加测算日（--search-days）再算一次，或承诺更低的比例（--share）",
        ": size it on more days (--search-days), or promise a smaller share (--share)",
    ),
    "windows": Text(
        "：能帮上的窗口已全部开放，须增设窗口、缩短办理时间或分流",
        ": all windows that could help are open; it takes more windows, shorter service or fewer visitors at that time",
    ),
    "people": Text(
        "：用工规则下排不出更多的人，须放宽规则（--labour）",
        ": the labour rules have nobody more for that time; other rules (--labour) may",
    ),
}
"""What a manager can do about a target that is missed, by why nothing more was added."""
WORKDAYS: Final = (1, 2, 3, 4, 5)


def standing_of(found: Longer, one: Week) -> Standing:
    """Return how the scheduled cover stands to the target; figures without intervals are sure of nothing."""
    if not one.checks:
        return "held" if one.worst_hour_pct >= found.target_pct else "missed"
    return "sure" if one.cover_sure else "held" if one.cover_held else "missed"


def target_told(found: Longer, one: Week) -> Text:
    """Say whether the cover that was scheduled keeps what was wanted, by which hour one knows, and what was or can be done."""
    wanted, by, added = f"{found.target_pct:g} %", _telling(found, one), _added(one)
    match standing_of(found, one):
        case "sure":
            return Text(
                f"排出的班次在新的仿真周上每小时都可靠达到 {wanted}{added.zh}",
                f"on fresh weeks the scheduled cover surely holds {wanted} in every hour{added.en}",
            )
        case "held":
            return Text(
                f"排出的班次在新的仿真周上达到目标，但未必可靠（{by.zh}）{added.zh}：更多仿真周（--weeks）会更可靠",
                f"on fresh weeks the scheduled cover holds its target, but not surely ({by.en}){added.en}: more --weeks make it"
                " surer",
            )
        case "missed":
            others = sum(not check.check.holds for check in one.checks) - 1
            more = Text(f"，另有 {others} 处", f", and {others} more") if others > 0 else Text("")
            step = NEXT_STEPS[one.ended] if one.ended in NEXT_STEPS else Text("")
            return Text(
                f"排出的班次在新的仿真周上未达标（{by.zh}{more.zh}）{added.zh}{step.zh}",
                f"on fresh weeks the scheduled cover misses its target ({by.en}{more.en}){added.en}{step.en}",
            )


def _added(one: Week) -> Text:
    """Say what was added where earlier weeks missed the target."""
    if not one.rounds:
        return Text("")
    times = "once" if one.rounds == 1 else f"{one.rounds} times"
    return Text(
        f"，此前已 {one.rounds} 次在未达标处加窗口（每周共 {one.added_hours:g} 窗口小时）",
        f", after windows were added {times} where earlier weeks missed it ({one.added_hours:g} window-hours a week)",
    )


def _telling(found: Longer, one: Week) -> Text:
    """Return the requirement that is missed by most, or that is least sure, with its figure."""
    if not one.checks:
        figure = f"{one.worst_hour_pct:.1f} %"
        return Text(
            f"最差的小时 {figure}，目标 {found.target_pct:g} %",
            f"worst hour {figure}, {found.target_pct:g} % wanted",
        )
    missed = [check for check in one.checks if not check.check.holds]
    unsure = [check for check in one.checks if not check.is_sure]
    chosen = max(missed, key=_short, default=None) or max(unsure or one.checks, key=_unsure)
    when, share = when_of(chosen), chosen.check.found
    figure = f"{100 * share.value:.1f} %"
    if share.low == share.low:
        figure += f" ({100 * share.low:.1f} – {100 * share.high:.1f})"
    wanted = f"{100 * chosen.check.wanted:g} %"
    return Text(f"{when.zh} {figure}，目标 {wanted}", f"{when.en} {figure}, {wanted} wanted")


def _short(one: CoverCheck) -> float:
    return one.check.wanted - one.check.found.value


def _unsure(one: CoverCheck) -> float:
    low = one.check.found.low
    return one.check.wanted - (low if low == low else one.check.found.value)


def when_of(one: CoverCheck) -> Text:
    """Return the days and the hour, or the theme, of a requirement."""
    days = days_named(one.weekdays)
    return Text(f"{days.zh} {one.check.name}", f"{days.en} {one.check.name}")


def days_named(weekdays: tuple[int, ...]) -> Text:
    """Return some weekdays in words."""
    if weekdays == WORKDAYS:
        return Text("工作日", "workdays")
    return Text(
        "、".join(WEEKDAYS_ZH[day - 1] for day in weekdays), ", ".join(WEEKDAYS_EN[day - 1] for day in weekdays)
    )


def checks_table(one: Week) -> Table:
    """Return what fresh weeks say of the scheduled cover, hour by hour."""
    rows: list[tuple[Cell, ...]] = [
        (
            when_of(own),
            f"≥ {100 * own.check.wanted:g} %",
            percent_of(own.check.found),
            STANDINGS["sure" if own.is_sure else "held" if own.check.holds else "missed"],
        )
        for own in one.checks
    ]
    return Table(
        title=Text(f"排出的班次与目标（{one.name.zh}）", f"the target, as scheduled ({one.name.en})"),
        head=("", Text("目标", "wanted"), Text("实现 %", "found %"), ""),
        rows=tuple(rows),
        is_long=True,
    )


def percent_of(one: Interval) -> Interval:
    """Return a share as a percentage."""
    return Interval(100 * one.value, 100 * one.low, 100 * one.high, one.blocks)
