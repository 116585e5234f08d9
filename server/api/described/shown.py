"""Parts that answers share, as the views of a hall make them (``hall.feed``)."""

from typing import Literal

import msgspec

from hall.ids import Ms


class Texts(msgspec.Struct, frozen=True):
    """A text in both languages; where one lacks, it is the other."""

    zh: str
    en: str


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
