"""What leaves as a spreadsheet or a calendar says what it said here, and nothing that a program there would run."""

from io import BytesIO

import pytest
from icalendar import Calendar
from openpyxl import load_workbook

from hall.catalog import Text
from server.ics import Visit, calendar_of
from server.studio.export import workbook_of
from server.workbook import DANGEROUS as DANGEROUS_HERE
from server.workbook import harmless
from simulation.report.workbook import DANGEROUS as DANGEROUS_THERE
from simulation.report.workbook import harmless as harmless_there

DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
FORMULA = 'HYPERLINK("http://evil.example","x")'


def test_server_and_simulation_know_the_same_beginnings_of_formulas():
    """They know nothing of each other, and the rules of a hall know no spreadsheets: the list stands in both, alike."""
    assert sorted(DANGEROUS_HERE) == sorted(DANGEROUS_THERE) == sorted(DANGEROUS)


@pytest.mark.parametrize("first", DANGEROUS)
def test_a_text_that_a_spreadsheet_would_run_begins_with_an_apostrophe(first: str):
    assert harmless(first + FORMULA) == harmless_there(first + FORMULA) == "'" + first + FORMULA
    assert harmless("综合 General") == harmless_there("综合 General") == "综合 General"


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\uff1d"])
def test_a_plan_whose_name_is_a_formula_is_exported_as_text(first: str):
    book = load_workbook(BytesIO(workbook_of(_result(first + FORMULA))))
    cells = [cell for sheet in book for row in sheet for cell in row if isinstance(cell.value, str)]

    assert [cell for cell in cells if FORMULA in cell.value]
    assert [cell.value for cell in cells if cell.data_type == "f" or cell.value.startswith((*DANGEROUS,))] == []


@pytest.mark.parametrize("name", ["x\r\nATTENDEE:mailto:a@evil.example", "x\nEND:VEVENT", "a;b,c\\n", "x\rX-EVIL:1"])
def test_a_name_makes_no_lines_of_its_own_in_a_calendar(name: str):
    visit = Visit(
        appointment="B261123-0000000000", hall="longgang", hall_name=Text(name, name), items=(Text(name, name),),
        state="BOOKED", version=1, start_ms=1_795_500_000_000, end_ms=1_795_501_800_000, code="ABCD2345",
    )  # fmt: skip

    data = calendar_of([visit], now_ms=1_795_400_000_000)

    lines = data.replace(b"\r\n ", b"").split(b"\r\n")
    assert not [line for line in lines if line.startswith((b"ATTENDEE", b"X-EVIL"))]
    assert len(Calendar.from_ical(data).walk("VEVENT")) == 1
    assert lines.count(b"END:VEVENT") == 1


def _result(name: str) -> dict[str, object]:
    figures = {"visitors": {"value": 1.0, "low": 1.0, "high": 1.0}}
    plan = {
        "name": name,
        "figures": figures,
        "last_out": "17:00",
        "slots": [],
        "groups": [],
        "start_min": 540,
        "change": None,
    }
    return {
        "plans": [plan], "date": "2026-11-23", "days": 1, "target_min": 20, "seed": 1, "version": "1",
        "basis": [],
    }  # fmt: skip
