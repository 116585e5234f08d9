"""The answers of `onewindow replay` and `onewindow fit`, which rest on logs, as reports."""

from collections.abc import Sequence

from hall.catalog import Text
from simulation.fit.check import Checks
from simulation.fit.table import Row, check_lines, parameter_rows, rate_rows, service_rows
from simulation.fit.whole import HallFit
from simulation.replay import Group, Shadow
from simulation.report.content import NINE_IN_TEN, Cell, Picture, Report, Series, Table
from simulation.setting import Assumption

ITEMS_SHOWN = 20


def report_of_replay(found: Shadow, *, hall: str, version: str) -> Report:
    """Return the real day, the day simulated as it was, and as it would have been."""
    columns = (found.real, found.same, found.other)
    names = (
        Text("实际", "real day"),
        Text("仿真", "simulated as it was"),
        Text("改变后", "changed"),
    )
    busiest = sorted(found.same.by_item, key=lambda code: (-found.same.by_item[code].n, code))[:ITEMS_SHOWN]
    rows: list[tuple[Cell, ...]] = [
        (Text("平均等候 分", "mean wait min"), *(one.everybody.mean_min for one in columns)),
        (NINE_IN_TEN, *(one.everybody.p90_min for one in columns)),
        (Text("兑现 %", "promise kept %"), *(one.promise_kept_pct for one in columns)),
        (Text("越位", "overtakes"), *(one.overtakes for one in columns)),
        (Text("未办离开", "left unserved"), *(one.left for one in columns)),
        (Text("最后一人离开", "last visitor out"), *(one.last_out for one in columns)),
        *(((Text("预约", "appointments"), *(one.booked for one in columns)), (Text("爽约", "no-shows"), *(one.no_shows for one in columns))) if found.real.booked else ()),
        *((Text(f"{code} 九成人不超过 分", f"{code} 90 % at most min"), *(_p90(one.by_class.get(code)) for one in columns)) for code in found.same.by_class),
        *((Text(f"{code} 九成人不超过 分", f"{code} 90 % at most min"), *(_p90(one.by_item.get(code)) for one in columns)) for code in busiest),
    ]  # fmt: skip
    kept = tuple(one.promise_kept_pct for one in columns)
    return Report(
        title=Text(f"{hall} {found.date}：另一种安排", f"{hall} {found.date}: lived otherwise"),
        facts=(Text(f"onewindow {version}"), Text("同样的人", "the same people")),
        tables=(Table(title=Text("对照", "side by side"), head=("", *names), rows=tuple(rows)),),
        pictures=(
            Picture(
                title=Text("兑现", "promise kept"), kind="bars", unit=Text("%"), places=names,
                series=(Series(name=Text("兑现", "promise kept"), values=kept),),
            ),
        ),
        remarks=found.remarks,
        assumptions=(
            Assumption(
                "service",
                Text("未办成者的时长为设置中的均值", "of those never served the time is the settings' mean"),
            ),
        ),
    )  # fmt: skip


def report_of_fit(fit: HallFit, checks: Checks | None) -> Report:
    """Return the tables of a fit; its picture is its own (:mod:`simulation.fit.picture`)."""
    return Report(
        title=Text(f"{fit.name.zh}：日志拟合", f"{fit.name.en or fit.hall}: fitted to its log"),
        facts=(
            Text(f"onewindow {fit.version}"),
            Text(f"seed {fit.seed}"),
            Text(f"{len(fit.dates)} 天：{fit.dates[0]} – {fit.dates[-1]}", f"{len(fit.dates)} days: {fit.dates[0]} – {fit.dates[-1]}"),
        ),
        tables=(
            _table(Text("参数", "parameters"), parameter_rows(fit)),
            _table(Text("每小时到访", "arrivals per hour"), rate_rows(fit)),
            _table(Text("办理时长 分", "service times min"), service_rows(fit)),
        ),
        remarks=tuple(Text(line) for line in check_lines(checks)),
        assumptions=tuple(Assumption(one.about, one.text) for one in fit.unknown),
    )  # fmt: skip


def _table(title: Text, rows: Sequence[Row]) -> Table:
    width = max(map(len, rows))
    wide = [(*row, *("" for _ in range(width - len(row)))) for row in rows]
    return Table(title=title, head=wide[0], rows=tuple(wide[1:]))


def _p90(group: Group | None) -> float | None:
    return None if group is None else group.p90_min
