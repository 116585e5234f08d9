"""A release minute in small: everything is sold once, with a server killed while the crowd books."""

from collections import Counter
from pathlib import Path

import httpx
import pytest

from loadtests.flash.__main__ import text_of
from loadtests.flash.check import verdict
from loadtests.flash.grounds import why_not
from loadtests.flash.lines import Line
from loadtests.flash.naive import sell_naively, sqlite_engine
from loadtests.flash.run import flash
from loadtests.flash.rush import Told
from loadtests.flash.setting import Sale
from loadtests.flash.wishes import Sizes, crowd
from tests.support.services import missing

FEW = Sizes(requests=900, people=720, places=120, seconds=3.0)


@pytest.mark.slow  # servers, and with two nodes PostgreSQL and Redis, are started
@pytest.mark.timeout(300)
@pytest.mark.parametrize("nodes", [1, 2])
def test_a_crowd_is_sold_every_place_once_though_a_server_is_killed(nodes: int) -> None:
    """900 requests of 720 people for 120 places: sold out, nobody twice, nothing lost, everybody has an answer."""
    if lacking := why_not(nodes):
        missing(lacking)
    report = flash(FEW, is_released=True, nodes=nodes)

    assert report.verdict.findings == ()
    assert report.verdict.sold == report.verdict.people == report.verdict.acknowledged == 120
    assert report.verdict.unknown == 0
    assert len(report.by_node) == nodes
    assert all(report.by_node), report.by_node
    assert "S6" in report.audit
    assert ("2 nodes, one of them killed" in text_of(report)) is (nodes == 2)


async def test_who_finds_a_node_gone_asks_the_next_and_comes_back_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first node does not answer, then it does: every line comes home to it."""
    is_up = False

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.host == "first" and not is_up:
            raise httpx.ConnectError("gone")
        return httpx.Response(200, json={})

    clients = [httpx.AsyncClient(base_url=f"http://{name}", transport=httpx.MockTransport(answer)) for name in
               ("first", "second")]  # fmt: skip
    answers = Counter[int]()
    line = Line(clients, home=0, answers=answers)

    assert await line.post("/", {}) is None
    assert await line.post("/", {}) is not None
    assert answers == {1: 1}
    is_up = True
    monkeypatch.setattr("loadtests.flash.lines.AWAY_S", 0.0)
    assert await line.post("/", {}) is not None
    assert answers == {0: 1, 1: 1}
    for client in clients:
        await client.aclose()


def test_the_same_seed_is_the_same_crowd_and_one_request_in_ten_is_sent_twice() -> None:
    sizes = Sizes()
    wishes = crowd(sizes, seed=7)

    assert wishes == crowd(sizes, seed=7)
    assert len(wishes) + sum(wish.is_repeated for wish in wishes) == 15_000
    assert sum(wish.is_repeated for wish in wishes) == 1_500
    assert len({wish.person for wish in wishes}) == 12_000


def test_reading_checking_and_writing_sells_too_much(tmp_path: Path) -> None:
    """The yardstick really is naive: over some tries it sells more places than there are."""
    wishes = crowd(Sizes(), seed=1)

    oversold = [
        sell_naively(sqlite_engine(tmp_path / f"{number}.db"), wishes, places=3_000).oversold for number in range(3)
    ]

    assert sum(oversold) > 0


def test_a_booking_that_the_log_does_not_have_is_found() -> None:
    """The check can fail: an acknowledged booking and unsold places are told."""
    told = [Told(1, "somebody", hold="ok", booking="ok", appointment="B1", slot_ms=5)]

    found = verdict([], Sale("2026-11-27", (5,), 0, 12), told)

    assert "B1 was acknowledged and is not in the log" in found.findings
    assert "0 sold of 12" in found.findings
