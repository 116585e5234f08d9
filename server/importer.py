"""Settings from a spreadsheet (xlsx): items, windows and hours of one hall, all or nothing.

Every bad cell is told with its address; nothing is taken over unless every cell is good and the whole plan is free of
contradictions. A sheet that is missing or has no rows leaves its section as it is; so does a row with whatever of its
item or window it has no column for.
"""

import re
from collections.abc import Mapping
from typing import Final, TypeVar

import msgspec

from hall.catalog import Area, HelpRule, Item, Serves, Text, Theme, Window, WindowKind, faults_of_serves
from hall.ids import CODE_PATTERN, MINUTE_MS, Ms
from hall.opening import Span, WeekHours
from server.config.bounds import faults_of_content, faults_of_item, faults_of_settings, faults_of_text, faults_of_window
from server.config.faults import Fault
from server.config.pinyin import searchable
from server.config.sections import Content, HallFacts, ItemsSection, Sections, WindowsSection, plan_from
from server.config.tables import Section
from server.import_sheets import COLUMNS, DAYS, HELP_WHEN, HOLIDAY, HOURS, ITEMS, KINDS, MAKEUP, WINDOWS
from server.workbook import Cell, Reader, Sheet, make_workbook, read_workbook

NEW_ITEM: Final = Item("", Text(""), "")
NEW_WINDOW: Final = Window("", "", "", serves=Serves())
"""What holds of an item or window that is new, where its cells are left empty."""
HELP_ITEMS: Final = 9
"""The column whose empty cell says "none" under a heading, and nothing in a file made before it."""
NAMED_MAX: Final = 20
"""Faults of the plan as a whole that are told beside those of cells."""

_SPAN = re.compile(r"(\d{1,2})[:：](\d{2})\s*[-–—~至]\s*(\d{1,2})[:：](\d{2})")  # people type them all
_PERCENT = re.compile(r"(-?\d{1,6})\s*(?:%|\uff05)?", re.ASCII)
_CODE = re.compile(CODE_PATTERN)
_SEPARATORS = re.compile(r"[\s,，、;；]+")

_RANGES: Final = {
    "service_ms": ("办理时间须在 1 秒到 480 分钟之间", "the time must be between 1 second and 480 minutes"),
    "help_rule.after_ms": ("等候分钟须在 0 到 1440 之间", "the minutes must be between 0 and 1440"),
}
"""Bounds that are told in another unit than they are kept in."""


Word = TypeVar("Word", bound=str)


class Imported(msgspec.Struct, frozen=True):
    """What a good file holds; ready to be saved together."""

    changes: dict[Section, Content]
    items: int
    windows: int
    days: int


