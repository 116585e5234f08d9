"""The command `onewindow`: one sub-command per job, each importing only what it needs."""

import re
import sys
from functools import cached_property
from importlib import import_module
from importlib.metadata import EntryPoints, entry_points
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from server.options import DATA, DATABASE_URL, address_of, alone_in, end, existing

if TYPE_CHECKING:
    from server.settings import Settings

REDIS_URL = click.option(
    "--redis-url",
    default="",
    envvar="ONEWINDOW_REDIS_URL",
    callback=address_of("redis://", "rediss://", "unix://"),
    help="Redis through which nodes tell each other of news, redis://host:port/0; without it, they only look.",
)
LOCAL = "127.0.0.1"
PORTS = click.IntRange(0, 65_535)
PORT = click.option("--port", default=8000, type=PORTS, help="Port to listen on; 0 takes a free one.")
NO_KEY: Final = (
    "目标没有来源的 server.key：请在那里启动服务器之前复制过去，否则票的链接失效 / "
    "the target has not the source's server.key: copy it before a server is started there, or links of tickets end"
)
FIRST_STEPS = """\b
See a whole day first:  onewindow demo
Set up your own halls:  onewindow init --preset longgang
"""

GROUPS: Final = {"hall": "server.hall_jobs"}
"""Groups of commands in modules of their own, which load when they are called; each is named as its command."""
JOBS_OF_OTHERS = "onewindow.commands"
"""Entry points of the other packages: the server does not import them, the command line finds them."""


class Jobs(click.Group):
    """The server's own sub-commands and those that the other packages offer; the latter load when they are called."""

    def invoke(self, ctx: click.Context) -> object:
        """Run a sub-command; a fault of files, databases or the terminal is told in one line."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise  # The command has said it itself, in words of its own.
        except Exception as error:
            from server.command_faults import fault_of

            if (line := fault_of(error)) is None:
                raise
            raise click.ClickException(line) from error

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name all sub-commands."""
        return sorted({*super().list_commands(ctx), *GROUPS, *_offered().names})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return a sub-command, loading it if another package offers it."""
        own = super().get_command(ctx, cmd_name)
        if own is not None or cmd_name not in {*GROUPS, *_offered().names}:
            return own
        if cmd_name in GROUPS:
            command = getattr(import_module(GROUPS[cmd_name]), cmd_name)
        else:
            command = _offered()[cmd_name].load()
        assert isinstance(command, click.Command), cmd_name
        return command


class BadStart(click.ClickException):
    """A start that cannot be meant; one line, since the command's usage would not help."""

    exit_code = 2


class Presets(click.Choice[str]):
    """The presets of this installation; loaded when somebody asks for one, so that other commands start quickly."""

    def __init__(self) -> None:
        """Load nothing: ``choices`` are not given, they are found."""
        self.case_sensitive = True

    @cached_property
    def choices(self) -> tuple[str, ...]:  # type: ignore[override]  # click writes it once, here nobody does
        """Name the presets."""
        from server.presets.loader import PRESETS

        return PRESETS


def _offered() -> EntryPoints:
    return entry_points(group=JOBS_OF_OTHERS)


@click.group(
    cls=Jobs, epilog=FIRST_STEPS, context_settings={"help_option_names": ["-h", "--help"], "show_default": True}
)
def main() -> None:
    """OneWindow 一窗通: queue, appointment and hall operations for service halls."""


@main.command(short_help="Run the halls of a data folder.")
@DATA
@click.option(
    "--host", default=LOCAL, help="Address to listen on; 0.0.0.0 is every network of this computer (IPv6: ::)."
)
@PORT
@click.option("--public-screens", is_flag=True, help="Boards and strips open without a device token.")
@click.option("--log-json", is_flag=True, help="One JSON object per log line.")
@click.option("--spare", is_flag=True, help="Wait while another server has the folder, and take over when it is gone.")
@DATABASE_URL
@REDIS_URL
def serve(
    data: Path,
    host: str,
    port: int,
    public_screens: bool,
    log_json: bool,
    spare: bool,
    database_url: str,
    redis_url: str,
) -> None:
    """Run the halls of a data folder, or be one of several nodes. Limits are set by ONEWINDOW_… variables."""
    import gc

    # Nothing that loading and opening the days make is garbage; looking for it would take a sixth of the start. The server
    # lets the collector work again when it is ready.
    gc.disable()
    # structlog looks for rich, to print tracebacks that are not wanted here; loading it would take a twentieth.
    is_loaded = "rich" in sys.modules
    sys.modules.setdefault("rich", None)  # type: ignore[arg-type]  # "not there", in the words of the import system
    from server.logs import configure

    if not is_loaded:
        del sys.modules["rich"]
    from server.serving import serve as run
    from server.settings import Settings

    settings = _with_environment(
        Settings(data=data, host=host, port=port, public_screens=public_screens, log_json=log_json,
                 database_url=database_url, redis_url=redis_url)
    )  # fmt: skip
    _check_messages(settings)
    _check_provider(settings)
    configure(as_json=settings.log_json)
    raise SystemExit(run(settings, spare=spare))


