"""The runner: one order, one answer per command, nothing answered before it is durable."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import msgspec
import pytest

import server.runner as runner_module
from hall.commands import Told
from server.bus import LocalBus
from server.ledger.memory import MemoryLedger
from server.ledger.port import Batch, Ledger, Row, StorageFailed
from server.outcomes import CommandIdReused, DecisionFailed, HallBusy, HallStopped, OutcomeUnknown
from server.runner import HallRunner, Shell
from tests.support.ledgers import OPENERS
from tests.support.live import (
    HALL,
    HandClock,
    call_next,
    commits_of,
    digest,
    open_window,
    running,
    send,
    send_together,
    take,
)
from tests.support.plans import DATE, NINE_MS

STREAM = f"{HALL}/{DATE}"


@pytest.fixture(params=sorted(OPENERS))
async def ledger(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Ledger]:
    opened = OPENERS[request.param](tmp_path)()
    yield opened
    await opened.close()


class FaultyLedger(MemoryLedger):
    """Memory that can fail before or after storing, be slow, or be dead."""

    def __init__(self) -> None:
        super().__init__()
        self.fault = ""

    async def append_many(self, batches: Sequence[Batch]) -> None:
        if self.fault in ("before", "dead"):
            raise StorageFailed("disk is full")
        if self.fault == "slow":
            await asyncio.sleep(3_600)
        await super().append_many(batches)
        if self.fault == "after":
            raise StorageFailed("the answer was lost")

    async def read(self, stream: str, after: int = 0) -> AsyncIterator[Row]:
        if self.fault == "dead":
            raise StorageFailed("input/output error")
        async for row in super().read(stream, after):
            yield row


class GatedLedger(MemoryLedger):
    """Memory that stores only when told to."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = asyncio.Event()
        self.gate.set()

    async def append_many(self, batches: Sequence[Batch]) -> None:
        await self.gate.wait()
        await super().append_many(batches)


async def test_answers_come_in_the_order_of_the_log(ledger: Ledger):
    async with running(ledger) as runner:
        commits = await send(runner, take(1), take(2), open_window(), call_next(1))

    assert [commit.seq for commit in commits] == [2, 3, 4, 5]
    assert [one.command_id for one in await commits_of(ledger)][1:] == [one.command_id for one in commits]


async def test_the_same_command_again_gets_the_first_answer(ledger: Ledger):
    """Numbers, refusals and "nobody waits" alike; nothing is stored twice."""
    async with running(ledger) as runner:
        refused = take(2, "no-such-item")
        first = await send(runner, take(1), refused, open_window(), call_next(1), call_next(2))
        again = [await runner.submit(one.command, digest(one.command)) for one in first]

    assert [outcome.commit for outcome in again] == first
    assert all(outcome.repeated for outcome in again)
    assert first[1].refusal is not None
    assert len(await commits_of(ledger)) == 6


async def test_the_first_answer_outlives_a_restart(ledger: Ledger):
    async with running(ledger) as runner:
        first = await send(runner, take(1), take(2, "no-such-item"))

    async with running(ledger) as runner:
        again = await send(runner, take(1), take(2, "no-such-item"))

    assert again == first


async def test_an_old_answer_is_found_in_the_ledger(ledger: Ledger):
    """An answer that is no longer at hand is read; its command is not done twice."""
    async with running(ledger) as runner:
        first = await send_together(runner, *(take(number) for number in range(400)))
        again = await send(runner, take(0), take(399))

    assert again == [first[0], first[399]]
    assert len(await commits_of(ledger)) == 401


async def test_the_same_id_with_another_body_is_refused(ledger: Ledger):
    async with running(ledger) as runner:
        await send(runner, take(1))

        with pytest.raises(CommandIdReused):
            await runner.submit(take(1), "another digest")

        results = await asyncio.gather(
            runner.submit(take(2), "one"), runner.submit(take(2), "two"), return_exceptions=True
        )

    assert [type(result).__name__ for result in results] == ["Outcome", "CommandIdReused"]


async def test_a_hundred_taps_at_once_give_one_ticket(ledger: Ledger):
    async with running(ledger) as runner:
        commits = await send_together(runner, *(take(1) for _ in range(100)))

    assert len({commit.seq for commit in commits}) == 1
    assert len(await commits_of(ledger)) == 2


