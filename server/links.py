"""Visits that go on in another hall: the linked ticket there is taken once, whatever happens in between.

The referral is an event of the first hall's log; the linked ticket is a command to the other hall under an id made from
that event's place. After every commit, and again for the whole log at every start, the command is sent until it has an
answer; the id makes the second sending harmless.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import structlog
from msgspec.structs import replace

from hall.commands import Origin, TakeTicket, WantedItem
from hall.errors import HallError
from hall.events import Commit, TicketReferred
from hall.ids import HallId
from hall.state import HallDay
from server.ledger.port import LedgerError, hall_and_date
from server.outcomes import CommandError, UnknownHall
from server.runner import HallRunner
from server.tasks import dismiss

log = structlog.get_logger(__name__)

LINK_DIGEST = "link"
"""Digest of every such command: its id alone says what it is."""

ORDINARY: Final = "ordinary"
"""The class of a visitor whose own the other hall does not have."""

RETRY_SECONDS = 1.0
"""Rest before links are tried again whose hall was busy or whose storage failed."""

WAITING_LIMIT = 10_000
"""Most links that wait; more than a district refers in a day. Beyond it they are left to the next start."""

Day = Callable[[HallId, str], Awaitable[HallRunner]]
"""Gives the runner of a hall on a business date; raises a CommandError if there is none."""


@dataclass(frozen=True)
class _Link:
    hall: HallId
    date: str
    command: TakeTicket


@dataclass
class Links:
    """Sends linked tickets to the other hall's day of the same business date, whichever day it is by then."""

    day: Day
    _waiting: dict[str, _Link] = field(default_factory=dict)
    _ready: asyncio.Event = field(default_factory=asyncio.Event)
    _task: asyncio.Task[None] | None = None

    @property
    def waiting(self) -> int:
        """How many linked tickets have no answer yet."""
        return len(self._waiting)

    def see(self, runner: HallRunner, commits: Sequence[Commit]) -> None:
        """Take note of the referrals in durable commits."""
        for commit in commits:
            for event in commit.events:
                if isinstance(event, TicketReferred):
                    self._note(runner, commit, event)

    def start(self) -> None:
        """Begin to send; call it when all halls are open."""
        self._task = asyncio.create_task(self._run(), name="links between halls")

    async def stop(self) -> None:
        """Send no more; what waits is found again at the next start."""
        task, self._task = self._task, None
        await dismiss(task)

    def _note(self, runner: HallRunner, commit: Commit, event: TicketReferred) -> None:
        if len(self._waiting) >= WAITING_LIMIT:
            log.error("links_full", stream=runner.stream, seq=commit.seq)
            return
        command = linked_command(runner, commit, event)
        self._waiting[command.command_id] = _Link(event.hall, runner.date, command)
        self._ready.set()

    async def _run(self) -> None:
        while True:
            await self._ready.wait()
            self._ready.clear()
            for command_id, link in list(self._waiting.items()):
                if await self._sent(link):
                    del self._waiting[command_id]
            if self._waiting:
                await asyncio.sleep(RETRY_SECONDS)
                self._ready.set()

    async def _sent(self, link: _Link) -> bool:
        """Send one; False if it must be tried again."""
        try:
            runner = await self.day(link.hall, link.date)
            command = replace(link.command, klass=class_there(runner.view_state(), link.command.klass))
            outcome = await runner.submit(command, LINK_DIGEST)
        except UnknownHall:
            log.error("link_to_unknown_hall", hall=link.hall, command_id=link.command.command_id)
            return True
        except (CommandError, LedgerError, HallError) as error:
            log.warning("link_waits", hall=link.hall, command_id=link.command.command_id, reason=str(error))
            return False
        if outcome.refusal is not None:
            log.warning("link_refused", hall=link.hall, command_id=link.command.command_id, code=outcome.refusal.code)
        return True


def class_there(there: HallDay, klass: str) -> str:
    """Return the class that a visitor has in another hall: the same where it knows it, else ordinary."""
    return klass if klass in there.index.classes else ORDINARY


def linked_command(runner: HallRunner, commit: Commit, event: TicketReferred) -> TakeTicket:
    """Return the command that makes the linked ticket; the same for the same referral, always."""
    ticket = runner.view_state().tickets[event.ticket]
    hall, _ = hall_and_date(runner.stream)
    return TakeTicket(
        # The slashes keep it apart from every id that a client may make.
        command_id=f"link/{runner.stream}/{commit.seq}",
        at_ms=commit.at_ms,
        actor=commit.actor,
        ticket=event.linked,
        items=tuple(WantedItem(code, quantity) for code, quantity in event.entries),
        klass=ticket.klass,
        channel="desk",
        # No person: "one open ticket per person" is the rule of the visit's beginning, not of its next station.
        origin=Origin(hall, event.ticket, ticket.arrived_ms),
    )
