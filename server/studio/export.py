"""Results of the studio as a workbook: figures with intervals, half-hours, windows, and on what all of it rests."""

from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from typing import Any, Final

from server.studio.dates import clock
from server.workbook import harmless

Json = Mapping[str, Any]
Cell = str | float | int | None
Row = Sequence[Cell]

FIGURES: Final = (
    ("visitors", "到访人数 Visitors"),
    ("kept_pct", "承诺时间内叫号 Called in time (%)"),
    ("mean_wait_min", "平均等候 Mean wait (min)"),
    ("p50_min", "等候 Wait P50 (min)"),
    ("p90_min", "等候 Wait P90 (min)"),
    ("longest_min", "最长等候 Longest wait (min)"),
    ("left", "未办离开 Left unserved"),
    ("turned_away", "未取到号 Turned away"),
    ("no_shows", "爽约 No-shows"),
    ("use_pct", "窗口利用率 Use of windows (%)"),
    ("window_hours", "窗口小时 Window-hours"),
    ("cost", "费用 Cost"),
)
DIFFERENT: Final = (*FIGURES, ("last_out_min", "最后一人离开 Last visitor out (min)"))
"""What two plans may differ by, in the order of the figures."""
BASES: Final = {"assumed": "假设 assumed", "published": "公开资料 published", "fitted": "由日志拟合 fitted"}
WIDTH: Final = 26


def workbook_of(result: Json) -> bytes:
    """Return the workbook of a run, a sizing or a comparison."""
    from openpyxl import Workbook
    from openpyxl.styles import Font, PatternFill

    plans = plans_of(result)
    book = Workbook()
    book.remove(book.worksheets[0])
    sheets: dict[str, Iterator[Row]] = {
        "摘要 Summary": _summary(result, plans),
        "差异 Differences": _differences(plans),
        "半小时 Half-hours": _halves(plans),
        "窗口 Windows": _windows(plans),
        "依据 Basis": _basis(result),
    }
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for number, row in enumerate(rows, 1):
            for column, value in enumerate(row, 1):
                cell = sheet.cell(number, column)
                cell.value = round(value, 3) if isinstance(value, float) else value
                if isinstance(value, str):
                    # A name that begins with = must not become a formula, here or in what is exported from here.
                    cell.value, cell.data_type = harmless(value), "s"
                if number == 1:
                    cell.font, cell.fill = Font(bold=True), PatternFill("solid", fgColor="DDE7F0")
        sheet.freeze_panes = "B2"
        for letter in "ABCDEFGH":
            sheet.column_dimensions[letter].width = WIDTH
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def plans_of(result: Json) -> list[Json]:
    """Return the plans of a result, the one that the others are held against first; a closed hall has no other."""
    if "plans" in result:
        return [end for plan in result["plans"] for end in _ends(plan)]
    low, plan, given = result.get("low"), result["plan"], result["plan"]["name"]
    name = "方案 Plan" if given == "plan" else given
    found = [] if result["current"] is None else [{**result["current"], "name": "现行 As it is"}]
    if low is None:
        return [*found, {**plan, "name": name, "change": result["change"]}]
    low_name, high_name = (
        ("方案（少） Plan (low)", "方案（多） Plan (high)")
        if given == "plan"
        else (f"{given}（少 low）", f"{given}（多 high）")
    )
    return [
        *found,
        {**low, "name": low_name, "change": result["low_change"]},
        {**plan, "name": high_name, "change": result["change"]},
    ]


def _ends(plan: Json) -> list[Json]:
    """Return a compared plan at both ends of what is stated of new hours, each with its difference from the first's end."""
    low = plan.get("low")
    if low is None:
        return [plan]
    name = plan["name"]
    return [
        {**low, "name": f"{name}（少 low）", "of": name, "change": plan["low_change"]},
        {**plan, "name": f"{name}（多 high）", "of": name},
    ]


