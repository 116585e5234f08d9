"""How a simulated clerk works: open, call, start, finish and next, recall and miss, break, serve out, close.

A clerk is a small machine with one alarm: each method is what the clerk does when it rings, and sets the next. Whom to call
is never decided here; the hall's own dispatcher does.
"""

from collections.abc import Callable
from typing import Protocol

from hall import commands as cmd
from hall import events as ev
from hall.ids import Ms
from hall.state import Desk, HallDay, Ticket
from simulation.people import COMES, LATE, NEVER, People
from simulation.roster import Duty
from simulation.setting import Behaviour

NOBODY = -1


class Alarm(Protocol):
    """Rings once at the last moment that it was set to."""

    def arm(self, due_ms: Ms, todo: Callable[[Ms], None], now: Ms) -> None:
        """Do something then; an earlier setting is forgotten."""
        ...


class Floor(Protocol):
    """What clerks need of the hall around them."""

    state: HallDay
    people: People
    turn: list[int]
    over: list[tuple[Ms, Ms]]

    def waits_from(self, place: int) -> Ms:
        """Return from when on somebody waits; whoever booked and is early waits from the slot on."""
        ...

    def ask(self, command: cmd.AnyCommand) -> tuple[ev.AnyEvent, ...]:
        """Ask the hall; calls that follow reach their clerks before this returns."""
        ...


