"""The table of rights: which role may do what. It is data; the code below only looks things up.

Which operation an address asks for stands in :mod:`server.accounts.routes`. Roles are scoped to halls: a right holds in the halls that the account names, a device's in its one hall. Whether a
window command comes from the clerk who sits there is a rule of the hall, not of this table.
"""

from collections.abc import Mapping
from typing import Final, Literal, get_args

import msgspec

Role = Literal["anonymous", "citizen", "device", "clerk", "guide", "manager", "network", "auditor", "admin"]
"""``anonymous`` shows nothing, ``citizen`` shows the secret of the ticket in question."""
AccountRole = Literal["clerk", "guide", "manager", "network", "auditor", "admin"]
DeviceKind = Literal["kiosk", "board", "area", "strip"]
Subject = Literal["anonymous", "citizen", "clerk", "guide", "manager", "network", "auditor", "admin"] | DeviceKind
"""What the table speaks of: the role, and for a device its kind. A board hangs in public: its token shows, and no more."""
ROLES: Final[tuple[Role, ...]] = get_args(Role)
ACCOUNT_ROLES: Final[tuple[AccountRole, ...]] = get_args(AccountRole)
DEVICE_KINDS: Final[tuple[DeviceKind, ...]] = get_args(DeviceKind)
SUBJECTS: Final[tuple[Subject, ...]] = ("anonymous", "citizen", *DEVICE_KINDS, *ACCOUNT_ROLES)

Roles = frozenset[Subject]

_LEAD: Final[Roles] = frozenset({"manager", "network", "admin"})
_FLOOR: Final[Roles] = _LEAD | Roles({"guide"})
_STAFF: Final[Roles] = _FLOOR | Roles({"clerk"})
_LOOKING: Final[Roles] = _STAFF | Roles({"auditor"})
_BOOKS: Final[Roles] = _LEAD | Roles({"auditor"})
_SCREENS: Final[Roles] = frozenset(DEVICE_KINDS)
_EVERYBODY: Final[Roles] = frozenset(SUBJECTS)
_HOLDER: Final[Roles] = _STAFF | Roles({"citizen", "kiosk"})
_BOOKED: Final[Roles] = _STAFF | Roles({"citizen"})
"""Who may change a booking: its holder and staff. A kiosk shows the secret of the booking that it has just made."""

