"""Two real nodes on one PostgreSQL and one Redis: whichever is asked, there is one hall."""

import asyncio
import contextlib
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import msgspec
import pytest
from websockets.sync.client import connect

from server.audit import audit_all
from server.cluster import migrate
from server.copy_logs import copy_between, has_key_of
from server.ledger.chain import seal
from server.ledger.port import Batch, stream_name
from server.ledger.postgres import PostgresLedger
from server.settings import Settings
from tests.support.live import HandClock
from tests.support.postgres import shared_postgres
from tests.support.redis import shared_redis
from tests.support.server import HALL, OTHER_HALL, Served, command_id, serving, token_of

PATIENCE_S = 10
"""Bound of every wait here; news cross within milliseconds, without Redis within two seconds."""

Nodes = tuple[Served, Served]


class _Cluster:
    """A migrated database of its own, and how a node of it is started."""

    def __init__(self, folder: Path, *, redis_url: str = "") -> None:
        self.folder = folder
        self.url = shared_postgres().database()
        self.redis_url = redis_url
        self.clock = HandClock()
        self._has_people = False
        migrate(Settings(data=folder, database_url=self.url))

    @contextlib.contextmanager
    def node(self) -> Iterator[Served]:
        people, self._has_people = not self._has_people, True
        with serving(
            self.folder, clock=self.clock, database_url=self.url, redis_url=self.redis_url, people=people
        ) as served:
            yield served

    @contextlib.contextmanager
    def two(self) -> Iterator[Nodes]:
        with self.node() as one, self.node() as other:
            yield one, other


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> _Cluster:
    return _Cluster(tmp_path_factory.mktemp("cluster"), redis_url=shared_redis().address)


@pytest.fixture(scope="module")
def nodes(cluster: _Cluster) -> Iterator[Nodes]:
    with cluster.two() as both:
        yield both


def test_what_one_node_has_answered_the_other_knows_at_once(nodes: Nodes):
    """Tickets are taken here and looked at, moved and called there, without a pause between."""
    for turn in range(10):
        here, there = nodes if turn % 2 else nodes[::-1]
        ticket = here.take()
        shown = there.client().get(f"/api/halls/{HALL}/tickets/{ticket['id']}", params={"secret": ticket["secret"]})
        assert shown.status_code == 200, shown.text
        gone = there.client().post(
            f"/api/halls/{HALL}/tickets/{ticket['id']}/cancel",
            json={"command_id": command_id(), "secret": ticket["secret"]},
        )
        assert gone.status_code == 200, gone.text
        again = here.client().get(f"/api/halls/{HALL}/tickets/{ticket['id']}", params={"secret": ticket["secret"]})
        assert again.json()["ticket"]["state"] == "CANCELLED"


def test_a_command_repeated_at_the_other_node_gets_its_first_answer(nodes: Nodes):
    """One after the other, and both at the same moment."""
    body = {"command_id": command_id(), "items": [{"code": "id-card"}]}
    first = nodes[0].call("tickets", body, who="kiosk")
    second = nodes[1].call("tickets", body, who="kiosk")
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json()["ticket"]["id"] == second.json()["ticket"]["id"]

    for _ in range(5):
        body = {"command_id": command_id(), "items": [{"code": "id-card"}]}
        with ThreadPoolExecutor(2) as threads:
            answers = list(threads.map(lambda node, said=body: node.call("tickets", said, who="kiosk"), nodes))
        assert {answer.status_code for answer in answers} == {201}
        assert len({answer.json()["seq"] for answer in answers}) == 1


def test_nodes_that_race_on_one_hall_give_every_number_once(cluster: _Cluster, nodes: Nodes):
    """No balancer keeps them apart here: conflicts are decided again, and the log is sound."""
    numbers: list[str] = []
    lock = threading.Lock()

    def take(node: Served) -> None:
        client = httpx.Client(base_url=node.url, headers={"authorization": f"Bearer {token_of('kiosk')}"}, timeout=20)
        with client:
            for _ in range(15):
                answer = _until_definite(
                    client, "tickets", {"command_id": command_id(), "items": [{"code": "id-card"}]}
                )
                with lock:
                    numbers.append(answer["ticket"]["number"])

    with ThreadPoolExecutor(4) as threads:
        for done in [threads.submit(take, node) for node in (*nodes, *nodes)]:
            done.result()

    assert len(numbers) == len(set(numbers)) == 60
    assert all(report.exit_code == 0 for report in audit_all(cluster.url, hall=HALL))


def test_a_screen_at_one_node_shows_what_the_other_did(nodes: Nodes):
    here, there = nodes
    with connect(f"{there.ws_url}/ws/halls/{HALL}?view=board&device={token_of('board')}") as screen:
        seq = int(here.call("tickets", {"items": [{"code": "id-card"}]}, who="kiosk").json()["seq"])

        assert _seen(screen, seq)


def test_a_session_that_ends_at_one_node_ends_at_the_other(nodes: Nodes):
    here, there = nodes
    assert there.client("clerk03").get("/api/me").status_code == 200

    assert here.client("clerk03").post("/api/logout").status_code < 300

    _until(lambda: there.client("clerk03").get("/api/me").status_code == 401)