async def test_commands_that_wait_share_one_write():
    """While a write is on its way the next batch gathers: 300 commands at once are a handful of writes."""
    ledger = GatedLedger()
    async with running(ledger) as runner:
        before = ledger.statistics().transactions
        await send_together(runner, *(take(number) for number in range(300)))
        statistics = runner.statistics()

    assert ledger.statistics().transactions - before <= 4
    assert statistics.largest_batch > 50
    assert statistics.seq == 301


async def test_nothing_is_answered_seen_or_published_before_it_is_stored():
    """While the write is on its way, reads show the state before it."""
    ledger, bus = GatedLedger(), LocalBus()
    async with running(ledger, shell=Shell(ledger, bus, HandClock())) as runner:
        hints = bus.subscribe([STREAM])
        ledger.gate.clear()

        task = asyncio.create_task(runner.submit(take(1), "x"))
        for _ in range(20):
            await asyncio.sleep(0)

        assert not task.done()
        assert runner.view_state().seq == 1
        assert "ticket-000001" not in runner.view_state().tickets

        ledger.gate.set()
        outcome = await task
        assert runner.view_state().seq == outcome.seq == 2
        assert "ticket-000001" in runner.view_state().tickets
        assert (await hints.next()).hints == ((STREAM, 2),)


async def test_a_caller_who_leaves_does_not_take_the_answer_from_others():
    ledger = GatedLedger()
    async with running(ledger) as runner:
        ledger.gate.clear()
        leaving = asyncio.create_task(runner.submit(take(1), "x"))
        staying = asyncio.create_task(runner.submit(take(1), "x"))
        await asyncio.sleep(0)
        leaving.cancel()
        ledger.gate.set()

        outcome = await staying

    assert outcome.seq == 2


@pytest.mark.parametrize("fault", ["before", "after", "slow"])
async def test_after_a_failed_write_the_same_id_gives_the_truth(fault: str):
    """Whether the rows arrived or not: every command ends with one answer, and the state is the log's."""
    ledger = FaultyLedger()
    shell = Shell(ledger, LocalBus(), HandClock(), append_seconds=0.05)
    async with running(ledger, shell=shell) as runner:
        ledger.fault = fault
        results = await asyncio.gather(
            *(runner.submit(take(number), "x") for number in range(5)), return_exceptions=True
        )
        ledger.fault = ""

        again = [await runner.submit(take(number), "x") for number in range(5)]
        numbers = [runner.view_state().tickets[f"ticket-{number:06d}"].number for number in range(5)]

    unknown = [isinstance(result, OutcomeUnknown) for result in results]
    assert all(unknown) if fault != "after" else not any(unknown)
    assert numbers == ["A001", "A002", "A003", "A004", "A005"]
    assert [outcome.seq for outcome in again] == [2, 3, 4, 5, 6]
    assert len(await commits_of(ledger)) == 6


async def test_reads_go_on_while_the_storage_is_dead():
    """Writes are refused, screens stay up, and it works again without a restart."""
    ledger = FaultyLedger()
    async with running(ledger) as runner:
        await send(runner, take(1))
        ledger.fault = "dead"

        for number in (2, 3):
            with pytest.raises(OutcomeUnknown):
                await runner.submit(take(number), "x")
        assert runner.view_state().tickets["ticket-000001"].number == "A001"

        ledger.fault = ""
        assert (await runner.submit(take(3), "x")).commit.refusal is None


class LongLedger(FaultyLedger):
    """Its log takes as long to read as the test wants."""

    def __init__(self) -> None:
        super().__init__()
        self.may_read = asyncio.Event()
        self.may_read.set()

    async def read(self, stream: str, after: int = 0) -> AsyncIterator[Row]:
        await self.may_read.wait()
        async for row in super().read(stream, after):
            yield row


async def test_a_refusal_does_not_wait_until_a_long_log_is_read_again(monkeypatch: pytest.MonkeyPatch):
    """Law L7: with twenty thousand rows a refusal would come seconds late; reading goes on behind it."""
    monkeypatch.setattr("server.runner.RECOVER_SECONDS", 0.05)
    ledger = LongLedger()
    async with running(ledger) as runner:
        await send(runner, take(1))
        ledger.fault = "before"
        ledger.may_read.clear()

        for number in (2, 3):
            with pytest.raises(OutcomeUnknown):
                await runner.submit(take(number), "x")

        ledger.fault = ""
        ledger.may_read.set()
        async with asyncio.timeout(10):
            while True:
                try:
                    outcome = await runner.submit(take(3), "x")
                except OutcomeUnknown:
                    continue
                break
    assert outcome.seq == 3
    assert outcome.commit.refusal is None