RIGHTS: Final[Mapping[str, Roles]] = {
    # open to all
    "halls.read": _EVERYBODY,
    "ticket.take.phone": _EVERYBODY,
    "health.read": _EVERYBODY,
    "login": _EVERYBODY,
    # holders of a ticket, kiosks, staff
    "ticket.take.kiosk": _STAFF | Roles({"kiosk"}),
    "ticket.take.desk": _STAFF,
    "ticket.read": _HOLDER | Roles({"auditor"}),
    "ticket.why": _LOOKING | Roles({"citizen"}),
    "ticket.cancel": _HOLDER,
    "ticket.rejoin": _HOLDER,
    # Who stands at the kiosk and says the number: what staff at the desk accept, too.
    "ticket.rejoin.number": _STAFF | Roles({"kiosk"}),
    "ticket.delay": _HOLDER,
    "ticket.rate": _HOLDER,
    "ticket.print-result": _HOLDER,
    "ticket.reprint": _STAFF,
    # staff on tickets
    "tickets.find": _LOOKING,
    "ticket.add-items": _STAFF,
    "ticket.split": _STAFF,
    "ticket.merge": _STAFF,
    "ticket.transfer": _STAFF,
    "ticket.item-result": _STAFF,
    "ticket.withdraw-call": _FLOOR,
    "ticket.reclass": _FLOOR,
    "ticket.abandon": _FLOOR,
    "ticket.correct": _LEAD,
    # booked visits
    "slots.read": _EVERYBODY,
    "feed.read": _EVERYBODY,
    "booking.make.phone": _EVERYBODY,
    "booking.make.kiosk": _STAFF | Roles({"kiosk"}),
    "booking.make.desk": _STAFF,
    "booking.make.partner": _STAFF,
    "booking.check-in.code": _EVERYBODY,
    "booking.check-in.person": _STAFF | Roles({"kiosk"}),
    "appointment.read": _BOOKED | Roles({"auditor"}),
    "appointment.calendar": _BOOKED,
    "appointment.confirm": _BOOKED,
    "appointment.reschedule": _BOOKED,
    "appointment.cancel": _BOOKED,
    "appointment.offer": _BOOKED,
    "appointment.check-in": _BOOKED | Roles({"kiosk"}),
    "appointment.erase": _LEAD | Roles({"citizen"}),
    "appointment.appeal": _LEAD,
    "appointments.find": _STAFF,
    "appointment.contact": _STAFF,
    "reveals.read": _BOOKS,
    "bookings.read": _BOOKS | Roles({"guide"}),
    "bookings.edit": _LEAD,
    "messages.read": _BOOKS,
    "messages.retry": _LEAD,
    "people.erase": frozenset({"network", "admin"}),
    # windows and the day
    "window.work": _STAFF,
    "window.serve": _LEAD,
    "day.lead": _LEAD,
    "calls.read": _LOOKING,
    "figures.read": _BOOKS,
    # the studio
    "studio.use": _LEAD,
    # set-up
    "devices.read": _BOOKS,
    "devices.write": _LEAD,
    "settings.read": _BOOKS,
    "settings.write": _LEAD,
    "halls.write": frozenset({"network", "admin"}),
    "templates.write": frozenset({"network", "admin"}),
    "calendar.write": frozenset({"network", "admin"}),
    "staff.read": _STAFF,
    "accounts.read": frozenset({"admin", "auditor"}),
    "accounts.write": frozenset({"admin"}),
    "me.read": _EVERYBODY - Roles({"anonymous", "citizen"}),
    "me.password": Roles(ACCOUNT_ROLES),
    # live feeds
    "view.board": _LOOKING | _SCREENS,
    "view.area": _LOOKING | _SCREENS,
    "view.strip": _LOOKING | _SCREENS,
    "view.ticket": _HOLDER | Roles({"auditor"}),
    "view.clerk": _STAFF,
    "view.manager": _FLOOR,
}
"""Operation → roles. Whatever is not in this table nobody may do."""

PUBLIC_VIEWS: Final = frozenset({"view.board", "view.area", "view.strip"})
"""Open to all where the settings say so."""
TEMPORARY: Final = frozenset({"me.read", "me.password"})
"""What is allowed with a password that somebody else chose, beside what is open to all."""


class Caller(msgspec.Struct, frozen=True):
    """Who asks. ``halls`` are codes; a trailing ``*`` covers every hall that begins so."""

    role: Role
    name: str = ""
    """The account, or the device's id."""
    halls: tuple[str, ...] = ()
    window: str = ""
    """Device of a window, or empty."""
    kind: str = ""
    """Kind of a device: kiosk, board, area, strip."""
    is_temporary: bool = False
    """Somebody else chose the password: until its owner has chosen another, only :data:`TEMPORARY` is allowed."""

    @property
    def subject(self) -> str:
        """What the table of rights calls this caller; a device whose kind it does not know has no rights."""
        return self.kind if self.role == "device" else self.role

    @property
    def actor(self) -> str:
        """The name that the log remembers."""
        return f"{self.role}:{self.name}"

    def covers(self, hall: str) -> bool:
        """Tell whether this caller has a role in a hall."""
        if hall in self.halls:
            return True
        return any(code.endswith("*") and hall.startswith(code[:-1]) for code in self.halls)


NOBODY: Final = Caller("anonymous")
CITIZEN: Final = Caller("citizen")


def may(caller: Caller, operation: str, *, hall: str | None = None) -> bool:
    """Tell whether the table gives this caller the right, in this hall if one is named."""
    if caller.subject not in RIGHTS.get(operation, frozenset()):
        return False
    is_everywhere = caller.role in {"anonymous", "citizen"} or "anonymous" in RIGHTS[operation]
    return hall is None or is_everywhere or caller.covers(hall)


def must_change_first(caller: Caller, operation: str) -> bool:
    """Tell whether this must wait until the caller has chosen a password of their own."""
    return caller.is_temporary and operation not in TEMPORARY and "anonymous" not in RIGHTS.get(operation, frozenset())
