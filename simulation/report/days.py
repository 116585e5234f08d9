"""The answers of `onewindow simulate` and `onewindow compare` as reports."""

from collections.abc import Sequence
from typing import Final

import msgspec

from hall.catalog import Text
from hall.policy import Plan
from simulation.differences import Difference
from simulation.intervals import Interval
from simulation.meeting import met_by
from simulation.report.content import HALF, NINE_IN_TEN, Cell, Picture, Report, Series, Table
from simulation.setting import Assumption, Setting
from simulation.summary import SlotSummary, Summary

FIGURES: Final[dict[str, Text]] = {
    "visitors": Text("到访 人次/天", "visitors a day"),
    "kept_pct": Text("兑现 %", "promise kept %"),
    "mean_wait_min": Text("平均等候 分", "mean wait min"),
    "p50_min": Text("一日 P50 等候 分", "wait P50 of a day min"),
    "p90_min": Text("一日 P90 等候 分", "wait P90 of a day min"),
    "use_pct": Text("窗口利用率 %", "use of windows %"),
    "left": Text("未办离开 人次/天", "left unserved, a day"),
    "turned_away": Text("未取到号 人次/天", "turned away, a day"),
    "window_hours": Text("窗口小时/天", "window-hours a day"),
    "cost": Text("费用/天", "cost a day"),
    "last_out_min": Text("最后一人离开（零点后 分）", "last visitor out (min after midnight)"),
}
"""What plans are compared by, in this order: on the page, in the workbook and in the terminal."""
DAY_UNIT = Text("区间 95 %，以天为单位。", "Intervals are 95 %, the day as unit.")


def report_of_days(one: Summary, *, name: Text, version: str, plan: Plan | None = None) -> Report:
    """Return what simulated days say: figures, half-hours, classes and themes, with waits drawn through the day."""
    return Report(
        title=Text(f"{name.zh}：仿真", f"{name.en}: simulated"),
        facts=(
            Text(f"onewindow {version}"),
            Text(f"seed {one.seed}"),
            Text(f"{one.days} 个仿真日", f"{one.days} simulated days"),
        ),
        tables=(_figures(one), _slots(one), _shares(one, plan)),
        pictures=(_waits(one), _people(one)),
        remarks=(DAY_UNIT,),
        assumptions=one.assumptions,
    )


def _figures(one: Summary) -> Table:
    within = Text(f"{one.target_min:g} 分钟内叫号 %", f"called within {one.target_min:g} min %")
    rows: list[tuple[Cell, ...]] = [
        (FIGURES["visitors"], one.visitors),
        (within, one.kept_pct),
        (FIGURES["mean_wait_min"], one.mean_wait_min),
        (HALF, one.p50_min),
        (NINE_IN_TEN, one.p90_min),
        (Text("每天最长等候 分", "longest wait of a day min"), one.longest_min),
        (Text("最差时段", "worst half-hour"), one.worst),
        (FIGURES["left"], one.left),
        (FIGURES["turned_away"], one.turned_away),
        (Text("爽约 人次/天", "no-shows a day"), one.no_shows),
        (FIGURES["use_pct"], one.use_pct),
        (FIGURES["window_hours"], one.window_hours),
        (Text("最后一人离开", "last visitor out"), one.last_out),
    ]
    return Table(title=Text("结果", "result"), head=("", Text("数值", "figure")), rows=tuple(rows))


def _slots(one: Summary) -> Table:
    return Table(
        title=Text("各半小时到访者的等候", "waits by half-hour of arrival"),
        head=(
            "", Text("叫到 人/天", "called a day"), HALF, NINE_IN_TEN, Text(f"{one.target_min:g} 分钟内 %", f"within {one.target_min:g} min %"),
        ),
        rows=tuple((slot.time, slot.called, slot.p50_min, slot.p90_min, slot.kept_pct) for slot in one.slots),
    )  # fmt: skip


