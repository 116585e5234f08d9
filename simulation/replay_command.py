"""`onewindow replay`: a past day through today's rules, and what other rules or another staffing would have changed."""

import re
import tomllib
from collections.abc import Iterator
from importlib.metadata import entry_points, version
from pathlib import Path
from typing import TYPE_CHECKING

import click

from simulation.errors import Language
from simulation.report.options import report_options
from simulation.stops import TwinCommand

if TYPE_CHECKING:
    from hall.policy import Plan
    from simulation.replay import Group, Outcome, PastDay, Shadow
    from simulation.setting import Roster

FILE = click.Path(dir_okay=False, path_type=Path)
NUMBERS = re.compile(r"([01]?\d|2[0-9]):([0-5]\d)=(\d{1,4})")
ITEMS_SHOWN = 10
DAY_MIN = 24 * 60


@click.command("replay", cls=TwinCommand, short_help="Decide a past day again, or live through it under other rules.")
@click.argument("log", type=click.Path(exists=True, path_type=Path))
@click.option("--hall", default="", help="The hall, where LOG is the data folder of a server.")
@click.option("--date", "day", default="", metavar="YYYY-MM-DD", help="The business date, where LOG holds several.")
@click.option(
    "--policy", "policy_file", type=FILE, help="Rules to put over the day's own (TOML, as [policy] of a scenario)."
)
@click.option("--windows", default="", metavar="09:00=30,12:00=20", help="So many windows open from these times on.")
@click.option("--json", "json_file", type=FILE, help="Write the comparison as JSON.")
@report_options
def replay(
    log: Path, hall: str, day: str, policy_file: Path | None, windows: str, json_file: Path | None,
    html: Path | None, xlsx: Path | None, language: Language,
) -> None:  # fmt: skip
    """Repeat and audit the day in LOG: a day's log file, or the data folder of a server; tell its figures.

    Status 1 if a decision came out otherwise or a law is broken.
    """
    try:
        from simulation.replay import repeat, shadow
        from simulation.report.files import Files, write
        from simulation.report.logs import report_of_replay
    except ImportError as error:
        raise click.ClickException(f"缺少 {error.name} is missing: pip install 'onewindow[simulation]'") from error
    from simulation.cli import said

    with said():
        past = _day(log, hall, day)
        repeated = repeat(past)
        click.echo(f"{past.state.hall} {past.state.date} · onewindow {version('onewindow')}")
        if not repeated.is_same:
            raise click.ClickException(
                f"第 {repeated.first} 行的决定不同 row {repeated.first} was decided otherwise: {repeated.why}"
            )
        click.echo(f"{repeated.rows} 行决定逐一相同 rows decided exactly as before")
        _audited(past)
        if policy_file is None and not windows:
            _tell_figures(past, json_file, pages=(html, xlsx))
            return
        plan = _plan(past.state.plan, policy_file)
        roster = _roster(past, windows) if windows else None
        found = shadow(past, plan=plan, roster=roster)
    for line in lines_of(found):
        click.echo(line)
    write(
        report_of_replay(found, hall=past.state.hall, version=version("onewindow")),
        found, Files(json_file, html, xlsx, language),
    )  # fmt: skip


def _audited(past: "PastDay") -> None:
    """Say that the day keeps the laws of the hall, or name the first row that breaks one."""
    from hall.audit import audit

    for finding in audit(past.commits, past.named):
        raise click.ClickException(
            f"第 {finding.seq} 行违反 {finding.law} row {finding.seq} breaks {finding.law}: {finding.reason}"
        )
    click.echo("审计无发现 audit: 0 findings")


def _tell_figures(past: "PastDay", json_file: Path | None, *, pages: tuple[Path | None, ...]) -> None:
    """Tell the day's own figures; as JSON in the form of the server's. Pages show two ways beside each other, not one."""
    if any(pages):
        raise click.UsageError("页面和表格比较两种做法 pages and workbooks compare: add --policy or --windows")
    import msgspec

    from simulation.fit.table import aligned
    from simulation.replay import outcome_of

    found = outcome_of(past.figures)
    rows: list[tuple[str, ...]] = [
        ("平均等候 mean wait (min)", _text(found.everybody.mean_min)),
        ("等候 wait P90 (min)", _text(found.everybody.p90_min)),
        ("兑现 promise kept (%)", _text(found.promise_kept_pct)),
        ("越位 overtakes", str(found.overtakes)),
        ("未办离开 left unserved", str(found.left)),
        ("最后一人 last visitor out", found.last_out),
    ]
    for line in aligned(rows):
        click.echo(line)
    if json_file is not None:
        json_file.write_bytes(msgspec.json.format(msgspec.json.encode(past.figures.report())))


