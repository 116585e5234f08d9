"""A simulated day on the board: played apart from the live hall, for those who may use the studio, and for nobody else."""

from typing import Any

import msgspec
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect

from server.studio.desk import DAYS_KEPT
from tests.server.studio.conftest import TUESDAY, WAIT_S, Studio
from tests.support.past_days import HALL
from tests.support.server import token_of

# Worker processes yield to whatever else a test machine does.
pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def day(studio: Studio) -> str:
    ground = studio.done(kind="stated", visits=200)[0]
    job, result = studio.done(kind="day", ground=ground, draft={"date": TUESDAY})
    assert result["visits"] > 100
    return job


def watching(studio: Studio, job: str, who: str) -> ClientConnection:
    headers = {"authorization": f"Bearer {token_of(who)}"} if who else {}
    return connect(f"{studio.served.ws_url}/ws/halls/{HALL}/studio/{job}", additional_headers=headers)


def frame(screen: ClientConnection, kind: str) -> dict[str, Any]:
    while True:
        found: dict[str, Any] = msgspec.json.decode(screen.recv(timeout=WAIT_S))
        if found["t"] == kind:
            return found


def test_a_day_plays_on_the_board_and_nothing_of_it_reaches_the_live_hall(studio: Studio, day: str):
    before = studio.served.seq(HALL)
    with watching(studio, day, "manager") as screen:
        assert frame(screen, "hello")["stream"] == f"simulated/{day}"
        shown = frame(screen, "snap")["state"]
        assert shown["date"] == TUESDAY
        assert studio.post(f"/days/{day}/speed", {"speed": 600}).json()["speed"] == 600
        calls: dict[str, Any] = {}
        while not calls:
            calls = frame(screen, "delta")["patch"].get("calls") or {}

    playing = studio.get(f"/days/{day}").json()
    assert playing["simulated"] is True
    assert playing["first_ms"] < playing["at_ms"] <= playing["last_ms"]
    live = studio.served.client("manager").get(f"/api/halls/{HALL}/state").json()
    assert live["date"] != TUESDAY
    assert not live["view"].get("calls")
    assert studio.served.seq(HALL) == before


@pytest.mark.parametrize(("who", "status"), [("", 401), ("clerk01", 403), ("board", 403), ("stranger", 403)])
def test_only_managers_watch(studio: Studio, day: str, who: str, status: int):
    with pytest.raises(InvalidStatus) as refused:
        watching(studio, day, who)

    assert refused.value.response.status_code == status


def test_a_job_that_is_no_day_is_not_played(studio: Studio, day: str):
    ground = next(one["id"] for one in studio.get().json()["jobs"] if one["kind"] == "stated")

    assert studio.get(f"/days/{ground}").json()["code"] == "STUDIO_NOT_DONE"
    assert studio.get("/days/0123456789abcdef").json()["code"] == "UNKNOWN_STUDIO_JOB"
    for address, status in ((ground, 409), ("0123456789abcdef", 404), ("x" * 40, 404)):
        with pytest.raises(InvalidStatus) as refused:
            watching(studio, address, "manager")
        assert refused.value.response.status_code == status
    assert studio.post(f"/days/{day}/speed", {"speed": 0}).status_code == 422


def test_a_day_whose_file_is_gone_says_so(studio: Studio):
    ground = next(one["id"] for one in studio.get().json()["jobs"] if one["kind"] == "stated")
    folder = studio.served.house.studio.days
    for number in range(DAYS_KEPT):
        (folder / f"later-{number}.jsonl").touch()
    job = studio.done(kind="day", ground=ground, draft={"date": TUESDAY})[0]
    assert len(list(folder.glob("*.jsonl"))) == DAYS_KEPT, "the oldest make room"
    studio.served.house.studio.day_file(job).unlink()

    assert studio.get(f"/days/{job}").json()["code"] == "UNKNOWN_STUDIO_JOB"
