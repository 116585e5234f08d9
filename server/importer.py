"""Settings from a spreadsheet (xlsx): items, windows and hours of one hall, all or nothing.

Every bad cell is told with its address; nothing is taken over unless every cell is good and the whole plan is free of
contradictions. A sheet that is missing or has no rows leaves its section as it is.
"""

import re
from typing import Final

import msgspec

from hall.catalog import Area, Item, Serves, Text, Theme, Window, WindowKind, faults_of_serves
from hall.ids import MINUTE_MS
from hall.opening import Span, WeekHours
from server.config.bounds import faults_of_content, faults_of_item, faults_of_settings, faults_of_text, faults_of_window
from server.config.pinyin import searchable
from server.config.sections import Content, Fault, HallFacts, ItemsSection, Sections, WindowsSection, plan_from
from server.config.tables import Section
from server.workbook import Cell, Column, Sheet, make_workbook, read_workbook

ITEMS: Final = "事项"
WINDOWS: Final = "窗口"
HOURS: Final = "开放时间"

COLUMNS: Final[dict[str, tuple[Column, ...]]] = {
    ITEMS: (
        Column("编码 code", "# 开头的行不导入 Rows beginning with # are not imported", "company-registration", 28),
        Column("名称 name (zh)", "必填，最多 200 字 needed", "企业设立登记", 30),
        Column("英文名称 name (en)", "可空 may be empty", "Company registration", 30),
        Column("主题编码 theme", "字母、数字、点、横线 letters, digits, . - _", "business", 16),
        Column("主题名称 theme (zh)", "新主题必填 needed for a new theme", "商事登记", 16),
        Column("主题英文 theme (en)", "可空 may be empty", "Business registration", 22),
        Column("平均办理分钟 minutes", "1 到 480，可空（10 分钟） 1 to 480, empty: 10", "12", 16),
        Column("其他搜索词 keywords", "可空，拼音自动生成 may be empty, pinyin is added", "开公司 执照", 24),
    ),
    WINDOWS: (
        Column("编码 code", "# 开头的行不导入 Rows beginning with # are not imported", "W01", 28),
        Column("窗口号 label", "屏幕上显示 shown on screens", "1", 12),
        Column("区域编码 area", "字母、数字、点、横线 letters, digits, . - _", "a1", 14),
        Column("区域名称 area (zh)", "新区域必填 needed for a new area", "综合服务区", 16),
        Column("区域英文 area (en)", "可空 may be empty", "General area", 16),
        Column("类型 kind", "综合 / 主题 / 专窗 comprehensive / themed / specialised", "综合", 18),
        Column("办理主题 themes", "编码，空格分隔；综合窗口留空 codes, by spaces", "", 24),
        Column("办理事项 items", "编码，空格分隔 codes, by spaces", "", 24),
        Column("协助主题 helps", "空闲时协助 when nothing of its own waits", "", 24),
    ),
    HOURS: (
        Column("日期 day", "# 周一到周日、节假日、调休；没有写的日子不开放 days not named are closed", "周一", 30),
        Column("时段 1 span", "如 08:30-12:00 like this", "08:30-12:00", 16),
        Column("时段 2 span", "可空 may be empty", "14:00-17:30", 16),
        Column("时段 3 span", "可空 may be empty", "", 16),
    ),
}

KINDS: Final[dict[str, WindowKind]] = {
    "综合": "comprehensive",
    "主题": "themed",
    "专窗": "specialised",
    "comprehensive": "comprehensive",
    "themed": "themed",
    "specialised": "specialised",
}
_DAYS: Final = ("周一", "周二", "周三", "周四", "周五", "周六", "周日", "节假日", "调休")
_ENGLISH_DAYS: Final = (
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "holiday",
    "makeup",
)
DAYS: Final = {name: at for names in (_DAYS, _ENGLISH_DAYS) for at, name in enumerate(names)}
HOLIDAY: Final = 7
MAKEUP: Final = 8
DEFAULT_MINUTES: Final = 10
"""Of an item whose minutes are left empty, as in ``hall.catalog.Item``."""
NAMED_MAX: Final = 20
"""Faults of the plan as a whole that are told beside those of cells."""

_SPAN = re.compile(r"(\d{1,2})[:：](\d{2})\s*[-–—~至]\s*(\d{1,2})[:：](\d{2})")  # people type them all
_SEPARATORS = re.compile(r"[\s,，、;；]+")


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


