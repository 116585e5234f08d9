"""`onewindow fit`: what a hall's logs say of its people, as a table, a picture, a page, and a scenario to simulate."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import click

from simulation.errors import Language
from simulation.stops import TwinCommand

if TYPE_CHECKING:
    from hall.policy import Plan
    from simulation.fit.check import Checks
    from simulation.fit.whole import HallFit

FILE = click.Path(dir_okay=False, path_type=Path)
DATE = click.DateTime(formats=["%Y-%m-%d"])
LANGUAGE = click.Choice(["zh", "en"])


@click.command("fit", cls=TwinCommand, short_help="Learn rates, service times and behaviour from a hall's logs.")
@click.argument("logs", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--hall", default="", help="The hall, where the logs hold several.")
@click.option("--from", "first", type=DATE, help="First business date.")
@click.option("--to", "last", type=DATE, help="Last business date.")
@click.option("--seed", default=1, type=click.IntRange(0, 2**31), help="Of the resampling behind intervals.")
@click.option("--no-check", is_flag=True, help="Do not hold days out; saves a minute in large halls.")
@click.option("--language", default="zh", type=LANGUAGE, help="Of pictures.")
@click.option("--json", "json_file", type=FILE, help="Write the fit as JSON.")
@click.option("--scenario", type=FILE, help="Write a scenario (TOML), and its plan beside it.")
@click.option("--plot", type=FILE, help="Write a picture, .svg or .png.")
@click.option("--html", type=FILE, help="Write a page with the picture and all tables.")
@click.option("--xlsx", type=FILE, help="Write the tables as a workbook.")
def fit(
    logs: tuple[Path, ...], hall: str, first: datetime | None, last: datetime | None, seed: int, no_check: bool,
    language: Language, json_file: Path | None, scenario: Path | None, plot: Path | None, html: Path | None,
    xlsx: Path | None,
) -> None:  # fmt: skip
    """Learn from LOGS (files of one day each, folders of them, or the data folder of a server) how a hall's days are."""
    try:
        from simulation.fit.check import check_fit
        from simulation.fit.errors import FitError
        from simulation.fit.logs import Wanted, read_days
        from simulation.fit.table import lines_of
        from simulation.fit.whole import fit_hall
    except ImportError as error:
        _without_extra(error)
    from simulation.cli import said

    if plot is not None and plot.suffix.lower() not in (".svg", ".png"):
        raise click.BadParameter("文件名应以 .svg 或 .png 结尾 the name must end in .svg or .png", param_hint="--plot")
    wanted = Wanted(hall, f"{first:%Y-%m-%d}" if first else "", f"{last:%Y-%m-%d}" if last else "")
    try:
        with said():
            click.echo("读取日志 reading the logs …", err=True)
            seen = read_days(logs, wanted)
            found = fit_hall(seen, seed=seed)
            if not no_check:
                click.echo("仿真保留日 simulating held-out days …", err=True)
            checks = None if no_check else check_fit(seen, seed=seed)
    except FitError as error:
        raise click.ClickException(f"{error.text('zh')}\n{error.text('en')} [{error.code}]") from error
    for line in lines_of(found, checks):
        click.echo(line)
    try:
        _write(found, seen.plan, checks, json_file=json_file, scenario=scenario)
        _draw(found, checks, language, plot=plot, html=html)
        _tabulate(found, checks, language, xlsx)
    except OSError as error:
        raise click.ClickException(f"无法写入 cannot write: {error}") from error


def _write(
    found: "HallFit", plan: "Plan", checks: "Checks | None", *, json_file: Path | None, scenario: Path | None
) -> None:
    import msgspec

    from simulation.fit.check import FitFile
    from simulation.fit.scenario_file import write_scenario

    if json_file is not None:
        text = msgspec.json.format(msgspec.json.encode(FitFile(found, checks)), indent=1)
        json_file.write_bytes(text + b"\n")
        click.echo(f"→ {json_file}")
    if scenario is not None:
        click.echo(f"→ {scenario}, {write_scenario(scenario, found, plan)}")


def _draw(
    found: "HallFit", checks: "Checks | None", language: Language, *, plot: Path | None, html: Path | None
) -> None:
    if plot is None and html is None:
        return
    try:
        from simulation.fit.page import page_of
        from simulation.fit.picture import write_picture
    except ImportError as error:
        _without_extra(error)
    spoken = language
    if plot is not None:
        spoken = write_picture(plot, found, checks, language=language)
        click.echo(f"→ {plot}")
    if html is not None:
        page, spoken = page_of(found, checks, language=language)
        html.write_text(page, encoding="utf-8")
        click.echo(f"→ {html}")
    if spoken != language:
        click.echo(
            "本机没有中文字体，图片改用英文 no Chinese font is installed here: the picture is in English", err=True
        )


def _tabulate(found: "HallFit", checks: "Checks | None", language: Language, xlsx: Path | None) -> None:
    from simulation.report.files import Files, write
    from simulation.report.logs import report_of_fit

    write(report_of_fit(found, checks), found, Files(xlsx=xlsx, language=language))


def _without_extra(error: ImportError) -> NoReturn:
    raise click.ClickException(f"缺少 {error.name} is missing: pip install 'onewindow[simulation]'") from error
