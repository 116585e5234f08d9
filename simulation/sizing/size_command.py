"""`onewindow size`: the fewest windows per half-hour for a wanted service, and which skills they should have."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from simulation.cli import FILE, MOST_DAYS
from simulation.errors import Language
from simulation.stops import TwinCommand, stop_of_command

if TYPE_CHECKING:
    from simulation.intervals import Floats
    from simulation.report.files import Files
    from simulation.setting import Setting
    from simulation.sizing.size_report import Answer
    from simulation.sizing.staffing import Progress, SizedPlan, Target

PERCENT = click.FloatRange(1, 99.9)
MINUTES = click.FloatRange(0.5, 240)


@click.command("size", cls=TwinCommand, short_help="Find the fewest windows per half-hour for a wanted service.")
@click.argument("scenario")
@click.option("--share", default=90.0, type=PERCENT, help="Percent to be called in time, in every hour.")
@click.option("--within", default=15.0, type=MINUTES, help="Minutes that are in time.")
@click.option("--p50", type=MINUTES, help="Half of the called wait no longer than this, in every hour.")
@click.option("--p90", type=MINUTES, help="Nine in ten of the called wait no longer than this, in every hour.")
@click.option("--booked", type=PERCENT, help="Percent of the booked visitors to be called in time after their slot.")
@click.option("--booked-within", default=10.0, type=MINUTES, help="Minutes after the slot that are in time.")
@click.option("--use-max", type=PERCENT, help="Windows are busy for at most this percentage of their time.")
@click.option("--each-theme", type=PERCENT, help="Percent of each theme, over the day; ten points below all otherwise.")
@click.option("--weekday", multiple=True, type=click.IntRange(1, 7), help="Size for these weekdays only; 1 is Monday.")
@click.option("--designs", is_flag=True, help="Compare skills: as they are, themed, two themes, mixed, comprehensive.")
@click.option(
    "--comprehensive",
    multiple=True,
    type=PERCENT,
    help="With --designs: such a percentage comprehensive (25), several times.",
)
@click.option("--cost-per-hour", type=click.FloatRange(0.01, 100_000), help="What an hour of an open window costs.")
@click.option("--days", type=click.IntRange(4, MOST_DAYS), help="Fresh days that confirm the plan.")
@click.option("--search-days", type=click.IntRange(4, MOST_DAYS), help="Days of the search.")
@click.option("--seed", type=click.IntRange(0, 2**31), help="Another seed than the scenario's.")
@click.option("--jobs", default=1, type=click.IntRange(1, 256), help="Processes on this computer.")
@click.option("--dask", default="", metavar="ADDRESS", help="Run on this Dask cluster instead.")
@click.option("--progress", "progress_file", type=FILE, help="Keep what is finished in this file, and go on from it.")
@click.option("--json", "json_file", type=FILE, help="Write the plan as JSON.")
@click.option("--html", type=FILE, help="Write a page with pictures and tables.")
@click.option("--xlsx", type=FILE, help="Write the tables as a workbook.")
@click.option("--language", default="zh", type=click.Choice(["zh", "en"]), help="Of the page and the workbook.")
def size(
    scenario: str, share: float, within: float, p50: float | None, p90: float | None,
    booked: float | None, booked_within: float, use_max: float | None, each_theme: float | None,
    weekday: tuple[int, ...], designs: bool, comprehensive: tuple[float, ...], cost_per_hour: float | None, days: int | None, search_days: int | None,
    seed: int | None, jobs: int, dask: str, progress_file: Path | None, json_file: Path | None, html: Path | None,
    xlsx: Path | None, language: Language,
) -> None:  # fmt: skip
    """Size the windows of SCENARIO: a file, or the name of one that comes with the product (hall-day, longgang …)."""
    try:
        from simulation.report.files import Files
        from simulation.sizing.staffing import Target
    except ImportError as error:
        raise click.ClickException(f"缺少 {error.name} is missing: pip install 'onewindow[simulation]'") from error
    from simulation.cli import said, setting_of

    if designs and progress_file is not None:
        raise click.UsageError("--designs 不能与 --progress 同用 --designs and --progress exclude each other")
    with said(jobs=jobs):
        setting = setting_of(scenario, seed=seed, days=None)
        setting = _narrowed(setting, weekday, within_min=within, cost_per_hour=cost_per_hour)
        target = Target(
            share=share / 100, within_min=within, p50_min=p50, p90_min=p90, booked_share=_part(booked),
            booked_min=booked_within, use_max=_part(use_max), theme_share=_part(each_theme),
        )  # fmt: skip
        effort = _Effort(days, search_days, jobs, dask, progress_file)
        found = _found(setting, target, effort, shares=_shares(comprehensive) if designs else ())
    _tell(found, Files(json_file, html, xlsx, language))


def _part(percent: float | None) -> float | None:
    return None if percent is None else percent / 100


class _Effort:
    """How much is simulated, and where."""

    def __init__(self, days: int | None, search_days: int | None, jobs: int, dask: str, memory: Path | None) -> None:
        self.days, self.search_days = days, search_days
        self.jobs, self.dask, self.memory = jobs, dask, memory


def _narrowed(
    setting: "Setting", weekdays: tuple[int, ...], *, within_min: float, cost_per_hour: float | None
) -> "Setting":
    """Return the setting on some weekdays only, with the stated promise and cost."""
    import msgspec

    roster = setting.roster
    if cost_per_hour is not None:
        roster = msgspec.structs.replace(roster, cost_per_hour=cost_per_hour)
    dates = tuple(one for one in setting.dates if not weekdays or date.fromisoformat(one).isoweekday() in weekdays)
    if not dates:
        raise click.BadParameter("场景没有这样的日期 no date of the scenario is such a day", param_hint="--weekday")
    return msgspec.structs.replace(setting, roster=roster, dates=dates, target_ms=round(within_min * 60_000))


def _found(setting: "Setting", target: "Target", effort: _Effort, *, shares: tuple[float, ...]) -> "Answer":
    from simulation.experiment import Machine, simulate
    from simulation.sizing.designs import designs_of, sized_designs
    from simulation.sizing.size_report import Answer
    from simulation.sizing.staffing import size as sized

    if shares:
        # A hall without a choice of skills is refused before anything is sized.
        designs_of(setting, shares)
    with _watched() as (tell, is_cancelled):

        def one(hall: "Setting") -> "SizedPlan":
            return sized(
                hall, target, jobs=effort.jobs, dask=effort.dask, progress=tell, cancelled=is_cancelled,
                search_days=effort.search_days, fresh_days=effort.days, memory=effort.memory,
            )  # fmt: skip

        plan = one(setting)
        if not shares:
            return Answer(plan=plan)

        def lived(hall: "Setting") -> "tuple[Floats, Floats]":
            machine = Machine(effort.jobs, effort.dask)
            days = simulate(hall, range(plan.days), machine=machine, is_cancelled=is_cancelled)
            return days.fact("kept"), days.fact("counted")

        return Answer(plan=plan, designs=sized_designs(setting, plan, one, lived, shares=shares))


def _shares(comprehensive: tuple[float, ...]) -> tuple[float, ...]:
    from simulation.sizing.designs import SHARES

    return tuple(one / 100 for one in comprehensive) or SHARES


@contextmanager
def _watched() -> Iterator[tuple[Callable[["Progress"], None], Callable[[], bool]]]:
    """Show a bar on standard error, and stop at the first wish when a piece of work is done, with what is known."""
    from simulation.cli import progress_shown
    from simulation.experiment import Progress as Bar

    stop = stop_of_command()
    with stop.patient(), progress_shown(0) as bar:
        yield lambda now: bar(Bar(now.done, now.total, now.left_s)), lambda: stop.is_asked


def _tell(found: "Answer", files: "Files") -> None:
    from importlib.metadata import version

    from simulation.report.content import lines_of
    from simulation.report.files import write
    from simulation.sizing.size_report import report_of

    report = report_of(found, version=version("onewindow"))
    for line in lines_of(report):
        click.echo(line)
    write(report, found, files)