def import_file(data: bytes, *, facts: HallFacts, current: Sections) -> Imported:
    """Read a workbook against the settings of a hall as they are; raises ``ImportFaults`` with every fault."""
    faults: list[Fault] = []
    sheets = {
        sheet.title: sheet for sheet in read_workbook(data, {name: len(of) for name, of in COLUMNS.items()}, faults)
    }
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
    themes = _Names({theme.code: theme.name for theme in current.items.themes}, zh="主题", en="theme")
    items = []
    for code, zh, en, theme, theme_zh, theme_en, minutes, keywords in sheet.rows:
        item = Item(code.text, Text(zh.text, en.text), theme.text, _minutes(minutes, faults), 80, keywords.text)
        columns = {
            "code": code,
            "name.zh": zh,
            "name.en": en,
            "theme": theme,
            "keywords": keywords,
            "service_ms": minutes,
        }
        found = [_at(columns, fault) for fault in faults_of_item("row", item)]
        faults += found
        _once(f"item {code.text}", code, cells, faults)
        themes.take(theme, theme_zh, theme_en, faults)
        items.append(item if found else searchable(item))
    return ItemsSection(tuple(Theme(*one) for one in themes.taken.items()), tuple(items), current.items.packages)


def _windows(sheet: Sheet, current: Sections, cells: dict[str, str], faults: list[Fault]) -> WindowsSection:
    areas = _Names({area.code: area.name for area in current.windows.areas}, zh="区域", en="area")
    windows = []
    for code, label, area, area_zh, area_en, kind, themes, items, helps in sheet.rows:
        known = KINDS.get(kind.text.lower())
        if known is None:
            faults.append(
                Fault(kind.where, "类型须为综合、主题或专窗", "a kind is comprehensive, themed or specialised")
            )
        serves = Serves(_codes(themes), _codes(items), everything=known == "comprehensive")
        window = Window(code.text, label.text, area.text, known or "themed", serves, Serves(_codes(helps)))
        columns = {
            "code": code,
            "label": label,
            "area": area,
            "serves": themes if themes.text else items,
            "helps": helps,
        }
        faults += [_at(columns, fault) for fault in faults_of_window("row", window)]
        _once(f"window {code.text}", code, cells, faults)
        _once(f"label {label.text}", label, cells, faults)
        areas.take(area, area_zh, area_en, faults)
        windows.append(window)
    return WindowsSection(tuple(Area(*one) for one in areas.taken.items()), tuple(windows))


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


def _minutes(cell: Cell, faults: list[Fault]) -> int:
    if not cell.text:
        return DEFAULT_MINUTES * MINUTE_MS
    try:
        # Short enough to be a time: a text of digits is never turned into a number as long as the text.
        return round(float(cell.text[:20]) * MINUTE_MS)
    except (ValueError, OverflowError):
        faults.append(Fault(cell.where, "须填写分钟数", "a number of minutes is needed"))
        return DEFAULT_MINUTES * MINUTE_MS


def _codes(cell: Cell) -> tuple[str, ...]:
    return tuple(code for code in _SEPARATORS.split(cell.text) if code)


def _at(columns: dict[str, Cell], fault: Fault) -> Fault:
    """Return a fault of one row's value with the address of the cell that it came from."""
    field = fault.where.removeprefix("row.")
    if field == "service_ms":
        return Fault(
            columns[field].where,
            "办理时间须在 1 秒到 480 分钟之间",
            "the time must be between 1 second and 480 minutes",
        )
    return msgspec.structs.replace(fault, where=columns[field].where)


def _once(name: str, cell: Cell, cells: dict[str, str], faults: list[Fault]) -> None:
    if not cell.text:
        return
    if name in cells:
        first = cells[name]
        faults.append(Fault(cell.where, f"与 {first} 重复", f"the same as {first}"))
    cells.setdefault(name, cell.where)


class _Names:
    """Themes or areas that rows name: the name stands with the code's first row, or in the settings already."""

    def __init__(self, known: dict[str, Text], *, zh: str, en: str) -> None:
        self._known = known
        self._zh, self._en = zh, en
        self.taken: dict[str, Text] = {}

    def take(self, code: Cell, zh: Cell, en: Cell, faults: list[Fault]) -> None:
        faults += faults_of_text(zh.where, zh.text) + faults_of_text(en.where, en.text)
        given = Text(zh.text, en.text) if zh.text else None
        before = self.taken.get(code.text)
        if before is not None and given is not None and given != before:
            faults.append(
                Fault(zh.where, f"{self._zh}「{before.zh}」已有别的名称", f"this {self._en} has another name above")
            )
        name = before or given or self._known.get(code.text)
        if name is None and code.text:
            faults.append(Fault(zh.where, f"新{self._zh}须填写名称", f"a new {self._en} needs a name"))
        self.taken.setdefault(code.text, name or Text("?"))


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
