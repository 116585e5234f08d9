"""The room itself: what people see and hear of each other without any system, and nothing that the system knows.

Who stands at which window, who asks a colleague to come, who walks up to the guide. The simulated people know the hall's
state from their own screens and answers only.
"""

import asyncio
from collections import deque
from typing import Final

import msgspec

from hall.ids import Ms
from server.demo.views import CallView

ASKING_LIMIT: Final = 200
"""People who stand around the guide; more go away again."""


class Call(msgspec.Struct, frozen=True):
    """A call as somebody in the room reads it off the board."""

    window: str
    state: str
    call_no: int
    ring: int


class Present:
    """A visitor in the room, who looks at the board now and then."""

    def __init__(self) -> None:
        """Nothing seen yet."""
        self.call: Call | None = None
        self.news = asyncio.Event()

    def sees(self, call: Call | None) -> None:
        """Notice what the board says of one's number; None: it is not on the board any more."""
        if call != self.call:
            self.call = call
            self.news.set()


class Favour(msgspec.Struct, frozen=True):
    """What somebody asks the guide for, showing a slip."""

    kind: str
    """``lane`` (priority), ``merge`` or ``split``."""
    ticket: str
    other: str = ""


class Floor:
    """Who is where."""

    def __init__(self) -> None:
        """An empty room."""
        self.people: dict[str, Present] = {}
        self.gone: set[str] = set()
        self.returned: dict[str, deque[str]] = {}
        self.at_window: dict[str, str] = {}
        self.door_bells: dict[str, asyncio.Event] = {}
        self.asked_to_come: dict[str, Ms] = {}
        self.asked_to_go: set[str] = set()
        self.favours: deque[Favour] = deque(maxlen=ASKING_LIMIT)
        self.serves: dict[str, tuple[str, ...]] = {}

    def enter(self, ticket: str) -> Present:
        """Let a visitor with a ticket into the room."""
        self.people[ticket] = person = Present()
        return person

    def leave(self, ticket: str) -> None:
        """Let a visitor go."""
        self.gone.add(ticket)
        self.people.pop(ticket, None)
        for window in [one for one, standing in self.at_window.items() if standing == ticket]:
            del self.at_window[window]

    def step_up(self, window: str, ticket: str) -> None:
        """Stand at a window; the clerk there sees it."""
        self.at_window[window] = ticket
        self.ring(window)

    def step_back(self, window: str, ticket: str) -> None:
        """Leave a window."""
        if self.at_window.get(window) == ticket:
            del self.at_window[window]

    def is_stranger(self, ticket: str) -> bool:
        """Tell whether a ticket belongs to nobody of the simulated crowd: somebody real took it."""
        return ticket not in self.people and ticket not in self.gone

    def come_back(self, window: str, ticket: str) -> None:
        """Stand beside a window after a missed call, hoping to be taken next."""
        self.returned.setdefault(window, deque(maxlen=ASKING_LIMIT)).append(ticket)

    def ring(self, window: str) -> None:
        """Make the clerk of a window look up."""
        bell = self.door_bells.get(window)
        if bell is not None:
            bell.set()

    def board_shows(self, calls: dict[str, CallView]) -> None:
        """Let everybody read the board: the newest entry of each ticket counts."""
        newest = {call.ticket: call for call in sorted(calls.values(), key=lambda one: one.ring)}
        for ticket, person in self.people.items():
            shown = newest.get(ticket)
            if shown is not None:
                person.sees(Call(shown.window, shown.state, shown.call_no, shown.ring))
            elif person.call is not None and person.call.state in ("calling", "serving"):
                person.sees(None)