def test_one_node_is_on_duty_for_reports_and_messages(nodes: Nodes):
    _until(lambda: sorted(node.house.node.duty.is_held for node in nodes) == [False, True])

    figures = [node.client("manager").get(f"/api/halls/{HALL}/figures") for node in nodes]

    assert [answer.status_code for answer in figures] == [200, 200]
    reports = [{**answer.json(), "rebuilt_ms": 0} for answer in figures]
    assert reports[0] == reports[1]


def test_health_says_what_carries_a_node(nodes: Nodes):
    for node in nodes:
        _until(lambda node=node: node.client().get("/health").json()["bus"] == {"ok": True, "backend": "redis"})
        assert node.client().get("/health").json()["ledger"]["backend"] == "postgresql"


def test_without_redis_a_screen_follows_within_seconds(tmp_path: Path):
    with (
        _Cluster(tmp_path).two() as (here, there),
        connect(f"{there.ws_url}/ws/halls/{HALL}?view=board&device={token_of('board')}") as screen,
    ):
        seq = int(here.call("tickets", {"items": [{"code": "id-card"}]}, who="kiosk").json()["seq"])

        assert _seen(screen, seq)


def test_rows_of_a_newer_version_stop_a_node_from_deciding_that_hall_and_no_other(tmp_path: Path):
    """The newer node goes on with its log; the older one answers with a code, and leaves it as it is."""
    cluster = _Cluster(tmp_path)
    with cluster.node() as old:
        old.take()
        stream = stream_name(HALL, old.house.halls.today(HALL).date)
        rows = asyncio.run(_append_from_the_future(cluster.url, stream))

        refused = old.call("tickets", {"items": [{"code": "id-card"}]}, who="kiosk")
        assert refused.status_code == 503
        assert refused.json()["code"] == "NOT_READY"
        assert set(refused.json()["title"]) == {"zh", "en"}
        assert old.client().get(f"/api/halls/{HALL}/state").status_code == 200
        assert old.client().get(f"/api/halls/{OTHER_HALL}/state").json()["seq"] >= 1
        assert old.call("issuing", {"on": False, "reason": "x"}, who="admin", hall=OTHER_HALL).status_code < 500

    assert asyncio.run(_rows(cluster.url, stream)) == rows


def test_logs_move_to_postgresql_and_back_with_their_hashes(tmp_path: Path):
    url = shared_postgres().database()
    source, back = tmp_path / "source", tmp_path / "back"
    with serving(source) as served:
        for _ in range(5):
            served.take()
    migrate(Settings(data=source, database_url=url))

    there = copy_between(str(source), url, hall=None)
    again = copy_between(str(source), url, hall=None)
    home = copy_between(url, str(back), hall=HALL)

    assert {one.stream.partition("/")[0] for one in there} == {HALL, OTHER_HALL}
    assert all(one.new == one.rows for one in there)
    assert all(one.new == 0 for one in again)
    assert [one.head for one in home] == [one.head for one in there if one.stream.startswith(HALL)]
    # A server that is started on the copy would make a key of its own, and no link of these tickets would open.
    assert has_key_of(str(source), url)
    assert not has_key_of(url, str(back))
    shutil.copy(source / "server.key", back)
    assert has_key_of(url, str(back))
    assert all(report.exit_code == 0 for report in audit_all(url))


# ---- how tests wait and ask ----


def _until(holds: Callable[[], bool]) -> None:
    ends = time.monotonic() + PATIENCE_S
    while not holds():
        assert time.monotonic() < ends, "it did not come to hold"
        time.sleep(0.05)


def _until_definite(client: httpx.Client, path: str, body: dict[str, object]) -> dict[str, dict[str, str]]:
    """Repeat a command under its id until it has its answer."""
    for _ in range(50):
        answer = client.post(f"/api/halls/{HALL}/{path}", json=body)
        if answer.status_code == 201:
            found: dict[str, dict[str, str]] = answer.json()
            return found
        assert answer.status_code in (429, 503), answer.text
        time.sleep(0.05)
    raise AssertionError("never answered")


def _seen(screen: object, seq: int) -> bool:
    ends = time.monotonic() + PATIENCE_S
    while time.monotonic() < ends:
        frame = msgspec.json.decode(screen.recv(timeout=PATIENCE_S))  # type: ignore[attr-defined]
        if frame.get("seq", 0) >= seq:
            return True
    return False


async def _append_from_the_future(url: str, stream: str) -> list[str]:
    ledger = PostgresLedger(url)
    rows = [row async for row in ledger.read(stream)]
    body = msgspec.json.decode(rows[-1].body)
    version = rows[-1].version + 1
    body |= {"seq": version, "command_id": "from-the-future", "events": [{"type": "ticket.teleported/1"}]}
    row = seal(
        rows[-1].hash, stream=stream, version=version, at_ms=rows[-1].at_ms, command_id="from-the-future",
        actor=rows[-1].actor, body=msgspec.json.encode(body),
    )  # fmt: skip
    await ledger.append_many([Batch(stream, (row,))])
    await ledger.close()
    return [*(one.hash for one in rows), row.hash]


async def _rows(url: str, stream: str) -> list[str]:
    ledger = PostgresLedger(url)
    found = [row.hash async for row in ledger.read(stream)]
    await ledger.close()
    return found
