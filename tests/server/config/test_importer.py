"""The spreadsheet import: every bad cell told with its address, nothing taken over unless all is good."""

import re
import subprocess
import sys
import zipfile
from collections.abc import Callable, Mapping
from functools import cache
from io import BytesIO
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.utils.exceptions import IllegalCharacterError

from hall.catalog import Area, HelpRule, Item, Serves, Text, Theme, Window
from hall.opening import Span
from server.config.bounds import faults_of_settings
from server.config.faults import Fault
from server.config.sections import ItemsSection, Sections, WindowsSection, plan_from
from server.import_sheets import COLUMNS, HOURS, ITEMS, WINDOWS
from server.importer import Imported, ImportFaults, import_file, template
from server.presets.loader import load_preset
from server.workbook import FILE_BYTES, ROWS, UNPACKED_BYTES

FACTS = load_preset("yuancheng").halls[0]
CURRENT = load_preset("yuancheng").templates["community"].sections

GOOD: dict[str, list[list[Any]]] = {
    ITEMS: [
        ["id-card", "居民身份证", "Identity card", "civil", "民生", "Civil", 7, "补办", 50],
        ["licence", "营业执照", "Licence", "trade", "商事", "Trade", "12.5", "", "120%"],
        ["101", "社保卡", "", "civil", "", "", "", "", ""],
    ],
    WINDOWS: [
        ["W01", 1, "a1", "大厅", "Hall", "综合", "", "", "", "", "", ""],
        ["W02", "2", "a1", "", "", "主题", "civil", "", "trade", "", "等候", 15],
        ["W03", "3", "a2", "二楼", "Upstairs", "specialised", "", "licence、101", "", "id-card", "idle", ""],
    ],
    HOURS: [
        ["周一", "08:30-12:00", "14:00-17:30", ""],
        ["saturday", "9:00—12:00", "", ""],
        ["调休", "09:00~12:00", "", ""],
    ],
}


def test_a_good_workbook_becomes_sections_without_faults():
    """Names, themes, kinds, spans in Chinese and English, numbers as codes: all as written."""
    found = take(good_workbook())

    items, windows, hours = found.changes["items"], found.changes["windows"], found.changes["hours"]
    assert isinstance(items, ItemsSection)
    assert isinstance(windows, WindowsSection)
    assert [item.code for item in items.items] == ["id-card", "licence", "101"]
    assert [item.service_ms for item in items.items] == [420_000, 750_000, 600_000]
    assert {"补办", "jmsfz", "juminshenfenzheng"} == set(items.items[0].keywords.split())
    assert [theme.name.zh for theme in items.themes] == ["民生", "商事"]
    assert [window.kind for window in windows.windows] == ["comprehensive", "themed", "specialised"]
    assert windows.windows[2].serves.items == ("licence", "101")
    assert [item.service_cv_pct for item in items.items] == [50, 120, 80]
    assert windows.windows[1].helps.themes == ("trade",)
    assert windows.windows[2].helps.items == ("id-card",)
    assert [window.help_rule for window in windows.windows[1:]] == [HelpRule("waited", 900_000), HelpRule()]
    assert hours.days[0] == (Span(510, 720), Span(840, 1050))
    assert hours.days[1] == ()
    assert hours.makeup == (Span(540, 720),)
    assert (found.items, found.windows, found.days) == (3, 3, 3)


def test_a_file_made_before_a_column_keeps_what_was_set_of_the_same_code():
    """When a window helps and with which items, and how much service times spread, are not put back silently."""
    older = {ITEMS: 8, WINDOWS: 9}
    rows = {title: [row[:columns] for row in GOOD[title]] for title, columns in older.items()}

    found = take(workbook(rows, columns=older), current=edited())

    items, windows = found.changes["items"], found.changes["windows"]
    assert isinstance(items, ItemsSection)
    assert isinstance(windows, WindowsSection)
    assert [item.service_cv_pct for item in items.items] == [30, 80, 80]
    assert windows.windows[1].helps == Serves(("trade",), ("licence",))
    assert windows.windows[1].help_rule == HelpRule("waited", 420_000)


