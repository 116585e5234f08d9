"""`onewindow simulate`: a scenario's days lived through, as a table, as JSON, and as logs like those of a live hall."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import click

from simulation.errors import Language
from simulation.report.options import report_options
from simulation.stops import Told, TwinCommand, stop_of_command

if TYPE_CHECKING:
    from simulation.experiment import Machine, Progress
    from simulation.setting import Setting
    from simulation.table import Days

FILE = click.Path(dir_okay=False, path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)
MOST_DAYS = 100_000


@click.command("simulate", cls=TwinCommand, short_help="Live through a scenario's days with the hall's own rules.")
@click.argument("scenario")
@click.option(
    "--days",
    type=click.IntRange(1, MOST_DAYS),
    help="Simulated days (with --precision: at least); the scenario says how many otherwise.",
)
@click.option("--seed", type=click.IntRange(0, 2**31), help="Another seed than the scenario's.")
@click.option(
    "--precision", type=click.FloatRange(0.05, 20), help="Go on until the promise kept is known to ± so many points."
)
@click.option("--jobs", default=1, type=click.IntRange(1, 256), help="Processes on this computer.")
@click.option("--dask", default="", metavar="ADDRESS", help="Run on this Dask cluster instead.")
@click.option(
    "--progress",
    "progress_file",
    type=FILE,
    help="Keep what is finished in this file (with --precision: and further ones beside it), and go on from it.",
)
@click.option("--json", "json_file", type=FILE, help="Write the figures as JSON.")
@click.option(
    "--log", "log_folder", type=FOLDER, help="Write each day as a hall's log into this folder (at most 31 days)."
)
@report_options
def simulate(
    scenario: str, days: int | None, seed: int | None, precision: float | None, jobs: int, dask: str,
    progress_file: Path | None, json_file: Path | None, log_folder: Path | None,
    html: Path | None, xlsx: Path | None, language: Language,
) -> None:  # fmt: skip
    """Simulate SCENARIO: a file, or the name of one that comes with the product (longgang, baoan, futian …)."""
    try:
        from simulation.experiment import Machine
        from simulation.report.days import report_of_days
        from simulation.report.files import Files, write
        from simulation.summary import lines_of, summary_of
    except ImportError as error:
        raise click.ClickException(f"缺少 {error.name} is missing: pip install 'onewindow[simulation]'") from error
    with said(jobs=jobs):
        setting = setting_of(scenario, seed=seed, days=days)
        found = _run(setting, precision, Machine(jobs, dask), progress_file, least_days=days or 0)
        summary = summary_of(setting, found)
    for line in lines_of(summary, name_en=setting.name.en, version=version("onewindow")):
        click.echo(line)
    write(
        report_of_days(summary, name=setting.name, version=version("onewindow"), plan=setting.plan),
        summary, Files(json_file, html, xlsx, language),
    )  # fmt: skip
    if log_folder is not None:
        _write_logs(setting, found.count, log_folder)


def setting_of(scenario: str, *, seed: int | None, days: int | None) -> "Setting":
    """Read a scenario by its path or its name; raises SimulationError."""
    import msgspec

    from simulation.halls import offered_hall
    from simulation.scenario import FOLDER as SHIPPED
    from simulation.scenario import load_scenario, scenario_names

    path = Path(scenario)
    if not path.suffix and scenario in scenario_names():
        path = SHIPPED / f"{scenario}.toml"
    if not path.is_file():
        names = ", ".join(scenario_names())
        raise click.ClickException(f"没有这个场景 there is no scenario {scenario}; 自带 shipped: {names}")
    setting = load_scenario(path, resolve=offered_hall)
    changes = {name: value for name, value in (("seed", seed), ("days", days)) if value is not None}
    return msgspec.structs.replace(setting, **changes)


@contextmanager
def said(*, jobs: int = 1) -> Iterator[None]:
    """Do a command's work: say a failure of the simulation in both languages, with its code, and end with status 1.

    No worker process is left behind, whatever ended the work.
    """
    from simulation.errors import SimulationError
    from simulation.experiment import workers_ended

    stop = stop_of_command()
    try:
        with workers_ended(jobs):
            try:
                stop.begin()
                yield
            finally:
                stop.rest()
    except SimulationError as error:
        raise Told(f"{error.text('zh')}\n{error.text('en')} [{error.code}]") from error
    stop.go_on()


@contextmanager
def progress_shown(wanted: int) -> Iterator[Callable[["Progress"], None]]:
    """Show a bar with the remaining time on standard error, where that is a terminal."""
    from rich import progress
    from rich.console import Console

    console = Console(stderr=True)
    columns = (
        progress.TextColumn("{task.description}"),
        progress.BarColumn(),
        progress.MofNCompleteColumn(),
        progress.TimeRemainingColumn(),
    )
    with progress.Progress(*columns, console=console, disable=not console.is_terminal) as bar:
        task = bar.add_task("天 days", total=wanted)

        def tell(now: "Progress") -> None:
            bar.update(task, completed=now.done, total=now.total)

        yield tell


def _run(
    setting: "Setting", precision: float | None, machine: "Machine", progress_file: Path | None, *, least_days: int
) -> "Days":
    from simulation.experiment import simulate as live
    from simulation.experiment import until_sure
    from simulation.intervals import share_of, unit_of

    def half_width(days: "Days") -> float:
        return (
            100
            * share_of(days.fact("kept"), days.fact("counted"), block=unit_of(days.count, setting.strata)).half_width
        )

    with progress_shown(setting.days) as tell:
        if precision is None:
            return live(setting, range(setting.days), machine=machine, tell=tell, progress_file=progress_file)
        return until_sure(
            setting, half_width, wanted=precision, most_days=MOST_DAYS, least_days=least_days, machine=machine,
            tell=tell, progress_file=progress_file,
        )  # fmt: skip


def _write_logs(setting: "Setting", count: int, folder: Path) -> None:
    from simulation.log import LogSink
    from simulation.twin import Twin

    folder.mkdir(parents=True, exist_ok=True)
    twin = Twin(setting)
    for number in range(min(count, 31)):
        log = LogSink()
        day = twin.dated(number)
        world = twin.world(number, log=log, day=day)
        world.run()
        log.fingerprint = world.state.fingerprint()
        path = folder / f"{setting.plan.hall}-{day.date}.jsonl"
        log.write(path, setting.plan)
    click.echo(f"→ {folder}{os.sep}{setting.plan.hall}-*.jsonl ({min(count, 31)})")
