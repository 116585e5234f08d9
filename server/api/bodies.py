"""Request bodies, as the protocol names them (`docs/protocol.md`)."""

from typing import Annotated, Literal

from pydantic import Field

from server.api.bounds import (
    AccountName,
    Body,
    Code,
    CommandBody,
    EntryIndex,
    HallScope,
    Length,
    Level,
    MaybeCode,
    MaybeDay,
    Moment,
    Name,
    Number,
    Password,
    Person,
    Place,
    Places,
    Quantity,
    Reason,
    Result,
    Secret,
    TicketKey,
)


class WantedBody(Body):
    """An item and how many times."""

    code: Code
    quantity: Quantity = 1


Wanted = Annotated[list[WantedBody], Field(max_length=100)]
Items = Annotated[list[Code], Field(max_length=200, default_factory=list)]
Materials = Annotated[list[Reason], Field(max_length=50, default_factory=list)]


class TakeBody(CommandBody):
    """Take a number; ``person`` (an ID or phone number) becomes a pseudonym before anything else sees it."""

    items: Wanted
    klass: Annotated[Code, Field(alias="class")] = "ordinary"
    channel: Literal["kiosk", "phone", "desk"] | None = None
    person: Person = ""


class HolderBody(CommandBody):
    """A change by the holder of a ticket, who shows its secret, or by a device or staff with a token."""

    secret: Secret = ""


class NumberBody(CommandBody):
    """A change of today's ticket with this number, typed from a slip."""

    number: Number


class CancelBody(HolderBody):
    """Give the number back."""

    reason: Reason = ""


class DelayBody(HolderBody):
    """Let some people pass."""

    places: Places


class RateBody(HolderBody):
    """Rate one item."""

    entry: EntryIndex
    level: Level


class SlipBody(HolderBody):
    """Whether the slip came out."""

    printed: bool


class AddItemsBody(CommandBody):
    """Do more in the same visit."""

    items: Wanted


class SplitBody(CommandBody):
    """Give some entries to a new ticket."""

    entries: Annotated[list[EntryIndex], Field(max_length=100)]


class MergeBody(CommandBody):
    """Take another ticket's items over."""

    merged: TicketKey


class TransferBody(CommandBody):
    """Send a ticket to exactly one of an item, a window, an area, another hall."""

    to_item: MaybeCode = ""
    to_window: MaybeCode = ""
    to_area: MaybeCode = ""
    to_hall: MaybeCode = ""
    place: Place = "original"
    reason: Reason = ""
    instead_of: MaybeCode = ""


class ReasonBody(CommandBody):
    """A change with a reason."""

    reason: Reason = ""


class ItemResultBody(CommandBody):
    """How an item ended."""

    entry: EntryIndex
    result: Result
    due_date: MaybeDay = ""
    materials: Materials


class ReclassBody(CommandBody):
    """Change the class of somebody who waits."""

    klass: Annotated[Code, Field(alias="class")]
    reason: Reason


class CorrectBody(CommandBody):
    """Correct what a final ticket says."""

    reason: Reason
    state: Literal["", "DONE", "CANCELLED", "ABANDONED"] = ""
    entry: Annotated[int, Field(ge=-1, le=999)] = -1
    result: Result | Literal[""] = ""
    due_date: MaybeDay = ""


class ServesBody(Body):
    """A set of items."""

    themes: Items
    items: Items
    everything: bool = False


class HelpRuleBody(Body):
    """When a window helps others."""

    when: Literal["idle", "waited"] = "idle"
    after_ms: Length = 600_000


class WindowBody(CommandBody):
    """Everything that a window command may carry; each command uses its own fields (section 4 of the protocol).

    ``ticket`` of a step about the ticket at the window: the one that is meant. If another is there, nothing is done.
    """

    reason: Reason = ""
    hand_over: bool = False
    ticket: TicketKey | None = None
    result: Result | Literal[""] | None = None
    and_next: bool = False
    due_ms: Moment | None = None
    to_line: bool = False
    place: Place = "original"
    to_item: MaybeCode = ""
    to_window: MaybeCode = ""
    to_area: MaybeCode = ""
    to_hall: MaybeCode = ""
    instead_of: MaybeCode = ""
    entry: EntryIndex = 0
    due_date: MaybeDay = ""
    materials: Materials
    items: Annotated[list[WantedBody], Field(max_length=100, default_factory=list)]
    serves: ServesBody | None = None
    helps: ServesBody | None = None
    help_rule: HelpRuleBody | None = None


class IssuingBody(CommandBody):
    """Stop or resume giving numbers out, for some items or for all."""

    items: Items


class SessionBody(Body):
    """A time in which the hall is open."""

    open_ms: Moment
    close_ms: Moment


class SessionsBody(CommandBody):
    """Other opening times today."""

    sessions: Annotated[list[SessionBody], Field(max_length=20)]
    reason: Reason = ""


class LoginBody(Body):
    """An account and its password."""

    account: Annotated[str, Field(max_length=40)]
    password: Annotated[str, Field(max_length=200)]


class NewPasswordBody(Body):
    """A password for the moment; without one the server makes it."""

    password: Password | None = None


class OwnPasswordBody(Body):
    """The password until now, and the one from now on."""

    old: Annotated[str, Field(max_length=200)]
    password: Password


class DeviceBody(Body):
    """A kiosk, board or strip to be."""

    name: Name
    kind: Literal["kiosk", "board", "area", "strip"]
    area: MaybeCode = ""
    window: MaybeCode = ""


class AccountBody(Body):
    """A person to be able to sign in."""

    account: AccountName
    name: Name
    role: Literal["clerk", "guide", "manager", "network", "auditor", "admin"]
    halls: Annotated[list[HallScope], Field(max_length=100)]
    password: Password
