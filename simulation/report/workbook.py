"""A report as a workbook: a sheet for each table, numbers as numbers, and no text that a spreadsheet could run.

A text that begins with ``=``, ``+``, ``-``, ``@`` or a control character is a formula to a spreadsheet that somebody exports it
to; it gets an apostrophe before it (OWASP, CSV Injection).
"""

from collections.abc import Iterator
from io import BytesIO
from typing import Final

from simulation.errors import Language
from simulation.intervals import Interval
from simulation.report.content import Cell, Report, Table, basis_text, said

DANGEROUS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""As in the server's workbooks, of which nothing here may know; a test holds both to one list."""
NAME_LETTERS: Final = 31
"""A sheet's name has no more."""
NOT_IN_NAMES: Final = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))
WIDEST: Final = 60
Value = str | int | float | None


def workbook_of(report: Report, *, language: Language) -> bytes:
    """Return the workbook; an interval takes three columns: value, low, high."""
    from openpyxl import Workbook

    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets_of(report, language):
        sheet = book.create_sheet(_name(name, book.sheetnames))
        for number, row in enumerate(rows, 1):
            for at, value in enumerate(row, 1):
                cell = sheet.cell(number, at, harmless(value))
                if isinstance(value, str):
                    cell.data_type = "s"
        _shape(sheet, rows)
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def sheets_of(report: Report, language: Language) -> Iterator[tuple[str, list[list[Value]]]]:
    """Yield the name and the rows of each sheet."""
    about: list[list[Value]] = [[said(report.title, language)]]
    found = [one.text for one in report.findings]
    about += [[said(one, language)] for one in (*found, *report.facts, *report.remarks)]
    about += [[basis_text(one, language)] for one in report.assumptions]
    yield ("说明" if language == "zh" else "About"), about
    for table in report.tables:
        yield said(table.title, language), _rows(table, language)


def harmless(value: Value) -> Value:
    """Return a value that no spreadsheet takes for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(DANGEROUS) else value


def _rows(table: Table, language: Language) -> list[list[Value]]:
    wide = [any(isinstance(row[at], Interval) for row in table.rows) for at in range(len(table.head))]
    low, high = ("下限", "上限") if language == "zh" else ("low", "high")
    head: list[Value] = []
    for title, is_wide in zip(table.head, wide, strict=True):
        head += [said(title, language), low, high] if is_wide else [said(title, language)]
    rows = [head]
    rows += [
        [value for cell, is_wide in zip(row, wide, strict=True) for value in _values(cell, is_wide, language)]
        for row in table.rows
    ]
    if table.note.zh:
        rows.append([said(table.note, language)])
    return rows


def _values(cell: Cell, is_wide: bool, language: Language) -> list[Value]:
    if isinstance(cell, Interval):
        return [_number(one) for one in (cell.value, cell.low, cell.high)]
    value: Value = cell if isinstance(cell, int) or cell is None else None
    if isinstance(cell, float):
        value = _number(cell)
    elif not isinstance(cell, int) and cell is not None:
        value = said(cell, language)
    return [value, None, None] if is_wide else [value]


def _number(value: float) -> float | None:
    """Return a number, or nothing for what is none: a workbook knows no NaN."""
    return None if value != value else value


def _name(wanted: str, taken: list[str]) -> str:
    cut = wanted.translate(NOT_IN_NAMES).strip()[:NAME_LETTERS] or "1"
    number = 2
    name = cut
    while name in taken:
        ending = f" {number}"
        name, number = cut[: NAME_LETTERS - len(ending)] + ending, number + 1
    return name


def _shape(sheet: object, rows: list[list[Value]]) -> None:
    """Set widths, bold headings, two digits."""
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.worksheet import Worksheet

    assert isinstance(sheet, Worksheet)
    for at in range(1, max(map(len, rows), default=0) + 1):
        widest = max(len(str(row[at - 1])) if isinstance(row[at - 1], str) else 10 for row in rows if len(row) >= at)
        sheet.column_dimensions[get_column_letter(at)].width = min(WIDEST, widest * 1.6 + 2)
        sheet.cell(1, at).font = Font(bold=True)
    for cells in sheet.iter_rows():
        for cell in cells:
            if isinstance(cell.value, float):
                cell.number_format = "0.00"
    sheet.freeze_panes = "A2"
