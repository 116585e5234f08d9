"""The answer of `onewindow merge` as a report."""

import math

from hall.catalog import Text
from simulation.intervals import Interval
from simulation.report.content import NINE_IN_TEN, Cell, Finding, Picture, Report, Series, Table
from simulation.sizing.merge import Case, Merged


def report_of(found: Merged, *, version: str) -> Report:
    """Return tables and waterfalls, a pair for each end of the ranges."""
    return Report(
        title=Text(f"{found.name.zh}：窗口合并", f"{found.name.en}: windows merged"),
        facts=(
            Text(f"onewindow {version}"),
            Text(f"seed {found.seed}"),
            Text(f"{found.days} 个仿真日", f"{found.days} simulated days"),
            Text(f"{found.before.zh} → {found.after.zh}", f"{found.before.en} → {found.after.en}"),
        ),
        findings=tuple(_verdict(case) for case in found.cases),
        tables=tuple(table for case in found.cases for table in (_stages(case, found), _causes(case))),
        pictures=tuple(_fall(case) for case in found.cases),
        remarks=(
            Text(
                "各步对比用的是同一批群众；区间 95 %，以天为单位。各步之和即总变化；「单独」从合并前出发只改这一项。",
                "Every step meets the same people; intervals are 95 %, the day as unit. The steps sum to the whole change;"
                " “alone” changes this one thing from the start.",
            ),
        ),
        assumptions=found.assumptions,
    )


def _verdict(case: Case) -> Finding:
    first, last = (case.stages[at].mean_wait_min.value for at in (0, -1))
    change, pct = case.total_min, _percent(case.total_pct)
    zh = f"{case.name.zh}：平均等候由 {first:.1f} 分到 {last:.1f} 分" + (f"（{pct.zh}）" if pct.zh else "")
    en = f"{case.name.en}: mean wait {first:.1f} → {last:.1f} min" + (f" ({pct.en})" if pct.en else "")
    if change.high < 0:
        return Finding(Text(f"{zh}，可信地缩短。", f"{en}, surely shorter."), "good")
    if change.low > 0:
        return Finding(Text(f"{zh}，可信地变长。", f"{en}, surely longer."), "bad")
    return Finding(Text(f"{zh}，看不出差别。", f"{en}; no difference can be told."), "open")


def _percent(change: Interval) -> Text:
    """Say a change in percent; empty where nobody waited before, of which nothing is a share."""
    if math.isnan(change.value):
        return Text("")
    value, low, high = (f"{one:+z.0f}" for one in (change.value, change.low, change.high))
    return Text(f"{value} %，{low} … {high}", f"{value} %, {low} … {high}")


def _stages(case: Case, found: Merged) -> Table:
    within = Text(f"{found.target_min:g} 分钟内 %", f"within {found.target_min:g} min %")
    rows: list[tuple[Cell, ...]] = [
        (one.name, one.visitors, one.mean_wait_min, one.p90_min, one.kept_pct, one.left, one.use_pct)
        for one in case.stages
    ]
    given = ", ".join(f"{name} {value:g}" for name, value in case.given.items())
    return Table(
        title=Text(f"逐步合并（{case.name.zh}：{given}）", f"step by step ({case.name.en}: {given})"),
        head=(
            "", Text("到访", "visitors"), Text("平均等候 分", "mean wait min"), NINE_IN_TEN, within, Text("未办离开", "left unserved"),
            Text("利用率 %", "use %"),
        ),
        rows=tuple(rows),
    )  # fmt: skip


def _causes(case: Case) -> Table:
    rows: list[tuple[Cell, ...]] = [(one.name, one.step, one.alone) for one in case.causes]
    rows.append((Text("相互作用", "interaction"), None, case.interaction_min))
    rows.append((Text("合计", "together"), case.total_min, case.total_min))
    pct = _percent(case.total_pct)
    return Table(
        title=Text(
            f"平均等候变化的原因（分钟，{case.name.zh}）",
            f"causes of the change of the mean wait (min, {case.name.en})",
        ),
        head=("", Text("依次", "in this order"), Text("单独", "alone")),
        rows=tuple(rows),
        digits=2,
        note=Text(f"平均等候 {pct.zh}", f"mean wait {pct.en}") if pct.zh else Text(""),
    )


def _fall(case: Case) -> Picture:
    first, last = case.stages[0].mean_wait_min, case.stages[-1].mean_wait_min
    changes = [one.step for one in case.causes]
    levels = (first, *changes, last)
    names = (Text("合并前", "before"), *(one.name for one in case.causes), Text("合并后", "after"))
    return Picture(
        title=Text(f"平均等候从哪里来（{case.name.zh}）", f"where the mean wait comes from ({case.name.en})"),
        kind="fall",
        unit=Text("分钟", "min"),
        places=names,
        series=(
            Series(
                name=Text("平均等候", "mean wait"),
                values=tuple(one.value for one in levels),
                low=tuple(one.low for one in levels),
                high=tuple(one.high for one in levels),
            ),
        ),
    )