def lines_of(found: "Shadow") -> Iterator[str]:
    """Return the comparison for a terminal, line by line."""
    from simulation.fit.table import aligned

    columns = (found.real, found.same, found.other)
    busiest = sorted(found.same.by_item, key=lambda code: -found.same.by_item[code].n)[:ITEMS_SHOWN]
    rows: list[tuple[str, ...]] = [
        ("", "实际 real day", "仿真 simulated as it was", "改变后 changed"),
        ("平均等候 mean wait (min)", *(_text(one.everybody.mean_min) for one in columns)),
        ("等候 wait P90 (min)", *(_text(one.everybody.p90_min) for one in columns)),
        ("兑现 promise kept (%)", *(_text(one.promise_kept_pct) for one in columns)),
        ("越位 overtakes", *(str(one.overtakes) for one in columns)),
        ("未办离开 left unserved", *(str(one.left) for one in columns)),
        ("最后一人 last visitor out", *(one.last_out for one in columns)),
        *_booked_rows(columns),
        *(
            (f"  {klass} P90 (min)", *(_p90(one.by_class.get(klass)) for one in columns))
            for klass in found.same.by_class
        ),
        *(
            (f"  {code} ({found.same.by_item[code].n}) P90 (min)", *(_p90(one.by_item.get(code)) for one in columns))
            for code in busiest
        ),
    ]
    yield ""
    yield from aligned(rows)
    yield ""
    yield "同样的人：到达、事项、办理时长取自日志；未办成者的时长为设置中的均值（假设）"
    yield "The same people: arrivals, items and service times are the log's; of those never served, the settings' means (assumed)."
    for one in found.remarks:
        yield from (one.zh, one.en)


def _booked_rows(columns: "tuple[Outcome, ...]") -> Iterator[tuple[str, ...]]:
    """Yield the rows of a day with appointments."""
    if columns[0].booked:
        yield ("预约 appointments", *(str(one.booked) for one in columns))
        yield ("爽约 no-shows", *(str(one.no_shows) for one in columns))


def _p90(group: "Group | None") -> str:
    return _text(None if group is None else group.p90_min)


def _text(value: float | None) -> str:
    return "–" if value is None else f"{value:z.1f}"


def _day(path: Path, hall: str, day: str) -> "PastDay":
    from simulation.fit.errors import NoLogs
    from simulation.fit.logs import GROUP, Wanted, hold_against, read_rows
    from simulation.replay import PastDay

    if path.is_file() and path.suffix not in (".db", ".sqlite"):
        heading, commits = read_rows(path)
        past = PastDay(commits, heading.plans, label=path.name)
        hold_against(heading, path.name, rows=len(commits), state=past.state)
        if not Wanted(hall, day, day).has(past.state.hall, past.state.date):
            raise NoLogs(where=path.name)
        return past
    for entry in entry_points(group=GROUP):
        stored = entry.load()(path, Wanted(hall, day, day))
        days = list(stored) if stored is not None else []
        if len(days) > 1:
            labels = ", ".join(one.label for one in days[:8])
            raise click.UsageError(f"有多天，请用 --hall 和 --date 选择 several days, choose one: {labels}")
        if days:
            return PastDay(list(days[0].commits), days[0].plans, label=days[0].label)
    raise NoLogs(where=str(path))


def _plan(plan: "Plan", file: Path | None) -> "Plan | None":
    """Put the rules of a file over a plan's policy."""
    import msgspec

    from hall.policy import faults_of_plan
    from simulation.scenario import laid_over

    if file is None:
        return None
    try:
        over = tomllib.loads(file.read_text("utf-8"))
        policy = msgspec.convert(laid_over(msgspec.to_builtins(plan.policy), over), type(plan.policy), strict=True)
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise click.ClickException(f"规则文件有误 {file.name} cannot be used: {error}") from error
    changed = msgspec.structs.replace(plan, policy=policy)
    faults = faults_of_plan(changed)
    if faults:
        raise click.ClickException(f"规则自相矛盾 the rules contradict themselves: {'; '.join(faults[:3])}")
    return changed


def _roster(past: "PastDay", text: str) -> "Roster":
    """Return the roster of so many windows from each time on; those that were open longest come first."""
    from simulation.replay import setting_of
    from simulation.setting import Roster, Shift

    if NUMBERS.sub("", text).replace(",", "").strip():
        raise click.BadParameter("写成 write it like 09:00=30,12:00=20", param_hint="--windows")
    steps = sorted((int(hour) * 60 + int(minute), int(count)) for hour, minute, count in NUMBERS.findall(text))
    was = setting_of(past)
    open_min: dict[str, int] = {}
    for shift in was.roster.shifts:
        open_min[shift.window] = open_min.get(shift.window, 0) + shift.to_min - shift.from_min
    order = sorted(open_min, key=lambda code: (-open_min[code], code))
    order += [window.code for window in past.state.plan.catalog.windows if window.code not in open_min]
    starts = [start for start, _ in steps]
    last_min = max((shift.to_min for shift in was.roster.shifts), default=DAY_MIN)
    if len(set(starts)) < len(starts):
        raise click.BadParameter("同一时间写了两次 a time is there twice", param_hint="--windows")
    if max(count for _, count in steps) > len(order):
        raise click.BadParameter(
            f"大厅有 {len(order)} 个窗口 the hall has {len(order)} windows", param_hint="--windows"
        )
    if starts[-1] >= last_min:
        end = f"{last_min // 60:02d}:{last_min % 60:02d}"
        raise click.BadParameter(f"当日窗口开到 {end} 为止 windows were open until {end}", param_hint="--windows")
    shifts = [
        Shift(window=window, from_min=start, to_min=end)
        for (start, count), end in zip(steps, [*starts[1:], last_min], strict=True)
        for window in order[:count]
    ]
    return Roster(name="changed", shifts=tuple(shifts))
