"""What stands on a slip, line by line, for paper of any width.

Laws: laying out never fails, whatever the texts are; no line is wider than the paper; nothing but printable text leaves
this module, so no text can carry a printer's command. Widths are counted in columns: an ASCII character takes one,
everything else two, which is how printers in Chinese mode set their type.
"""

import unicodedata
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

import msgspec

from hall.catalog import Text

COLUMNS_80_MM = 48
"""Columns of font A (12 dots) on the 576 dots of 80 mm paper; 58 mm paper (384 dots) has 32."""
COLUMNS_58_MM = 32

QR_LIMIT = 300
"""Characters; a ticket's address takes about 90, and more than 300 would print too fine to be read."""

Count = Annotated[int, msgspec.Meta(ge=0, le=1_000_000)]
Millis = Annotated[int, msgspec.Meta(ge=0, le=253_402_300_799_000)]
"""Up to the end of the year 9999, the last that a calendar can show."""
Align = Literal["left", "center"]


class SlipItem(msgspec.Struct, frozen=True):
    """One item of the ticket and how often it is wanted."""

    name: Text
    quantity: Annotated[int, msgspec.Meta(ge=1, le=9_999)] = 1


class Slip(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Everything that a visitor carries away on paper; waits are what was told when the number was taken."""

    hall: Text
    number: str
    items: tuple[SlipItem, ...]
    at_ms: Millis
    zone: str
    ahead: Count = 0
    wait_p50_ms: Millis | None = None
    wait_p80_ms: Millis | None = None
    windows: tuple[str, ...] = ()
    qr: str = ""
    visitor_class: Text | None = None
    notes: tuple[Text, ...] = ()
    training: bool = False
    reprint: bool = False
    heading: Text | None = None
    """Over the number; None: that it is the visitor's number."""
    turn: Text | None = None
    """When to come, in place of the people ahead."""
    qr_note: Text | None = None
    """Under the code; None: that it opens the ticket's page."""


class Line(msgspec.Struct, frozen=True, tag=True):
    """One printed line; ``scale`` multiplies width and height of its characters (1 to 8)."""

    text: str
    scale: int = 1
    align: Align = "left"
    bold: bool = False


class QrCode(msgspec.Struct, frozen=True, tag=True):
    """A centred QR code; its text is printable ASCII."""

    text: str


Piece = Line | QrCode


def layout(slip: Slip, columns: int = COLUMNS_80_MM) -> tuple[Piece, ...]:
    """Return the pieces of a slip from top to bottom, for paper of ``columns`` columns (at least 16)."""
    assert columns >= 16, columns
    pieces = [*_head(slip, columns), *_number(slip, columns), *_items(slip, columns), *_turn(slip, columns)]
    return (*pieces, *_foot(slip, columns))


def columns_of(text: str) -> int:
    """Return how many columns a text takes at scale 1."""
    return sum(1 if character < "\x80" else 2 for character in text)


def printable(text: str) -> str:
    """Return the text on one line without control, formatting, private and unassigned characters."""
    return "".join(_PRINTED.get(unicodedata.category(character)[0], character) for character in text).strip()


def wait_text(p50_ms: int | None, p80_ms: int | None) -> Text | None:
    """Word a wait range as the screens do: lower end rounded down, upper end rounded up; None is unknown."""
    if p50_ms is None:
        return None
    upper_ms = max(p50_ms, p80_ms if p80_ms is not None else p50_ms)
    if upper_ms < 60_000:
        return Text("不到 1 分钟", "less than 1 min")
    low, high = p50_ms // 60_000, -(-upper_ms // 60_000)
    if low >= _HOURS_FROM_MIN:
        span = f"{low / 60:.1f}-{high / 60:.1f}"
        return Text(f"约 {span} 小时", f"about {span} h")
    span = str(high) if low == high else f"{low}-{high}"
    return Text(f"约 {span} 分钟", f"about {span} min")


_HOURS_FROM_MIN = 120
"""Above this many minutes a wait reads better in hours."""
_LINES_PER_TEXT = 4
"""More lines of one name or note than this tell a visitor nothing; the rest is cut with an ellipsis."""
_MOST_ITEMS = 20
_MOST_NOTES = 6
_MOST_WINDOWS = 12
_NUMBER_SCALE = 6
"""24 columns for A012: readable by elders at arm's length."""

# Other (control, format, private, unassigned, surrogate) and separators become a space.
_PRINTED = {"C": " ", "Z": " "}


def _head(slip: Slip, columns: int) -> Iterator[Piece]:
    if slip.training:
        yield from _wrapped("【演练】本号票不用于办事", columns, bold=True, align="center")
        yield from _wrapped("TRAINING - not a valid ticket", columns, align="center")
    yield from _wrapped(slip.hall.zh, columns, scale=2, align="center", bold=True)
    yield from _wrapped(slip.hall.en, columns, align="center")
    yield _rule(columns)


def _number(slip: Slip, columns: int) -> Iterator[Piece]:
    number = printable(slip.number)[: columns // 2].rstrip()
    scale = max(1, min(_NUMBER_SCALE, columns // max(1, columns_of(number))))
    again = "（补打 reprint）" if slip.reprint else ""
    heading = "您的号码 Your number" if slip.heading is None else _both(slip.heading)
    yield from _wrapped(f"{heading}{again}", columns, align="center")
    if number:
        yield Line(number, scale=scale, align="center", bold=True)
    if slip.visitor_class is not None:
        yield from _wrapped(_both(slip.visitor_class), columns, align="center", bold=True)
    yield _rule(columns)


def _items(slip: Slip, columns: int) -> Iterator[Piece]:
    for place, item in enumerate(slip.items[:_MOST_ITEMS], 1):
        times = f" ×{item.quantity}" if item.quantity > 1 else ""
        yield from _wrapped(f"{place}. {printable(item.name.zh)}{times}", columns, bold=True)
        yield from _wrapped(item.name.en, columns)
    if len(slip.items) > _MOST_ITEMS:
        yield from _wrapped(f"共 {len(slip.items)} 项 items …", columns)
    yield _rule(columns)


def _turn(slip: Slip, columns: int) -> Iterator[Piece]:
    if slip.turn is not None:
        yield from _wrapped(slip.turn.zh, columns, bold=True)
        yield from _wrapped(slip.turn.en, columns, bold=True)
    else:
        yield from _wrapped(f"前面还有 Ahead: {slip.ahead} 人", columns, bold=True)
    wait = wait_text(slip.wait_p50_ms, slip.wait_p80_ms)
    if wait is not None:
        yield from _wrapped(f"预计等候 Wait: {_both(wait)}", columns, bold=True)
    windows = [printable(label) for label in slip.windows]
    if windows:
        more = " …" if len(windows) > _MOST_WINDOWS else ""
        yield from _wrapped(f"办理窗口 Windows: {', '.join(windows[:_MOST_WINDOWS])}{more}", columns)
    yield _rule(columns)


def _foot(slip: Slip, columns: int) -> Iterator[Piece]:
    qr = "".join(character for character in slip.qr if "!" <= character <= "~")
    # A shortened address leads nowhere; a slip without a code is still a good slip.
    if qr and qr == slip.qr and len(qr) <= QR_LIMIT:
        note = slip.qr_note or Text("扫码查看实时进度", "Scan to follow your turn")
        yield QrCode(qr)
        yield from _wrapped(note.zh, columns, align="center")
        yield from _wrapped(note.en, columns, align="center")
    for note in slip.notes[:_MOST_NOTES]:
        yield from _wrapped(note.zh, columns, align="center")
        yield from _wrapped(note.en, columns, align="center")
    yield from _wrapped(_local_time(slip.at_ms, slip.zone), columns, align="center")


def _both(text: Text) -> str:
    return f"{printable(text.zh)} {printable(text.en)}".strip()


def _rule(columns: int) -> Line:
    return Line("-" * columns)


def _local_time(at_ms: int, zone: str) -> str:
    moment = datetime.fromtimestamp(at_ms // 1_000, UTC)
    try:
        local = moment.astimezone(ZoneInfo(zone))
    # What a zone's name can do wrong: unknown, empty, a folder, a path; near the year 9999 the sum overflows.
    except (KeyError, ValueError, OSError, OverflowError):
        return moment.strftime("%Y-%m-%d %H:%M UTC")
    return local.strftime("%Y-%m-%d %H:%M")


def _wrapped(text: str, columns: int, *, scale: int = 1, align: Align = "left", bold: bool = False) -> Iterator[Line]:
    """Break a text into lines of the paper's width, at spaces where there are some near."""
    width = columns // scale
    rest = printable(text)
    for number in range(1, _LINES_PER_TEXT + 1):
        if not rest:
            return
        line, rest = _broken(rest, width)
        if rest and number == _LINES_PER_TEXT:
            line = f"{_broken(line, width - 2)[0]}…"
        yield Line(line, scale=scale, align=align, bold=bold)


def _broken(text: str, width: int) -> tuple[str, str]:
    """Split off what fits into ``width`` columns; prefer the last space in its second half."""
    used = 0
    for place, character in enumerate(text):
        used += columns_of(character)
        if used > width:
            space = text.rfind(" ", place // 2, place + 1)
            cut = space if space > 0 else place
            return text[:cut].rstrip(), text[cut:].lstrip()
    return text, ""