@main.command(short_help="Show a whole busy day in the browser.")
@click.option("--hall", default="longgang", help="Which hall to show.")
@click.option("--seed", default=1, type=click.IntRange(0, 2**31), help="The same seed gives the same people.")
@PORT
@click.option("--data", type=click.Path(file_okay=False, path_type=Path), help="Keep the day in this folder.")
@click.option("--speed", default=60.0, type=click.FloatRange(1, 3_600), help="Minutes of the hall in a real minute.")
@click.option("--until", default="", metavar="HH:MM", help="Stop the day at this time.")
@click.option("--once", is_flag=True, help="End when the day has ended.")
def demo(hall: str, seed: int, port: int, data: Path | None, speed: float, until: str, once: bool) -> None:
    """Show a whole busy day with kiosk, clerks and screens in the browser; status 0 when its audit is clean."""
    from server.demo.run import main as run
    from server.settings import Settings

    # The demo's server is another process: what is wrong with its variables is better said here.
    _with_environment(Settings(data=data or Path()))
    if until and re.fullmatch(r"([01]?\d|2[0-3]):[0-5]\d", until) is None:
        raise click.BadParameter("时刻写成 11:00 / a time of day looks like 11:00", param_hint="--until")
    raise SystemExit(run(hall=hall, seed=seed, port=port, data=data, speed=speed, until=until, once=once))


