"""What is answered about halls: what they have, their state, their waits and calls (protocol, section 4)."""

from typing import Any, Literal

import msgspec

from hall.feed import ViewKind
from hall.ids import Ms
from hall.opening import Session
from hall.state import WindowStateName
from server.api.described.shown import CallShown, HallNamed, Texts
from server.config.tables import Level


class HallListed(msgspec.Struct, frozen=True):
    """A hall of the network and how full it is."""

    hall: str
    name: Texts
    level: Level
    parent: str | None
    open: bool
    waiting: int
    windows_open: int


class Halls(msgspec.Struct, frozen=True):
    """All halls."""

    halls: list[HallListed]


class Coded(msgspec.Struct, frozen=True):
    """An area or a theme."""

    code: str
    name: Texts


class ItemShown(msgspec.Struct, frozen=True):
    """An item; ``windows`` are the labels of those that serve it."""

    code: str
    name: Texts
    theme: str
    keywords: str
    windows: list[str]
    service_ms: Ms


class PackageShown(msgspec.Struct, frozen=True):
    """Items for one occasion, taken with one ticket."""

    code: str
    name: Texts
    items: list[str]


class WindowOfHall(msgspec.Struct, frozen=True):
    """A window as citizens see it."""

    code: str
    label: str
    area: str
    kind: str
    themes: list[str]
    state: WindowStateName


class ClassShown(msgspec.Struct, frozen=True):
    """A class of visitors; the lane 0 is called first."""

    code: str
    name: Texts
    lane: int


class TakingLimits(msgspec.Struct, frozen=True):
    """What one number may hold, and how many people its holder may let pass."""

    max_items: int
    max_quantity: int
    delay_places: int


class HallPage(msgspec.Struct, frozen=True):
    """Everything that kiosks and phones need to know of a hall."""

    hall: str
    name: Texts
    zone: str
    date: str
    kind: str
    sessions: list[Session]
    next_open_ms: Ms | None
    open: bool
    issuing: bool
    remote: bool
    bookable: bool
    rejoin: bool
    one_per_person: bool
    voice: str
    policy_version: str
    areas: list[Coded]
    themes: list[Coded]
    items: list[ItemShown]
    packages: list[PackageShown]
    windows: list[WindowOfHall]
    classes: list[ClassShown]
    limits: TakingLimits
    at_ms: Ms
    speed: float
    demo: bool
    training: bool
    taking: bool
    """Whether a number would be given now for any item; if not, ``refusal`` is the code."""
    refusal: str | None


class BoardWindow(msgspec.Struct, frozen=True):
    """A window on a board."""

    label: str
    area: str
    kind: str
    state: WindowStateName
    number: str | None


class WaitingCounts(msgspec.Struct, frozen=True):
    """How many wait to be called: in all, and by the theme of what is done next."""

    total: int
    themes: dict[str, int]


class BoardView(msgspec.Struct, frozen=True):
    """What boards show; ``calls`` by the ring of their first call, oldest first."""

    hall: HallNamed
    area: str | None
    date: str
    sessions: list[Session]
    issuing: bool
    ended: bool
    calls: dict[str, CallShown]
    windows: dict[str, BoardWindow]
    waiting: WaitingCounts


class HallState(msgspec.Struct, frozen=True):
    """The board's state (empty before the day is opened) with the hash of everything that is true."""

    seq: int
    at_ms: Ms
    date: str
    hash: str
    view: BoardView
    live: dict[str, Any]


class MayWatch(msgspec.Struct, frozen=True):
    """The view of a live feed that would be given."""

    view: ViewKind


class WaitGroup(msgspec.Struct, frozen=True):
    """Items that the same windows serve: who would be ahead, and the wait that would be told."""

    ahead: int
    p50_ms: Ms | None
    p80_ms: Ms | None
    windows: list[str]
    open_windows: int


class WaitsTable(msgspec.Struct, frozen=True):
    """Waits by group; ``items`` tells the group of each, ``refused`` why no number is given."""

    at_ms: Ms
    groups: list[WaitGroup]
    items: dict[str, int]
    refused: dict[str, str]
    from_ms: dict[str, Ms]
    """Of refused items: from when numbers are given out again, where that is known."""


class Candidate(msgspec.Struct, frozen=True):
    """Somebody who was compared with the one that was called."""

    ticket: str
    number: str


class CallReason(msgspec.Struct, frozen=True):
    """Why a ticket was called."""

    rule: str
    reason: str | None
    zh: str
    en: str
    candidates: list[Candidate]


class OwnCall(msgspec.Struct, frozen=True, kw_only=True):
    """A call of a ticket with its rule."""

    call: int
    window: str
    at_ms: Ms
    rule: str
    zh: str
    en: str
    chosen_reason: str | None


class CallTold(OwnCall, frozen=True, kw_only=True):
    """A call with its ticket, and those that it was compared with."""

    ticket: str
    number: str
    candidates: list[Candidate]


class Calls(msgspec.Struct, frozen=True):
    """The latest calls before a moment, newest first, and whether there are earlier ones."""

    calls: list[CallTold]
    more: bool
    seq: int


class PassedBy(msgspec.Struct, frozen=True):
    """Somebody who came later and was called earlier."""

    number: str
    at_ms: Ms
    window: str
    rule: str
    zh: str
    en: str


class WhyNot(msgspec.Struct, frozen=True):
    """Who was called before a ticket, why it was called last, and all its calls."""

    passed: list[PassedBy]
    call: CallReason | None
    calls: list[OwnCall]


class DeviceShown(msgspec.Struct, frozen=True):
    """A kiosk, board or strip, and what its screen has shown."""

    id: str
    name: str
    kind: Literal["kiosk", "board", "area", "strip"]
    area: str
    window: str
    revoked: bool
    online: bool
    shown_seq: int | None
    last_call_shown: bool | None
    last_seen_ms: Ms | None


class Devices(msgspec.Struct, frozen=True):
    """The devices of a hall."""

    devices: list[DeviceShown]


class DeviceMade(msgspec.Struct, frozen=True):
    """A device; its token is told this once."""

    device: str
    token: str


class DeviceRevoked(msgspec.Struct, frozen=True):
    """A device whose token is withdrawn."""

    device: str
    revoked: bool
