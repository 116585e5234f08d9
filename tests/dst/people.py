"""Who comes to a hall and who works in it: kiosks that give numbers out, and clerks who serve what their page shows."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from hall import commands as cmd
from hall.ids import HallId, WindowCode
from hall.state import HallDay
from tests.dst.clients import Client

ITEMS = ("id-card", "residence", "invoice")
Facts = dict[str, Any]


@dataclass
class Kiosk(Client):
    """Gives numbers out; now and then somebody gives one back or comes again after a miss."""

    _tickets: list[str] = field(default_factory=list)

    async def step(self) -> None:
        """Give a number out, or let somebody come back with one."""
        facts: Facts = {"command_id": self.key(), "at_ms": 0, "actor": f"device:{self.name}"}
        if self._tickets and self.chance.random() < 0.2:
            await self.do(self._about(self.chance.choice(self._tickets), facts))
            return
        ticket = f"ticket-{facts['command_id']}"
        taken = await self.do(
            cmd.TakeTicket(
                **facts,
                ticket=ticket,
                items=tuple(cmd.WantedItem(code) for code in self.chance.sample(ITEMS, self.chance.choice((1, 1, 2)))),
                klass=self.chance.choice(("ordinary", "ordinary", "elder", "priority")),
                person=self.chance.choice(("", "", f"p{self.chance.randrange(4)}")),
            )
        )
        if taken is not None and taken.kind == "ok":
            self._tickets.append(ticket)

    def _about(self, ticket: str, facts: Facts) -> cmd.AnyCommand:
        make: Callable[[], cmd.AnyCommand] = self.chance.choice(
            (
                lambda: cmd.CancelTicket(**facts, ticket=ticket, reason="left"),
                lambda: cmd.RejoinTicket(**facts, ticket=ticket),
                lambda: cmd.ReportSlip(**facts, ticket=ticket, printed=True),
                lambda: cmd.DelayTicket(**facts, ticket=ticket, places=2),
                lambda: cmd.RateTicket(**facts, ticket=ticket, entry=0, level="satisfied"),
            )
        )
        return make()


class _Desk(NamedTuple):
    """What a clerk's page shows."""

    state: str
    ticket: str
    missed: tuple[str, ...]
    held: tuple[str, ...]


@dataclass
class Clerk(Client):
    """Serves at one window what the page shows to be there."""

    window: WindowCode = ""
    other_hall: HallId = ""

    async def step(self) -> None:
        """Press one key."""
        desk = await self.look(self._desk)
        if desk is not None:
            await self.do(self._next(desk))

    def _desk(self, state: HallDay) -> _Desk:
        desk = state.desks[self.window]
        ticket = "" if desk.ticket is None else desk.ticket.id
        return _Desk(desk.state, ticket, tuple(state.missed), tuple(state.held))

    def _next(self, desk: _Desk) -> cmd.AnyCommand:
        facts: Facts = {"command_id": self.key(), "at_ms": 0, "actor": f"clerk:{self.name}"}
        here = {**facts, "window": self.window}
        draw = self.chance.random()
        match desk.state:
            case "CLOSED" | "PAUSED":
                return cmd.OpenWindow(**here)
            case "CALLING":
                return _when_called(draw, here)
            case "SERVING" if draw < 0.1:
                return self._transfer(draw, facts, desk.ticket)
            case "SERVING":
                return _when_serving(draw, here)
            case _:
                return self._when_idle(draw, here, desk)

    def _when_idle(self, draw: float, here: Facts, desk: _Desk) -> cmd.AnyCommand:
        if desk.missed and draw < 0.15:
            return cmd.CallChosen(**here, ticket=self.chance.choice(desk.missed), reason="returning")
        if desk.held and draw < 0.4:
            return cmd.ResumeTicket(**here, ticket=self.chance.choice(desk.held))
        if draw > 0.95:
            return cmd.PauseWindow(**here, reason="tea")
        return cmd.CloseWindow(**here) if draw > 0.93 else cmd.CallNext(**here)

    def _transfer(self, draw: float, facts: Facts, ticket: str) -> cmd.AnyCommand:
        if draw < 0.05 and self.other_hall:
            linked = f"linked-{facts['command_id']}"
            return cmd.TransferTicket(**facts, ticket=ticket, to_hall=self.other_hall, linked=linked)
        return cmd.TransferTicket(**facts, ticket=ticket, to_item=self.chance.choice(ITEMS))


def _when_called(draw: float, here: Facts) -> cmd.AnyCommand:
    if draw < 0.15:
        return cmd.RecallTicket(**here)
    if draw < 0.3:
        return cmd.MissTicket(**here, and_next=draw < 0.2)
    return cmd.UndoLast(**here) if draw < 0.34 else cmd.StartService(**here)


def _when_serving(draw: float, here: Facts) -> cmd.AnyCommand:
    if draw < 0.2:
        return cmd.HoldTicket(**here, reason="fill_form", and_next=draw < 0.15)
    return cmd.UndoLast(**here) if draw < 0.25 else cmd.FinishTicket(**here, and_next=draw < 0.7)