class Clerk:
    """One person at one window for a day."""

    __slots__ = (
        "_actor", "_alarm", "_behaviour", "_calls", "_duties", "_entries", "_floor", "desk", "place", "window",
    )  # fmt: skip

    def __init__(self, window: str, duties: tuple[Duty, ...], floor: Floor, behaviour: Behaviour) -> None:
        """Begin before the first stretch of work; the alarm comes by :meth:`begin`."""
        self.window = window
        self.place = NOBODY
        self.desk: Desk
        self._actor = f"clerk:{window}"
        self._alarm: Alarm
        self._behaviour = behaviour
        self._calls = 0
        self._duties = list(duties)
        self._entries: list[int] = []
        self._floor = floor

    def begin(self, desk: Desk, alarm: Alarm, now: Ms) -> None:
        """Wait for the first stretch of work."""
        self.desk = desk
        self._alarm = alarm
        alarm.arm(self._duties[0].from_ms, self._come, now)

    def called(self, place: int, now: Ms) -> None:
        """Somebody was called here: wait until they come, or until it is time to call again."""
        floor = self._floor
        self.place = place
        turn = floor.turn[place]
        people = floor.people
        patience = people.patience_ms[place]
        # Whoever has been called before has not left: they come from another window, or back after a miss.
        leaves = patience and not people.gives_back[place] and self._ticket().first_called_ms == now
        if leaves and now > floor.waits_from(place) + patience:
            floor.turn[place] = turn = NEVER
        if turn == COMES:
            self._alarm.arm(now + people.walk_ms[place], self._start, now)
        else:
            self._calls = 1
            cooldown_ms = floor.state.plan.policy.calling.recall_cooldown_ms
            self._alarm.arm(now + cooldown_ms + self._behaviour.recall_ms, self._recall, now)

    # ---- coming and going ----

    def _come(self, now: Ms) -> None:
        floor = self._floor
        if floor.state.is_ended:
            return
        floor.ask(cmd.OpenWindow(command_id="open", at_ms=now, actor=self._actor, window=self.window))
        self._call_next(now)

    def _call_next(self, now: Ms) -> None:
        floor = self._floor
        if self._is_over(now):
            self._leave(now)
            return
        floor.ask(cmd.CallNext(command_id="next", at_ms=now, actor=self._actor, window=self.window))
        if self.place == NOBODY:
            self._idle(now)

    def _idle(self, now: Ms) -> None:
        """Nobody fitting waits: go when the stretch of work ends, unless somebody comes before."""
        self._alarm.arm(max(self._duties[0].to_ms, now), self._leave, now)

    def _is_over(self, now: Ms) -> bool:
        duty = self._duties[0]
        if self._floor.state.is_ended:
            return True
        if now < duty.to_ms:
            return False
        if not duty.serves_out or now >= duty.to_ms + self._behaviour.overtime_ms:
            return True
        return not self._floor.state.nonempty & self.desk.lines

    def _leave(self, now: Ms) -> None:
        floor = self._floor
        duty = self._duties.pop(0)
        if duty.then == "pause":
            floor.ask(
                cmd.PauseWindow(command_id="pause", at_ms=now, actor=self._actor, window=self.window, reason="break")
            )
        else:
            floor.ask(cmd.CloseWindow(command_id="close", at_ms=now, actor=self._actor, window=self.window))
        until = min(now, self._duties[0].from_ms) if self._duties else now
        if until > duty.to_ms:
            floor.over.append((duty.to_ms, until))
        while self._duties and self._duties[0].to_ms <= now:
            self._duties.pop(0)
        if self._duties:
            self._alarm.arm(max(now, self._duties[0].from_ms), self._come, now)
        elif duty.then == "pause":
            floor.ask(cmd.CloseWindow(command_id="close", at_ms=now, actor=self._actor, window=self.window))

    # ---- a visit ----

    def _start(self, now: Ms) -> None:
        floor = self._floor
        place = self.place
        floor.turn[place] = COMES
        floor.ask(cmd.StartService(command_id="start", at_ms=now, actor=self._actor, window=self.window))
        times = floor.people.service_ms[place]
        if len(times) == 1:
            self._alarm.arm(now + times[0], self._finish, now)
            return
        ticket = self._ticket()
        still = [number for number, entry in enumerate(ticket.entries) if entry.state == "OPEN"]
        self._entries = [number for number in still if self._serves(ticket.entries[number].item)] or still
        self._alarm.arm(now + times[self._entries[0]], self._item_done, now)

    def _item_done(self, now: Ms) -> None:
        """The next of several items is done: go on with another, finish, or send on what this window does not do."""
        floor = self._floor
        ticket = self._ticket()
        done = self._entries.pop(0)
        self._set_result(ticket, done, "done", now)
        if self._entries:
            self._alarm.arm(now + floor.people.service_ms[self.place][self._entries[0]], self._item_done, now)
            return
        ticket = self._ticket()
        rest = [number for number, entry in enumerate(ticket.entries) if entry.state == "OPEN"]
        for number in rest:
            if self._somebody_serves(ticket.entries[number].item):
                self._send_on(ticket, ticket.entries[number].item, now)
                return
            self._set_result(ticket, number, "referred", now)
        self._finish(now)

    def _set_result(self, ticket: Ticket, entry: int, result: cmd.ItemResultCode, now: Ms) -> None:
        floor = self._floor
        floor.ask(
            cmd.SetItemResult(
                command_id="result", at_ms=now, actor=self._actor, ticket=ticket.id, entry=entry, result=result
            )
        )

    def _send_on(self, ticket: Ticket, item: str, now: Ms) -> None:
        floor = self._floor
        self.place = NOBODY
        floor.ask(
            cmd.TransferTicket(command_id="transfer", at_ms=now, actor=self._actor, ticket=ticket.id, to_item=item)
        )
        self._alarm.arm(now + self._behaviour.gap_ms, self._call_next, now)

    def _finish(self, now: Ms) -> None:
        floor = self._floor
        gap_ms = self._behaviour.gap_ms
        goes_on = not gap_ms and (now < self._duties[0].to_ms or not self._is_over(now))
        self.place = NOBODY
        floor.ask(
            cmd.FinishTicket(
                command_id="finish", at_ms=now, actor=self._actor, window=self.window, result="done", and_next=goes_on
            )
        )
        if not goes_on:
            self._alarm.arm(now + gap_ms, self._call_next, now)
        elif self.place == NOBODY:
            self._idle(now)

    def _serves(self, item: str) -> bool:
        own, helping = self._floor.state.index.signature((item,))
        return bool((own | helping) & self.desk.bit)

    def _somebody_serves(self, item: str) -> bool:
        """Return whether a window that serves an item will still call people today."""
        own, helping = self._floor.state.index.signature((item,))
        desks = self._floor.state.desks.values()
        return any(
            (own | helping) & desk.bit and desk.state in ("IDLE", "CALLING", "SERVING", "PAUSED") for desk in desks
        )

    def _ticket(self) -> Ticket:
        ticket = self.desk.ticket
        assert ticket is not None
        return ticket

    # ---- nobody comes ----

    def _recall(self, now: Ms) -> None:
        floor = self._floor
        calling = floor.state.plan.policy.calling
        wanted = max(calling.miss_calls, min(2, calling.recall_limit))
        if self._calls >= wanted:
            self._miss(now)
            return
        floor.ask(cmd.RecallTicket(command_id="recall", at_ms=now, actor=self._actor, window=self.window))
        self._calls += 1
        if floor.turn[self.place] == LATE:
            self._alarm.arm(now + floor.people.walk_ms[self.place], self._start, now)
        else:
            self._alarm.arm(now + calling.recall_cooldown_ms + self._behaviour.recall_ms, self._recall, now)

    def _miss(self, now: Ms) -> None:
        floor = self._floor
        least = self._ticket().called_ms + floor.state.plan.policy.calling.miss_ms
        if now < least:
            self._alarm.arm(least, self._miss, now)
            return
        goes_on = not self._behaviour.gap_ms and not self._is_over(now)
        self.place = NOBODY
        floor.ask(cmd.MissTicket(command_id="miss", at_ms=now, actor=self._actor, window=self.window, and_next=goes_on))
        if not goes_on:
            self._alarm.arm(now + self._behaviour.gap_ms, self._call_next, now)
        elif self.place == NOBODY:
            self._idle(now)
