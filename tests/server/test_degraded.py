"""What of the server is degraded is on the managers' pages, first of all alarms, and goes when it is over."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from server.alarms import HALL_STOPPED, node_alarms
from server.degraded import BUS_LOST, LEDGER_FAILS, RATES_ALONE
from server.ledger.memory import MemoryLedger
from server.ledger.port import Batch, LedgerHealth, OtherHistory
from tests.server.test_sockets import frame_of, watching
from tests.support.redis import RedisServer
from tests.support.server import serving, token_of

FRAMES = 60
"""Facts come once a second at most, and losing Redis is noticed within three."""


class _Failing(MemoryLedger):
    is_ok = True
    is_another = False

    async def append_many(self, batches: Sequence[Batch]) -> None:
        if self.is_another:
            raise OtherHistory(batches[0].stream, 2)
        await super().append_many(batches)

    async def health(self) -> LedgerHealth:
        return LedgerHealth(ok=self.is_ok, reason="" if self.is_ok else "disk is full")


def told(desk: Any, wanted: set[str]) -> list[dict[str, Any]]:
    """Wait until the manager is told of exactly these, and return the alarms of that moment."""
    seen: list[set[str]] = []
    for _ in range(FRAMES):
        alarms: list[dict[str, Any]] = frame_of(desk, "live")["live"]["alarms"]
        seen.append({one["code"] for one in alarms} & {HALL_STOPPED, LEDGER_FAILS, BUS_LOST, RATES_ALONE})
        if seen[-1] == wanted:
            return alarms
    raise AssertionError(seen)


@pytest.mark.timeout(180)  # on a loaded machine each change takes its seconds
def test_a_lost_redis_is_told_to_managers_before_everything_else_and_taken_back(tmp_path: Path, redis: RedisServer):
    with (
        serving(tmp_path, redis_url=redis.address) as served,
        watching(served, f"view=manager&token={token_of('manager')}") as desk,
    ):
        served.call("windows/W01/open", who="clerk01")
        told(desk, set())
        redis.stop()
        alarms = told(desk, {BUS_LOST, RATES_ALONE})
        redis.start()
        told(desk, set())

    assert [one["code"] for one in alarms][:2] == [BUS_LOST, RATES_ALONE]
    assert all(one["level"] == "warn" and one["zh"] and one["en"] and one["since_ms"] for one in alarms[:2])


def test_a_ledger_that_does_not_write_is_an_alarm_until_it_does(tmp_path: Path):
    ledger = _Failing()
    with (
        serving(tmp_path, ledger=ledger) as served,
        watching(served, f"view=manager&token={token_of('manager')}") as desk,
    ):
        told(desk, set())
        ledger.is_ok = False
        alarms = told(desk, {LEDGER_FAILS})
        ledger.is_ok = True
        told(desk, set())

    assert (alarms[0]["code"], alarms[0]["level"]) == (LEDGER_FAILS, "alarm")


def test_a_hall_whose_log_is_another_says_to_manager_and_operator_that_nodes_must_be_started_again(tmp_path: Path):
    """What it shows stays what was true; nothing is taken any more, and it does not come back by itself."""
    ledger = _Failing()
    with (
        serving(tmp_path, ledger=ledger) as served,
        watching(served, f"view=manager&token={token_of('manager')}") as desk,
    ):
        told(desk, set())
        ledger.is_another = True
        refused = served.call("windows/W01/open", who="clerk01")
        alarms = told(desk, {HALL_STOPPED})
        health = served.client().get("/health")

    assert (alarms[0]["code"], alarms[0]["level"]) == (HALL_STOPPED, "alarm")
    assert "重新启动" in alarms[0]["zh"]
    assert "started again" in alarms[0]["en"]
    assert refused.status_code == 503
    assert (health.status_code, len(health.json()["halls_stopped"])) == (503, 1)
    assert "所有节点须重新启动 / all nodes must be started again" in health.json()["reason"]


def test_every_alarm_of_the_node_says_in_both_languages_what_it_means_for_the_hall():
    alarms = list(node_alarms({LEDGER_FAILS: 1, BUS_LOST: 2, RATES_ALONE: 3}))

    assert [one["since_ms"] for one in alarms] == [1, 2, 3]
    assert len({one["zh"] for one in alarms} | {one["en"] for one in alarms}) == 6
