"""Booked visits over two real nodes: days to come, limits over nodes, contact data and messages."""

import asyncio
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import msgspec
import pytest

from hall.booking import Limits
from server.cluster import migrate
from server.ledger.port import stream_name
from server.ledger.postgres import PostgresLedger
from server.settings import Settings
from tests.support.booked_api import HALL, OTHER, Desk, booked_server, ok, wish
from tests.support.booked_days import FREE, day
from tests.support.live import HandClock
from tests.support.postgres import shared_postgres
from tests.support.redis import shared_redis

PATIENCE_S = 15
Desks = tuple[Desk, Desk]


@pytest.fixture(scope="module")
def desks(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desks]:
    folder, url, clock = tmp_path_factory.mktemp("booked"), shared_postgres().database(), HandClock()
    migrate(Settings(data=folder, database_url=url))
    more = {"database_url": url, "redis_url": shared_redis().address, "clock": clock}
    rules = msgspec.structs.replace(FREE, person=Limits(open=1))
    with booked_server(folder, rules, **more) as one, booked_server(folder, rules, **more, people=False) as other:
        yield one, other


def test_a_booking_of_one_node_is_known_and_changed_at_the_other(desks: Desks):
    """Its day was begun here; the other node has never heard of it when it is asked."""
    here, there = desks
    booked = here.book("110101199003070001", 3)

    assert there.state(booked) == "BOOKED"
    ok(there.of(booked, "cancel"))
    assert here.state(booked) == "CANCELLED"


def test_places_that_one_node_gives_the_other_does_not_give_again(desks: Desks):
    """Four places of a slot, eight people at two nodes at once."""

    def ask(number: int) -> int:
        return desks[number % 2].post("appointments", wish(4)).status_code

    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(ask, range(8)))

    assert sorted(answers) == [201] * 4 + [409] * 4


def test_a_person_who_books_at_two_nodes_at_once_gets_one_booking(desks: Desks):
    """In two halls: the limit is over halls, and a guard of the database holds it over nodes."""
    person = "110101199003070002"
    held = [(desk, hall, desk.hold(7, hall=hall)) for desk, hall in zip(desks, (HALL, OTHER), strict=True)]

    def confirm(one: tuple[Desk, str, dict[str, Any]]) -> int:
        desk, hall, hold = one
        path = f"appointments/{hold['appointment']['id']}/confirm"
        for _ in range(20):
            answer = desk.post(path, {"secret": hold["secret"], "person": person}, hall=hall)
            if answer.status_code not in (429, 503):
                return answer.status_code
        raise AssertionError("never answered")

    with ThreadPoolExecutor(2) as threads:
        answers = sorted(threads.map(confirm, held))

    assert answers == [200, 409]


def test_a_message_is_sent_by_the_node_on_duty_to_contact_data_kept_by_the_other(desks: Desks):
    _until(lambda: sum(desk.served.house.node.duty.is_held for desk in desks) == 1)
    off_duty = next(desk for desk in desks if not desk.served.house.node.duty.is_held)

    booked = off_duty.book("110101199003070003", 8, name="安娜", phone="13800000003")

    stream = stream_name(HALL, day(8))
    for desk in desks:
        _until(lambda desk=desk: "sent" in _states(desk, stream, booked["id"]))


def test_a_place_held_at_a_node_that_died_is_free_again_by_the_other_nodes_timer(tmp_path: Path):
    url, clock = shared_postgres().database(), HandClock()
    migrate(Settings(data=tmp_path, database_url=url))
    more = {"database_url": url, "redis_url": shared_redis().address, "clock": clock}
    with booked_server(tmp_path, **more) as there:
        with booked_server(tmp_path, **more, people=False) as here:
            held = here.hold(3)
            name, secret = held["appointment"]["id"], held["secret"]
            stream = stream_name(HALL, day(3))
            _until(lambda: there.served.house.halls.live_day(HALL, day(3)) is not None)

        clock.at_ms += FREE.hold_ms + 10_000
        _until(lambda: _version(url, stream) > held["seq"])

        assert there.code(f"appointments/{name}/confirm", {"secret": secret, "person": "110101199003070004"})


def _version(url: str, stream: str) -> int:
    async def look() -> int:
        ledger = PostgresLedger(url)
        head = await ledger.head(stream)
        await ledger.close()
        return head.version if head is not None else 0

    return asyncio.run(look())


def _states(desk: Desk, stream: str, appointment: str) -> list[str]:
    asked = asyncio.run_coroutine_threadsafe(
        desk.served.house.outbox.messages_of(stream, appointment), desk.served.loop
    )
    return [entry.state for entry in asked.result(10)]


def _until(holds: Callable[[], bool]) -> None:
    ends = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < ends, "it did not come to hold"
        time.sleep(0.05)
