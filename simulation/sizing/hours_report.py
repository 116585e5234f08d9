"""The answer of `onewindow hours` as a report."""

import math
from collections.abc import Callable, Iterator
from typing import Final

from hall.catalog import Text
from simulation.intervals import Interval
from simulation.report.content import Cell, Finding, Picture, Report, Series, Table, Tone
from simulation.scenario_checks import clock
from simulation.sizing.cover_report import STANDINGS, checks_table, percent_of, standing_of, target_told, when_of
from simulation.sizing.hours import Longer, Week
from simulation.sizing.rota_report import people_table, shifts_table
from simulation.waits import SLOT_MIN

PARTS = {
    "lunch": Text("午间", "lunch"),
    "evening": Text("晚间", "evenings"),
    "saturday": Text("周六", "Saturday"),
    "sunday": Text("周日", "Sunday"),
}
DAYS = {"workdays": Text("工作日", "workdays"), "saturday": Text("周六", "Saturday"), "sunday": Text("周日", "Sunday")}

IDLE: Final = 1.3
"""Paid hours beside hours of shifts from which on it is told: salaried people work most of what they are paid for."""
UNSOLVED_PCT: Final = 2.0
"""A schedule that may be so much cheaper is told as such; the search ends at one per cent."""
RARELY_PCT: Final = 5.0
"""Rests between shifts that are shortened more often than this are told."""


def report_of(found: Longer, *, version: str) -> Report:
    """Return the weeks side by side, who comes, and when how many windows are open."""
    spans = ", ".join(f"{PARTS[part].zh} {length:g} h" for part, length in found.new_hours.items())
    spans_en = ", ".join(f"{PARTS[part].en} {length:g} h" for part, length in found.new_hours.items())
    return Report(
        title=Text(f"{found.name.zh}：延时服务", f"{found.name.en}: longer hours"),
        facts=(
            Text(f"onewindow {version}"),
            Text(f"seed {found.seed}"),
            Text(f"{found.weeks} 个仿真周", f"{found.weeks} simulated weeks"),
            Text(f"每周新增 {spans}", f"added a week: {spans_en}"),
        ),
        findings=tuple(_verdict(found, one) for one in found.cases[1:]),
        tables=(
            _side_by_side(found),
            _coming(found),
            *(_windows(found, one) for one in found.cases),
            *(table(one) for one in found.cases if one.rota for table in (shifts_table, people_table)),
            *(checks_table(one) for one in found.cases if one.checks),
        ),
        pictures=(_steps(found), _bars(found)),
        remarks=(
            Text(
                "三种情形各自测算窗口、排班，再按排出的班次仿真；区间 95 %，以周为单位。",
                "Each week is sized, scheduled, and simulated as scheduled; intervals are 95 %, the week as unit.",
            ),
        ),
        assumptions=found.assumptions,
    )


def _served(found: Longer, one: Week) -> Text:
    """Say how many are served in the new hours, and how many of them in time."""
    served, kept = one.in_new_hours.value, one.kept_new_pct.value
    if math.isnan(kept):
        return Text("新时段没有人来", "nobody came in the new hours")
    return Text(
        f"新时段每周办理 {served:,.0f} 人次，{kept:.1f} % 在 {found.target_min:g} 分钟内叫到",
        f"{served:,.0f} served in the new hours a week, {kept:.1f} % of them called within {found.target_min:g} min",
    )


def _verdict(found: Longer, one: Week) -> Finding:
    more, served = one.whole_cost - found.cases[0].whole_cost, _served(found, one)
    unit = Text(" 元", "") if found.pay_per_hour != 1 else Text(" 小时薪酬", " hours of pay")
    word = Text("少付", "less") if round(more) < 0 else Text("多付", "more")
    zh = f"{one.name.zh}：{served.zh}，每周{word.zh} {abs(more):,.0f}{unit.zh}"
    en = f"{one.name.en}: {served.en}, for {abs(more):,.0f}{unit.en} {word.en} a week"
    standing, target = standing_of(found, one), target_told(found, one)
    doubts = [*_doubts(one)]
    text = Text(
        "；".join([zh, target.zh, *(doubt.zh for doubt in doubts)]) + "。",
        "; ".join([en, target.en, *(doubt.en for doubt in doubts)]) + ".",
    )
    tone: Tone = "bad" if standing == "missed" else "open" if doubts or standing == "held" else "good"
    return Finding(text, tone)