def _summary(result: Json, plans: Sequence[Json]) -> Iterator[Row]:
    yield ["", *(cell for plan in plans for cell in (plan["name"], "95 % 低 low", "95 % 高 high"))]
    for code, title in FIGURES:
        cells: list[Cell] = []
        for plan in plans:
            one = plan["figures"].get(code)
            cells += [None, None, None] if one is None else [one["value"], one["low"], one["high"]]
        yield [title, *cells]
    yield ["最后一人离开 Last visitor out", *(cell for plan in plans for cell in (plan["last_out"], None, None))]
    yield []
    yield ["日期 Date", result["date"]]
    if "opening" in result:
        yield from _opening(result)
    yield ["模拟天数 Simulated days", result["days"]]
    yield ["承诺 Promise (min)", result["target_min"]]
    yield ["随机种子 Seed", result["seed"]]
    yield ["版本 Version", result["version"]]
    yield [
        "说明 Note",
        "模拟结果，不是实际记录；区间为 95 %，以天为单位 Simulated, not recorded; intervals 95 %, the day as unit",
    ]


def _opening(result: Json) -> Iterator[Row]:
    """Tell the hours, and what is assumed of those who come in new ones."""
    opening, draft = result["opening"], result["draft"]
    yield ["开放时间 Hours", ", ".join(opening["hours"])]
    yield ["按设置 As it is set", ", ".join(opening["as_set"]) or "不开放 closed"]
    if opening["new"]:
        yield ["新增时段 New hours", ", ".join(opening["new"])]
        for one in draft.get("blocks") or [draft | {"hours": ""}]:
            yield [" ".join(["假设：改到新增时段 Assumed to move", one["hours"]]).strip(), _stated(one["moved"])]
            yield [" ".join(["假设：因此新增 Assumed in addition", one["hours"]]).strip(), _stated(one["induced"])]


def _stated(one: Json) -> str:
    unit = "% 当日到访 of the day's visits" if one["is_percent"] else "人次 visits"
    return f"{one['low']:g} {unit}" if one["low"] == one["high"] else f"{one['low']:g}–{one['high']:g} {unit}"


def _differences(plans: Sequence[Json]) -> Iterator[Row]:
    yield [
        f"与「{plans[0].get('of', plans[0]['name'])}」之差 Difference from it",
        "方案 Plan",
        "差值 Difference",
        "95 % 低 low",
        "95 % 高 high",
    ]
    for plan in plans:
        for code, title in DIFFERENT:
            one = (plan.get("change") or {}).get(code)
            if one is not None:
                yield [title, plan["name"], one["value"], one["low"], one["high"]]


def _halves(plans: Sequence[Json]) -> Iterator[Row]:
    yield [
        "时段 From", "方案 Plan", "叫到 Called", "P50 (min)", "P90 (min)", "P90 95 % 低 low", "P90 95 % 高 high",
        "承诺时间内 In time (%)", "排队 Queue",
    ]  # fmt: skip
    for plan in plans:
        for one in plan["slots"]:
            p90 = one["p90"]
            yield [
                one["time"], plan["name"], one["called"], one["p50"]["value"], p90["value"], p90["low"], p90["high"],
                one["kept_pct"], one["queue"],
            ]  # fmt: skip


def _windows(plans: Sequence[Json]) -> Iterator[Row]:
    yield ["时段 From", "方案 Plan", "窗口组 Windows", "开放数 Open"]
    for plan in plans:
        for group in plan["groups"]:
            windows = group["windows"]
            name = windows[0] if len(windows) == 1 else f"{windows[0]} … {windows[-1]} ({len(windows)})"
            for number, count in enumerate(group["open"]):
                at_min = plan["start_min"] + 30 * number
                yield [clock(at_min), plan["name"], name, count]


def _basis(result: Json) -> Iterator[Row]:
    yield ["部分 Part", "性质 Kind", "说明", "Statement"]
    for one in result["basis"]:
        yield [one["about"], BASES.get(one["basis"], one["basis"]), one["zh"], one["en"]]
