"""`onewindow hours`: lunch, evenings and weekends: who comes, how many windows and people, what it costs, how good it is."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from simulation.cli import FILE
from simulation.errors import Language
from simulation.stops import TwinCommand

if TYPE_CHECKING:
    from simulation.report.files import Files
    from simulation.setting import Setting
    from simulation.sizing.hours import Effort, Longer, Wish


@click.command(
    "hours", cls=TwinCommand, short_help="Open through lunch, in evenings, at weekends: windows, people, cost."
)
@click.argument("scenario")
@click.option("--lunch", is_flag=True, help="Open through lunch on workdays.")
@click.option("--evening", default="", metavar="HH:MM", help="Close at this time on workdays.")
@click.option("--saturday", multiple=True, metavar="HH:MM-HH:MM", help="Open on Saturdays; repeat for several spans.")
@click.option("--sunday", multiple=True, metavar="HH:MM-HH:MM", help="Open on Sundays; repeat for several spans.")
@click.option(
    "--moved",
    multiple=True,
    metavar="[PART=]LOW..HIGH",
    help="Visits a week that move to new hours (% of today's week), instead of what the scenario states.",
)
@click.option(
    "--induced", multiple=True, metavar="[PART=]LOW..HIGH", help="Visits a week that come in addition, likewise."
)
@click.option(
    "--share", default=90.0, type=click.FloatRange(1, 99), help="Percent to be called in time, in every hour."
)
@click.option("--within", default=15.0, type=click.FloatRange(0.5, 240), help="Minutes that are in time.")
@click.option("--labour", type=FILE, help="Labour rules (TOML) instead of the default ones.")
@click.option("--pay", type=click.FloatRange(0.01, 100_000), help="What an hour of pay costs.")
@click.option("--weeks", default=10, type=click.IntRange(2, 5_000), help="Simulated weeks of each schedule.")
@click.option("--search-days", default=10, type=click.IntRange(2, 5_000), help="Days on which windows are sized.")
@click.option(
    "--schedule-seconds",
    default=30.0,
    type=click.FloatRange(1, 3_600),
    help="Processor time for the shifts of each week.",
)
@click.option(
    "--visits", type=click.FloatRange(1, 1_000_000), help="Visitors of an average day, instead of the scenario's."
)
@click.option("--seed", type=click.IntRange(0, 2**31), help="Another seed than the scenario's.")
@click.option("--jobs", default=1, type=click.IntRange(1, 256), help="Processes on this computer.")
@click.option("--dask", default="", metavar="ADDRESS", help="Run on this Dask cluster instead.")
@click.option("--progress", "progress_file", type=FILE, help="Keep what is finished in this file, and go on from it.")
@click.option("--json", "json_file", type=FILE, help="Write the figures as JSON.")
@click.option("--html", type=FILE, help="Write a page with pictures and tables.")
@click.option("--xlsx", type=FILE, help="Write the tables as a workbook.")
@click.option("--language", default="zh", type=click.Choice(["zh", "en"]), help="Of the page and the workbook.")
def hours(
    scenario: str, lunch: bool, evening: str, saturday: tuple[str, ...], sunday: tuple[str, ...],
    moved: tuple[str, ...], induced: tuple[str, ...], share: float, within: float, labour: Path | None,
    pay: float | None, weeks: int, search_days: int, schedule_seconds: float, visits: float | None, seed: int | None, jobs: int, dask: str,
    progress_file: Path | None, json_file: Path | None, html: Path | None, xlsx: Path | None, language: Language,
) -> None:  # fmt: skip
    """Open SCENARIO longer; PART is lunch, evening, saturday or sunday."""
    try:
        from simulation.experiment import Machine
        from simulation.report.files import Files
        from simulation.sizing.hours import Effort, Wish
        from simulation.sizing.labour import DEFAULT_RULES, load_rules
        from simulation.sizing.longer import Extension, stated_of
        from simulation.sizing.staffing import Target
    except ImportError as error:
        raise click.ClickException(f"缺少 {error.name} is missing: pip install 'onewindow[simulation]'") from error
    from simulation.cli import said, setting_of
    from simulation.sizing.asked import ranges_asked, with_visits

    with said(jobs=jobs):
        setting = with_visits(setting_of(scenario, seed=seed, days=None), visits)
        wished = Extension(lunch=lunch, evening=evening, saturday=saturday, sunday=sunday)
        stated = stated_of(setting.new_hours, wished)
        wish = Wish(
            extension=wished,
            moved=dict(ranges_asked(moved, "--moved")) or stated.moved,
            induced=dict(ranges_asked(induced, "--induced")) or stated.induced,
            target=Target(share=share / 100, within_min=within),
            rules=load_rules(labour) if labour is not None else DEFAULT_RULES,
            pay_per_hour=pay or setting.roster.cost_per_hour or 1.0,
        )
        effort = Effort(
            search_days=search_days, weeks=weeks, fresh_days=2 * search_days, solver_s=schedule_seconds,
            machine=Machine(jobs, dask),
        )  # fmt: skip
        found = _shown(setting, wish, effort, progress_file)
    _tell(found, Files(json_file, html, xlsx, language))


def _shown(setting: "Setting", wish: "Wish", effort: "Effort", progress_file: Path | None) -> "Longer":
    """Show a bar of all simulated days on standard error, where that is a terminal."""
    from simulation.cli import progress_shown
    from simulation.sizing.hours import hours as longer

    with progress_shown(0) as tell:
        return longer(setting, wish, effort, tell=tell, progress_file=progress_file)


def _tell(found: "Longer", files: "Files") -> None:
    from importlib.metadata import version

    from simulation.report.content import lines_of
    from simulation.report.files import write
    from simulation.sizing.hours_report import report_of

    report = report_of(found, version=version("onewindow"))
    for line in lines_of(report):
        click.echo(line)
    write(report, found, files)