def test_an_empty_number_or_choice_leaves_the_stored_one_and_an_empty_list_says_none():
    """Time, spread, help rule stay as they are; a list is told whole under its heading."""
    rows = {
        ITEMS: [["id-card", "居民身份证", "", "civil", "民生"], *GOOD[ITEMS][1:]],
        WINDOWS: [GOOD[WINDOWS][0], ["W02", "2", "a1", "", "", "主题", "civil"], GOOD[WINDOWS][2]],
    }

    found = take(workbook(rows), current=edited())

    items, windows = found.changes["items"], found.changes["windows"]
    assert isinstance(items, ItemsSection)
    assert isinstance(windows, WindowsSection)
    assert (items.items[0].service_ms, items.items[0].service_cv_pct) == (500_000, 30)
    assert windows.windows[1].helps == Serves()
    assert windows.windows[1].help_rule == HelpRule("waited", 420_000)


def test_names_that_rows_do_not_tell_stay_and_a_new_chinese_name_has_no_old_english():
    """Themes and areas: each language by itself, from any row of the code or from the settings."""
    current = edited()
    rows = {
        ITEMS: [
            ["id-card", "居民身份证", "", "civil", "民生", ""],
            ["licence", "营业执照", "", "trade", "", ""],
            ["101", "社保卡", "", "trade", "", "Commerce"],
        ],
        WINDOWS: [["W01", 1, "a1", "新厅", "", "综合"]],
    }

    found = take(workbook(rows), current=current)

    items, windows = found.changes["items"], found.changes["windows"]
    assert isinstance(items, ItemsSection)
    assert isinstance(windows, WindowsSection)
    assert [theme.name for theme in items.themes] == [
        Text("民生", "Civil"),
        Text("商事", "Commerce"),
        Text("空", "Empty"),
    ]
    assert [area.name for area in windows.areas] == [Text("新厅", ""), Text("远处", "Far")]


def test_a_window_serves_what_its_row_names_and_all_only_where_nothing_is_named():
    """A comprehensive window with themes serves these; a themed one that was set to all stays so."""
    current = edited(serves=Serves(everything=True))
    rows = {WINDOWS: [["W01", 1, "a1", "大厅", "", "综合", "civil"], ["W02", 2, "a1", "", "", "主题"]]}

    found = take(workbook({ITEMS: GOOD[ITEMS], **rows}), current=current)

    windows = found.changes["windows"]
    assert isinstance(windows, WindowsSection)
    assert [window.serves for window in windows.windows] == [Serves(("civil",)), Serves(everything=True)]


def test_the_empty_template_imports_nothing_and_its_examples_import_as_they_are():
    """Notes and examples begin with #; without it the examples are a hall that can open."""
    with pytest.raises(ImportFaults) as told:
        take(template())
    assert told.value.faults[0].en == "there is nothing to import in this workbook"

    book = load_workbook(BytesIO(template()))
    for sheet in book.worksheets:
        assert [cell.value for cell in sheet[1]] == [column.title for column in COLUMNS[sheet.title]]
        sheet["A3"] = sheet["A3"].value.removeprefix("# ")

    found = take(saved(book))
    assert (found.items, found.windows, found.days) == (1, 1, 1)


def test_a_sheet_without_rows_leaves_its_section_alone():
    """Only what is filled in is changed."""
    found = take(workbook({HOURS: GOOD[HOURS]}))

    assert set(found.changes) == {"hours"}


