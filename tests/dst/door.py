"""What a node does with a request, as its routes do: which hall-day takes it, on what facts, and what the client is told.

Rights, bounds and secrets of the routes are not part of this simulation; they have tests of their own.
"""

from collections.abc import Awaitable, Callable

from hall.booking_commands import Booker, BookerFacts, BookingPlace
from hall.commands import AnyCommand
from hall.errors import Refusal
from hall.ids import HallId, Ms
from server.ledger.port import LedgerError, stream_name
from server.moves import Move
from server.outcomes import (
    CommandError,
    CommandIdReused,
    DayRefused,
    DecisionFailed,
    Outcome,
    UnknownHall,
)
from tests.dst.history import Reply
from tests.dst.node import Node

MakeSale = Callable[[BookerFacts, Ms | None], AnyCommand]
GROUP = "all"


async def answered(work: Awaitable[Reply]) -> Reply:
    """Return what a client is told, whatever comes of its request."""
    try:
        return await work
    except CommandIdReused as error:
        return Reply("reused", error.code)
    except DayRefused as error:
        return Reply("declined", error.code)
    except UnknownHall as error:
        return Reply("declined", error.code)
    except DecisionFailed as error:
        return Reply("failed", error.code)
    except CommandError as error:
        return Reply("trouble", error.code)
    except LedgerError:
        return Reply("trouble", "STORAGE_FULL")
    except Exception as error:
        # No route has an answer for it: the client would get a 500.
        return Reply("failed", repr(error))


async def command(node: Node, hall: HallId, asked: AnyCommand) -> Reply:
    """Let today decide."""
    runner = node.halls.today(hall)
    return _told(await runner.submit(asked, _digest(asked)), runner.stream)


async def on_day(node: Node, hall: HallId, date: str, asked: AnyCommand) -> Reply:
    """Let a day decide, past or to come."""
    runner = await node.halls.day(hall, date)
    return _told(await runner.submit(asked, _digest(asked)), runner.stream)


async def sale(node: Node, hall: HallId, date: str, key: str, slot_ms: Ms, booker: Booker, make: MakeSale) -> Reply:
    """Sell a place, on what is known of who books."""
    runner = await node.halls.day(hall, date)
    known = await runner.answered(key, key)
    if known is not None:
        return _told(known, runner.stream)
    release = await node.halls.release_of(hall, date, group=GROUP, slot_ms=slot_ms)
    if isinstance(release, Refusal):
        return Reply("declined", release.code)
    outcome = await node.halls.bookers.submit_guarded(
        runner, lambda facts: make(facts, release), command_id=key, digest=key, booker=booker
    )
    return _told(outcome, runner.stream)


async def move(node: Node, key: str, source: BookingPlace, hall: HallId, date: str, slot_ms: Ms) -> Reply:
    """Move a booking to another day or hall."""
    asked = Move(
        source=source, hall=hall, date=date, slot_ms=slot_ms, appointment=f"moved-{key}", code=f"code-{key}",
        command_id=key, digest=key, actor="citizen:",
    )  # fmt: skip
    said = await node.halls.moves.move(asked)
    if isinstance(said, Refusal):
        return Reply("declined", said.code)
    there = stream_name(hall, date)
    # What is told is the new day's answer, or the old day's refusal to let the booking go.
    return _told(said, there if said.commit.command_id == key else stream_name(source.hall, source.date))


def _told(outcome: Outcome, stream: str) -> Reply:
    commit = outcome.commit
    if commit.refusal is not None:
        return Reply("refused", commit.refusal.code, stream, commit.seq)
    return Reply("ok", "", stream, commit.seq, bytes(commit.answer))


def _digest(asked: AnyCommand) -> str:
    return asked.command_id
