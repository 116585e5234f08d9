"""Days that begin and end late: what a morning brings up to date, and what a day that nobody served leaves.

A day may be begun weeks before its date, with the settings of then. In its morning it gets the settings of that morning;
what its bookings do not allow is told and kept, and the bookings stand.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import structlog

from hall.booking_commands import CloseSlots
from hall.booking_time import UNSERVED
from hall.decide_day import goes_by
from hall.errors import Refusal
from hall.events import DayEnded
from hall.ids import TIMER, Actor, CommandId, HallId, Ms
from hall.opening import local_ms
from server.clock import MS_PER_SECOND, Clock
from server.ledger.port import Ledger, StreamHead, hall_and_date
from server.outcomes import CommandError
from server.outlook import Now, hours_command, plan_command
from server.replay import decoded
from server.runner import HallRunner

log = structlog.get_logger(__name__)

TAIL_ROWS: Final = 64
"""Rows after the end of a day (corrections, ratings) among which its end is looked for; beyond them it is replayed."""

AWAY_SECONDS: Final = 300.0
"""Silence of all logs after which a start believes that nothing ran: a busy hall writes more often, a restart is quicker."""


def date_of(head: StreamHead) -> str:
    """Return the business date of a stream."""
    return hall_and_date(head.stream)[1]


def local_date(at_ms: Ms, zone: str) -> str:
    """Return the date of a moment in a hall's zone."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(ZoneInfo(zone)).date().isoformat()


def was_today(head: StreamHead, zone: str) -> bool:
    """Say whether a stream went on after its date began; if not, its day was only booked until now."""
    return head.at_ms >= local_ms(hall_and_date(head.stream)[1], 0, zone)


async def has_ended(ledger: Ledger, head: StreamHead) -> bool:
    """Say whether the last rows of a stream show its end; a few rows are read, nothing is replayed."""
    async for row in ledger.read(head.stream, max(0, head.version - TAIL_ROWS)):
        if any(isinstance(event, DayEnded) for event in decoded(row).events):
            return True
    return False


async def left_open(ledger: Ledger, zone: str, heads: Sequence[StreamHead]) -> list[StreamHead]:
    """Return those of a hall's streams of the past that a stopped server may have left open.

    While a server ran it ended each day before it began the next; so only days since the last sign of life count, and of
    those the rows at their end are looked at before anything is replayed.
    """
    if not heads:
        return []
    alive = local_date(max(head.at_ms for head in heads), zone)
    since = (date.fromisoformat(alive) - timedelta(days=1)).isoformat()
    return [head for head in heads if date_of(head) >= since and not await has_ended(ledger, head)]


async def bring_up(
    runner: HallRunner, now: Now, *, command_id: CommandId, actor: Actor = TIMER, digest: str = ""
) -> Refusal | None:
    """Let an open day go by the settings of now: its plan, then its opening times; return what was refused, if anything."""
    refused: list[Refusal] = []
    plan = plan_command(now, runner.date, command_id=command_id, actor=actor)
    if not goes_by(runner.view_state(), plan):
        await runner.learn(now.plan)
        refused += _refusals((await runner.submit(plan, digest or command_id)).refusal)
    facts = now.facts_of(runner.date)
    if isinstance(facts, Refusal):
        refused.append(facts)
    elif facts.sessions != runner.view_state().sessions:
        hours = hours_command(facts, command_id=f"{command_id}/hours", actor=actor)
        refused += _refusals((await runner.submit(hours, digest or command_id)).refusal)
    for refusal in refused:
        # Loud: bookings stand against the settings, and somebody must look after one or the other.
        log.error("day_behind_settings", stream=runner.stream, code=refusal.code)
    return refused[0] if refused else None


async def finish(runner: HallRunner, now_ms: Ms) -> None:
    """End a day that is over; who could still have come when the last server stopped is no no-show."""
    state = runner.view_state()
    if not state.is_open or state.is_ended or now_ms < state.end_day_ms:
        return
    await _list_unserved(runner, since_ms=state.at_ms, until_ms=state.end_day_ms)
    await runner.tick()


def by_hall(heads: Iterable[StreamHead]) -> dict[HallId, list[StreamHead]]:
    """Return the heads of each hall's streams."""
    found: dict[HallId, list[StreamHead]] = {}
    for head in heads:
        found.setdefault(hall_and_date(head.stream)[0], []).append(head)
    return found


def away_since(heads: Sequence[StreamHead], clock: Clock) -> Ms | None:
    """Return when the last server showed a sign of life in any log, if that was so long ago that none can have run since."""
    alive_ms = max((head.at_ms for head in heads), default=clock.now_ms())
    return alive_ms if clock.now_ms() - alive_ms > AWAY_SECONDS * MS_PER_SECOND * clock.speed else None


async def look_after(runner: HallRunner, since_ms: Ms | None, now_ms: Ms) -> None:
    """Look after visitors of today whose time ran while nothing did, if it did not: they are no no-shows.

    Before the timer looks at the day. Only slots that have begun are closed; whoever is expected later is served as usual.
    """
    state = runner.view_state()
    if since_ms is None or not state.is_open or state.is_ended or now_ms >= state.end_day_ms:
        return
    try:
        await _list_unserved(runner, since_ms=since_ms, until_ms=now_ms + 1)
    except CommandError as error:
        # The timer will still not call those no-shows whose time is over by now.
        log.error("unserved_not_listed", stream=runner.stream, reason=str(error))


async def _list_unserved(runner: HallRunner, *, since_ms: Ms, until_ms: Ms) -> None:
    """List for a person whose slot began before a moment and who was still expected at another one."""
    state = runner.view_state()
    booked = [one for one in state.bookings.appointments.values() if one.state == "BOOKED" and one.slot_ms < until_ms]
    unserved = [one.slot_ms for one in booked if one.deadline_ms > since_ms]
    if unserved:
        close = CloseSlots(
            command_id=f"{UNSERVED}/{runner.stream}/{state.seq}", at_ms=0, actor=TIMER, from_ms=min(unserved),
            to_ms=until_ms, then="list", reason=UNSERVED,
        )  # fmt: skip
        await runner.submit(close, UNSERVED)


def _refusals(refusal: Refusal | None) -> list[Refusal]:
    # Another command may have been faster; then there is nothing left to change.
    return [] if refusal is None or refusal.code in ("PLAN_UNCHANGED", "NO_CHANGE") else [refusal]