@pytest.mark.parametrize(
    ("cell", "value", "english"),
    [
        (f"{ITEMS}!A2", "no good", "letters"),
        (f"{ITEMS}!A3", "id-card", f"the same as {ITEMS}!A2"),
        (f"{ITEMS}!B2", "", "must not be empty"),
        (f"{ITEMS}!B2", "名" * 201, "too long"),
        (f"{ITEMS}!B2", "x" * 10_000, "too long"),
        (f"{ITEMS}!B2", "a\u202eb", "cannot be shown"),
        (f"{ITEMS}!B2", "=1+1", "formulas"),
        (f"{ITEMS}!B2", True, "as text"),
        (f"{ITEMS}!D3", "", "letters"),
        (f"{ITEMS}!E3", "", "needs a name"),
        (f"{ITEMS}!E4", "别的", "another name"),
        (f"{ITEMS}!G2", 0, "480 minutes"),
        (f"{ITEMS}!G2", -5, "480 minutes"),
        (f"{ITEMS}!G2", 481, "480 minutes"),
        (f"{ITEMS}!G2", 2**63, "too large"),
        (f"{ITEMS}!G2", "9" * 1_000, "480 minutes"),
        (f"{ITEMS}!G2", "nan", "a number of minutes"),
        (f"{ITEMS}!G2", "inf", "a number of minutes"),
        (f"{ITEMS}!G2", "zehn", "a number of minutes"),
        (f"{ITEMS}!H2", "k" * 1_001, "too long"),
        (f"{ITEMS}!I2", "-1", "between 0 and 500"),
        (f"{ITEMS}!I2", 501, "between 0 and 500"),
        (f"{ITEMS}!I2", 0.8, "whole number of percent"),
        (f"{WINDOWS}!A2", "W/01", "letters"),
        (f"{WINDOWS}!A3", "W01", f"the same as {WINDOWS}!A2"),
        (f"{WINDOWS}!B3", "1", f"the same as {WINDOWS}!B2"),
        (f"{WINDOWS}!B2", "", "must not be empty"),
        (f"{WINDOWS}!D4", "", "needs a name"),
        (f"{WINDOWS}!F2", "总合", "comprehensive, themed or specialised"),
        (f"{WINDOWS}!G3", "a/b", "letters"),
        (f"{WINDOWS}!H3", "a/b", "letters"),
        (f"{WINDOWS}!I3", "a/b", "letters"),
        (f"{WINDOWS}!J3", "a/b", "letters"),
        (f"{WINDOWS}!J3", "trade", "there twice"),
        (f"{WINDOWS}!K3", "later", "idle or waited"),
        (f"{WINDOWS}!L3", -1, "between 0 and 1440"),
        (f"{WINDOWS}!L3", 1_441, "between 0 and 1440"),
        (f"{WINDOWS}!L3", "soon", "a number of minutes"),
        (f"{HOURS}!A2", "周八", "monday to sunday"),
        (f"{HOURS}!A3", "周一", "twice"),
        (f"{HOURS}!B2", "12:00-08:30", "like 08:30-12:00"),
        (f"{HOURS}!B2", "8.30-12", "like 08:30-12:00"),
        (f"{HOURS}!B2", "08:99-12:00", "like 08:30-12:00"),
        (f"{HOURS}!C2", "11:00-13:00", "overlap"),
    ],
)
def test_a_bad_cell_is_told_with_its_address(cell: str, value: object, english: str):
    """In both languages, and nothing is taken over."""
    faults = faults_with({cell: value})

    assert [fault.where for fault in faults] == [cell]
    assert english in faults[0].en
    assert faults[0].zh


@pytest.mark.parametrize(
    ("cell", "value", "english"),
    [
        (f"{WINDOWS}!G3", "unknown", "unknown theme unknown"),
        (f"{WINDOWS}!H4", "unknown", "unknown item unknown"),
        (f"{WINDOWS}!I3", "unknown", "unknown theme unknown"),
        (f"{WINDOWS}!J3", "unknown", "unknown item unknown"),
    ],
)
def test_a_contradiction_between_sheets_is_told_at_the_row_it_is_about(cell: str, value: object, english: str):
    """The plan's own check names windows and items; the import says where they stand."""
    faults = faults_with({cell: value})

    row = f"{WINDOWS}!A{cell[-1]}"
    assert any(fault.where == row and english in fault.en for fault in faults)


def test_an_item_that_no_window_serves_is_told_at_its_row():
    """Items without windows would be numbers without calls."""
    rows = {ITEMS: GOOD[ITEMS], WINDOWS: [["W01", "1", "a1", "大厅", "", "主题", "civil"]]}

    (fault,) = faults_of(workbook(rows))

    assert (fault.where, fault.zh) == (f"{ITEMS}!A3", "事项 licence：没有窗口办理")