class ImportFaults(Exception):
    """The file was not taken over; ``faults`` names every bad cell."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        """Remember all faults."""
        super().__init__("; ".join(f"{fault.where}: {fault.en}" for fault in faults[:NAMED_MAX]))
        self.faults = faults


def template() -> bytes:
    """Return an empty workbook to fill in, with notes and an example row on each sheet."""
    return make_workbook(COLUMNS)


def import_file(data: bytes, *, facts: HallFacts, current: Sections, reader: Reader = read_workbook) -> Imported:
    """Read a workbook against the settings of a hall as they are; raises ``ImportFaults`` with every fault."""
    faults: list[Fault] = []
    widths = {name: len(columns) for name, columns in COLUMNS.items()}
    sheets = {sheet.title: sheet for sheet in reader(data, widths, faults)}
    if not faults and not any(sheet.rows for sheet in sheets.values()):
        faults.append(Fault("file", "表格里没有可导入的内容", "there is nothing to import in this workbook"))
    cells: dict[str, str] = {}
    changes: dict[Section, Content] = {}
    if (sheet := sheets.get(ITEMS)) and sheet.rows:
        changes["items"] = _items(sheet, current, cells, faults)
    if (sheet := sheets.get(WINDOWS)) and sheet.rows:
        changes["windows"] = _windows(sheet, current, cells, faults)
    if (sheet := sheets.get(HOURS)) and sheet.rows:
        changes["hours"] = _hours(sheet, faults)
    if not faults:
        faults += _faults_of_whole(facts, current, changes, cells)
    if faults:
        raise ImportFaults(tuple(_one_per_cell(faults)))
    return Imported(
        changes,
        items=len(sheets[ITEMS].rows) if "items" in changes else 0,
        windows=len(sheets[WINDOWS].rows) if "windows" in changes else 0,
        days=len(sheets[HOURS].rows) if "hours" in changes else 0,
    )


def _items(sheet: Sheet, current: Sections, cells: dict[str, str], faults: list[Fault]) -> ItemsSection:
    stored = {item.code: item for item in current.items.items}
    themes = _Names({theme.code: theme.name for theme in current.items.themes}, zh="主题", en="theme")
    items = []
    for code, zh, en, theme, theme_zh, theme_en, minutes, keywords, spread in sheet.rows:
        before = stored.get(code.text, NEW_ITEM)
        item = msgspec.structs.replace(
            before,
            code=code.text,
            name=Text(zh.text, en.text),
            theme=theme.text,
            service_ms=_minutes(minutes, faults, empty=before.service_ms),
            service_cv_pct=_percent(spread, faults, empty=before.service_cv_pct),
            keywords=keywords.text,
        )
        columns = {
            "code": (code,),
            "name.zh": (zh,),
            "name.en": (en,),
            "theme": (theme,),
            "keywords": (keywords,),
            "service_ms": (minutes,),
            "service_cv_pct": (spread,),
        }
        found = [_at(columns, fault) for fault in faults_of_item("row", item)]
        faults += found
        _once(f"item {code.text}", code, cells, faults)
        themes.take(theme, theme_zh, theme_en, faults)
        items.append(item if found else searchable(item))
    used = {item.theme for item in current.items.items}
    named = themes.names(kept=[theme.code for theme in current.items.themes if theme.code not in used], faults=faults)
    return ItemsSection(tuple(Theme(*one) for one in named), tuple(items), current.items.packages)


def _windows(sheet: Sheet, current: Sections, cells: dict[str, str], faults: list[Fault]) -> WindowsSection:
    stored = {window.code: window for window in current.windows.windows}
    areas = _Names({area.code: area.name for area in current.windows.areas}, zh="区域", en="area")
    windows = []
    for code, label, area, area_zh, area_en, kind, themes, items, helps, help_items, when, after in sheet.rows:
        before = stored.get(code.text, NEW_WINDOW)
        known = _word(
            KINDS, kind, faults, zh="类型须为综合、主题或专窗", en="a kind is comprehensive, themed or specialised"
        )
        window = Window(
            code.text,
            label.text,
            area.text,
            known or "themed",
            _serves(themes, items, known, before),
            _helps(helps, help_items, before, is_told=sheet.headings[HELP_ITEMS:][:1] == (True,)),
            _help_rule(when, after, before.help_rule, faults),
        )
        columns = {
            "code": (code,),
            "label": (label,),
            "area": (area,),
            "serves": (themes, items),
            "helps": (helps, help_items),
            "help_rule.after_ms": (after,),
        }
        faults += [_at(columns, fault) for fault in faults_of_window("row", window)]
        _once(f"window {code.text}", code, cells, faults)
        _once(f"label {label.text}", label, cells, faults)
        areas.take(area, area_zh, area_en, faults)
        windows.append(window)
    used = {window.area for window in current.windows.windows}
    named = areas.names(kept=[area.code for area in current.windows.areas if area.code not in used], faults=faults)
    return WindowsSection(tuple(Area(*one) for one in named), tuple(windows))


def _serves(themes: Cell, items: Cell, kind: WindowKind | None, before: Window) -> Serves:
    """Return what a row serves; without themes and items a comprehensive window serves all, others what they did."""
    named = Serves(_codes(themes), _codes(items))
    if named.themes or named.items:
        return named
    return Serves(everything=kind == "comprehensive" or (kind == before.kind and before.serves.everything))


def _helps(themes: Cell, items: Cell, before: Window, *, is_told: bool) -> Serves:
    """Return what a row helps with; a file that has no column for items leaves them as they are."""
    single = _codes(items) if is_told or items.text else before.helps.items
    return Serves(_codes(themes), single, before.helps.everything)


def _help_rule(when: Cell, after: Cell, before: HelpRule, faults: list[Fault]) -> HelpRule:
    said = (
        _word(HELP_WHEN, when, faults, zh="协助时机须为空闲或等候", en="help is idle or waited") if when.text else None
    )
    return HelpRule(said or before.when, _minutes(after, faults, empty=before.after_ms))


def _hours(sheet: Sheet, faults: list[Fault]) -> WeekHours:
    days: dict[int, tuple[Span, ...]] = {}
    for day, *spans in sheet.rows:
        number = DAYS.get(day.text.lower())
        if number is None:
            faults.append(
                Fault(day.where, "日期须为周一到周日、节假日或调休", "a day is monday to sunday, holiday or makeup")
            )
            continue
        if number in days:
            faults.append(Fault(day.where, f"{day.text} 重复", f"{day.text} is there twice"))
        found: list[Span] = []
        for cell in spans:
            span = _span(cell, faults) if cell.text else None
            if span is not None and found and span.from_min < found[-1].to_min:
                faults.append(Fault(cell.where, "时段重叠或次序不对", "spans overlap or are out of order"))
            elif span is not None:
                found.append(span)
        days[number] = tuple(found)
    week = tuple(days.get(number, ()) for number in range(HOLIDAY))
    return WeekHours(week, holiday=days.get(HOLIDAY, ()), makeup=days.get(MAKEUP))


def _span(cell: Cell, faults: list[Fault]) -> Span | None:
    if found := _SPAN.fullmatch(cell.text):
        hour, minute, to_hour, to_minute = (int(one) for one in found.groups())
        span = Span(hour * 60 + minute, to_hour * 60 + to_minute)
        if minute < 60 and to_minute < 60 and span.from_min < span.to_min <= 30 * 60:
            return span
    faults.append(Fault(cell.where, "时段须写成 08:30-12:00 的形式，先开后关", "a span is written like 08:30-12:00"))
    return None


def _word(words: dict[str, Word], cell: Cell, faults: list[Fault], *, zh: str, en: str) -> Word | None:
    found = words.get(cell.text.lower())
    if found is None:
        faults.append(Fault(cell.where, zh, en))
    return found


def _minutes(cell: Cell, faults: list[Fault], *, empty: Ms) -> Ms:
    if not cell.text:
        return empty
    try:
        # Short enough to be a time: a text of digits is never turned into a number as long as the text.
        return round(float(cell.text[:20]) * MINUTE_MS)
    except (ValueError, OverflowError):
        faults.append(Fault(cell.where, "须填写分钟数", "a number of minutes is needed"))
        return empty


def _percent(cell: Cell, faults: list[Fault], *, empty: int) -> int:
    if not cell.text:
        return empty
    if found := _PERCENT.fullmatch(cell.text):
        return int(found.group(1))
    faults.append(Fault(cell.where, "须填写整数百分比，如 80", "a whole number of percent is needed, like 80"))
    return empty


def _codes(cell: Cell) -> tuple[str, ...]:
    return tuple(code for code in _SEPARATORS.split(cell.text) if code)


def _at(columns: Mapping[str, tuple[Cell, ...]], fault: Fault) -> Fault:
    """Return a fault of one row's value with the address of the cell that it came from."""
    field = fault.where.removeprefix("row.")
    cell = _guilty(columns[field])
    if field in _RANGES:
        return Fault(cell.where, *_RANGES[field])
    return msgspec.structs.replace(fault, where=cell.where)


