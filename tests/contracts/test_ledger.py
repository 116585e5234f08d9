"""What every ledger keeps to, whatever it stores in."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.ledger.chain import verified
from server.ledger.port import Batch, CommandIdTaken, Guard, GuardMoved, Ledger, Row, Trace, VersionConflict
from tests.support.ledgers import OPENERS, Opener, batch_of, rows_of
from tests.support.plans import small_plan

A, B = "futian/2026-11-23", "nanshan/2026-11-23"


@pytest.fixture(params=sorted(OPENERS))
def opener(request: pytest.FixtureRequest, tmp_path: Path) -> Opener:
    return OPENERS[request.param](tmp_path)


@pytest.fixture
async def ledger(opener: Opener) -> AsyncIterator[Ledger]:
    opened = opener()
    yield opened
    await opened.close()


async def test_what_was_appended_is_read_in_order(ledger: Ledger):
    rows = rows_of(A, 5)

    await ledger.append_many([Batch(A, rows[:2])])
    await ledger.append_many([Batch(A, rows[2:])])

    assert await _all(ledger, A) == list(rows)
    assert await _all(ledger, A, after=3) == list(rows[3:])
    assert await _all(ledger, B) == []


async def test_a_long_stream_is_read_whole(ledger: Ledger):
    """Reading goes page by page; no row is lost or doubled where pages meet."""
    rows = rows_of(A, 2_500)

    await ledger.append_many([Batch(A, rows)])

    assert [row.version for row in await _all(ledger, A)] == list(range(1, 2_501))


async def test_any_bytes_and_texts_come_back_as_they_were(ledger: Ledger):
    row = msgspec.structs.replace(rows_of(A, 1)[0], body=bytes(range(256)), actor="clerk:王'\"\\", command_id="x" * 64)

    await ledger.append_many([Batch(A, (row,))])

    assert await _all(ledger, A) == [row]


@pytest.mark.parametrize("first", [1, 2, 4, 9])
async def test_an_append_that_does_not_continue_the_stream_changes_nothing(ledger: Ledger, first: int):
    """Whether it repeats or skips, it is a conflict that says where the stream stands."""
    rows = rows_of(A, 12)
    await ledger.append_many([Batch(A, rows[:2])])

    with pytest.raises(VersionConflict) as caught:
        await ledger.append_many([Batch(A, rows[first - 1 :])])

    assert caught.value.found == 2
    assert await _all(ledger, A) == list(rows[:2])


async def test_an_append_of_nothing_is_nothing(ledger: Ledger):
    await ledger.append_many([])
    await ledger.append_many([Batch(A, ())])

    assert await ledger.streams() == ()


async def test_a_command_answered_already_spoils_only_its_own_append(ledger: Ledger):
    """Appends of other streams that wait beside it are stored; its own neighbours in one append are not."""
    rows = rows_of(A, 2)
    await ledger.append_many([Batch(A, rows[:1])])
    taken = Batch(A, (msgspec.structs.replace(rows[1], command_id=rows[0].command_id),))

    results = await asyncio.gather(
        ledger.append_many([batch_of(B, 2)]),
        ledger.append_many([taken, batch_of("baoan/2026-11-23", 1)]),
        ledger.append_many([batch_of("yuancheng/2026-11-23", 3)]),
        return_exceptions=True,
    )

    assert [type(result).__name__ for result in results] == ["NoneType", "CommandIdTaken", "NoneType"]
    assert {head.stream: head.version for head in await ledger.streams()} == {A: 1, B: 2, "yuancheng/2026-11-23": 3}
    await ledger.append_many([Batch(A, rows[1:])])


async def test_a_gap_inside_a_batch_is_a_conflict(ledger: Ledger):
    rows = rows_of(A, 3)

    with pytest.raises(VersionConflict):
        await ledger.append_many([Batch(A, (rows[0], rows[2]))])

    assert await _all(ledger, A) == []


async def test_a_command_id_is_answered_once_per_stream(ledger: Ledger):
    """The same id again is refused, in a later batch and inside one; in another stream it is another command."""
    first, second = rows_of(A, 2)
    again = msgspec.structs.replace(second, command_id=first.command_id)
    elsewhere = msgspec.structs.replace(rows_of(B, 1)[0], command_id=first.command_id)

    with pytest.raises(CommandIdTaken):
        await ledger.append_many([Batch(A, (first, again))])
    await ledger.append_many([Batch(A, (first,))])
    with pytest.raises(CommandIdTaken):
        await ledger.append_many([Batch(A, (again,))])
    await ledger.append_many([Batch(B, (elsewhere,))])

    assert await _all(ledger, A) == [first]
    assert await _all(ledger, B) == [elsewhere]


async def test_a_command_id_is_answered_once_whenever_the_ledger_was_opened(opener: Opener):
    rows = rows_of(A, 3)
    ledger = opener()
    await ledger.append_many([Batch(A, rows[:2])])
    await ledger.close()

    ledger = opener()
    with pytest.raises(CommandIdTaken):
        await ledger.append_many([Batch(A, (msgspec.structs.replace(rows[2], command_id=rows[0].command_id),))])
    await ledger.append_many([Batch(A, rows[2:])])

    assert await _all(ledger, A) == list(rows)
    await ledger.close()


async def test_of_two_answers_to_a_command_that_wait_together_one_is_stored(ledger: Ledger):
    first, second, third = rows_of(A, 3)
    again = msgspec.structs.replace(second, command_id=first.command_id)

    results = await asyncio.gather(
        ledger.append_many([Batch(A, (first,))]),
        ledger.append_many([Batch(A, (again, third))]),
        ledger.append_many([Batch(A, (second,))]),
        return_exceptions=True,
    )

    assert [type(result).__name__ for result in results] == ["NoneType", "CommandIdTaken", "NoneType"]
    assert await _all(ledger, A) == [first, second]


async def test_what_a_refused_append_would_have_taken_is_free_for_the_next(ledger: Ledger):
    """Its first stream was fine; versions and command ids there go to whoever waits beside it."""
    rows = rows_of(A, 2)
    broken = Batch(B, rows_of(B, 2)[1:])
    moved = guarded(Batch(A, rows), Guard(P, 7))

    results = await asyncio.gather(
        ledger.append_many([Batch(A, rows), broken]),
        ledger.append_many([moved]),
        ledger.append_many([Batch(A, rows)]),
        return_exceptions=True,
    )

    assert [type(result).__name__ for result in results] == ["VersionConflict", "GuardMoved", "NoneType"]
    assert await _all(ledger, A) == list(rows)


async def test_several_streams_go_together_or_not_at_all(ledger: Ledger):
    a, b = batch_of(A, 3), batch_of(B, 2)
    broken = Batch(B, b.rows[1:])

    with pytest.raises(VersionConflict):
        await ledger.append_many([a, broken])
    assert await ledger.streams() == ()

    await ledger.append_many([a, b])
    assert [(head.stream, head.version) for head in await ledger.streams()] == [(A, 3), (B, 2)]


async def test_the_answer_to_a_command_is_found(ledger: Ledger):
    rows = rows_of(A, 3)
    await ledger.append_many([Batch(A, rows)])

    assert await ledger.find(A, rows[1].command_id) == rows[1]
    assert await ledger.find(A, "unknown-id") is None
    assert await ledger.find(B, rows[1].command_id) is None


async def test_the_head_is_the_last_row(ledger: Ledger):
    rows = rows_of(A, 3)
    await ledger.append_many([Batch(A, rows)])

    head = await ledger.head(A)

    assert head is not None
    assert (head.version, head.at_ms, head.hash) == (3, rows[2].at_ms, rows[2].hash)
    assert await ledger.head(B) is None


async def test_a_plan_is_kept_under_its_hash(ledger: Ledger):
    plan = small_plan()

    name = await ledger.save_plan(plan)

    assert await ledger.save_plan(plan) == name
    assert await ledger.load_plan(name) == plan
    assert await ledger.load_plan("0" * 16) is None


async def test_everything_stands_after_opening_again(opener: Opener):
    rows = rows_of(A, 4)
    ledger = opener()
    await ledger.append_many([Batch(A, rows[:3])])
    name = await ledger.save_plan(small_plan())
    await ledger.close()

    ledger = opener()
    await ledger.append_many([Batch(A, rows[3:])])

    assert [row async for row in verified(ledger.read(A))] == list(rows)
    assert await ledger.load_plan(name) == small_plan()
    await ledger.close()


async def test_of_two_writers_at_one_version_one_wins(ledger: Ledger):
    """The version fences: whoever comes second learns it, and nothing of it is stored."""
    mine = batch_of(A, 2)
    theirs = Batch(A, tuple(msgspec.structs.replace(row, command_id=f"other-{row.version}") for row in mine.rows))

    results = await asyncio.gather(ledger.append_many([mine]), ledger.append_many([theirs]), return_exceptions=True)

    assert sorted(type(result).__name__ for result in results) == ["NoneType", "VersionConflict"]
    winner = mine if results[0] is None else theirs
    assert await _all(ledger, A) == list(winner.rows)


async def test_many_appends_at_once_are_all_stored(ledger: Ledger):
    """Appends of different streams wait together; a conflict among them is its own only."""
    batches = [batch_of(f"hall{number}/2026-11-23", 3) for number in range(40)]
    bad = Batch("bad/2026-11-23", rows_of("bad/2026-11-23", 2)[1:])

    results = await asyncio.gather(
        *(ledger.append_many([batch]) for batch in (*batches[:20], bad, *batches[20:])), return_exceptions=True
    )

    assert [type(result) for result in results if result is not None] == [VersionConflict]
    assert {head.stream: head.version for head in await ledger.streams()} == {batch.stream: 3 for batch in batches}
    statistics = ledger.statistics()
    assert (statistics.rows, statistics.appends, statistics.conflicts) == (120, 40, 1)


async def test_a_healthy_ledger_says_so(ledger: Ledger):
    assert (await ledger.health()).ok


@pytest.mark.parametrize("backend", sorted(OPENERS))
@given(plan=st.data())
@settings(max_examples=25)
def test_no_row_is_lost_doubled_or_moved_whatever_is_tried(backend: str, plan: st.DataObject):
    """Appends good and bad, over several streams, with reopening in between: the ledger equals a plain model."""
    with TemporaryDirectory() as folder:
        asyncio.run(_follow_a_model(OPENERS[backend](Path(folder)), plan))


async def _follow_a_model(opener: Opener, data: st.DataObject) -> None:
    model: dict[str, list[Row]] = {A: [], B: []}
    ledger = opener()
    try:
        for _ in range(data.draw(st.integers(1, 8), label="steps")):
            await _step(ledger, model, data)
            if data.draw(st.booleans(), label="reopen"):
                await ledger.close()
                ledger = opener()
        for stream, rows in model.items():
            assert [row async for row in verified(ledger.read(stream))] == rows
    finally:
        # Also where Hypothesis gives an example up in the middle.
        await ledger.close()


async def _step(ledger: Ledger, model: dict[str, list[Row]], data: st.DataObject) -> None:
    wanted = data.draw(st.lists(_attempts, min_size=1, max_size=3, unique_by=lambda one: one[0]), label="append")
    batches = [_attempt(model[stream], stream, count, skip) for stream, count, skip in wanted]
    good = all(skip == 0 for _, _, skip in wanted)
    try:
        await ledger.append_many(batches)
    except VersionConflict:
        assert not good
    else:
        assert good
        for batch in batches:
            model[batch.stream] += batch.rows


_attempts = st.tuples(st.sampled_from([A, B]), st.integers(1, 4), st.sampled_from([0, 0, 0, -1, 1]))


def _attempt(rows: list[Row], stream: str, count: int, skip: int) -> Batch:
    made = rows_of(stream, count, after=rows[-1] if rows else None)
    return Batch(stream, tuple(msgspec.structs.replace(row, version=row.version + skip) for row in made))


async def _all(ledger: Ledger, stream: str, after: int = 0) -> list[Row]:
    return [row async for row in ledger.read(stream, after)]


# ---- guards and traces ----

P, Q = "p:anna", "d:phone-1"


def trace(key: str, stream: str = A, appointment: str = "booking-1", state: str = "BOOKED", **facts: object) -> Trace:
    return msgspec.structs.replace(Trace(key, stream, appointment, state, 1_000, ("id-card", "tax")), **facts)


def guarded(batch: Batch, *guards: Guard, traces: tuple[Trace, ...] = ()) -> Batch:
    return msgspec.structs.replace(batch, guards=guards, traces=traces)


async def test_a_key_that_never_moved_stands_at_0_and_has_no_traces(ledger: Ledger):
    assert await ledger.traces([P, Q, P]) == ({Q: 0, P: 0}, ())
    assert await ledger.traces([]) == ({}, ())


async def test_every_key_that_an_append_names_moves_on_by_one(ledger: Ledger):
    """By a guard, by a trace, or by both: once."""
    await ledger.append_many([guarded(batch_of(A, 1), Guard(P, 0), Guard("t:1"), traces=(trace(P), trace(Q)))])
    await ledger.append_many([guarded(batch_of(B, 1), Guard(P, 1))])

    assert await ledger.traces([P, Q, "t:1"]) == ({Q: 1, P: 2, "t:1": 1}, (trace(Q), trace(P)))


async def test_traces_come_back_as_they_were_and_the_newest_holds(ledger: Ledger):
    rows = rows_of(A, 3)
    first = (trace(P), trace(P, appointment="booking-2", state="NO_SHOW"), trace(P, stream=B))
    newer = (
        trace(P, state="CHECKED_IN", slot_ms=7),
        trace(P, appointment="booking-2", state="NO_SHOW", is_excused=True),
    )

    await ledger.append_many([guarded(Batch(A, rows[:1]), traces=first)])
    await ledger.append_many([guarded(Batch(A, rows[1:2]), traces=newer)])

    assert await ledger.traces([P]) == ({P: 2}, (*newer, trace(P, stream=B)))


async def test_a_trace_that_counts_no_longer_goes(ledger: Ledger):
    rows = rows_of(A, 2)
    await ledger.append_many([guarded(Batch(A, rows[:1]), traces=(trace(P), trace(P, appointment="booking-2")))])
    await ledger.append_many([guarded(Batch(A, rows[1:]), traces=(trace(P, state=""), trace(Q, state="")))])

    assert await ledger.traces([P, Q]) == ({Q: 1, P: 2}, (trace(P, appointment="booking-2"),))


@pytest.mark.parametrize("expected", [0, 2, 9])
async def test_a_guard_that_moved_is_told_and_changes_nothing(ledger: Ledger, expected: int):
    """Neither rows nor other keys nor traces; in an append of several streams nothing of any."""
    await ledger.append_many([guarded(batch_of(A, 1), traces=(trace(P),))])
    late = guarded(batch_of("baoan/2026-11-23", 1), Guard(Q, 0), Guard(P, expected), traces=(trace(Q),))

    with pytest.raises(GuardMoved) as caught:
        await ledger.append_many([batch_of(B, 2), late])

    assert (caught.value.key, caught.value.found) == (P, 1)
    assert [head.stream for head in await ledger.streams()] == [A]
    assert await ledger.traces([P, Q]) == ({Q: 0, P: 1}, (trace(P),))


async def test_a_conflict_of_versions_moves_no_guard(ledger: Ledger):
    with pytest.raises(VersionConflict):
        await ledger.append_many([guarded(Batch(A, rows_of(A, 2)[1:]), Guard(P, 0), traces=(trace(P),))])

    assert await ledger.traces([P]) == ({P: 0}, ())


async def test_of_many_that_rely_on_one_version_one_wins(ledger: Ledger):
    """Ten halls at the same moment: the others learn that the key has moved, and their rows are not stored."""
    streams = [f"hall{number}/2026-11-23" for number in range(10)]

    results = await asyncio.gather(
        *(ledger.append_many([guarded(batch_of(one, 1), Guard(P, 0), traces=(trace(P, one),))]) for one in streams),
        return_exceptions=True,
    )

    assert sorted(type(result).__name__ for result in results) == [*["GuardMoved"] * 9, "NoneType"]
    versions, traces = await ledger.traces([P])
    assert versions == {P: 1}
    assert [head.stream for head in await ledger.streams()] == [one.stream for one in traces]


async def test_a_moved_guard_spoils_only_its_own_append(ledger: Ledger):
    """Appends that wait beside it are stored with their keys; a stream whose append failed goes on afterwards."""
    results = await asyncio.gather(
        ledger.append_many([guarded(batch_of("a/2026-11-23", 2), Guard(P, 0))]),
        ledger.append_many([guarded(batch_of("b/2026-11-23", 2), Guard(P, 0), Guard(Q, 0))]),
        ledger.append_many([guarded(batch_of("c/2026-11-23", 2), Guard(Q, 0), traces=(trace(Q, "c/2026-11-23"),))]),
        return_exceptions=True,
    )

    assert [type(result).__name__ for result in results] == ["NoneType", "GuardMoved", "NoneType"]
    assert (await ledger.traces([P, Q]))[0] == {Q: 1, P: 1}
    await ledger.append_many([guarded(batch_of("b/2026-11-23", 2), Guard(P, 1), Guard(Q, 1))])
    assert (await ledger.traces([P, Q]))[0] == {Q: 2, P: 2}


async def test_an_answered_command_beside_guards_spoils_only_its_own_append(ledger: Ledger):
    """The slow path, in which every append is tried by itself, keeps guards as the quick one does."""
    rows = rows_of(A, 2)
    await ledger.append_many([Batch(A, rows[:1])])
    taken = Batch(A, (msgspec.structs.replace(rows[1], command_id=rows[0].command_id),))

    results = await asyncio.gather(
        ledger.append_many([guarded(batch_of(B, 1), Guard(P, 0), traces=(trace(P, B),))]),
        ledger.append_many([guarded(taken, Guard(Q, 0), traces=(trace(Q),))]),
        ledger.append_many([guarded(batch_of("c/2026-11-23", 1), Guard(P, 0))]),
        return_exceptions=True,
    )

    assert [type(result).__name__ for result in results] == ["NoneType", "CommandIdTaken", "GuardMoved"]
    assert await ledger.traces([P, Q]) == ({Q: 0, P: 1}, (trace(P, B),))


async def test_guards_and_traces_stand_after_opening_again(opener: Opener):
    ledger = opener()
    await ledger.append_many([guarded(batch_of(A, 1), Guard(P, 0), traces=(trace(P),))])
    await ledger.close()

    ledger = opener()

    assert await ledger.traces([P]) == ({P: 1}, (trace(P),))
    with pytest.raises(GuardMoved):
        await ledger.append_many([guarded(batch_of(B, 1), Guard(P, 0))])
    await ledger.close()


async def test_many_who_ask_at_once_get_their_own_traces(ledger: Ledger):
    keys = [f"p:{number:04}" for number in range(1_500)]
    for start in range(0, 1_500, 500):
        stream = f"hall{start}/2026-11-23"
        some = tuple([trace(key, stream) for key in keys[start : start + 500]])
        await ledger.append_many([guarded(batch_of(stream, 1), traces=some)])

    found = await asyncio.gather(*(ledger.traces([key, Q]) for key in keys))

    assert [(versions, [one.key for one in traces]) for versions, traces in found] == [
        ({Q: 0, key: 1}, [key]) for key in keys
    ]
