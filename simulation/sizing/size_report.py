"""The answer of `onewindow size` as a report: windows by half-hour, what fresh days say, and how sure that is."""

import msgspec

from hall.catalog import Text
from simulation.intervals import Interval
from simulation.report.content import Cell, Finding, Picture, Report, Series, Table
from simulation.scenario_checks import clock
from simulation.sizing.designs import Designed
from simulation.sizing.need import WEEKDAYS_EN, WEEKDAYS_ZH
from simulation.sizing.plan import Checked, SizedPlan

KINDS = {
    "theme": Text("主题全天", "theme, whole day"),
    "booked": Text("预约者", "booked visitors"),
    "use": Text("窗口利用率", "use of windows"),
}


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What a run of the command found."""

    plan: SizedPlan
    designs: tuple[Designed, ...] = ()


def report_of(found: Answer, *, version: str) -> Report:
    """Return tables and pictures of a sized plan."""
    plan = found.plan
    days = "、".join(WEEKDAYS_ZH[day - 1] for day in plan.weekdays)
    tables = [_figures(plan), _windows(plan), _checks(plan)]
    if found.designs:
        tables.append(_designs(found))
    return Report(
        title=Text(f"{plan.name.zh}：窗口测算", f"{plan.name.en}: windows sized"),
        facts=(
            Text(f"onewindow {version}"),
            Text(f"seed {plan.seed}"),
            Text(f"{plan.days} 个新的仿真日验证", f"confirmed on {plan.days} fresh simulated days"),
            Text(f"适用 {days}", "for " + ", ".join(WEEKDAYS_EN[day - 1] for day in plan.weekdays)),
        ),
        findings=(_verdict(plan),),
        tables=tuple(tables),
        pictures=_pictures(plan),
        remarks=_remarks(plan),
        assumptions=plan.assumptions,
    )


def _figures(plan: SizedPlan) -> Table:
    rows: list[tuple[Cell, ...]] = [
        (Text("每天窗口小时", "window-hours a day"), plan.window_hours),
        (Text("现有排班的窗口小时", "window-hours of the present roster"), plan.today.window_hours),
        (Text("最多同时开放窗口", "most windows open at once"), max(slot.windows for slot in plan.slots)),
        (Text(f"最差一小时 {plan.worst_hour} 及时叫号 %", f"worst hour {plan.worst_hour}, called in time %"), _pct(plan.worst)),
        (
            Text(f"现有排班最差一小时 {plan.today.worst_hour} %", f"present roster, worst hour {plan.today.worst_hour} %"),
            100 * plan.today.worst,
        ),
        (Text("窗口利用率 %", "use of windows %"), _pct(plan.use)),
        (Text("到访", "visitors a day"), plan.visitors),
        (Text("未取到号", "turned away"), plan.turned_away),
        (Text("未办离开", "left unserved"), plan.left),
    ]  # fmt: skip
    if plan.cost is not None:
        rows.insert(2, (Text("每天费用", "cost a day"), plan.cost))
    return Table(title=Text("结果", "result"), head=("", Text("数值", "figure")), rows=tuple(rows))


def _windows(plan: SizedPlan) -> Table:
    several = len(plan.groups) > 1
    head: list[Text | str] = ["", Text("窗口", "windows")]
    if several:
        head += [_codes(group.windows) for group in plan.groups]
    rows: list[tuple[Cell, ...]] = [
        (f"{clock(slot.from_min)}–{clock(slot.to_min)}", slot.windows, *(slot.by_group if several else ()))
        for slot in plan.slots
    ]
    return Table(title=Text("各半小时开放窗口数", "windows open in each half-hour"), head=tuple(head), rows=tuple(rows))


def _checks(plan: SizedPlan) -> Table:
    rows: list[tuple[Cell, ...]] = [
        (
            _name(one),
            one.within_min or None,
            f"{'≤' if one.at_most else '≥'} {100 * one.wanted:g} %",
            _pct(one.found),
            Text("达标", "held") if one.is_sure else Text("达标，未必可靠", "held, not surely") if one.holds else Text("未达标", "missed"),
        )
        for one in plan.checks
        if one.a_day > 0
    ]  # fmt: skip
    return Table(
        title=Text("新的仿真日上的目标", "the target on fresh days"),
        head=("", Text("分钟内", "within min"), Text("目标", "wanted"), Text("实现 %", "found %"), ""),
        rows=tuple(rows),
    )


def _designs(found: Answer) -> Table:
    rows: list[tuple[Cell, ...]] = [
        (
            one.name,
            one.comprehensive,
            one.themes_each,
            one.groups,
            one.window_hours,
            one.most,
            one.worst_pct,
            one.change_pct,
            one.note,
        )
        for one in found.designs
    ]
    return Table(
        title=Text("窗口技能方案（同样的人、同样的日子）", "skills of windows (same people, same days)"),
        head=(
            "", Text("综合窗口", "comprehensive"), Text("每窗主题", "themes each"), Text("组", "groups"), Text("窗口小时", "window-hours"),
            Text("最多窗口", "most windows"), Text("最差一小时 %", "worst hour %"),
            Text("及时率之差（百分点）", "promise kept, difference (points)"), "",
        ),
        rows=tuple(rows),
        note=Text(
            "各方案办理时长相同（假设综合窗口不更慢）；差为与现行窗口的配对差，在各自测算后的窗口数下",
            "Service takes as long in every design (generalists are assumed no slower); differences are paired with"
            " the windows as they are, each design with its own sized windows",
        ),
    )  # fmt: skip


def _verdict(plan: SizedPlan) -> Finding:
    hours = f"{plan.window_hours:,.1f}"
    if plan.sure:
        return Finding(
            Text(
                f"每天 {hours} 窗口小时，全部目标可靠达标。",
                f"All requirements are surely held with {hours} window-hours a day.",
            ),
            "good",
        )
    if plan.held:
        return Finding(
            Text(
                f"每天 {hours} 窗口小时，全部目标达标，但有的区间仍含目标以下的值：更多验证日（--days）会更可靠。",
                f"All requirements are held with {hours} window-hours a day, but some interval reaches below the target:"
                " more fresh days (--days) make it surer.",
            ),
            "open",
        )
    return Finding(
        Text(
            f"每天 {hours} 窗口小时，有目标在新的日子上未达标：增加搜索日（--search-days）或放宽目标。",
            f"With {hours} window-hours a day some requirement is missed on fresh days: use more days for the search"
            " (--search-days), or ask for less.",
        ),
        "bad",
    )


def _remarks(plan: SizedPlan) -> tuple[Text, ...]:
    found = [
        _times(plan),
        Text(
            f"搜索用 {plan.search_days} 天、同样的人" + ("（与仿真逐人一致的递推）" if plan.by_recursion else "") + "；"
            "区间 95 %，以天为单位，来自搜索未用过的日子。",
            f"The search used {plan.search_days} days with the same people"
            + (" (a recursion that agrees with the twin visitor by visitor)" if plan.by_recursion else "")
            + "; intervals are 95 %, the day as unit, on days that the search did not use.",
        ),
    ]
    if len(plan.weekdays) > 1:
        found.append(
            Text(
                "所有日期用同一方案，比例按全部日期合计；--weekday 可单独测算某一天。",
                "One plan for all dates, shares over all of them together; --weekday sizes one weekday by itself.",
            )
        )
    return tuple(found)


def _times(plan: SizedPlan) -> Text:
    """Tell the time of all runs, of the last, and of one plain simulation of the same days."""
    runs = Text(
        f"（{plan.runs} 次运行合计，其中本次 {_seconds(plan.now_s)} 秒）" if plan.runs > 1 else "",
        f" over {plan.runs} runs, of which now {_seconds(plan.now_s)} s" if plan.runs > 1 else "",
    )
    return Text(
        f"测算共用 {_seconds(plan.elapsed_s)} 秒{runs.zh}；单独仿真这 {plan.days} 天一次用 {_seconds(plan.confirm_s)} 秒。",
        f"Sized in {_seconds(plan.elapsed_s)} s{runs.en}; one plain simulation of these {plan.days} days took "
        f"{_seconds(plan.confirm_s)} s.",
    )


def _seconds(seconds: float) -> str:
    return f"{seconds:.0f}" if seconds >= 10 else f"{seconds:.1f}"


def _pictures(plan: SizedPlan) -> tuple[Picture, ...]:
    hours = [one for one in plan.checks if one.kind == "hour" and one.a_day > 0]
    hours = [one for one in hours if one.within_min == hours[0].within_min]
    return (
        Picture(
            title=Text("各半小时开放窗口数", "windows open in each half-hour"),
            kind="steps",
            unit=Text("窗口", "windows"),
            places=tuple(clock(slot.from_min) for slot in plan.slots),
            series=(Series(name=Text("测算", "sized"), values=tuple(float(slot.windows) for slot in plan.slots)),),
        ),
        Picture(
            title=Text("各小时及时叫号", "called in time by hour of arrival"),
            kind="lines",
            unit=Text("%"),
            places=tuple(one.name for one in hours),
            series=(
                Series(
                    name=Text("及时叫号", "called in time"),
                    values=tuple(100 * one.found.value for one in hours),
                    low=tuple(100 * one.found.low for one in hours),
                    high=tuple(100 * one.found.high for one in hours),
                ),
                Series(name=Text("目标", "wanted"), values=tuple(100 * one.wanted for one in hours)),
            ),
        ),
    )


def _name(one: Checked) -> Text | str:
    if one.kind == "hour":
        return one.name
    kind = KINDS[one.kind]
    return Text(f"{kind.zh} {one.name}".strip(), f"{kind.en} {one.name}".strip())


def _codes(windows: tuple[str, ...]) -> str:
    return windows[0] if len(windows) == 1 else f"{windows[0]}…{windows[-1]} ({len(windows)})"


def _pct(one: Interval) -> Interval:
    return Interval(100 * one.value, 100 * one.low, 100 * one.high, one.blocks)