def _doubts(one: Week) -> Iterator[Text]:
    """Yield what a manager must know before the price of longer hours is believed."""
    if one.paid_hours > IDLE * one.scheduled_hours:
        yield Text(
            f"付薪 {one.paid_hours:,.0f} 小时中只排出 {one.scheduled_hours:,.0f} 小时的班：用工规则（最短班次、非全日制比例等）"
            "使然，更长的时段或别的规则（--labour）可能便宜得多",
            f"of {one.paid_hours:,.0f} paid hours only {one.scheduled_hours:,.0f} are shifts, because of the labour rules (shortest"
            " shift, share of part-time): longer spans or other rules (--labour) may be far cheaper",
        )
    if one.overtime is not None and one.overtime.rest_broken_pct > RARELY_PCT:
        yield Text(
            f"关门后的工作使 {one.overtime.rest_broken_pct:.0f} % 的“晚班接次日班”短于规定的班次间休息：次日应晚到或换人",
            f"work after closing shortens {one.overtime.rest_broken_pct:.0f} % of the rests between closing and a shift on the next"
            " day below what the rules want: let these people begin later, or others close",
        )
    if one.cost_gap_pct > UNSOLVED_PCT:
        yield Text(
            f"排班求解时间已到，可能还有最多便宜 {one.cost_gap_pct:.0f} % 的排法（--schedule-seconds 可放宽）",
            f"the time for the schedule was up, and one up to {one.cost_gap_pct:.0f} % cheaper may exist (allow more: --schedule-seconds)",
        )


def _side_by_side(found: Longer) -> Table:
    today = found.cases[0]
    paid = (
        Text("费用（元/周）", "cost a week")
        if found.pay_per_hour != 1
        else Text("费用（折合小时/周）", "cost a week (hours of pay)")
    )
    rows: list[tuple[Text, Callable[[Week], Cell]]] = [
        (Text("到访 人次/周", "visitors a week"), lambda one: one.visitors),
        (Text("其中新时段办理", "of them served in the new hours"), lambda one: None if one is today else one.in_new_hours),
        (Text(f"{found.target_min:g} 分钟内叫号 %", f"called within {found.target_min:g} min %"), lambda one: one.kept_pct),
        (Text("新时段内 %", "in the new hours %"), lambda one: None if one is today else one.kept_new_pct),
        (Text("最差的小时 %", "worst hour %"), _worst),
        (Text("最差的小时是", "worst hour is"), lambda one: None if one.worst is None else when_of(one.worst)),
        (Text("每小时的目标", "target of every hour"), lambda one: STANDINGS[standing_of(found, one)] if one.checks else None),
        (Text("平均等候 分", "mean wait min"), lambda one: one.mean_wait_min),
        (Text("未办离开 人次/周", "left unserved a week"), lambda one: one.left),
        (Text("最多窗口", "windows at most"), lambda one: one.windows_most),
        (Text("所需窗口小时/周", "window-hours wanted a week"), lambda one: one.window_hours),
        (Text("其中因未达标而加", "of them added where it was missed"), lambda one: one.added_hours or None),
        (Text("排出窗口小时/周", "window-hours scheduled a week"), lambda one: one.scheduled_hours),
        (Text("人数", "people"), lambda one: _people(one)),
        (Text("付薪小时/周", "paid hours a week"), lambda one: one.paid_hours),
        (paid, lambda one: one.cost),
        (Text("关门后加班 窗口小时/周", "work after closing, window-hours a week"), lambda one: None if one.overtime is None else one.overtime.hours),
        (Text("关门后加班费用", "cost of work after closing"), lambda one: None if one.overtime is None else one.overtime.cost),
        (Text("费用合计", "cost in all"), lambda one: None if one.overtime is None else one.whole_cost),
        (Text("每位新时段群众的费用", "cost of each served in the new hours"), lambda one: _each(one, today)),
        (Text("最后一人离开", "last visitor out"), _last_out),
    ]  # fmt: skip
    table = [(name, *(cell(one) for one in found.cases)) for name, cell in rows]
    return Table(
        title=Text("每周对照", "weeks side by side"),
        head=("", *(one.name for one in found.cases)),
        rows=tuple(row for row in table if any(cell is not None for cell in row[1:])),
    )


