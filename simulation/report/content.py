"""A report as data: tables, pictures and remarks in both languages; terminal, page and workbook are made from it."""

from collections.abc import Iterator
from typing import Literal

import msgspec

from hall.catalog import Text
from simulation.errors import Language
from simulation.fit.table import aligned
from simulation.intervals import Interval
from simulation.setting import Assumption

Cell = Text | str | float | int | Interval | None
"""A word, a number, a figure with its interval, or nothing."""


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """Rows under a heading; the first column names the row. ``digits`` are those of all its numbers.

    What ``is_long`` stands on the page and in the workbook, not in the terminal.
    """

    title: Text
    head: tuple[Text | str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    digits: int = 1
    note: Text = Text("", "")
    is_long: bool = False


class Series(msgspec.Struct, frozen=True, kw_only=True):
    """Values in a row, with a band where they have one; None: nothing to draw."""

    name: Text
    values: tuple[float | None, ...]
    low: tuple[float | None, ...] = ()
    high: tuple[float | None, ...] = ()


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """Something to draw: series over the same places.

    ``lines`` and ``steps`` run through the day; ``bars`` stand side by side; ``fall`` is a waterfall, whose first and last
    values are levels and all between are changes.
    """

    title: Text
    kind: Literal["lines", "steps", "bars", "fall"]
    unit: Text
    places: tuple[Text | str, ...]
    series: tuple[Series, ...]


Tone = Literal["good", "open", "bad"]


class Finding(msgspec.Struct, frozen=True):
    """What a report comes to, in a sentence: what was asked for is so (``good``), is not (``bad``), or cannot be told."""

    text: Text
    tone: Tone


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a command answers."""

    title: Text
    facts: tuple[Text, ...]
    """What was run: version, seed, days."""
    findings: tuple[Finding, ...] = ()
    tables: tuple[Table, ...]
    pictures: tuple[Picture, ...] = ()
    remarks: tuple[Text, ...] = ()
    assumptions: tuple[Assumption, ...] = ()


BASES = {
    "assumed": Text("假设", "assumed"),
    "published": Text("公布", "published"),
    "fitted": Text("由日志得出", "from the log"),
}


SUBJECTS = {
    "demand": Text("到访", "visitors"),
    "mix": Text("来办什么", "what they come for"),
    "service": Text("办理时长", "service times"),
    "behaviour": Text("群众与窗口的行为", "behaviour"),
    "appointments": Text("预约", "bookings"),
    "staffing": Text("排班", "staffing"),
    "hall": Text("大厅", "the hall"),
    "hours": Text("开放时间", "opening hours"),
    "days": Text("日期", "dates"),
    "merge": Text("合并", "merging"),
}
"""What an assumption is about, by the first word of its place in a scenario."""
HALF = Text("一半人等候不超过 分", "half wait at most min")
NINE_IN_TEN = Text("九成人等候不超过 分", "90 % wait at most min")


def basis_text(one: Assumption, language: Language) -> str:
    """Return an assumption as people read it: how it is known, what it is about, what it says."""
    subject = SUBJECTS.get(one.about.partition(".")[0], one.about)
    colon = "：" if language == "zh" else ": "
    return f"[{said(BASES[one.basis], language)}] {said(subject, language)}{colon}{said(one.text, language)}"


def said(text: Text | str, language: Language) -> str:
    """Return a text in one language; what has no English stands as it is."""
    if isinstance(text, str):
        return text
    return text.zh if language == "zh" else text.en or text.zh


def begun(text: Text | str, language: Language) -> str:
    """Return a text as it stands at the head of something."""
    found = said(text, language)
    return found[:1].upper() + found[1:]


def both(text: Text | str) -> str:
    """Return a text in both languages, as terminals show it."""
    if isinstance(text, str) or not text.en or text.en == text.zh:
        return said(text, "zh")
    return f"{text.zh} {text.en}"


def shown(cell: Cell, digits: int, language: Language | None) -> str:
    """Return a cell as text; without a language in both."""
    if cell is None:
        return "–"
    if isinstance(cell, Interval):
        value = "–" if cell.value != cell.value else f"{cell.value:z,.{digits}f}"
        return value if cell.low != cell.low else f"{value} ({cell.low:z,.{digits}f} – {cell.high:z,.{digits}f})"
    if isinstance(cell, float):
        return "–" if cell != cell else f"{cell:z,.{digits}f}"
    if isinstance(cell, int):
        return f"{cell:,}"
    return both(cell) if language is None else said(cell, language)


def lines_of(report: Report) -> Iterator[str]:
    """Return the report for a terminal, line by line, in both languages."""
    yield both(report.title)
    yield " · ".join(both(one) for one in report.facts)
    yield from (both(one.text) for one in report.findings)
    for table in (one for one in report.tables if not one.is_long):
        yield from ("", both(table.title))
        rows = [tuple(both(one) for one in table.head)]
        rows += [tuple(shown(cell, table.digits, None) for cell in row) for row in table.rows]
        yield from aligned(rows)
        if table.note.zh:
            yield both(table.note)
    if report.remarks:
        yield ""
        yield from (both(one) for one in report.remarks)
    if report.assumptions:
        yield from ("", "依据 rests on")
        for one in report.assumptions:
            yield f"  [{one.basis}] {one.about}: {one.text.zh} / {one.text.en}"