def _guilty(cells: tuple[Cell, ...]) -> Cell:
    """Return the first cell with something that is no code, else the last that says something."""
    bad = (cell for cell in cells if any(not _CODE.fullmatch(code) for code in _codes(cell)))
    return next(bad, next((cell for cell in reversed(cells) if cell.text), cells[0]))


def _once(name: str, cell: Cell, cells: dict[str, str], faults: list[Fault]) -> None:
    if not cell.text:
        return
    if name in cells:
        first = cells[name]
        faults.append(Fault(cell.where, f"与 {first} 重复", f"the same as {first}"))
    cells.setdefault(name, cell.where)


class _Names:
    """Themes or areas that rows name. Each language stands in some row of the code, or in the settings already.

    A stored English name goes with its Chinese one: a new name in Chinese alone has none.
    """

    def __init__(self, known: dict[str, Text], *, zh: str, en: str) -> None:
        self._known = known
        self._zh, self._en = zh, en
        self._told: dict[str, Text] = {}
        self._first: dict[str, Cell] = {}

    def take(self, code: Cell, zh: Cell, en: Cell, faults: list[Fault]) -> None:
        faults += faults_of_text(zh.where, zh.text) + faults_of_text(en.where, en.text)
        before = self._told.get(code.text, Text(""))
        for cell, told in ((zh, before.zh), (en, before.en)):
            if cell.text and told and cell.text != told:
                faults.append(
                    Fault(cell.where, f"{self._zh}「{told}」已有别的名称", f"this {self._en} has another name above")
                )
        self._told[code.text] = Text(before.zh or zh.text, before.en or en.text)
        self._first.setdefault(code.text, zh)

    def names(self, *, kept: list[str], faults: list[Fault]) -> list[tuple[str, Text]]:
        """Return all names in the order of rows, then the ``kept`` ones that no row could name."""
        found = [(code, self._name(code, told, faults)) for code, told in self._told.items()]
        return found + [(code, self._known[code]) for code in kept if code not in self._told]

    def _name(self, code: str, told: Text, faults: list[Fault]) -> Text:
        known = self._known.get(code, Text(""))
        zh = told.zh or known.zh
        if not zh and code:
            faults.append(Fault(self._first[code].where, f"新{self._zh}须填写名称", f"a new {self._en} needs a name"))
        return Text(zh or "?", told.en or (known.en if zh == known.zh else ""))


