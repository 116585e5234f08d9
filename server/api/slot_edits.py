"""Editing and closing the slots of some days: one command per day, and what each makes of the bookings.

What a change made is told as of its commit, so that a repeated request is told the same: from the states at hand where they
are still those around the commit, else from the log.
"""

import hashlib
from collections.abc import Sequence
from typing import Final, Protocol

import msgspec

from hall.appointments import grids_of, preview, starts_between
from hall.booking_commands import CloseSlots, SetSlots
from hall.booking_events import BookingAffected, BookingCancelled, BookingRescheduled
from hall.commands import AnyCommand
from hall.decide import decide
from hall.errors import Refusal
from hall.events import AnyEvent
from hall.ids import Ms
from hall.opening import local_ms
from hall.policy import Plan
from hall.state import HallDay
from server.api.bodies_booking import CloseBody, RangeBody, SlotsBody
from server.api.booking import actor_of, look, shown
from server.api.house import House
from server.api.submit import Asked, Json
from server.outcomes import DayRefused
from server.replay import replayed
from server.runner import HallRunner

BECOMES: Final = {BookingRescheduled: "moved", BookingCancelled: "cancelled", BookingAffected: "listed"}


class Change(Protocol):
    """A change of the slots of a day."""

    nothing: Json
    """What a day is told that refuses it."""
    needs_before: bool
    """It is told from the state before its commit, not from the one after it."""

    def command(self, state: HallDay) -> AnyCommand:
        """Return the command for a day."""
        ...

    def told(self, state: HallDay, events: Sequence[AnyEvent]) -> Json:
        """Say what the events change, or have changed."""
        ...


async def changed(house: House, asked: Asked, dates: Sequence[str], change: Change, *, check_only: bool) -> list[Json]:
    """Change these days one after the other, or see what changing them would do."""
    return [await _one(house, asked, date, change, check_only=check_only) for date in dates]


async def _one(house: House, asked: Asked, date: str, change: Change, *, check_only: bool) -> Json:
    """Change one day; a refusal is that day's answer and keeps no other day from changing."""
    seen = await look(house, asked.hall, date)
    if isinstance(seen, Refusal):
        return _refused(date, change, seen.code)
    command = change.command(seen)
    expected = decide(seen, msgspec.structs.replace(command, at_ms=max(house.clock.now_ms(), seen.at_ms)))
    if isinstance(expected, Refusal):
        if check_only or date not in house.halls.days_begun(asked.hall):
            return _refused(date, change, expected.code)
        return await _done(house, asked, date, change, command, foretold={}, seq=-1)
    foretold, seq = change.told(seen, expected), seen.seq
    if check_only:
        return {"date": date, **foretold, "refusal": None, "seq": None}
    return await _done(house, asked, date, change, command, foretold=foretold, seq=seq)


async def _done(
    house: House, asked: Asked, date: str, change: Change, command: AnyCommand, *, foretold: Json, seq: int
) -> Json:
    """Have the day changed; ``foretold`` is what was to be expected when the log stood at ``seq``."""
    try:
        runner = await house.halls.day(asked.hall, date)
    except DayRefused as refused:
        return _refused(date, change, refused.code)
    outcome = await runner.submit(command, asked.digest)
    if outcome.refusal is not None:
        return {**_refused(date, change, outcome.refusal.code), "seq": outcome.seq}
    events = outcome.commit.events
    if change.needs_before and outcome.seq == seq + 1:
        told = foretold
    else:
        told = change.told(await _as_of(house, runner, outcome.seq - change.needs_before), events)
    return {"date": date, **told, "refusal": None, "seq": outcome.seq}


def _refused(date: str, change: Change, code: str) -> Json:
    return {"date": date, **change.nothing, "refusal": code, "seq": None}


async def _as_of(house: House, runner: HallRunner, seq: int) -> HallDay:
    """Return a day as it was just after a commit: the state at hand, or one that is built from the log."""
    if runner.view_state().seq == seq:
        return runner.view_state()
    state, plans = HallDay(), dict[str, Plan]()
    async for commit, _ in replayed(house.ledger, runner.stream, state, plans=plans):
        if commit.seq == seq:
            break
    return state


def day_command(command_id: str, date: str) -> str:
    """Return the id of a day's part of a change: the same for every retry, and no longer than ids may be."""
    return f"{date}.{hashlib.sha256(command_id.encode()).hexdigest()[:32]}"


def times_of(state: HallDay, body: RangeBody) -> tuple[Ms, Ms]:
    """Return the moments of a time of day on a business date."""
    zone = state.plan.zone
    return local_ms(state.date, body.from_min, zone), local_ms(state.date, body.to_min, zone)


class Places:
    """Other places for the slots of a group."""

    needs_before = True

    def __init__(self, asked: Asked, body: SlotsBody) -> None:
        """Remember what is asked."""
        self._asked, self._body = asked, body
        self.nothing: Json = {"changes": []}

    def command(self, state: HallDay) -> AnyCommand:
        """Return the edit of a day."""
        from_ms, to_ms = times_of(state, self._body)
        channels = self._body.channels
        return SetSlots(
            command_id=day_command(self._asked.command_id, state.date), at_ms=0, actor=actor_of(self._asked.caller),
            group=self._body.group, from_ms=from_ms, to_ms=to_ms, places=self._body.places,
            channels=None if channels is None else tuple([(one.channel, one.places) for one in channels]),
            reason=self._body.reason,
        )  # fmt: skip

    def told(self, state: HallDay, events: Sequence[AnyEvent]) -> Json:
        """Show each slot's places before and after, and who has booked beyond them."""
        group = self._body.group
        starts = starts_between(grids_of(state).groups[group], *times_of(state, self._body))
        places = -1 if self._body.places is None else self._body.places
        return {"changes": [msgspec.structs.asdict(one) for one in preview(state, group, starts, places)]}


class Closing:
    """No slots, or fewer windows, for a time."""

    needs_before = False

    def __init__(self, asked: Asked, body: CloseBody) -> None:
        """Remember what is asked."""
        self._asked, self._body = asked, body
        self.nothing: Json = {"affected": []}

    def command(self, state: HallDay) -> AnyCommand:
        """Return the closing of a day; a look ahead needs no reason of its own."""
        from_ms, to_ms = times_of(state, self._body)
        return CloseSlots(
            command_id=day_command(self._asked.command_id, state.date), at_ms=0, actor=actor_of(self._asked.caller),
            group=self._body.group, from_ms=from_ms, to_ms=to_ms, windows=self._body.windows, then=self._body.then,
            reason=self._body.reason or "check_only",
        )  # fmt: skip

    def told(self, state: HallDay, events: Sequence[AnyEvent]) -> Json:
        """Show the bookings that the events name, and what became of them."""
        affected = [
            {**shown(state, event.appointment), "becomes": BECOMES[type(event)]}
            for event in events
            if isinstance(event, BookingRescheduled | BookingCancelled | BookingAffected)
        ]
        return {"affected": affected}
