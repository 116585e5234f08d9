"""An upgrade node by node: a node of this version and one of the next serve the same halls, then the next alone."""

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.faults.cluster_place import clerk_of, furnish_district, kiosk_of
from tests.faults.serving import ONEWINDOW, Server
from tests.support.next_version import next_version
from tests.support.postgres import shared_postgres
from tests.support.redis import shared_redis
from tests.support.server import command_id, token_of

AUDIT_S = 60

Answer = tuple[int, dict[str, Any]]


@dataclass(frozen=True)
class _District:
    """Two halls in one database, and the nodes that serve them."""

    url: str
    halls: list[str]
    here: Server
    """Of this version."""
    ahead: Server
    """Of the next."""
    later: Server
    """Takes the place of ``here``, of the next version too."""
    next_env: dict[str, str]

    def audit(self, hall: str, env: dict[str, str]) -> "subprocess.CompletedProcess[str]":
        words = [ONEWINDOW, "audit", "--database-url", self.url, "--hall", hall]
        return subprocess.run(
            words, env=os.environ | env, capture_output=True, text=True, timeout=AUDIT_S, check=False
        )  # fmt: skip


@pytest.fixture
def district(tmp_path: Path) -> Iterator[_District]:
    url, data = shared_postgres().database(), tmp_path / "data"
    data.mkdir()
    halls = furnish_district(data, url, 2)
    env = {"ONEWINDOW_DATABASE_URL": url, "ONEWINDOW_REDIS_URL": shared_redis().address}
    next_env = env | {"PYTHONPATH": str(next_version(tmp_path / "next"))}
    here = Server(data, env=env, log=tmp_path / "here.log")
    ahead, later = (Server(data, env=next_env, log=tmp_path / f"{name}.log") for name in ("ahead", "later"))
    try:
        yield _District(url, halls, here, ahead, later, next_env)
    finally:
        for node in (here, ahead, later):
            node.stop()


@pytest.mark.slow  # three nodes are started
def test_a_node_of_the_next_version_works_beside_one_of_this_and_then_in_its_place(district: _District):
    """What only the next version understands stops this one for that hall, and costs nobody an answer or a number."""
    here, ahead, (hall, other) = district.here, district.ahead, district.halls
    here.start()
    item = _first_item(here, hall)
    asked: list[tuple[str, dict[str, Any], Answer]] = []
    asked.append(_take(here, hall, item))
    ahead.start()
    asked.append(_take(ahead, hall, item))
    asked.append(_take(here, hall, item))
    assert [status for *_, (status, _) in asked] == [201] * 3, asked

    opened = _open_first_window(ahead, hall)
    assert opened[0] == 200, opened
    refused = _take(here, hall, item)
    assert (refused[2][0], refused[2][1]["code"]) == (503, "NOT_READY")
    assert set(refused[2][1]["title"]) == {"zh", "en"}
    assert _get(here, f"/api/halls/{hall}/state")[0] == 200
    # The other hall has no such row yet: both versions may decide there.
    assert _take(here, other, _first_item(here, other))[2][0] == 201
    repeated = _ask(ahead, hall, kiosk_of(hall), "tickets", refused[1])
    assert repeated[0] == 201
    asked.append((hall, refused[1], repeated))

    here.stop()
    district.later.start()
    asked.append(_take(district.later, hall, item))
    assert asked[-1][2][0] == 201
    assert len({answer["ticket"]["number"] for *_, (_, answer) in asked}) == len(asked)
    for _, body, (_, answer) in asked:
        again = _ask(district.later, hall, kiosk_of(hall), "tickets", body)
        assert again[1]["ticket"]["id"] == answer["ticket"]["id"], "every repeated command has its first answer"

    sound = district.audit(hall, district.next_env)
    assert sound.returncode == 0, sound.stdout + sound.stderr
    older = district.audit(hall, {})
    assert older.returncode != 0
    assert "window.greeted/1" in older.stdout + older.stderr, "an audit of this version says which row it cannot read"


# ---- how the test asks ----


def _take(node: Server, hall: str, item: str) -> tuple[str, dict[str, Any], Answer]:
    body = {"command_id": command_id(), "items": [{"code": item}]}
    return hall, body, _ask(node, hall, kiosk_of(hall), "tickets", body)


def _open_first_window(node: Server, hall: str) -> Answer:
    window = _get(node, f"/api/halls/{hall}")[1]["windows"][0]["code"]
    return _ask(node, hall, clerk_of(hall, 1), f"windows/{window}/open", {"command_id": command_id()})


def _first_item(node: Server, hall: str) -> str:
    found: str = _get(node, f"/api/halls/{hall}")[1]["items"][0]["code"]
    return found


def _ask(node: Server, hall: str, who: str, path: str, body: dict[str, Any]) -> Answer:
    answer = httpx.post(
        f"http://127.0.0.1:{node.port}/api/halls/{hall}/{path}", json=body, timeout=20,
        headers={"authorization": f"Bearer {token_of(who)}"},
    )  # fmt: skip
    return answer.status_code, answer.json()


def _get(node: Server, path: str) -> Answer:
    answer = httpx.get(f"http://127.0.0.1:{node.port}{path}", timeout=20)
    return answer.status_code, answer.json()