class CountedLedger(FaultyLedger):
    """Counts the rows that it hands out."""

    def __init__(self) -> None:
        super().__init__()
        self.read_rows = 0

    async def read(self, stream: str, after: int = 0) -> AsyncIterator[Row]:
        async for row in super().read(stream, after):
            self.read_rows += 1
            yield row


async def test_after_a_failed_write_and_after_a_faster_writer_only_news_are_read():
    """A log of thousands of rows takes seconds to read, for every hall of an outage and every race of two nodes."""
    ledger = CountedLedger()
    async with running(ledger) as one, running(ledger) as other:
        for number in range(1, 31):
            await send(one, take(number))
        await _insist(other, 31)
        ledger.read_rows = 0

        ledger.fault = "before"
        with pytest.raises(OutcomeUnknown):
            await one.submit(take(32), "x")
        ledger.fault = ""
        await _insist(one, 33)
        await _insist(other, 34)
        assert ledger.read_rows < 10

        assert one.view_state().fingerprint() != other.view_state().fingerprint()
        await one.catch_up()
        assert one.view_state().fingerprint() == other.view_state().fingerprint()

    numbers = [event.number for commit in await commits_of(ledger) for event in commit.events
               if type(event).__name__ == "TicketTaken"]  # fmt: skip
    assert len(numbers) == len(set(numbers)) == 33


async def test_a_full_mailbox_refuses_at_once():
    ledger = GatedLedger()
    shell = Shell(ledger, LocalBus(), HandClock(), mailbox_limit=10)
    async with running(ledger, shell=shell) as runner:
        ledger.gate.clear()
        tasks = [asyncio.create_task(runner.submit(take(0), "x"))]
        for _ in range(5):
            await asyncio.sleep(0)
        tasks += [asyncio.create_task(runner.submit(take(number), "x")) for number in range(1, 13)]
        for _ in range(5):
            await asyncio.sleep(0)
        ledger.gate.set()
        results = await asyncio.gather(*tasks, return_exceptions=True)

    assert [type(result) for result in results[11:]] == [HallBusy, HallBusy]
    assert len(await commits_of(ledger)) == 12


async def test_a_second_writer_makes_it_replay_and_decide_again(ledger: Ledger):
    """Two runners on one hall-day: the version fences, no number is given out twice, all commands are answered."""
    async with running(ledger) as one, running(ledger) as other:
        await asyncio.gather(*(_insist(one, number) for number in range(100, 120)),
                             *(_insist(other, number) for number in range(200, 220)))  # fmt: skip
        await _insist(one, 1)
        await _insist(other, 2)

    log = await commits_of(ledger)
    numbers = [event.number for commit in log for event in commit.events if type(event).__name__ == "TicketTaken"]
    assert len(numbers) == len(set(numbers)) == len(log) - 1 == 42


async def _insist(runner: HallRunner, number: int) -> None:
    """Send a command as a client does: again, under the same id, until there is an answer."""
    for _ in range(50):
        try:
            await runner.submit(take(number), "x")
        except OutcomeUnknown:
            continue
        return
    pytest.fail("no answer after 50 attempts")


async def test_the_same_command_at_two_nodes_is_done_once(ledger: Ledger):
    async with running(ledger) as one, running(ledger) as other:
        first = await one.submit(take(1), "x")
        second = await other.submit(take(1), "x")

    assert second.commit == first.commit


async def test_time_never_goes_back_in_the_log(ledger: Ledger):
    clock = HandClock()
    async with running(ledger, shell=Shell(ledger, LocalBus(), clock)) as runner:
        await send(runner, take(1))
        clock.at_ms = NINE_MS - 60_000
        (commit,) = await send(runner, take(2))

    assert commit.at_ms == commit.command.at_ms == NINE_MS


async def test_a_tick_with_nothing_to_do_is_not_stored(ledger: Ledger):
    async with running(ledger) as runner:
        assert await runner.tick() is None
        seq = runner.view_state().seq

    assert seq == 1
    assert len(await commits_of(ledger)) == 1


