"""The laws checked on a whole run: on the log L, on the clients' history H, and on what screens applied, D.

A log alone is audited by the product's own auditor (S1, S3 to S7, S9 to S11, S13, S16); what needs more than one of the three
is checked here: S1, S2, S3, S7, S8, S12, S17, L1, L3, L4, L8, and that visits and bookings that go elsewhere arrive.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import msgspec

from hall.booking_events import BookingMovedIn
from hall.bookings import OPEN_STATES
from hall.events import Commit, TicketReferred
from hall.feed import View
from hall.feed_staff import render
from hall.patch import JsonObject, compact
from hall.policy import Plan
from hall.state import HallDay
from hall.step import apply
from server.audit import audit_stream
from server.ledger.port import hall_and_date, stream_name
from server.replay import decoded, learn_named
from tests.dst.history import Act, Reply
from tests.dst.screens import Shower
from tests.dst.world import CUT_S, HALLS, TRUE_S, World
from tests.support.booking_laws import assert_booking_laws
from tests.support.laws import assert_laws
from tests.support.plans import DATE

TIMERS = ("tick/", "open/", "morning/", "link/", "out/", "undo/", "unserved/")
"""How the ids of commands begin that the program itself gives; no client may use a slash."""
ANSWER_S = 10.0
"""Law L3."""
PERSON_OPEN = 2
"""The settings' limit of open bookings."""
LOOK_FIRST = ("Move", "HoldSlot", "JoinWaitlist", "ConfirmBooking", "CancelBooking")
"""What is declined without a row, by design: what days to come sell is looked at before anything is decided, and a day that
does not exist begins no log. Asked again later it may be done. Everything else is decided, and so stored, or in trouble."""

Findings = Iterator[str]


@dataclass
class Logs:
    """All logs of a run, read from the disk."""

    commits: dict[str, list[Commit]] = field(default_factory=dict)
    states: dict[str, HallDay] = field(default_factory=dict)
    plans: dict[str, Plan] = field(default_factory=dict)
    shown: dict[tuple[str, int, View], JsonObject] = field(default_factory=dict)
    """What a view shows at a place in a log, as far as some screen applied it."""


async def check(world: World) -> list[str]:
    """Return every broken law, in words; an empty list for a sound run."""
    findings = [*world.silences, *(f"BUG {bug}" for bug in world.bugs)]
    findings += [f"BUG unhandled: {one}" for one in world.loop.unhandled]
    sound = True
    for head in await world.disk.store.streams():
        report = await audit_stream(world.disk.store, head.stream)
        findings += [f"{one.law} {head.stream} row {one.seq}: {one.reason}" for one in report.findings]
        sound = sound and not report.findings
    findings += _writers(world)
    if not sound:
        # What is told of a broken log would only repeat it.
        return findings
    logs = await _read(world)
    findings += [*_acknowledged(world, logs), *_causes(world, logs), *_order(world), *_answers_in_time(world)]
    findings += [*_states(logs), *_elsewhere(logs)]
    for shower in world.showers:
        findings += [*_applied(shower, logs), *_true_at_last(world, shower, logs), *_delayed(shower)]
    if world.nodes_count == 1:
        findings += [
            f"S12 {one.name}: had to ask {one.asked_on_sound_link} times"
            for one in world.showers
            if one.asked_on_sound_link
        ]
    return findings


async def _read(world: World) -> Logs:
    """Read and replay all logs; note what views showed at each place where a screen stood."""
    logs, wanted = Logs(), _wanted(world)
    for head in await world.disk.store.streams():
        stream, state = head.stream, HallDay()
        logs.commits[stream], logs.states[stream] = [], state
        _show(logs, wanted, stream, state)
        async for row in world.disk.store.read(stream):
            commit = decoded(row)
            await learn_named(world.disk.store, commit, plans=logs.plans)
            state.plans.update(logs.plans)
            apply(state, commit)
            logs.commits[stream].append(commit)
            _show(logs, wanted, stream, state)
    return logs


def _wanted(world: World) -> dict[tuple[str, int], set[View]]:
    """Return which views have to be known at which places: where screens stood, and where they must stand now."""
    wanted: dict[tuple[str, int], set[View]] = {}
    today = stream_name(HALLS[0], DATE)
    for shower in world.showers:
        for one in shower.applied:
            wanted.setdefault((one.stream, one.seq), set()).add(shower.view)
        for seq in world.rows_of(today, TRUE_S):
            wanted.setdefault((today, seq), set()).add(shower.view)
    return wanted