def _faults_of_whole(
    facts: HallFacts, current: Sections, changes: dict[Section, Content], cells: dict[str, str]
) -> list[Fault]:
    """List what is wrong with the hall as a whole, at the cell of the item or window where there is one."""
    after = msgspec.structs.replace(current, **changes)
    found = [fault for content in changes.values() for fault in faults_of_content(content)]
    found = found or faults_of_settings(plan_from(facts, after))
    told = [msgspec.structs.replace(one, where=cells.get(one.where.removesuffix(" helps"), one.where)) for one in found]
    lacking = _lacking(after) if "items" in changes and "windows" not in changes else 0
    if not lacking:
        return told
    replaced = len(current.items.items)
    zh = f"事项表替换原有的全部 {replaced} 个事项；还有 {lacking} 个窗口写着表里没有的事项或主题"
    en = f"the items sheet replaces all {replaced} items; {lacking} windows still name items or themes that it lacks"
    return [Fault(ITEMS, zh, en), *_one_per_cell(told)[:NAMED_MAX]]


def _lacking(sections: Sections) -> int:
    """Count the windows that name an item or a theme which is not there."""
    themes = {one.code for one in sections.items.themes}
    items = {one.code for one in sections.items.items}
    named = [(one.serves, one.helps) for one in sections.windows.windows]
    return sum(any(faults_of_serves("", serves, themes, items) for serves in both) for both in named)


def _one_per_cell(faults: list[Fault]) -> list[Fault]:
    """Return the first fault of each cell: a formula is not an empty name as well."""
    return list({fault.where: fault for fault in reversed(faults)}.values())[::-1]