def _worst(one: Week) -> Cell:
    return one.worst_hour_pct if one.worst is None else percent_of(one.worst.check.found)


def _each(one: Week, today: Week) -> Cell:
    served = one.in_new_hours
    if one is today or not served.value:
        return None
    more = one.whole_cost - today.whole_cost
    return Interval(more / served.value, more / served.high, more / max(served.low, 1e-9), served.blocks)


def _people(one: Week) -> Text:
    names = {group.contract: group.name for group in one.rota}
    counts = [(names.get(code, Text(code, code)), count) for code, count in sorted(one.people.items())]
    zh = "、".join(f"{name.zh} {count}" for name, count in counts)
    en = ", ".join(f"{name.en} {count}" for name, count in counts)
    everybody = sum(one.people.values())
    return Text(f"{everybody}（{zh}）", f"{everybody} ({en})")


def _last_out(one: Week) -> Text:
    return Text(
        ", ".join(f"{DAYS[day].zh} {clock(minute)}" for day, minute in one.last_out_min.items()),
        ", ".join(f"{DAYS[day].en} {clock(minute)}" for day, minute in one.last_out_min.items()),
    )


def _coming(found: Longer) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for part in found.new_hours:
        cells: list[Cell] = []
        for one in found.cases[1:]:
            cells += [float(one.coming.moved[part]), float(one.coming.induced[part])]
        rows.append((PARTS[part], *cells))
    head: list[Text] = [Text("", "")]
    for one in found.cases[1:]:
        head += [
            Text(f"迁移（{one.name.zh}）", f"move ({one.name.en})"),
            Text(f"新增（{one.name.zh}）", f"new ({one.name.en})"),
        ]
    return Table(
        title=Text("新时段的到访（设定，人次/周）", "visitors of the new hours (stated, a week)"),
        head=tuple(head),
        rows=tuple(rows),
        digits=0,
    )


def _windows(found: Longer, one: Week) -> Table:
    """Return wanted and scheduled windows of each half-hour, for the first workday and the weekend."""
    days = [day for day in (0, 5, 6) if any(one.need[day])]
    names = {0: Text("周一", "Mon"), 5: Text("周六", "Sat"), 6: Text("周日", "Sun")}
    head: list[Text] = [Text("", "")]
    for day in days:
        head += [
            Text(f"{names[day].zh}所需", f"{names[day].en} wanted"),
            Text(f"{names[day].zh}排出", f"{names[day].en} scheduled"),
        ]
    rows = []
    for slot in range(len(one.need[0])):
        cells: list[Cell] = []
        for day in days:
            cells += [one.need[day][slot] or None, one.cover[day][slot] if one.need[day][slot] else None]
        rows.append((clock(one.first_min + slot * SLOT_MIN), *cells))
    return Table(
        title=Text(f"各半小时窗口（{one.name.zh}）", f"windows by half-hour ({one.name.en})"),
        head=tuple(head),
        rows=tuple(rows),
        digits=0,
    )


def _steps(found: Longer) -> Picture:
    first = min(one.first_min for one in found.cases)
    last = max(one.first_min + len(one.need[0]) * SLOT_MIN for one in found.cases)
    places = range(first, last, SLOT_MIN)
    series = []
    for one in found.cases:
        numbers = {one.first_min + slot * SLOT_MIN: count for slot, count in enumerate(one.need[0])}
        series.append(Series(name=one.name, values=tuple(float(numbers.get(minute, 0)) for minute in places)))
    return Picture(
        title=Text("周一各半小时所需窗口", "windows wanted on Mondays, by half-hour"),
        kind="steps",
        unit=Text("窗口", "windows"),
        places=tuple(clock(minute) for minute in places),
        series=tuple(series),
    )


def _bars(found: Longer) -> Picture:
    return Picture(
        title=Text("每周小时数", "hours a week"),
        kind="bars",
        unit=Text("小时", "hours"),
        places=tuple(one.name for one in found.cases),
        series=(
            Series(name=Text("所需窗口小时", "windows wanted"), values=tuple(one.window_hours for one in found.cases)),
            Series(
                name=Text("排出窗口小时", "windows scheduled"), values=tuple(one.scheduled_hours for one in found.cases)
            ),
            Series(name=Text("付薪小时", "paid"), values=tuple(one.paid_hours for one in found.cases)),
        ),
    )
