"""Spreadsheets from outside, read as text under limits; and spreadsheets made to be filled in.

A file is refused before its parts are unpacked if it is no workbook, if it would unpack to more than it may, or if it
brings XML entities. Cells are values only: a formula is a fault, because what it shows depends on who opens it.

The library that knows the format is loaded with the first workbook, in the thread that handles it: a server starts
without it.
"""

import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, time
from io import BytesIO
from typing import Final, Protocol
from xml.etree.ElementTree import ParseError

import msgspec

from server.config.faults import Fault

FILE_BYTES: Final = 5 * 1024 * 1024
"""A workbook with 2,000 items measures 0.3 MB."""
UNPACKED_BYTES: Final = 40 * 1024 * 1024
"""5,000 items unpack to 6 MB."""
PARTS: Final = 100
"""Files inside the workbook; an ordinary one has a dozen."""
ROWS: Final = 6_000
CELL_CHARS: Final = 2_000
"""Longest text of a cell; the longest field, the keywords, takes 1,000."""
SHEET_CHARS: Final = 10_000_000
"""All texts of a sheet; cells share a text, so that a file of 1 MB can hold 100 million. 6,000 full items take 9 million."""
EXACT: Final = 2**53
"""Spreadsheets hold numbers as floats; whole numbers are exact up to here."""

STRETCH_BYTES: Final = 256 * 1024
"""Longest piece without the beginning of a tag; the longest text of a cell takes 100 KB. A tag of 300,000 attributes would hold
up the whole process for seconds, since its parser lets nobody else run."""
_STRETCH: Final = re.compile(rb"<[^<]{%d}" % STRETCH_BYTES)

DANGEROUS: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""What a spreadsheet may take for the beginning of a formula; some take the wide signs of Chinese keyboards, too."""

_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    ParseError,
    # What the reader raises on parts that are missing, doubled, encrypted, or not what they say they are.
    *(AttributeError, EOFError, IndexError, KeyError, NotImplementedError, OSError, OverflowError),
    *(RuntimeError, TypeError, ValueError),
)
_NO_WORKBOOK: Final = Fault("file", "不是 xlsx 表格文件", "this is not an xlsx workbook")


class Cell(msgspec.Struct, frozen=True):
    """A cell as text: ``where`` is its address with the sheet (``窗口!C7``)."""

    where: str
    text: str


class Sheet(msgspec.Struct, frozen=True):
    """Rows of one sheet; each row has one cell per column, also where the file has no such column."""

    title: str
    rows: tuple[tuple[Cell, ...], ...]
    headings: tuple[bool, ...] = ()
    """Which columns have a heading: an empty cell under one says something, one without says nothing."""


class Column(msgspec.Struct, frozen=True):
    """A column to be filled in: heading, note and example."""

    title: str
    note: str
    example: str
    width: int = 20


class Reader(Protocol):
    """Returns the sheets with these titles and so many columns, and adds what is wrong to ``faults``."""

    def __call__(self, data: bytes, columns: Mapping[str, int], faults: list[Fault], /) -> tuple[Sheet, ...]:
        """Read a file."""
        ...


def read_workbook(data: bytes, columns: Mapping[str, int], faults: list[Fault]) -> tuple[Sheet, ...]:
    """Return the sheets with these titles and so many columns; whatever is wrong is added to ``faults``.

    Rows that are empty, and rows whose first cell begins with ``#``, are left out.
    """
    if found := fault_of_file(data) or _fault_of_parts(data):
        faults.append(found)
        return ()
    from openpyxl import load_workbook

    try:
        book = load_workbook(BytesIO(data), read_only=True, data_only=False, keep_links=False)
        sheets = []
        for name in book.sheetnames:
            if name not in columns:
                faults.append(Fault(name[:40], f"没有名为「{name[:40]}」的表", f"a sheet {name[:40]!r} is not known"))
                continue
            cells = book[name].iter_rows(min_row=1, max_row=ROWS + 1, max_col=columns[name])
            first = next(cells, ())
            headings = tuple(bool(str(getattr(cell, "value", None) or "").strip()) for cell in first)
            sheets.append(Sheet(name, tuple(_rows(name, cells, faults)), headings))
    except _BROKEN:
        faults.append(Fault("file", "文件已损坏，不能读取", "the file is damaged and cannot be read"))
        return ()
    return tuple(sheets)


def make_workbook(sheets: Mapping[str, Sequence[Column]]) -> bytes:
    """Return a workbook with headings, a row of notes and a row of examples; both rows begin with ``#``."""
    from openpyxl import Workbook
    from openpyxl.styles import Font, PatternFill
    from openpyxl.utils import get_column_letter

    book = Workbook()
    book.remove(book.worksheets[0])
    for title, columns in sheets.items():
        sheet = book.create_sheet(title)
        sheet.append([column.title for column in columns])
        sheet.append([("# " if at == 0 else "") + column.note for at, column in enumerate(columns)])
        sheet.append([("# " if at == 0 else "") + column.example for at, column in enumerate(columns)])
        sheet.freeze_panes = "A2"
        for at, column in enumerate(columns, 1):
            sheet.column_dimensions[get_column_letter(at)].width = column.width
            # As text, so that a spreadsheet does not make a date of 8-10 or a number of 001.
            for row in range(1, 200):
                sheet.cell(row, at).number_format = "@"
            sheet.cell(1, at).font = Font(bold=True)
            sheet.cell(1, at).fill = PatternFill("solid", fgColor="DDE7F0")
            sheet.cell(2, at).font = Font(italic=True, color="666666")
            sheet.cell(3, at).font = Font(color="666666")
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def fault_of_file(data: bytes) -> Fault | None:
    """Tell without unpacking anything what is too large, or no workbook at all."""
    if len(data) > FILE_BYTES:
        return Fault("file", f"文件太大，最多 {FILE_BYTES} 字节", f"the file is too large; at most {FILE_BYTES} bytes")
    return None if zipfile.is_zipfile(BytesIO(data)) else _NO_WORKBOOK


