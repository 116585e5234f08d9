"""Bodies of the settings routes: sections of settings in JSON, read strictly.

`{"version": "12.3", "content": {…}}`; a field that no section knows is told, so that a slip of the pen is not lost silently.
"""

from collections.abc import Iterator
from typing import Annotated, Any, Final, Literal, TypeVar

import msgspec
from fastapi import Request

from hall.catalog import Text
from hall.opening import Span, SpecialDay
from server.config.faults import Fault
from server.config.sections import Content, Position
from server.config.tables import SECTIONS, Section, Voice
from server.problems import FieldError, Problem

HALLS_MAX: Final = 2_000
"""Halls of one network: fifteen times those of a large district."""
FAULTS_TOLD: Final = 100
"""Faults of one request that are told; more help nobody."""

Body = TypeVar("Body", bound=msgspec.Struct)
Version = Annotated[str, msgspec.Meta(max_length=40)]
Named = Annotated[str, msgspec.Meta(max_length=40)]
"""A code of a hall; whether there is such a hall is told where it is looked for."""


class ContentBody(msgspec.Struct, frozen=True):
    """A section with the version that the change started from."""

    version: Version
    content: dict[str, Any]


class HallContent(msgspec.Struct, frozen=True):
    """What a hall may say of itself."""

    name: Text
    zone: Annotated[str, msgspec.Meta(max_length=60)]
    voice: Voice
    training: bool
    position: Position | None = None


class DaysContent(msgspec.Struct, frozen=True):
    """Special days of one hall."""

    own: tuple[SpecialDay, ...]


class DayBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One day of a calendar; the address says which."""

    version: Version
    kind: Literal["holiday", "makeup", "special"]
    name: str = ""
    spans: tuple[Span, ...] = ()


class YearBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Public holidays of a year, from its notice."""

    version: Version
    days: tuple[SpecialDay, ...]
    source: str


class FollowBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Sections in which a hall follows its template again."""

    sections: Annotated[tuple[Section, ...], msgspec.Meta(max_length=len(SECTIONS))]


class PushBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A section of a template; halls in ``taking_over`` give up their own."""

    version: Version
    content: dict[str, Any]
    taking_over: Annotated[tuple[Named, ...], msgspec.Meta(max_length=HALLS_MAX)] = ()


async def body_as(request: Request, wanted: type[Body]) -> Body:
    """Return the request's JSON as a struct; raises ``MALFORMED_JSON`` or ``INVALID_INPUT``."""
    try:
        raw = msgspec.json.decode(await request.body())
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Problem("MALFORMED_JSON") from error
    return _converted(raw, wanted, "")


def content_as(raw: dict[str, Any], wanted: type[Body]) -> Body:
    """Return a section; unknown fields are told wherever they stand."""
    content = _converted(raw, wanted, "content")
    if found := list(_unknown(raw, content, "content")):
        raise Problem("INVALID_INPUT", errors=[FieldError(where, "unknown field") for where in found[:FAULTS_TOLD]])
    return content


def problem_of_faults(faults: tuple[Fault, ...]) -> Problem:
    """Return the problem that tells every fault in both languages."""
    told = [FieldError(fault.where, f"{fault.zh} / {fault.en}") for fault in faults[:FAULTS_TOLD]]
    return Problem("INVALID_INPUT", errors=told)


def content_of(content: Content) -> object:
    """Return a section as JSON values."""
    return msgspec.to_builtins(content)


def _converted(raw: object, wanted: type[Body], where: str) -> Body:
    try:
        return msgspec.convert(raw, wanted)
    except (msgspec.ValidationError, RecursionError, OverflowError) as error:
        message, _, path = str(error).partition(" - at `$")
        field = (where + path.rstrip("`")).strip(".") or "body"
        raise Problem("INVALID_INPUT", errors=[FieldError(field[:200], message[:200])]) from error


def _unknown(raw: object, value: object, where: str) -> Iterator[str]:
    """Compare what came with what was understood; the two have the same shape but for unknown fields."""
    if isinstance(raw, dict) and isinstance(value, msgspec.Struct):
        for name, part in raw.items():
            if name in value.__struct_fields__:
                yield from _unknown(part, getattr(value, name), f"{where}.{name}")
            else:
                yield f"{where}.{name[:60]}"
    elif isinstance(raw, list) and isinstance(value, tuple):
        for number, (part, understood) in enumerate(zip(raw, value, strict=True)):
            yield from _unknown(part, understood, f"{where}[{number}]")
