"""Parts that answers share, as the views of a hall make them (``hall.feed``)."""

from typing import Literal

import msgspec

from hall.errors import Fact
from hall.ids import Ms


class Texts(msgspec.Struct, frozen=True):
    """A text in both languages; where one lacks, it is the other."""

    zh: str
    en: str


class FieldFault(msgspec.Struct, frozen=True):
    """What is wrong with one field, or a cell of a workbook."""

    field: str
    message: str


class ProblemDetails(msgspec.Struct, frozen=True):
    """A refusal (RFC 9457): a stable code for programs, a sentence for people in both languages, and its facts.

    ``seq`` is where the log stood if the rules of the hall refused; ``errors`` tells what is wrong with which field.
    """

    type: str
    status: int
    code: str
    title: Texts
    detail: str
    facts: dict[str, Fact]
    seq: int | msgspec.UnsetType = msgspec.UNSET
    errors: list[FieldFault] | msgspec.UnsetType = msgspec.UNSET


class HallNamed(msgspec.Struct, frozen=True):
    """A hall by code and name."""

    code: str
    name: Texts


class CallShown(msgspec.Struct, frozen=True):
    """A call: number and window together; ``ring`` is new with every call and recall."""

    number: str
    ticket: str
    window: str
    label: str
    area: str | None
    call_no: int
    ring: int
    at_ms: Ms
    state: Literal["calling", "serving", "missed", "ended"]