def _show(logs: Logs, wanted: dict[tuple[str, int], set[View]], stream: str, state: HallDay) -> None:
    for view in wanted.get((stream, state.seq), ()):
        logs.shown[stream, state.seq, view] = compact(render(state, view) or {})


# ---- what clients were told ----


def _acknowledged(world: World, logs: Logs) -> Findings:
    """S2, S7 and S1: what was acknowledged is in the log, as it was told, and every repeat was told the same."""
    numbers: Counter[tuple[str, str]] = Counter()
    stored_at = _stored_at(world, logs)
    for act in world.history.acts:
        for reply in act.replies:
            yield from _told(act, reply, logs)
        yield from _repeats(act, stored_at.get(act.key))
        first = act.first
        if act.op in ("TakeTicket", "CheckIn") and first is not None and first.kind == "ok":
            numbers[first.stream, msgspec.json.decode(first.answer)["ticket"]["number"]] += 1
    yield from (
        f"S1 {stream}: number {number} was given out {n} times" for (stream, number), n in numbers.items() if n > 1
    )


def _stored_at(world: World, logs: Logs) -> Mapping[str, float]:
    """Return when the row of each command became durable."""
    return {
        commit.command_id: at
        for at, stream, rows in world.disk.stored
        for commit in logs.commits[stream][rows.start - 1 : rows.stop - 1]
    }


def _repeats(act: Act, stored_s: float | None) -> Findings:
    """S7: what a row answered is answered the same for ever, refusals included; from a row on nothing else is told."""
    first: Reply | None = None
    for reply, asked_s in zip(act.replies, act.asked, strict=True):
        if first is not None and reply != first:
            yield f"S7 {act.key} {act.op}: was told {first.words}, then {reply.words}"
        elif not reply.seq and stored_s is not None and stored_s < asked_s:
            yield f"S7 {act.key} {act.op}: was told {reply.words}, and its row was stored before it asked"
        elif reply.kind == "declined" and act.op not in LOOK_FIRST:
            yield f"S7 {act.key} {act.op}: was told {reply.words}, of which there is no row"
        if reply.seq:
            first = first or reply


def _told(act: Act, reply: Reply, logs: Logs) -> Findings:
    if reply.kind in ("failed", "reused"):
        yield f"BUG {act.key} {act.op}: {reply.kind} {reply.code}"
    if not reply.seq:
        return
    log = logs.commits.get(reply.stream, [])
    if reply.seq > len(log):
        yield f"S2 {act.key} {act.op}: acknowledged as row {reply.seq} of {reply.stream}, which ends at {len(log)}"
        return
    commit = log[reply.seq - 1]
    if commit.command_id != act.key and not (act.op == "Move" and commit.command_id.startswith("out/")):
        yield f"S2 {act.key} {act.op}: acknowledged as row {reply.seq} of {reply.stream}, which is {commit.command_id}"
    elif ("" if commit.refusal is None else commit.refusal.code) != reply.code:
        yield f"S2 {act.key} {act.op}: told {reply.code or 'done'}, the log says {commit.refusal}"
    elif reply.kind == "ok" and bytes(commit.answer) != reply.answer:
        yield f"S2 {act.key} {act.op}: told another answer than the log's"


def _causes(world: World, logs: Logs) -> Findings:
    """S3: every row was asked for by a client or by the program itself."""
    for stream, log in logs.commits.items():
        for commit in log:
            if commit.command_id not in world.history.keys and not commit.command_id.startswith(TIMERS):
                yield f"S3 {stream} row {commit.seq}: nobody asked for {commit.command_id}"


def _order(world: World) -> Findings:
    """S8: what was answered before something else was asked for has the smaller place; of one node, reads see it too."""
    events: dict[str, list[tuple[float, int, int, str]]] = {}
    for act in world.history.acts:
        first = act.first
        if first is not None and first.seq and act.completed is not None and act.op != "Move":
            events.setdefault(first.stream, []).append((act.invoked, 1, first.seq, act.key))
            events[first.stream].append((act.completed, 0, first.seq, act.key))
    if world.nodes_count == 1:
        for read in world.history.reads:
            events.setdefault(read.stream, []).append((read.invoked, 1, read.seq + 1, "a read"))
    for stream, found in events.items():
        newest = (0, "")
        for _, is_begin, seq, key in sorted(found):
            if is_begin and seq <= newest[0] and key != newest[1]:
                yield f"S8 {stream}: {key} has place {seq - (key == 'a read')}, {newest[1]} with {newest[0]} was over before"
            elif not is_begin:
                newest = max(newest, (seq, key))


