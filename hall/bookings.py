"""The booked visits of a hall-day, as part of its state. Filled only by :mod:`hall.evolve_booking`.

Laws of this module:
- ``taken`` holds, for each slot, the places of live bookings and those released ones that have not returned yet;
- nobody takes a place beyond those of the slot in force when it is taken;
- a booking has at most one ticket, a ticket at most one booking;
- ``early`` holds the tickets that wait for their slot: they stand in the line that no window calls.
"""

from copy import copy
from typing import Literal

import msgspec

from hall.booking_commands import AppointmentId, Booker, BookingPlace
from hall.booking_events import Entries, Take
from hall.ids import Ms, TicketId
from hall.slots import Grids, SlotEdit

AppointmentState = Literal[
    "SLOT_HELD", "BOOKED", "WAITLISTED", "OFFERED", "CHECKED_IN", "NO_SHOW", "RESCHEDULED", "CANCELLED", "EXPIRED"
]
APPOINTMENT_STATES: tuple[AppointmentState, ...] = (
    "SLOT_HELD", "BOOKED", "WAITLISTED", "OFFERED", "CHECKED_IN", "NO_SHOW", "RESCHEDULED", "CANCELLED", "EXPIRED",
)  # fmt: skip
OPEN_STATES = ("SLOT_HELD", "BOOKED", "WAITLISTED", "OFFERED")
"""Still to be used; they count against the limit of open bookings."""
COUNTED_STATES = (*OPEN_STATES, "CHECKED_IN", "NO_SHOW")
"""They count against the limits per day, week and month."""


class Appointment(msgspec.Struct):
    """A booked visit, from the first hold to its end."""

    id: AppointmentId
    order: int
    state: AppointmentState
    entries: Entries
    group: str
    channel: str
    booker: Booker
    slot_ms: Ms = 0
    takes: tuple[Take, ...] = ()
    code: str = ""
    version: int = 1
    """Raised whenever the visitor must be told something new: reminders of an older version are void."""
    moves: int = 0
    deadline_ms: Ms = 0
    """When the timer does something with it: hold, offer or waitlist run out, or it is a no-show; 0: nothing."""
    return_delay_ms: Ms = 0
    from_ms: Ms = 0
    to_ms: Ms = 0
    """The wish of the waitlist: slots that begin in this time, ``to_ms`` not included."""
    ticket: TicketId = ""
    checked_in_ms: Ms = 0
    punctuality: str = ""
    reason: str = ""
    is_affected: bool = False
    """The hall cannot keep it; it can be no no-show."""
    is_excused: bool = False
    source: BookingPlace | None = None
    target: BookingPlace | None = None


def keys_of(booker: Booker) -> list[str]:
    """Return the keys under which somebody's bookings are counted: p: person, t: telephone, d: device."""
    named = (("p", booker.person), ("t", booker.phone), ("d", booker.device))
    return [f"{mark}:{name}" for mark, name in named if name]


Deadline = tuple[Ms, int, str, int]
"""(moment, kind, id, number) of something to do; see :mod:`hall.booking_time`."""


class Bookings:
    """All bookings of a day, with what is counted from them."""

    def __init__(self) -> None:
        """Begin without bookings."""
        self.is_used = False
        """Whether anything was ever booked or edited: days without bookings cost nothing."""
        self.appointments: dict[AppointmentId, Appointment] = {}
        self.of_code: dict[str, AppointmentId] = {}
        self.of_ticket: dict[TicketId, Appointment] = {}
        self.of_booker: dict[str, list[Appointment]] = {}
        """By the keys of :func:`keys_of`."""
        self.taken: dict[tuple[str, Ms], int] = {}
        self.taken_by: dict[tuple[str, Ms, str], int] = {}
        """The same by channel."""
        self.returning: dict[int, tuple[Ms, str, tuple[Take, ...]]] = {}
        """Released places: (when they return, the channel that sold them, places)."""
        self.returns = 0
        self.edits: dict[tuple[str, Ms], SlotEdit] = {}
        self.edition = 0
        self.waitlist: dict[AppointmentId, Appointment] = {}
        self.early: dict[TicketId, Ms] = {}
        self.passed: dict[TicketId, int] = {}
        """How many bookings were put before a waiting walk-in who was there first."""
        self.deadlines: list[Deadline] = []
        """A heap; entries that no longer hold are passed over."""
        self.totals: dict[str, int] = dict.fromkeys(APPOINTMENT_STATES, 0)
        self.punctual: dict[str, int] = {"early": 0, "in_grace": 0, "late": 0}
        self.freed = False
        """Places came free since the waitlist was last looked at; not part of what is true."""
        self.grids = Grids()

    def facts(self) -> tuple[object, ...]:
        """Return everything that is true here, for the fingerprint."""
        return (
            list(self.appointments.values()),
            sorted((*key, count) for key, count in self.taken.items() if count),
            sorted((*key, count) for key, count in self.taken_by.items() if count),
            sorted((number, *one) for number, one in self.returning.items()),
            sorted((*key, edit.places, edit.channels, edit.is_closed) for key, edit in self.edits.items()),
            (list(self.waitlist), sorted(self.early.items()), sorted(self.passed.items())),
            (sorted(self.of_code.items()), self.totals, self.punctual),
        )

    def own_copy(self) -> "Bookings":
        """Return bookings of their own that say the same; slots and edits never change, so they are shared."""
        mine = copy(self)
        mine.appointments = {name: copy(one) for name, one in self.appointments.items()}
        mine.of_code = dict(self.of_code)
        mine.of_ticket = {ticket: mine.appointments[one.id] for ticket, one in self.of_ticket.items()}
        mine.of_booker = {key: [mine.appointments[one.id] for one in ones] for key, ones in self.of_booker.items()}
        mine.taken, mine.taken_by = dict(self.taken), dict(self.taken_by)
        mine.returning = dict(self.returning)
        mine.edits = dict(self.edits)
        mine.waitlist = {name: mine.appointments[name] for name in self.waitlist}
        mine.early, mine.passed = dict(self.early), dict(self.passed)
        mine.deadlines = list(self.deadlines)
        mine.totals, mine.punctual = dict(self.totals), dict(self.punctual)
        return mine
