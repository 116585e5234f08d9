"""Sheets in rows and back: one section of settings, written as a whole and read as a whole.

A sheet is rewritten, never patched: its rows are the section in order, and the section before is in the revisions.
"""

from collections.abc import Mapping, Sequence
from typing import TypeVar, assert_never, cast

import msgspec
from sqlalchemy import delete, insert
from sqlmodel import Session, col, select

from hall.catalog import Area, HelpRule, Item, Package, Serves, Text, Theme, Window, WindowKind
from hall.opening import Span, WeekHours
from hall.policy import Policy
from server.config.sections import Content, ItemsSection, WindowsSection
from server.config.tables import (
    AreaRow,
    ItemRow,
    NamedPart,
    PackageRow,
    PolicyVersionRow,
    Section,
    SheetPart,
    SheetRow,
    ThemeRow,
    WeekSpanRow,
    WindowRow,
    WindowTaskRow,
)

HOLIDAY = 7
MAKEUP = 8
"""Numbers of the two kinds of days beyond the week, in ``week_span.day``."""

_PARTS: tuple[type[SheetPart], ...] = (ThemeRow, ItemRow, PackageRow, AreaRow, WindowRow, WindowTaskRow, WeekSpanRow)

Part = TypeVar("Part", bound=SheetPart)
Values = dict[str, object]


def read_sheet(session: Session, sheet: SheetRow) -> Content:
    """Return the section that a sheet holds."""
    section = cast(Section, sheet.section)  # the table's own check
    match section:
        case "items":
            return _read_items(session, _id(sheet))
        case "windows":
            return _read_windows(session, _id(sheet))
        case "hours":
            return _read_hours(session, sheet)
        case "policy":
            row = session.get_one(PolicyVersionRow, (_id(sheet), sheet.version))
            return msgspec.json.decode(row.body, type=Policy)
        case _:
            assert_never(section)


def write_sheet(session: Session, sheet: SheetRow, content: Content) -> None:
    """Replace what a sheet holds; the caller has raised ``sheet.version`` and flushed it."""
    number = _id(sheet)
    for part in _PARTS:
        session.execute(delete(part).where(col(part.sheet) == number))
    match content:
        case ItemsSection():
            _insert(session, ThemeRow, number, [_named(theme) for theme in content.themes])
            _insert(session, ItemRow, number, [_item_values(item) for item in content.items])
            _insert(
                session, PackageRow, number, [_named(one) | {"items": " ".join(one.items)} for one in content.packages]
            )
        case WindowsSection():
            _insert(session, AreaRow, number, [_named(area) for area in content.areas])
            _insert(session, WindowRow, number, [_window_values(window) for window in content.windows])
            _insert(session, WindowTaskRow, number, [task for one in content.windows for task in _tasks(one)])
        case WeekHours():
            sheet.own_makeup = content.makeup is not None
            _insert(session, WeekSpanRow, number, _span_values(content))
        case Policy():
            body = msgspec.json.encode(content).decode()
            session.add(PolicyVersionRow(sheet=number, version=sheet.version, body=body))
        case _:
            assert_never(content)
    session.flush()


def _id(sheet: SheetRow) -> int:
    assert sheet.id is not None, "the sheet has been flushed"
    return sheet.id


def _read_items(session: Session, sheet: int) -> ItemsSection:
    themes = _rows(session, ThemeRow, sheet)
    items = _rows(session, ItemRow, sheet)
    packages = _rows(session, PackageRow, sheet)
    return ItemsSection(
        themes=tuple(Theme(row.code, _text(row)) for row in themes),
        items=tuple(
            Item(row.code, _text(row), row.theme, row.service_ms, row.service_cv_pct, row.keywords) for row in items
        ),
        packages=tuple(Package(row.code, _text(row), tuple(row.items.split())) for row in packages),
    )


def _read_windows(session: Session, sheet: int) -> WindowsSection:
    tasks: dict[tuple[str, str], list[WindowTaskRow]] = {}
    for task in _rows(session, WindowTaskRow, sheet):
        tasks.setdefault((task.window, task.relation), []).append(task)
    windows = [
        Window(
            row.code,
            row.label,
            row.area,
            cast(WindowKind, row.kind),
            _serves(tasks.get((row.code, "serves"), ())),
            _serves(tasks.get((row.code, "helps"), ())),
            msgspec.convert({"when": row.help_when, "after_ms": row.help_after_ms}, HelpRule),
        )
        for row in _rows(session, WindowRow, sheet)
    ]
    areas = tuple(Area(row.code, _text(row)) for row in _rows(session, AreaRow, sheet))
    return WindowsSection(areas, tuple(windows))


def _read_hours(session: Session, sheet: SheetRow) -> WeekHours:
    spans: dict[int, list[Span]] = {day: [] for day in range(MAKEUP + 1)}
    for row in _rows(session, WeekSpanRow, _id(sheet)):
        spans[row.day].append(Span(row.from_min, row.to_min))
    return WeekHours(
        days=tuple(tuple(spans[day]) for day in range(HOLIDAY)),
        holiday=tuple(spans[HOLIDAY]),
        makeup=tuple(spans[MAKEUP]) if sheet.own_makeup else None,
    )


def _rows(session: Session, part: type[Part], sheet: int) -> Sequence[Part]:
    return session.exec(select(part).where(col(part.sheet) == sheet).order_by(col(part.position))).all()


def _insert(session: Session, part: type[SheetPart], sheet: int, values: Sequence[Values]) -> None:
    if values:
        session.execute(insert(part), [{"sheet": sheet, "position": at, **one} for at, one in enumerate(values)])


def _text(row: NamedPart) -> Text:
    return Text(row.name_zh, row.name_en)


def _named(part: Theme | Area | Package | Item) -> Values:
    return {"code": part.code, "name_zh": part.name.zh, "name_en": part.name.en}


def _item_values(item: Item) -> Values:
    own = {"theme": item.theme, "service_ms": item.service_ms, "service_cv_pct": item.service_cv_pct}
    return _named(item) | own | {"keywords": item.keywords}


def _window_values(window: Window) -> Values:
    own: Values = {"code": window.code, "label": window.label, "area": window.area, "kind": window.kind}
    return own | {"help_when": window.help_rule.when, "help_after_ms": window.help_rule.after_ms}


def _tasks(window: Window) -> list[Values]:
    tasks: list[Values] = []
    relations: Mapping[str, Serves] = {"serves": window.serves, "helps": window.helps}
    for relation, serves in relations.items():
        named = [("everything", "")] if serves.everything else []
        named += [("theme", code) for code in serves.themes] + [("item", code) for code in serves.items]
        tasks += [{"window": window.code, "relation": relation, "kind": kind, "code": code} for kind, code in named]
    return tasks


def _serves(tasks: Sequence[WindowTaskRow]) -> Serves:
    return Serves(
        themes=tuple(task.code for task in tasks if task.kind == "theme"),
        items=tuple(task.code for task in tasks if task.kind == "item"),
        everything=any(task.kind == "everything" for task in tasks),
    )


def _span_values(hours: WeekHours) -> list[Values]:
    days = [*hours.days, hours.holiday, hours.makeup or ()]
    return [
        {"day": day, "from_min": span.from_min, "to_min": span.to_min}
        for day, spans in enumerate(days)
        for span in spans
    ]