def _answers_in_time(world: World) -> Findings:
    """L3: who still waits, or waited for longer than 10 s after the last fault."""
    for act in world.history.acts:
        since = max(act.invoked, world.healed_at)
        if act.completed is None and not act.is_given_up and world.ended_at - since > ANSWER_S:
            yield f"L3 {act.key} {act.op}: no answer in {world.ended_at - since:.1f} s"
        if act.completed is not None and act.completed - since > ANSWER_S:
            yield f"L3 {act.key} {act.op}: an answer after {act.completed - since:.1f} s"


# ---- what is in the logs ----


def _states(logs: Logs) -> Findings:
    """S4, S5, S6: the states that the logs end in keep their own laws, and people their limits over all of them."""
    people: Counter[str] = Counter()
    for stream, state in logs.states.items():
        try:
            is_settled = bool(logs.commits[stream]) and logs.commits[stream][-1].refusal is None
            assert_laws(state, settled=is_settled)
            assert_booking_laws(state, settled=is_settled)
        except AssertionError as error:
            yield f"S6 {stream}: {error}"
        people.update(
            one.booker.person for one in state.bookings.appointments.values()
            if one.booker.person and one.state in OPEN_STATES
        )  # fmt: skip
    yield from (f"S6 {person} has {count} open bookings" for person, count in people.items() if count > PERSON_OPEN)


def _elsewhere(logs: Logs) -> Findings:
    """Both or neither: a visit or a booking that goes on elsewhere has arrived there, and left here."""
    for stream, log in logs.commits.items():
        date = hall_and_date(stream)[1]
        for commit in log:
            for event in commit.events:
                if isinstance(event, TicketReferred):
                    yield from _has(logs, stream_name(event.hall, date), f"link/{stream}/{commit.seq}")
                elif isinstance(event, BookingMovedIn):
                    source = stream_name(event.source.hall, event.source.date)
                    yield from _has(logs, source, f"out/{stream}/{commit.seq}")


def _has(logs: Logs, stream: str, command_id: str) -> Findings:
    if not any(commit.command_id == command_id for commit in logs.commits.get(stream, ())):
        yield f"L3 {stream}: {command_id} never came"


def _writers(world: World) -> Findings:
    """S17: every stored write goes on from the one before, and no earlier life of a node writes after a later one."""
    heads: Counter[str] = Counter()
    lives: dict[tuple[str, int], int] = {}
    for one in world.disk.landed:
        if one.first != heads[one.stream] + 1:
            yield f"S17 {one.stream}: rows from {one.first} were stored after row {heads[one.stream]}"
        heads[one.stream] = one.last
        key = (one.stream, one.writer.node)
        if one.writer.life < lives.get(key, 0):
            yield f"S17 {one.stream}: an earlier life of node {one.writer.node} wrote rows from {one.first}"
        lives[key] = max(one.writer.life, lives.get(key, 0))


# ---- what screens showed ----


def _applied(shower: Shower, logs: Logs) -> Findings:
    """S12: a screen never goes back, and shows nothing that the log does not."""
    yield from (f"S12 {shower.name}: {fault}" for fault in shower.faults)
    before: tuple[str, int] = ("", 0)
    for one in shower.applied:
        if one.stream == before[0] and one.seq < before[1]:
            yield f"S12 {shower.name}: went back from {before[1]} to {one.seq}"
        before = (one.stream, one.seq)
        if one.state != logs.shown.get((one.stream, one.seq, shower.view)):
            yield f"S12 {shower.name}: showed at row {one.seq} of {one.stream} what the log does not"


def _delayed(shower: Shower) -> Findings:
    """L4: a screen that takes nothing is cut in time, and what others get leaves at once."""
    yield from (f"L4 {shower.name}: cut only after {took:.1f} s" for took in shower.cuts_s if took > CUT_S)
    yield from (f"L4 {shower.name}: {fault}" for fault in shower.late)


def _true_at_last(world: World, shower: Shower, logs: Logs) -> Findings:
    """L1: what a screen shows is the log of now, or of less than 5 s ago, and it does not call itself stale."""
    today = stream_name(HALLS[0], DATE)
    if shower.link.is_stale:
        yield f"L1 {shower.name}: is stale {world.ended_at - world.healed_at:.0f} s after the healing"
        return
    lately = world.rows_of(today, TRUE_S)
    if shower.link.state not in [logs.shown[today, seq, shower.view] for seq in lately]:
        yield f"L1 {shower.name}: shows row {shower.link.seq}, the log stands at {lately[-1]}"