def harmless(text: str) -> str:
    """Return a text that no spreadsheet takes for a formula, also once it is exported to CSV (OWASP, CSV Injection)."""
    return f"'{text}" if text.startswith(DANGEROUS) else text


def _fault_of_parts(data: bytes) -> Fault | None:
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            parts = archive.infolist()
            if len(parts) > PARTS or sum(part.file_size for part in parts) > UNPACKED_BYTES:
                return Fault("file", "文件解压后太大", "the file unpacks to too much")
            # A part cannot give more than it announces: the archive reader stops there.
            if any(_is_hostile(archive.read(part).replace(b"\0", b"")) for part in parts):
                return Fault("file", "文件含有不允许的内容", "the file holds what a workbook must not hold")
    except _BROKEN:
        return _NO_WORKBOOK
    return None


def _is_hostile(part: bytes) -> bool:
    return b"<!DOCTYPE" in part or _STRETCH.search(part) is not None


def _rows(title: str, rows: Iterable[Sequence[object]], faults: list[Fault]) -> Iterator[tuple[Cell, ...]]:
    """Read the rows below the headings."""
    from openpyxl.utils import get_column_letter

    chars = 0
    for number, row in enumerate(rows, 2):
        if number > ROWS:
            faults.append(Fault(f"{title}!A{number}", f"最多 {ROWS} 行", f"at most {ROWS} rows"))
            return
        first = getattr(row[0], "value", None)
        if isinstance(first, str) and first.lstrip().startswith("#"):
            continue
        cells = tuple(_cell(f"{title}!{get_column_letter(at)}{number}", one, faults) for at, one in enumerate(row, 1))
        chars += sum(len(cell.text) for cell in cells)
        if chars > SHEET_CHARS:
            faults.append(Fault(f"{title}!A{number}", "表中文字太多", "the sheet holds too much text"))
            return
        if any(cell.text for cell in cells):
            yield cells


def _cell(where: str, cell: object, faults: list[Fault]) -> Cell:
    value: object = getattr(cell, "value", None)
    kind: object = getattr(cell, "data_type", "n")
    if kind == "f" or (isinstance(value, str) and value.startswith("=")):
        faults.append(Fault(where, "不接受公式，请填写数值或文字", "formulas are not taken; enter a value"))
    elif kind == "e":
        faults.append(Fault(where, "单元格有错误值", "the cell holds an error value"))
    elif value is None:
        return Cell(where, "")
    elif isinstance(value, bool | date | datetime | time) or not isinstance(value, str | int | float):
        faults.append(Fault(where, "请把单元格设为文本格式再填写", "enter this as text"))
    elif isinstance(value, str):
        if len(value) <= CELL_CHARS:
            return Cell(where, value.strip())
        faults.append(Fault(where, f"太长，最多 {CELL_CHARS} 字", f"too long; at most {CELL_CHARS} characters"))
    elif abs(value) <= EXACT:
        return Cell(where, str(int(value)) if value == int(value) else str(value))
    else:  # also what is no number at all
        faults.append(Fault(where, "数字太大", "the number is too large"))
    return Cell(where, "")
