"""What a storage that fails at the wrong moment must not leave behind for good."""

from collections.abc import AsyncIterator, Sequence

import pytest

from hall.events import Commit
from server.bus import LocalBus
from server.ledger.memory import MemoryLedger
from server.ledger.port import Row, StorageFailed
from server.outcomes import HallStopped
from server.runner import HallRunner, Shell
from tests.support.booked_days import serving, until
from tests.support.live import HALL, HandClock, running, send, take
from tests.support.plans import DATE


class UnreadableLedger(MemoryLedger):
    """Memory whose reads can fail, at once or after some rows."""

    def __init__(self) -> None:
        super().__init__()
        self.rows_left = -1
        """Rows until reading fails; fewer than none: it does not."""

    async def read(self, stream: str, after: int = 0) -> AsyncIterator[Row]:
        async for row in super().read(stream, after):
            if self.rows_left == 0:
                raise StorageFailed("cannot be read")
            self.rows_left -= 1
            yield row


async def test_a_hall_whose_log_could_not_be_read_at_the_start_is_served_as_soon_as_it_can(
    monkeypatch: pytest.MonkeyPatch,
):
    """Without a restart, and with all that it had: a database that restarts with the server is nothing unusual."""
    monkeypatch.setattr("server.reopening.REST_SECONDS", 0.01)
    ledger, clock = UnreadableLedger(), HandClock()
    async with serving(ledger, clock) as halls:
        await halls.submit(HALL, take(1), "x")
    ledger.rows_left = 0

    async with serving(ledger, clock) as halls:
        with pytest.raises(HallStopped):
            halls.today(HALL)
        ledger.rows_left = -1
        # Each hall is tried again on its own.
        await until(lambda: not halls.statistics().shut)

        assert halls.today(HALL).view_state().seq == 2


async def test_a_replay_that_breaks_off_tells_what_it_has_seen():
    """Linked tickets and moves are settled by who hears of the commits: what was seen once is never news again."""
    heard: list[int] = []

    def hear(_: HallRunner, commits: Sequence[Commit]) -> None:
        heard.extend(commit.seq for commit in commits)

    ledger = UnreadableLedger()
    async with running(ledger) as writer:
        await send(writer, *(take(number) for number in range(5)))
        reader = HallRunner(HALL, DATE, Shell(ledger, LocalBus(), HandClock(), after_commit=hear))
        ledger.rows_left = 3
        with pytest.raises(StorageFailed):
            await reader.start()
        ledger.rows_left = -1
        await reader.start()
        await reader.stop()

    assert heard == [1, 2, 3, 4, 5, 6]