def test_a_sheet_that_takes_items_away_from_windows_says_so_first():
    """The cause in one line, then some of what follows from it: the windows themselves are not in the workbook."""
    big = load_preset("longgang").halls[0]
    template = load_preset("longgang").templates[big.template].sections
    with pytest.raises(ImportFaults) as told:
        import_file(workbook({ITEMS: GOOD[ITEMS]}), facts=big, current=template)

    first, *rest = told.value.faults
    assert (first.where, f"replaces all {len(template.items.items)} items" in first.en) == (ITEMS, True)
    assert re.search(r"; \d+ windows still name items or themes that it lacks$", first.en)
    assert 1 <= len(rest) <= 20


def test_every_bad_row_is_told_at_once():
    """People mend a file once, not once per fault."""
    bad = {f"{ITEMS}!A2": "?", f"{ITEMS}!G3": "x", f"{WINDOWS}!F2": "?", f"{HOURS}!B3": "?"}

    assert {fault.where for fault in faults_with(bad)} == set(bad)


@pytest.mark.parametrize(
    "data",
    [b"", b"not a workbook", b"PK\x03\x04" + b"\0" * 100, b"x" * (FILE_BYTES + 1), "名".encode() * 1_000],
    ids=["empty", "text", "torn", "large", "chinese"],
)
def test_what_is_no_workbook_is_told(data: bytes):
    """One fault, no exception of a reader."""
    (fault,) = faults_of(data)

    assert fault.where == "file"


def test_a_workbook_that_unpacks_to_too_much_is_refused_before_it_is_unpacked():
    """A zip bomb of 40 KB announces 41 MB of zeros."""
    bomb = with_part("xl/bomb.bin", b"\0" * (UNPACKED_BYTES + 1))

    (fault,) = faults_of(bomb)

    assert len(bomb) < 100_000
    assert fault.en == "the file unpacks to too much"


def test_a_workbook_with_entities_or_too_many_parts_is_refused():
    """No entity is ever expanded, in whatever encoding it is written."""
    bomb = '<!DOCTYPE a [<!ENTITY b "bb">]><a>&b;</a>'
    for data in (bomb.encode(), bomb.encode("utf-16")):
        assert faults_of(with_part("xl/extra.xml", data))[0].en.startswith("the file holds")

    many = BytesIO()
    with zipfile.ZipFile(many, "w") as archive:
        for number in range(1_000):
            archive.writestr(f"{number}", "")
    assert faults_of(many.getvalue())[0].en == "the file unpacks to too much"


