"""A hall-day in simulated time: SimPy keeps the moments, :func:`hall.step.step` decides, as in the live hall.

No process and no generator per person: visitors stand in lists drawn ahead, and everything that acts (the door, those who
lose patience, those who come back, the hall's own timer, each clerk) has one event that is armed again and again.
"""

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from heapq import heappop, heappush
from typing import Any

import simpy
from simpy.events import NORMAL

from hall import booking_commands as bcmd
from hall import commands as cmd
from hall import events as ev
from hall.catalog import items_of
from hall.errors import Refusal
from hall.ids import TIMER, Ms
from hall.state import HallDay, copy_of
from hall.step import next_deadline, step
from simulation.booking import SOLD_BEFORE_MS, Appointments, name_of, sell
from simulation.clerks import Clerk
from simulation.demand import Day
from simulation.errors import TwinBroken
from simulation.log import LogSink
from simulation.people import COMES, NEVER, People
from simulation.roster import Duty
from simulation.setting import Setting

NEVER_MS: Ms = -1


class Alarm(simpy.Event):
    """An event that can be armed any number of times; of several settings only the last one rings."""

    def __init__(self, env: simpy.Environment) -> None:
        super().__init__(env)
        self._ok = True
        self._value = None
        self._due_ms = NEVER_MS
        self._todo: Callable[[Ms], None] = _nothing
        # The one list of callbacks is put back at each ringing: several settings may stand in the agenda.
        self._always: list[Callable[[Any], None]] = [self._rung]
        self.callbacks = self._always

    def arm(self, due_ms: Ms, todo: Callable[[Ms], None], now: Ms) -> None:
        """Do something at a moment, which must not have passed."""
        self._due_ms = due_ms
        self._todo = todo
        self.env.schedule(self, NORMAL, due_ms - now)

    def forget(self) -> None:
        """Let go of what was to be done."""
        self._todo = _nothing

    def _rung(self, _event: object) -> None:
        self.callbacks = self._always
        now = self._due_ms
        if self.env.now == now:
            self._due_ms = NEVER_MS
            self._todo(now)


def _nothing(_now: Ms) -> None:
    """What an alarm does that was never set."""


