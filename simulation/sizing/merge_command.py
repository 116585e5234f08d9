"""`onewindow merge`: what becomes of waits when specialised windows are merged, each cause by itself."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from simulation.cli import FILE, MOST_DAYS
from simulation.errors import Language
from simulation.stops import TwinCommand

if TYPE_CHECKING:
    from simulation.report.files import Files
    from simulation.sizing.merge import Merged


@click.command("merge", cls=TwinCommand, short_help="Merge specialised into comprehensive windows, causes apart.")
@click.argument("scenario")
@click.option("--before", required=True, metavar="WINDOWS/GROUPS", help="92/23: 92 windows in 23 specialised groups.")
@click.option("--after", default="plan", metavar="WINDOWS", help="59: comprehensive windows; plan: the scenario's own.")
@click.option(
    "--online", multiple=True, metavar="CODE=LOW..HIGH", help="Share of a theme's or an item's visits that file online."
)
@click.option(
    "--service", default="1", metavar="LOW..HIGH", help="Times of generalists, as a multiple of a specialist's."
)
@click.option("--walk", default="1", metavar="LOW..HIGH", help="Walking time, as a multiple of the scenario's.")
@click.option(
    "--visits", type=click.FloatRange(1, 1_000_000), help="Visitors of an average day, instead of the scenario's."
)
@click.option("--days", type=click.IntRange(4, MOST_DAYS), help="Simulated days of each step.")
@click.option("--seed", type=click.IntRange(0, 2**31), help="Another seed than the scenario's.")
@click.option("--jobs", default=1, type=click.IntRange(1, 256), help="Processes on this computer.")
@click.option("--dask", default="", metavar="ADDRESS", help="Run on this Dask cluster instead.")
@click.option("--progress", "progress_file", type=FILE, help="Keep what is finished in this file, and go on from it.")
@click.option("--json", "json_file", type=FILE, help="Write the figures as JSON.")
@click.option("--html", type=FILE, help="Write a page with pictures and tables.")
@click.option("--xlsx", type=FILE, help="Write the tables as a workbook.")
@click.option("--language", default="zh", type=click.Choice(["zh", "en"]), help="Of the page and the workbook.")
def merge(
    scenario: str, before: str, after: str, online: tuple[str, ...], service: str, walk: str, visits: float | None,
    days: int | None, seed: int | None, jobs: int, dask: str, progress_file: Path | None, json_file: Path | None,
    html: Path | None, xlsx: Path | None, language: Language,
) -> None:  # fmt: skip
    """Go from specialised windows to those of SCENARIO, or to so many comprehensive ones, on the same people."""
    try:
        from simulation.experiment import Machine
        from simulation.report.files import Files
        from simulation.sizing.merge import Wish
        from simulation.sizing.merge import merge as merged
        from simulation.sizing.structures import structure_of
    except ImportError as error:
        raise click.ClickException(f"缺少 {error.name} is missing: pip install 'onewindow[simulation]'") from error
    from simulation.cli import progress_shown, said, setting_of
    from simulation.sizing.asked import range_asked, ranges_asked, with_visits

    with said(jobs=jobs):
        setting = with_visits(setting_of(scenario, seed=seed, days=days), visits)
        wish = Wish(
            before=structure_of(before, setting),
            after=structure_of(after, setting),
            online=ranges_asked(online, "--online"),
            service=range_asked(service, "--service"),
            walk=range_asked(walk, "--walk"),
        )
        with progress_shown(setting.days) as tell:
            found = merged(
                setting, wish, days=setting.days, machine=Machine(jobs, dask), tell=tell, progress_file=progress_file
            )
    _tell(found, Files(json_file, html, xlsx, language))


def _tell(found: "Merged", files: "Files") -> None:
    from importlib.metadata import version

    from simulation.report.content import lines_of
    from simulation.report.files import write
    from simulation.sizing.merge_report import report_of

    report = report_of(found, version=version("onewindow"))
    for line in lines_of(report):
        click.echo(line)
    write(report, found, files)
