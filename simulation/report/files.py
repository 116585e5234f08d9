"""Writes a report where the user wants it: JSON of the figures, a page, a workbook."""

from pathlib import Path

import click
import msgspec

from simulation.errors import Language
from simulation.report.content import Report


class Files(msgspec.Struct, frozen=True):
    """Where to; None: not wanted."""

    json: Path | None = None
    html: Path | None = None
    xlsx: Path | None = None
    language: Language = "zh"


def write(report: Report, figures: object, files: Files) -> None:
    """Write what is wanted and say where; raises ClickException where that is not possible."""
    try:
        for path, content in _contents(report, figures, files):
            path.write_bytes(content)
            click.echo(f"→ {path}")
    except OSError as error:
        raise click.ClickException(f"无法写入 cannot write: {error}") from error


def _contents(report: Report, figures: object, files: Files) -> list[tuple[Path, bytes]]:
    found: list[tuple[Path, bytes]] = []
    if files.json is not None:
        found.append((files.json, msgspec.json.format(msgspec.json.encode(figures), indent=1) + b"\n"))
    if files.html is not None:
        from simulation.report.page import page_of

        found.append((files.html, page_of(report, language=files.language).encode("utf-8")))
    if files.xlsx is not None:
        from simulation.report.workbook import workbook_of

        found.append((files.xlsx, workbook_of(report, language=files.language)))
    return found