def test_a_tag_that_would_hold_up_everybody_is_refused_before_it_is_parsed():
    """300,000 attributes in one tag: its parser let nobody else run for seconds, in any hall."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(good_workbook())) as whole, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name in whole.namelist():
            is_sheet = name.startswith("xl/worksheets/sheet1")
            wide = "<worksheet " + " ".join(f'a{n}="1"' for n in range(300_000)) + "/>"
            made.writestr(name, wide if is_sheet else whole.read(name))

    assert faults_of(out.getvalue())[0].en == "the file holds what a workbook must not hold"


def test_unknown_sheets_and_too_many_rows_are_told():
    """A misspelt sheet is not skipped silently, and a row far below is not read for ever."""
    assert faults_of(workbook({**GOOD, "事件": [["x"]]}))[0].en == "a sheet '事件' is not known"

    book = load_workbook(BytesIO(good_workbook()))
    book[ITEMS].cell(1_000_000, 1, "late")
    assert faults_of(saved(book))[0].where == f"{ITEMS}!A{ROWS + 1}"


TEXTS = st.one_of(st.text(max_size=300), st.integers(), st.floats(), st.booleans(), st.dates(), st.none())


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_any_values_in_any_cells_are_imported_without_faults_or_told(data: st.DataObject):
    """Whatever people type: a plan that can open, or faults that name cells; never an exception."""
    rows = {title: [list(row) for row in GOOD[title]] for title in GOOD}
    for _ in range(data.draw(st.integers(1, 4))):
        title = data.draw(st.sampled_from(sorted(rows)))
        row = data.draw(st.sampled_from(rows[title]))
        row[data.draw(st.integers(0, len(row) - 1))] = data.draw(TEXTS)

    check(lambda: workbook(rows))


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(place=st.integers(0, 10_000), bytes_=st.binary(min_size=1, max_size=40))
def test_a_workbook_with_bytes_changed_is_imported_without_faults_or_told(place: int, bytes_: bytes):
    """A file damaged on its way never breaks the server."""
    whole = good_workbook()
    at = place % len(whole)

    check(lambda: whole[:at] + bytes_ + whole[at + len(bytes_) :])


@settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow])
@given(part=st.integers(0, 100), place=st.integers(0, 100_000), text=st.binary(min_size=0, max_size=60))
def test_a_workbook_with_a_damaged_part_is_imported_without_faults_or_told(part: int, place: int, text: bytes):
    """Parts that are well packed and badly written."""
    whole = zipfile.ZipFile(BytesIO(good_workbook()))
    names = whole.namelist()
    name = names[part % len(names)]
    body = whole.read(name)
    at = place % (len(body) + 1)

    check(lambda: with_part(name, body[:at] + text + body[at + len(text) :]))


def check(make: Callable[[], bytes]) -> None:
    """Import what is made; either it is a plan without faults, or every fault has a place and both texts."""
    try:
        data = make()
    except (ValueError, IllegalCharacterError):  # the writer refuses some characters
        return
    faults, changes = outcome(data)
    assert bool(faults) != bool(changes)
    assert all(fault.where and fault.zh and fault.en for fault in faults)


def outcome(data: bytes) -> tuple[tuple[Fault, ...], Mapping[str, object]]:
    try:
        return (), take(data).changes
    except ImportFaults as told:
        return told.faults, {}


def take(data: bytes, *, current: Sections = CURRENT) -> Imported:
    found = import_file(data, facts=FACTS, current=current)
    assert faults_of_settings(plan_from(FACTS, msgspec.structs.replace(current, **found.changes))) == []
    return found


def edited(*, serves: Serves | None = None) -> Sections:
    """Return settings as people left them on the settings page, with codes of the good workbook."""
    themes = (
        Theme("civil", Text("民生", "Civil")),
        Theme("trade", Text("商事", "Trade")),
        Theme("none", Text("空", "Empty")),
    )
    items = (Item("id-card", Text("居民身份证"), "civil", 500_000, 30), Item("licence", Text("营业执照"), "trade"))
    areas = (Area("a1", Text("大厅", "Hall")), Area("far", Text("远处", "Far")))
    helps, rule = Serves(items=("licence",)), HelpRule("waited", 420_000)
    window = Window("W02", "2", "a1", "themed", serves or Serves(("civil",)), helps, rule)
    return msgspec.structs.replace(CURRENT, items=ItemsSection(themes, items), windows=WindowsSection(areas, (window,)))


def faults_of(data: bytes) -> tuple[Any, ...]:
    with pytest.raises(ImportFaults) as told:
        take(data)
    return told.value.faults


def faults_with(cells: Mapping[str, object]) -> tuple[Any, ...]:
    """Return the faults of the good workbook with some cells changed."""
    book = load_workbook(BytesIO(good_workbook()))
    for cell, value in cells.items():
        title, _, address = cell.partition("!")
        book[title][address] = value
    return faults_of(saved(book))


def test_a_server_that_imports_no_workbook_loads_neither_the_format_nor_the_dictionary():
    """Both cost a start a second and 70 MB, which every hall would pay for the few days on which its settings change."""
    program = "import sys, server.app; print(sorted({'openpyxl', 'pypinyin'} & set(sys.modules)))"

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)

    assert done.stdout.strip() == "[]"


def workbook(rows: Mapping[str, list[list[Any]]], *, columns: Mapping[str, int] = {}) -> bytes:
    """Return a workbook of these rows; ``columns`` says how many headings sheets of an older one have."""
    book = Workbook()
    book.remove(book.worksheets[0])
    for title, lines in rows.items():
        sheet = book.create_sheet(title)
        sheet.append([column.title for column in COLUMNS.get(title, ())][: columns.get(title)] or ["?"])
        for line in lines:
            sheet.append(line)
    return saved(book)


@cache
def good_workbook() -> bytes:
    return workbook(GOOD)


def saved(book: Workbook) -> bytes:
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def with_part(name: str, body: bytes) -> bytes:
    """Return the good workbook with one part replaced or added."""
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(good_workbook())) as whole, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for one in whole.namelist():
            if one != name:
                made.writestr(one, whole.read(one))
        made.writestr(name, body)
    return out.getvalue()
