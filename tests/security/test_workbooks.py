"""A workbook made to hold up its reader holds up nobody else: it is read in a process of its own, within limits."""

import subprocess
import time
import zipfile
from io import BytesIO

import pytest

from server import workbook_apart
from server.config.faults import Fault
from server.import_sheets import COLUMNS
from server.importer import template
from server.workbook import FILE_BYTES, Sheet, read_workbook
from server.workbook_apart import ReaderBroken, read_apart

WIDTHS = {name: len(columns) for name, columns in COLUMNS.items()}
HELD_S = 0.3
"""What handing a file over costs this process at most; the parser took 1 s here for the first of these files, 5 s for the second."""
DEPTH, TAGS = 200_000, 6_000_000


def with_part(name: str, content: bytes) -> bytes:
    """Return the template with one part written anew."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(template())) as whole, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for one in whole.namelist():
            made.writestr(one, content if one == name else whole.read(one))
    return out.getvalue()


def test_a_workbook_reads_the_same_in_a_process_of_its_own():
    here: list[Fault] = []
    there: list[Fault] = []

    assert read_apart(template(), WIDTHS, there) == read_workbook(template(), WIDTHS, here)
    assert there == here == []


@pytest.mark.parametrize(
    ("part", "content"),
    [
        ("xl/worksheets/sheet1.xml", b"<a>" * DEPTH + b"</a>" * DEPTH),
        ("xl/styles.xml", b"<a>" + b"<b/>" * TAGS + b"</a>"),
    ],
    ids=["deep", "many"],
)
def test_a_workbook_of_endless_tags_costs_this_process_nothing(part: str, content: bytes):
    """A thread that does not work holds up no other one, however long it waits."""
    faults: list[Fault] = []
    data = with_part(part, content)

    began = time.thread_time()
    sheets = read_apart(data, WIDTHS, faults, cpu_s=2)

    assert time.thread_time() - began < HELD_S
    assert all(not sheet.rows for sheet in sheets)


def test_a_workbook_that_takes_too_much_time_is_told_as_that():
    faults: list[Fault] = []
    data = with_part("xl/styles.xml", b"<a>" + b"<b/>" * TAGS + b"</a>")

    assert read_apart(data, WIDTHS, faults, cpu_s=1) == read_apart(template(), WIDTHS, faults, wall_s=0.001) == ()

    assert [fault.en for fault in faults] == ["the file takes too much time or memory to be read"] * 2


def test_a_file_that_is_too_large_or_no_workbook_starts_no_process(monkeypatch: pytest.MonkeyPatch):
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError

    monkeypatch.setattr(subprocess, "run", refuse)
    faults: list[Fault] = []

    assert read_apart(b"x" * (FILE_BYTES + 1), WIDTHS, faults) == read_apart(b"text", WIDTHS, faults) == ()
    assert [fault.where for fault in faults] == ["file"] * 2


def test_a_reader_that_fails_by_itself_is_no_fault_of_the_file(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(workbook_apart.sys, "executable", "/bin/false")

    with pytest.raises(ReaderBroken):
        read_apart(template(), WIDTHS, [])


def test_cells_that_share_a_text_are_refused_before_they_fill_the_memory():
    """One text of 2,000 letters in 54,000 cells: 108 million letters from a file of 200 KB."""
    text = b"<sst><si><t>" + b"x" * 2_000 + b"</t></si></sst>"
    faults: list[Fault] = []

    sheets: tuple[Sheet, ...] = read_workbook(shared(text, rows=5_900), WIDTHS, faults)

    assert [fault.en for fault in faults] == ["the sheet holds too much text"]
    assert sum(len(cell.text) for sheet in sheets for row in sheet.rows for cell in row) <= 10_000_000


def shared(text: bytes, *, rows: int) -> bytes:
    """Return a workbook whose first sheet shows the same shared text in every cell."""
    main = b'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    cells = b"".join(b'<c t="s"><v>0</v></c>' for _ in range(9))
    sheet = (
        b"<worksheet " + main + b"><sheetData>" + (b"<row>" + cells + b"</row>") * rows + b"</sheetData></worksheet>"
    )
    kinds = "application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(template())) as whole, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for one in whole.namelist():
            content = whole.read(one)
            if one == "[Content_Types].xml":
                named = f'<Override PartName="/xl/sharedStrings.xml" ContentType="{kinds}"/></Types>'
                content = content.replace(b"</Types>", named.encode())
            made.writestr(one, sheet if one == "xl/worksheets/sheet1.xml" else content)
        made.writestr("xl/sharedStrings.xml", text.replace(b"<sst>", b"<sst " + main + b">"))
    return out.getvalue()