@contextmanager
def _no_search_for_cycles() -> Iterator[None]:
    """Let the interpreter not look for garbage cycles meanwhile: a day makes none, and looking costs a sixth of its time."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class World:
    """One hall-day and its people; run it once.

    ``over`` holds, of each stretch of work, its planned end and when the clerk left, where that was later.
    """

    def __init__(
        self,
        setting: Setting,
        day: Day,
        people: People,
        *,
        plan_hash: str,
        duties: dict[str, tuple[Duty, ...]],
        names: list[str],
        places: dict[str, int],
        log: LogSink | None = None,
        opened: HallDay | None = None,
    ) -> None:
        """``names`` are the tickets' ids by place of the people, ``places`` their inverse; both may be longer.

        ``opened``: the state of this date when it has just been opened, where the log of the opening is not wanted.
        """
        self.state = HallDay() if opened is None else copy_of(opened)
        self.people = people
        self.turn = list(people.turn)
        self.at_ms = list(people.at_ms)
        self.turned_away = 0
        self.over: list[tuple[Ms, Ms]] = []
        self.appointments = Appointments({}, by_rules=False)
        self._setting = setting
        self._day = day
        self._names = names
        self._places = places
        self._log = log
        self._plan_hash = plan_hash
        self._clerks = {code: Clerk(code, turns, self, setting.behaviour) for code, turns in duties.items()}
        self._order: list[int] = []
        self._arrived = 0
        self._impatient: list[tuple[Ms, int]] = []
        self._away: list[tuple[Ms, int]] = []
        self._watches = False
        self._deadline_ms = NEVER_MS
        self._begins_ms = day.midnight_ms - SOLD_BEFORE_MS
        self._env = simpy.Environment(self._begins_ms)
        self._door, self._patience, self._return, self._timer = (Alarm(self._env) for _ in range(4))

    def run(self) -> None:
        """Live through the whole day, from the first booking to the end of day."""
        if not self.state.is_open:
            self.open_day()
        self.appointments = sell(
            self.people, self._setting.booked, self._day, at_ms=self.at_ms, state=self.state, ask=self.try_ask
        )
        self._order = self._arrivals()
        helping = [desk for desk in self.state.desks.values() if desk.help_rule.when == "waited"]
        self._watches = self.state.bookings.is_used or any(
            items_of(desk.helps, self._setting.plan.catalog) for desk in helping
        )
        alarms = {code: Alarm(self._env) for code in self._clerks}
        for code, clerk in self._clerks.items():
            clerk.begin(self.state.desks[code], alarms[code], self._begins_ms)
        if self._order:
            self._door.arm(self.at_ms[self._order[0]], self._open_door, self._begins_ms)
        self._watch_deadline(self._begins_ms)
        with _no_search_for_cycles():
            self._env.run()
        # Nothing of the day points in a circle any more: it goes when its owner lets go of it, and memory stays flat.
        self._clerks.clear()
        for alarm in (*alarms.values(), self._door, self._patience, self._return, self._timer):
            alarm.forget()

    # ---- asking the hall ----

    def ask(self, command: cmd.AnyCommand) -> tuple[ev.AnyEvent, ...]:
        """Ask what can only be refused if the twin is wrong; raises TwinBroken then."""
        answer = self.try_ask(command)
        if isinstance(answer, Refusal):
            raise TwinBroken(type(command).__name__, answer.code, at_ms=command.at_ms)
        return answer

    def try_ask(self, command: cmd.AnyCommand) -> tuple[ev.AnyEvent, ...] | Refusal:
        """Ask the hall; whoever is called learns of it before this returns."""
        if self._log is not None:
            command = self._log.named(command, self.state)
        answer = step(self.state, command)
        if self._log is not None:
            self._log.add(command, answer, self.state)
        if not isinstance(answer, Refusal):
            for event in answer:
                kind = type(event)
                if kind is ev.TicketCalled:
                    self._called(event, command.at_ms)
                elif kind is ev.TicketMissed:
                    self._missed(event, command.at_ms)
        if self._watches:
            self._watch_deadline(command.at_ms)
        return answer

    def _called(self, event: Any, now: Ms) -> None:
        self._clerks[event.window].called(self._places[event.ticket], now)

    # ---- the day ----

    def open_day(self) -> None:
        """Open the business date, and let windows serve what the roster says."""
        setting, day = self._setting, self._day
        self.state.plans[self._plan_hash] = setting.plan
        at_ms = self._begins_ms
        self.ask(
            cmd.OpenDay(
                command_id="open-day", at_ms=at_ms, actor=TIMER, hall=setting.plan.hall, date=day.date, kind=day.kind,
                sessions=day.sessions, plan=self._plan_hash, half_day_ms=day.half_day_ms, end_day_ms=day.end_day_ms,
            )
        )  # fmt: skip
        for skill in setting.roster.skills:
            desk = self.state.desks[skill.window]
            if (skill.serves, skill.helps) == (desk.serves, desk.helps):
                continue
            self.ask(
                cmd.ServeAt(
                    command_id="serve", at_ms=at_ms, actor="manager:", window=skill.window, serves=skill.serves,
                    helps=skill.helps, help_rule=desk.help_rule,
                )
            )  # fmt: skip

    def _watch_deadline(self, now: Ms) -> None:
        """Set the hall's timer to the deadline that it names now."""
        moment = next_deadline(self.state)
        if moment is not None and moment != self._deadline_ms:
            self._deadline_ms = moment
            self._timer.arm(max(moment, now), self._tick, now)

    def _tick(self, now: Ms) -> None:
        self._deadline_ms = NEVER_MS
        self.ask(cmd.Tick(command_id="tick", at_ms=now, actor=TIMER))
        self._watch_deadline(now)

    # ---- people ----

    def _arrivals(self) -> list[int]:
        """Return the places of those who come at all, in the order of their arrival."""
        people, walk_ins = self.people, self.people.walk_ins
        places = [place for place in range(len(people)) if place < walk_ins or people.shows[place - walk_ins]]
        return sorted(places, key=lambda place: (self.at_ms[place], place))

    def _open_door(self, now: Ms) -> None:
        order, at_ms = self._order, self.at_ms
        while self._arrived < len(order):
            place = order[self._arrived]
            if at_ms[place] > now:
                self._door.arm(at_ms[place], self._open_door, now)
                return
            self._arrived += 1
            self._arrive(place, now)

    def _arrive(self, place: int, now: Ms) -> None:
        slot_ms = self.appointments.slot_ms.get(place)
        if slot_ms is None or not self._checks_in(place, now):
            klass = self.people.klass[place]
            if slot_ms is not None and not self.appointments.by_rules and "booked" in self.state.index.classes:
                klass = "booked"
            channel = self.people.channel[place]
            answer = self.try_ask(
                cmd.TakeTicket(
                    command_id="take", at_ms=now, actor="citizen:" if channel == "phone" else "device:kiosk",
                    ticket=self._names[place], items=self.people.items[place], klass=klass,
                    channel="phone" if channel == "phone" else "kiosk",
                )
            )  # fmt: skip
            if isinstance(answer, Refusal):
                self.turned_away += 1
                return
        patience_ms = self.people.patience_ms[place]
        if patience_ms and self.people.gives_back[place] and self._waits(place):
            due = (self.waits_from(place) + patience_ms, place)
            heappush(self._impatient, due)
            if self._impatient[0] == due:
                self._patience.arm(due[0], self._lose_patience, now)

    def waits_from(self, place: int) -> Ms:
        """Return from when on somebody waits: from the arrival, or from the slot where that is later."""
        return max(self.at_ms[place], self.appointments.slot_ms.get(place, 0))

    def _checks_in(self, place: int, now: Ms) -> bool:
        if not self.appointments.by_rules:
            return False
        answer = self.try_ask(
            bcmd.CheckIn(
                command_id="check-in", at_ms=now, actor="device:kiosk", appointment=name_of(place),
                ticket=self._names[place],
            )
        )  # fmt: skip
        return not isinstance(answer, Refusal)

    def _waits(self, place: int) -> bool:
        ticket = self.state.tickets[self._names[place]]
        return ticket.state == "WAITING" and not ticket.calls

    def _lose_patience(self, now: Ms) -> None:
        heap = self._impatient
        while heap:
            due_ms, place = heap[0]
            if self._waits(place):
                if due_ms > now:
                    self._patience.arm(due_ms, self._lose_patience, now)
                    return
                self.ask(
                    cmd.CancelTicket(
                        command_id="leave", at_ms=now, actor="citizen:", ticket=self._names[place], reason="left"
                    )
                )
            heappop(heap)

    def _missed(self, event: Any, now: Ms) -> None:
        """Whoever is still about comes back after a while; the hall's timer gives up the others."""
        place = self._places[event.ticket]
        if self.turn[place] != NEVER:
            due = (now + self.people.return_ms[place], place)
            heappush(self._away, due)
            if self._away[0] == due:
                self._return.arm(due[0], self._come_back, now)
        self._watch_deadline(now)

    def _come_back(self, now: Ms) -> None:
        heap = self._away
        while heap and heap[0][0] <= now:
            place = heappop(heap)[1]
            self.turn[place] = COMES
            # Refused where the hall's rule does not let anybody rejoin, or has given them up already.
            self.try_ask(
                cmd.RejoinTicket(command_id="rejoin", at_ms=now, actor="device:kiosk", ticket=self._names[place])
            )
        if heap:
            self._return.arm(heap[0][0], self._come_back, now)
