"""The log under running nodes becomes another one: a database that failed over to a copy that lagged, or was restored.

What was acknowledged and is not in that copy is lost with the old database. What can be kept is all that follows: nodes
notice it, say so, and neither mix two histories nor write one on top of the other.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import asyncpg
import pytest

from hall.state import HallDay
from server.bus import LocalBus
from server.following import Following
from server.ledger.chain import verified
from server.ledger.port import Batch, OtherHistory, VersionConflict
from server.ledger.postgres import PostgresLedger
from server.outcomes import HallStopped
from server.replay import replayed
from server.runner import HallRunner, Shell
from tests.support.ledgers import batch_of, rows_of
from tests.support.live import HALL, HandClock, running, send, take
from tests.support.plans import DATE
from tests.support.postgres import shared_postgres

STREAM = f"{HALL}/{DATE}"


class _Place:
    """A log of several nodes, and a hand on its tables."""

    def __init__(self) -> None:
        self._address = shared_postgres().address
        self._schema = shared_postgres().ledger_schema()
        self.opened: list[PostgresLedger] = []

    def ledger(self) -> PostgresLedger:
        self.opened.append(PostgresLedger(self._address, schema=self._schema))
        return self.opened[-1]

    async def lose(self, stream: str, *, after: int) -> None:
        """Let the log be as it was earlier, and end all connections, as a failover does."""
        connection = await asyncpg.connect(self._address)
        await connection.execute(
            f"DELETE FROM {self._schema}.commits WHERE stream = $1 AND version > $2", stream, after
        )
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'onewindow'"
        )
        await connection.close()


@pytest.fixture
async def place() -> AsyncIterator[_Place]:
    place = _Place()
    yield place
    for one in place.opened:
        await one.close()


async def test_a_row_does_not_go_on_top_of_another_history(place: _Place):
    """The version fits, the row before is not the one that it was decided on."""
    rows = rows_of(STREAM, 3)
    ledger = place.ledger()
    await ledger.append_many([Batch(STREAM, rows[:1])])
    await ledger.append_many([Batch(STREAM, rows[1:2])])
    await place.lose(STREAM, after=1)
    other = batch_of(STREAM, 1, after=rows[0], body=b'{"other":1}')
    await place.ledger().append_many([other])

    with pytest.raises(OtherHistory):
        await ledger.append_many([Batch(STREAM, rows[2:], previous=rows[1].hash)])

    assert [row async for row in verified(ledger.read(STREAM))] == [rows[0], *other.rows]


async def test_behind_a_new_connection_no_head_is_believed(place: _Place):
    """An append that went by what this node remembers would leave a gap for ever."""
    rows, ledger = rows_of(STREAM, 4), place.ledger()
    await ledger.append_many([Batch(STREAM, rows[:3])])
    await place.lose(STREAM, after=1)
    await asyncio.sleep(0.1)

    with pytest.raises(VersionConflict, match="found 1"):
        await ledger.append_many([Batch(STREAM, rows[3:])])


async def test_one_append_on_another_history_spoils_no_other(place: _Place):
    rows, ledger = rows_of(STREAM, 2), place.ledger()
    await ledger.append_many([batch_of(STREAM, 1, body=b"[]")])

    results = await asyncio.gather(
        ledger.append_many([Batch(STREAM, rows[1:], previous=rows[0].hash)]),
        ledger.append_many([batch_of("futian/2026-11-23", 2)]),
        return_exceptions=True,
    )

    assert [type(one) for one in results] == [OtherHistory, type(None)]


Scene = Callable[[_Place, HallRunner], Awaitable[None]]


async def _ask(_place: _Place, runner: HallRunner) -> None:
    with pytest.raises(HallStopped):
        await send(runner, take(10))


async def _look(place: _Place, runner: HallRunner) -> None:
    following = Following(runner.shell.ledger, runner.shell.bus, lambda: [runner])
    assert await following.catch_up(runner) == "NOT_READY"


@pytest.mark.parametrize("notice", [_ask, _look])
@pytest.mark.parametrize("others", [0, 1, 2, 3, 5])
async def test_a_day_whose_log_went_back_stops_whatever_was_written_since(place: _Place, others: int, notice: Scene):
    """By a command or by a look, and whether the other history is shorter, as long or longer by now."""
    async with running(place.ledger(), shell=_shell(place)) as runner:
        await send(runner, take(1), take(2), take(3), take(4))
        await place.lose(STREAM, after=3)
        async with running(place.ledger(), shell=_shell(place)) as other:
            await send(other, *(take(number) for number in range(20, 20 + others)))

            await notice(place, runner)

            with pytest.raises(HallStopped, match="another history"):
                await send(runner, take(11))
            assert not runner.statistics().running
            fresh = HallDay()
            async for _ in replayed(other.shell.ledger, STREAM, fresh, plans={}):
                pass
            assert fresh.fingerprint() == other.view_state().fingerprint()
            assert sorted(runner.view_state().tickets) == [f"ticket-00000{number}" for number in (1, 2, 3, 4)]
            await send(other, take(99))


async def test_a_day_that_is_read_on_before_anybody_asks_does_not_mix_histories(place: _Place):
    """A hint tells of the other history first: what is shown stays what was true, until the node is started again."""
    async with running(place.ledger(), shell=_shell(place)) as runner:
        await send(runner, take(1), take(2))
        shown = runner.view_state().fingerprint()
        await place.lose(STREAM, after=2)
        async with running(place.ledger(), shell=_shell(place)) as other:
            await send(other, take(20), take(21), take(22))
            runner.hint(5)
            async with asyncio.timeout(5):
                while runner.statistics().running:  # noqa: ASYNC110  # it says so in a figure
                    await asyncio.sleep(0.01)

        assert runner.view_state().fingerprint() == shown


def _shell(place: _Place) -> Shell:
    return Shell(place.ledger(), LocalBus(), HandClock(), is_shared=True)
