"""The options of all commands that write reports."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

FILE = click.Path(dir_okay=False, path_type=Path)


def report_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--html``, ``--xlsx`` and ``--language``; the command takes them as ``html``, ``xlsx`` and ``language``."""
    for option in (
        click.option("--language", default="zh", type=click.Choice(["zh", "en"]), help="Of the page and the workbook."),
        click.option("--xlsx", type=FILE, help="Write the tables as a workbook."),
        click.option("--html", type=FILE, help="Write a page with pictures and tables."),
    ):
        command = option(command)
    return command
