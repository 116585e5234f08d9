"""`onewindow compare`: several plans on the same days, told as paired differences, and whether they meet the same people."""

from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from simulation.cli import FILE, MOST_DAYS
from simulation.errors import Language
from simulation.report.options import report_options
from simulation.stops import TwinCommand

WHOLE: Final = frozenset({"visitors", "cost", "last_out_min"})
"""Figures that need nothing behind the point."""

if TYPE_CHECKING:
    from simulation.differences import Difference
    from simulation.setting import Setting


@click.command("compare", cls=TwinCommand, short_help="Compare plans day by day.")
@click.argument("scenarios", nargs=-1, required=True)
@click.option("--days", default=60, type=click.IntRange(4, MOST_DAYS), help="Simulated days of each plan.")
@click.option("--seed", default=1, type=click.IntRange(0, 2**31), help="One seed for all: the same chance.")
@click.option("--jobs", default=1, type=click.IntRange(1, 256), help="Processes on this computer.")
@click.option("--dask", default="", metavar="ADDRESS", help="Run on this Dask cluster instead.")
@click.option("--json", "json_file", type=FILE, help="Write the differences as JSON.")
@report_options
def compare(
    scenarios: tuple[str, ...], days: int, seed: int, jobs: int, dask: str, json_file: Path | None,
    html: Path | None, xlsx: Path | None, language: Language,
) -> None:  # fmt: skip
    """Compare SCENARIOS with the first of them: same hall and demand, other rosters, rules or hours.

    Such plans meet the same people; of scenarios with other visitors, or of another hall, the answer says that they do not.
    """
    try:
        from simulation.differences import differences_of
        from simulation.experiment import Machine
        from simulation.experiment import compare as live
        from simulation.report.days import report_of_comparison
        from simulation.report.files import Files, write
    except ImportError as error:
        raise click.ClickException(f"缺少 {error.name} is missing: pip install 'onewindow[simulation]'") from error
    from simulation.cli import progress_shown, said, setting_of

    if len(scenarios) < 2:
        raise click.UsageError("至少两个场景 at least two scenarios")
    with said(jobs=jobs):
        settings = [setting_of(name, seed=seed, days=days) for name in scenarios]
        with progress_shown(days * len(settings)) as tell:
            tables = live(settings, range(days), machine=Machine(jobs, dask), tell=tell)
        found = [
            differences_of(name, settings[0], after, tables[0]) for name, after in zip(scenarios, tables, strict=True)
        ]
    for line in lines_of(scenarios, settings, found):
        click.echo(line)
    write(
        report_of_comparison(found, settings, version=version("onewindow")),
        found, Files(json_file, html, xlsx, language),
    )  # fmt: skip


def lines_of(names: Sequence[str], settings: Sequence["Setting"], found: Sequence["Difference"]) -> Iterator[str]:
    """Return the comparison for a terminal, line by line."""
    from simulation.fit.table import aligned
    from simulation.intervals import Interval
    from simulation.meeting import met_by
    from simulation.report.content import both
    from simulation.report.days import FIGURES

    first = settings[0]
    yield f"{first.name.zh} {first.name.en} · onewindow {version('onewindow')} · seed {first.seed}"
    yield f"{found[0].days} 天 days, {both(met_by(names, settings))}; 括号内为与「{names[0]}」之差的 95 % 区间 in brackets: difference from it"

    def cell(own: Interval, change: Interval | None, digits: int) -> str:
        value = "–" if own.value != own.value else f"{own.value:z.{digits}f}"
        if change is None or change.low != change.low:
            return value
        return f"{value} ({change.low:+z.{digits}f} … {change.high:+z.{digits}f})"

    rows: list[tuple[str, ...]] = [("", *names)]
    for figure, title in FIGURES.items():
        if all(figure in one.figures for one in found):
            digits = 0 if figure in WHOLE else 1
            rows.append((both(title), *(cell(*one.figures[figure], digits) for one in found)))
    yield from aligned(rows)
    abouts = dict.fromkeys(
        (one.about, one.basis, one.text.zh, one.text.en) for each in settings for one in each.assumptions
    )
    if abouts:
        yield from ("", "依据 rests on")
        for about, basis, zh, en in abouts:
            yield f"  [{basis}] {about}: {zh} / {en}"
