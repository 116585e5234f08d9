"""The bounds of every field that comes from outside; the API's description (OpenAPI) shows them.

Numbers stay below 2^53, so that no language rounds them; no text holds control characters.
"""

from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from hall.ids import CODE_PATTERN, COMMAND_ID_PATTERN, TICKET_ID_PATTERN

SAFE_INTEGER: Final = 2**53 - 1
"""The greatest integer that JavaScript holds exactly."""
_PLAIN: Final = r"^[^\x00-\x1f\x7f]*$"

Code = Annotated[str, StringConstraints(pattern=CODE_PATTERN, max_length=40)]
MaybeCode = Annotated[str, StringConstraints(pattern=r"^([A-Za-z0-9][A-Za-z0-9._-]{0,39})?$", max_length=40)]
CommandKey = Annotated[str, StringConstraints(pattern=COMMAND_ID_PATTERN, max_length=64)]
TicketKey = Annotated[str, StringConstraints(pattern=TICKET_ID_PATTERN, max_length=40)]
Reason = Annotated[str, StringConstraints(pattern=_PLAIN, max_length=200)]
Name = Annotated[str, StringConstraints(pattern=_PLAIN, min_length=1, max_length=80)]
Person = Annotated[str, StringConstraints(pattern=_PLAIN, max_length=64)]
Number = Annotated[str, StringConstraints(pattern=_PLAIN, min_length=1, max_length=12)]
Secret = Annotated[str, StringConstraints(max_length=64)]
AccountName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$", max_length=40)]
Password = Annotated[str, StringConstraints(pattern=r"\S", min_length=8, max_length=200)]
"""Blanks may be part of it, not all of it."""
HallScope = Annotated[str, StringConstraints(pattern=r"^(\*|[A-Za-z0-9][A-Za-z0-9._-]{0,38}\*?)$", max_length=40)]
Day = Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$", max_length=10)]
MaybeDay = Annotated[str, StringConstraints(pattern=r"^(\d{4}-\d{2}-\d{2})?$", max_length=10)]
Moment = Annotated[int, Field(ge=0, le=SAFE_INTEGER)]
Length = Annotated[int, Field(ge=0, le=SAFE_INTEGER)]
Quantity = Annotated[int, Field(ge=1, le=9_999)]
"""The policy's own limit is lower; this one only keeps nonsense out."""
Places = Annotated[int, Field(ge=1, le=9_999)]
EntryIndex = Annotated[int, Field(ge=0, le=999)]
Place = Literal["front", "original", "back"]
Result = Literal["done", "supplement_due", "referred", "refused"]
Level = Literal["very_satisfied", "satisfied", "basically_satisfied", "dissatisfied", "very_dissatisfied"]


class Body(BaseModel):
    """What every request body has in common: exact types, no unknown fields."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True)


class CommandBody(Body):
    """A change; ``command_id`` is made by the client once per intended act."""

    command_id: CommandKey


class NothingBody(Body):
    """A request that says everything by its address."""
