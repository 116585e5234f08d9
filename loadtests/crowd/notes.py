"""What a process of the crowd writes down: its operations, its screens' rings, and the ids that it has used."""

import itertools
import os
import random
from pathlib import Path
from typing import Final

import msgspec

from loadtests.crowd.place import Clerk, Place, places_of_environment
from loadtests.crowd.replies import Trouble
from server.demo.history import History

PREFIX: Final = "crowd-"
"""Every command id of the crowd begins so."""


class Rang(msgspec.Struct, frozen=True):
    """A call that a screen rang, and when, on the machine's monotonic clock."""

    screen: str
    ring: int
    ticket: str
    window: str
    at_ns: int


class HallNotes:
    """What this process writes down about one hall, and its share of the hall's windows."""

    def __init__(self, place: Place) -> None:
        """Open files of this process."""
        folder = Path(place.folder, place.hall)
        folder.mkdir(parents=True, exist_ok=True)
        self.place = place
        self.history = History(folder / f"history-{os.getpid()}.jsonl")
        self._rings = (folder / f"rings-{os.getpid()}.jsonl").open("ab", buffering=0)
        self._troubles = (folder / f"troubles-{os.getpid()}.jsonl").open("ab", buffering=0)
        self._seats: list[Clerk] = []

    def share(self, index: int) -> None:
        """Take this process's share of the windows; ``index`` is its place among all that run people."""
        self._seats = list(self.place.clerks[index :: self.place.workers])

    def write_ring(self, rang: Rang) -> None:
        """Write down that a screen rang."""
        self._rings.write(msgspec.json.encode(rang) + b"\n")

    def write_trouble(self, trouble: Trouble) -> None:
        """Write down an answer that was not definite."""
        self._troubles.write(msgspec.json.encode(trouble) + b"\n")

    def seat(self) -> Clerk | None:
        """Give a free window of this process's share to a clerk, if there is one."""
        return self._seats.pop() if self._seats else None

    def leave(self, seat: Clerk) -> None:
        """Take a window back."""
        self._seats.append(seat)


class Notes:
    """What this process writes down, hall by hall, and the numbers it has used."""

    def __init__(self) -> None:
        """Open files of this process."""
        self.halls = [HallNotes(place) for place in places_of_environment()]
        self._bookings = 0
        self._turns: dict[str, itertools.count[int]] = {}
        self.numbers = itertools.count(1)
        self.chance = random.Random(os.getpid())
        self._run = f"{PREFIX}{os.getpid()}"

    def share(self, index: int) -> None:
        """Take this process's share of every hall's windows."""
        for hall in self.halls:
            hall.share(index)
        first = self.halls[0].place
        self._bookings = len(range(index, first.bookings, first.workers))

    def may_book(self) -> bool:
        """Take one of this process's requests, if the crowd's number of them is given and one is left."""
        if not self.halls[0].place.bookings:
            return True
        self._bookings -= 1
        return self._bookings >= 0

    def hall_for(self, kind: str) -> HallNotes:
        """Return the hall of the next person of a kind: everybody of a kind goes to the halls in turn."""
        turns = self._turns.setdefault(kind, itertools.count())
        return self.halls[next(turns) % len(self.halls)]

    def command_id(self) -> str:
        """Return an id that nobody else uses."""
        return f"{self._run}-{next(self.numbers):06}"