def _shares(one: Summary, plan: Plan | None) -> Table:
    """Classes and themes go by the names that the hall gives them; without its plan, by their codes."""
    names = {"booked": Text("预约", "booked")}
    if plan is not None:
        names |= {klass.code: klass.name for klass in plan.policy.classes}
        names |= {theme.code: theme.name for theme in plan.catalog.themes}
    rows = [(names.get(code, code), kept) for code, kept in (*one.by_class.items(), *one.by_theme.items())]
    return Table(
        title=Text("按人群与主题", "by class and theme"),
        head=("", Text("兑现 %", "promise kept %")),
        rows=tuple(rows),
    )


def _waits(one: Summary) -> Picture:
    def series(name: Text, values: Sequence[float | None]) -> Series:
        return Series(name=name, values=tuple(values))

    return Picture(
        title=Text("各半小时到访者的等候", "waits by half-hour of arrival"),
        kind="lines",
        unit=Text("分钟", "min"),
        places=_times(one.slots),
        series=(
            series(Text("一半人不超过", "half at most"), [slot.p50_min for slot in one.slots]),
            series(Text("九成人不超过", "90 % at most"), [slot.p90_min for slot in one.slots]),
        ),
    )


def _people(one: Summary) -> Picture:
    return Picture(
        title=Text("各半小时到访者中叫到的", "called, by half-hour of arrival"),
        kind="steps",
        unit=Text("人/天", "people a day"),
        places=_times(one.slots),
        series=(Series(name=Text("叫到", "called"), values=tuple(slot.called for slot in one.slots)),),
    )


def _times(slots: Sequence[SlotSummary]) -> tuple[str, ...]:
    return tuple(slot.time for slot in slots)


def report_of_comparison(found: Sequence[Difference], settings: Sequence[Setting], *, version: str) -> Report:
    """Return plans side by side, with the first one's hall, and what all of them rest on."""
    first = settings[0]
    basis: dict[Assumption, None] = dict.fromkeys(one for setting in settings for one in setting.assumptions)
    facts = (Text(f"onewindow {version}"), Text(f"seed {first.seed}"))
    report = comparison_report(found)
    met = met_by([one.name for one in found], settings)
    told = Text(
        f"同样的种子，{met.zh}；差为与「{found[0].name}」的配对差。",
        f"The same seed, {met.en}; differences from {found[0].name} are paired by day.",
    )
    return msgspec.structs.replace(
        report,
        title=Text(f"{first.name.zh}：方案对比", f"{first.name.en}: plans compared"),
        facts=(*facts, *report.facts),
        remarks=(told, *report.remarks),
        assumptions=tuple(basis),
    )


def comparison_report(found: Sequence[Difference]) -> Report:
    """Return plans side by side, each figure with its difference from the first plan."""
    first = found[0]
    head: list[Text | str] = ["", first.name]
    for one in found[1:]:
        head += [one.name, Text(f"{one.name} 之差", f"{one.name}, difference")]
    return Report(
        title=Text("方案对比", "plans compared"),
        facts=(Text(f"{first.days} 个仿真日", f"{first.days} simulated days"),),
        tables=(Table(title=Text("方案对比", "plans compared"), head=tuple(head), rows=tuple(_rows(found))),),
        pictures=(_bars(found),),
        remarks=(DAY_UNIT,),
    )


def _rows(found: Sequence[Difference]) -> list[tuple[Cell, ...]]:
    rows = []
    for figure, title in FIGURES.items():
        if figure not in found[0].figures:
            continue
        cells: list[Cell] = [found[0].figures[figure][0]]
        for one in found[1:]:
            cells += one.figures[figure]
        rows.append((title, *cells))
    return rows


def _bars(found: Sequence[Difference]) -> Picture:
    waits: list[Interval] = [one.figures["mean_wait_min"][0] for one in found]
    return Picture(
        title=Text("平均等候", "mean wait"),
        kind="bars",
        unit=Text("分钟", "min"),
        places=tuple(one.name for one in found),
        series=(
            Series(
                name=Text("平均等候", "mean wait"),
                values=tuple(one.value for one in waits),
                low=tuple(one.low for one in waits),
                high=tuple(one.high for one in waits),
            ),
        ),
    )
