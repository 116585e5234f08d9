"""What the commands of the server share: the data folder, the database's address, and how they end."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import click

DATA = click.option(
    "--data",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("data"),
    show_default=True,
    envvar="ONEWINDOW_DATA",
    help="The data folder.",
)


def address_of(*schemes: str) -> Callable[[click.Context, click.Parameter, str], str]:
    """Return the check of an address, which is not repeated: it may hold a password."""

    def check(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
        if value and not value.startswith(schemes):
            raise click.BadParameter(f"地址的开头应为 / an address begins with {schemes[0]}")
        if value.startswith("postgresql://"):
            _check_database(value)
        return value

    return check


def _check_database(address: str) -> None:
    from server.config.places import is_readable

    if not is_readable(address):
        raise click.BadParameter(
            "不是数据库地址 / this is no address of a database, as postgresql://host:5432/database is"
        )


DATABASE_URL = click.option(
    "--database-url",
    default="",
    envvar="ONEWINDOW_DATABASE_URL",
    callback=address_of("postgresql://"),
    help="PostgreSQL for several nodes, postgresql://user:password@host:port/database; without it, files of the folder.",
)


def existing(data: Path) -> Path:
    """Return a data folder that is there, or end."""
    if not data.is_dir():
        raise click.ClickException(f"没有这个文件夹 / there is no folder {data}")
    return data


def end(lines: list[str], is_done: bool) -> NoReturn:
    """Say how it went and end with the status."""
    for line in lines:
        click.echo(line, err=not is_done)
    raise SystemExit(0 if is_done else 1)


@contextmanager
def alone_in(data: Path) -> Iterator[None]:
    """Let no server run on the folder meanwhile: it would not notice what is written beside it."""
    from server.ledger.lock import FileLock, lock_path
    from server.ledger.port import LedgerInUse
    from server.ledger.sqlite import FILE_NAME

    try:
        lock = FileLock(lock_path(data / FILE_NAME))
    except LedgerInUse as error:
        holder = error.holder or "unknown process"
        raise click.ClickException(
            f"{data} 正在使用，请先停止服务器或改用页面 / is in use ({holder}): stop the server first, or use its pages"
        ) from error
    try:
        yield
    finally:
        lock.release()