@main.command(short_help="Fill a new data folder with the settings of a preset.")
@DATA
@click.option("--preset", required=True, type=Presets(), help="The district whose halls are entered.")
@click.option("--hall", help="Only this hall of the preset's network.")
@click.option("--templates", is_flag=True, help="No halls, only its templates and holidays: add your own halls.")
@DATABASE_URL
def init(data: Path, preset: str, hall: str | None, templates: bool, database_url: str) -> None:
    """Fill a new data folder, or a migrated database, with the settings of a preset."""
    import time

    from server.config.places import place_of
    from server.config.sections import AlreadyExists, UnknownHall
    from server.presets.install import check_hall, init_preset

    if templates and hall is not None:
        raise click.UsageError("--templates 不录入大厅，请去掉 --hall / --templates enters no halls: leave --hall out")
    where = "the database" if database_url else str(data)
    place = place_of(data, database_url, "config")
    try:
        check_hall(preset, hall)
        data.mkdir(parents=True, exist_ok=True)
        with alone_in(data):
            done = init_preset(place, preset, hall=hall, at_ms=time.time_ns() // 1_000_000, templates_only=templates)
    except AlreadyExists as error:
        raise click.ClickException(
            f"已有大厅或模板 / {where} has halls or templates already (the first is {error})"
        ) from error
    except UnknownHall as error:
        raise click.ClickException(f"预设中没有大厅 / the preset has no hall {error}") from error
    years = ", ".join(map(str, done.years))
    if templates:
        click.echo(f"{len(done.templates)} templates of {done.preset} in {where}; holidays known for {years}")
        click.echo(f"Next: onewindow hall add CODE --name … --template {done.templates[0]} --data {data}")
    else:
        click.echo(f"{len(done.halls)} halls of {done.preset} in {where}; holidays known for {years}")
        click.echo(f"Next: onewindow serve --data {data}")


@main.command(name="import", short_help="Take over items, windows and hours from an xlsx workbook.")
@DATA
@click.option("--hall", help="The hall whose settings the workbook holds.")
@click.option("--check", is_flag=True, help="Only list what is wrong; change nothing.")
@click.option("--template", is_flag=True, help="Write an empty workbook with notes and examples to WORKBOOK instead.")
@click.argument("workbook", type=click.Path(dir_okay=False, path_type=Path), default=Path("onewindow.xlsx"))
def import_workbook(data: Path, hall: str | None, check: bool, template: bool, workbook: Path) -> None:
    """Take over items, windows and hours from an xlsx workbook, all or nothing."""
    from server.command_words import no_file
    from server.import_command import import_into, write_template

    if template:
        if workbook.exists():
            raise click.ClickException(f"{workbook} 已经存在 / is there already")
        write_template(workbook)
        click.echo(f"{workbook}: fill it in, then onewindow import --hall CODE {workbook}")
        return
    if hall is None:
        raise click.UsageError(
            "请用 --hall 指明大厅 / --hall CODE is needed: the hall whose settings the workbook holds"
        )
    if not workbook.is_file():
        raise click.ClickException(no_file(workbook))
    with alone_in(existing(data)):
        end(*import_into(data, hall=hall, workbook=workbook.read_bytes(), check_only=check))


@main.group(short_help="Public holidays and special days: show them, take them over from a file.")
def calendar() -> None:
    """Show public holidays and special days, or take them over from a file."""


YEAR = click.option("--year", type=click.IntRange(2025, 2100), help="The year, where a file holds several.")


@calendar.command()
@DATA
@click.option("--hall", help="The special days of this hall instead of those of all halls.")
@YEAR
def show(data: Path, hall: str | None, year: int | None) -> None:
    """List the years whose holiday notice is known, and the days of the latest, of --year, or of a hall."""
    from server.calendar_command import show as shown

    end(*shown(existing(data), hall=hall, year=year))


@calendar.command(name="import")
@DATA
@click.option("--hall", help="Take the file over as special days of this hall only.")
@YEAR
@click.option("--check", is_flag=True, help="Only list what is wrong; change nothing.")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def import_calendar(data: Path, hall: str | None, year: int | None, check: bool, file: Path) -> None:
    """Take over FILE (.ics or JSON), all or nothing: a year's holiday notice, or a hall's special days."""
    from server.calendar_command import take_over
    from server.config.calendar_file import FILE_BYTES

    with file.open("rb") as opened:
        # One byte more than may be, so that a longer file is told apart without reading all of it.
        content = opened.read(FILE_BYTES + 1)
    with alone_in(existing(data)):
        end(*take_over(data, content, hall=hall, year=year, check_only=check))


@main.command(short_help="Check stored days against the laws.")
@DATA
@DATABASE_URL
@click.option("--hall", help="Only this hall.")
@click.argument("day", required=False, metavar="[DAY]")
def audit(data: Path, database_url: str, hall: str | None, day: str | None) -> None:
    """Check stored days, or one DAY (2026-11-23), against the laws: 0 sound, 1 broken, 2 nothing to audit."""
    from server.audit import audit_all
    from server.ledger.sqlite import FILE_NAME

    reports = audit_all(database_url or data / FILE_NAME, hall=hall, date=day)
    for report in reports:
        click.echo(report.text())
    if not reports:
        click.echo("没有可审计的日子 / there is nothing to audit", err=True)
    codes = [report.exit_code for report in reports]
    raise SystemExit(1 if 1 in codes else 0 if 0 in codes else 2)


@main.command(short_help="Write a verified archive, beside a running server too.")
@DATA
@click.argument("archive", type=click.Path(dir_okay=False, path_type=Path))
def backup(data: Path, archive: Path) -> None:
    """Write a verified archive of the data folder to the new file ARCHIVE, beside a running server too."""
    from server.backup import backup as make

    manifest = make(data, archive)
    click.echo(f"{archive}: {len(manifest.files)} files, {len(manifest.heads)} hall-days, verified")


@main.command(name="verify-backup", short_help="Check that an archive is whole.")
@click.argument("archive", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def verify_backup(archive: Path) -> None:
    """Check every file of ARCHIVE against its manifest, and every database for damage: 0 whole, 1 not."""
    from server.backup import verify

    manifest = verify(archive)
    click.echo(f"{archive}: whole; {len(manifest.files)} files of {manifest.made_at}, {len(manifest.heads)} hall-days")


@main.command(short_help="Put an archive's files back into a data folder.")
@DATA
@click.option("--force", is_flag=True, help="Set a folder aside that is not empty.")
@click.argument("archive", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def restore(data: Path, archive: Path, force: bool) -> None:
    """Put the files of ARCHIVE back into a data folder, after verifying them."""
    from server.backup import restore as put_back

    manifest = put_back(archive, data, force=force)
    click.echo(f"{data}: {len(manifest.files)} files of {manifest.made_at}, {len(manifest.heads)} hall-days")


@main.command(short_help="Make an account, or give it a new password.")
@DATA
@click.argument("name")
@click.option(
    "--role",
    type=click.Choice(["clerk", "guide", "manager", "network", "auditor", "admin"]),
    help="What the account may do; a new one is an administrator unless told otherwise.",
)
@click.option(
    "--halls",
    default="",
    help="Codes separated by commas; a trailing * covers all that begin so. A new account has every hall.",
)
@click.option("--called", default="", help="The person's name, which pages show.")
@click.option("--enable", is_flag=True, help="Let a disabled account sign in again.")
@click.option("--unlink", is_flag=True, help="End its sign-in at the identity provider; only its password counts then.")
@click.option("--keep-password", is_flag=True, help="Ask for no new password.")
@DATABASE_URL
def account(
    data: Path,
    name: str,
    role: str | None,
    halls: str,
    called: str,
    enable: bool,
    unlink: bool,
    keep_password: bool,
    database_url: str,
) -> None:
    """Make the account NAME (1 to 40 letters, digits, . - _), or give it a new password, which is asked for.

    Of an account that exists everything stays as it is but the password and what is given; a new password ends its sessions.
    """
    from server.account_command import Wanted, checked, settle
    from server.config.places import place_of

    place = place_of(data, database_url, "config")
    wanted = Wanted(
        name=called, role=role or "", halls=halls, is_enabled=enable, is_unlinked=unlink, keeps_password=keep_password
    )
    if keep_password and not database_url:
        existing(data)  # Nobody is there yet whose password could be kept.
    try:
        checked(name, wanted)
        data.mkdir(parents=True, exist_ok=True)
        with alone_in(data):
            lines = settle(
                place, name, wanted, ask=lambda: click.prompt("Password", hide_input=True, confirmation_prompt=True)
            )
    except ValueError as error:
        raise click.ClickException(str(error)) from error
    click.echo("\n".join(lines))


@main.command(short_help="Prepare a PostgreSQL database for several nodes, or for a new version.")
@DATA
@DATABASE_URL
def migrate(data: Path, database_url: str) -> None:
    """Make or change all tables of a PostgreSQL database; the folder's server.key becomes that of all nodes."""
    from server.cluster import migrate as run
    from server.settings import Settings

    if not database_url:
        raise BadStart(
            "请指明数据库，文件无须升级 / "
            "--database-url or ONEWINDOW_DATABASE_URL says which database; files need no migration"
        )
    data.mkdir(parents=True, exist_ok=True)
    click.echo("\n".join(run(Settings(data=data, database_url=database_url))))


@main.command(name="copy-log", short_help="Copy logs between a data folder and PostgreSQL, verified by hash.")
@click.option("--from", "source", required=True, help="A data folder, or postgresql://…")
@click.option("--to", "target", required=True, help="A data folder, or postgresql://… that was migrated.")
@click.option("--hall", help="Only the logs of this hall.")
def copy_log(source: str, target: str, hall: str | None) -> None:
    """Copy logs row for row and read the copies again; what is there already is compared, not written again."""
    from server.copy_logs import copy_between, has_key_of
    from server.logs import configure

    configure(as_json=False)
    copied = copy_between(source, target, hall=hall)
    for one in copied:
        click.echo(f"{one.stream}: {one.rows} rows, {one.new} of them new, head {one.head}")
    if not copied:
        raise click.ClickException("没有这样的日志 / there is no such log")
    if not has_key_of(source, target):
        click.echo(NO_KEY, err=True)


@main.command(short_help="Print the version of this installation.")
def version() -> None:
    """Print the version of this installation."""
    from importlib.metadata import version as installed_version

    click.echo(installed_version("onewindow"))


def _check_messages(settings: "Settings") -> None:
    """Say what is wrong with the file of messages before anything is opened."""
    from server.command_words import no_file
    from server.outbox.configuration import FILE_NAME, BadMessages, load_configuration

    try:
        if settings.messages is not None and not settings.messages.is_file():
            raise BadMessages(no_file(settings.messages))
        load_configuration(settings.messages or settings.data / FILE_NAME)
    except BadMessages as error:
        raise BadStart(str(error)) from error


def _check_provider(settings: "Settings") -> None:
    """Say what is wrong with the file of the identity provider before anything is opened."""
    from server.accounts.provider import FILE_NAME, BadProvider, load_provider
    from server.command_words import no_file

    try:
        if settings.oidc is not None and not settings.oidc.is_file():
            raise BadProvider(no_file(settings.oidc))
        load_provider(settings.oidc or settings.data / FILE_NAME)
    except BadProvider as error:
        raise BadStart(str(error)) from error


def _with_environment(settings: "Settings") -> "Settings":
    from server.settings import BadVariable, from_environment

    try:
        return from_environment(settings)
    except BadVariable as error:
        raise BadStart(str(error)) from error