async def test_a_tick_that_ends_the_day_is_stored_under_an_id_that_no_client_can_make(ledger: Ledger):
    clock = HandClock()
    async with running(ledger, shell=Shell(ledger, LocalBus(), clock)) as runner:
        await send(runner, take(1))
        clock.at_ms = runner.view_state().end_day_ms
        commit = await runner.tick()

    assert commit is not None
    assert commit.command_id == f"tick/{STREAM}/3"


async def test_the_told_wait_is_in_the_log():
    ledger = MemoryLedger()
    shell = Shell(ledger, LocalBus(), HandClock(), tell=lambda state, _command: Told(len(state.tickets), 1_000, 2_000))
    async with running(ledger, shell=shell) as runner:
        commits = await send_together(runner, take(1), take(2))

    assert [commit.command.told for commit in commits] == [Told(0, 1_000, 2_000), Told(1, 1_000, 2_000)]


async def test_a_bug_in_the_rules_costs_one_command_only(monkeypatch: pytest.MonkeyPatch):
    """The command leaves no trace, the others of its batch are answered, and the state is the log's."""
    ledger = MemoryLedger()
    _break_on(monkeypatch, "ticket-000003")
    async with running(ledger) as runner:
        results = await asyncio.gather(
            *(runner.submit(take(number), "x") for number in range(6)), return_exceptions=True
        )
        numbers = [ticket.number for ticket in runner.view_state().tickets.values()]

    assert [type(result).__name__ for result in results].count("Outcome") == 5
    assert isinstance(results[3], DecisionFailed)
    assert numbers == ["A001", "A002", "A003", "A004", "A005"]


async def test_a_hall_day_whose_rules_keep_breaking_stops(monkeypatch: pytest.MonkeyPatch):
    ledger = MemoryLedger()
    _break_on(monkeypatch, "ticket-000003")
    async with running(ledger) as runner:
        for number in range(runner_module.CRASHES_LIMIT):
            with pytest.raises(DecisionFailed):
                await runner.submit(msgspec.structs.replace(take(3), command_id=f"try-{number:06d}"), "x")

        with pytest.raises(HallStopped):
            await runner.submit(take(4), "x")
        assert not runner.statistics().running


async def test_stopping_finishes_what_waits():
    ledger = GatedLedger()
    async with running(ledger) as runner:
        ledger.gate.clear()
        tasks = [asyncio.create_task(runner.submit(take(number), "x")) for number in range(5)]
        await asyncio.sleep(0)
        stopping = asyncio.create_task(runner.stop())
        await asyncio.sleep(0)
        ledger.gate.set()
        await stopping

        assert [(await task).seq for task in tasks] == [2, 3, 4, 5, 6]
        with pytest.raises(HallStopped):
            await runner.submit(take(9), "x")


async def test_stopping_does_not_wait_for_ever_for_a_storage_that_hangs(monkeypatch: pytest.MonkeyPatch):
    """Who waits is told so; nothing is left behind."""
    monkeypatch.setattr(runner_module, "STOP_SECONDS", 0.05)
    ledger = FaultyLedger()
    async with running(ledger) as runner:
        ledger.fault = "slow"
        task = asyncio.create_task(runner.submit(take(1), "x"))
        await asyncio.sleep(0)
        await runner.stop()

        with pytest.raises(HallStopped):
            await task


async def test_reads_and_decisions_and_replay_agree(ledger: Ledger):
    """The state that is read, the state that decides and the state of a restart have one fingerprint."""
    async with running(ledger) as runner:
        await send(runner, *(take(number, item) for number, item in enumerate(["id-card", "invoice"] * 10)))
        await send(runner, open_window(), open_window("W03", "li"), *(call_next(number) for number in range(4)))
        prints = {runner.view_state().fingerprint(), runner._standing.ahead.fingerprint()}
    async with running(ledger, opened=False) as again:
        prints.add(again.view_state().fingerprint())

    assert len(prints) == 1


def _break_on(monkeypatch: pytest.MonkeyPatch, ticket: str) -> None:
    sound = runner_module.step

    def step(state, command):
        result = sound(state, command)
        assert getattr(command, "ticket", "") != ticket, "planted"
        return result

    monkeypatch.setattr(runner_module, "step", step)


def test_a_runner_takes_nothing_before_it_is_started():
    runner = HallRunner(HALL, DATE, Shell(MemoryLedger(), LocalBus(), HandClock()))

    with pytest.raises(HallStopped):
        asyncio.run(runner.submit(take(1), "x"))
