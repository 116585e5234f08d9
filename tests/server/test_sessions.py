"""Sessions and what hangs on them: a feed ends with the log-out, the revocation, the disabling, the lifetime."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from server.accounts.passwords import Passwords
from server.accounts.store import NewAccount
from server.config.database import FILE_NAME
from server.settings import Limits
from tests.support.server import HALL, Served, serving, token_of

ENDED_S = 5
"""The law is two seconds; a shared machine may be late."""
PASSWORD = "correct horse"


def test_signing_out_ends_the_feeds_of_that_session_and_no_other(served: Served):
    with _watch(served, "guide") as mine, _watch(served, "guide") as again, _watch(served, "manager") as other:
        httpx.post(f"{served.url}/api/logout", headers=_bearer("guide"))

        assert _ends(mine)
        assert _ends(again)
        assert _goes_on(other)
    assert served.client("guide").get("/api/me").json()["code"] == "SESSION_EXPIRED"


def test_a_revoked_device_loses_its_feed(served: Served):
    with _watch(served, "area", view="area&area=a1") as board:
        served.client("manager").post(f"/api/halls/{HALL}/devices/area/revoke")

        assert _ends(board)
    answer = httpx.get(f"{served.url}/api/halls/{HALL}/feed?view=board&device={token_of('area')}")
    assert answer.json()["code"] == "DEVICE_REVOKED"


def test_a_disabled_account_is_out_at_once_and_can_be_let_in_again(served: Served):
    """Its sessions end for good: enabling it lets it sign in, and revives nothing."""
    with _watch(served, "clerk02", view="clerk&window=W02") as console:
        done = served.client("admin").post("/api/accounts/clerk02/disable")
        assert done.json() == {"account": "clerk02", "disabled": True}

        assert _ends(console)
    assert served.client("clerk02").get("/api/me").status_code == 401
    assert served.client("admin").post("/api/accounts/clerk02/enable").json()["disabled"] is False
    assert served.client("clerk02").get("/api/me").status_code == 401
    assert served.client("admin").post("/api/accounts/nobody/disable").json()["code"] == "UNKNOWN_ACCOUNT"
    assert served.client("admin").post("/api/accounts/admin/disable").json()["code"] == "INVALID_INPUT"


def test_staff_of_a_hall_are_named_to_staff_by_account_and_name(served: Served):
    """Views name accounts; whoever works in the hall is told what people call them, and no auditor is among them."""
    told = {
        one["account"]: one["name"] for one in served.client("manager").get(f"/api/halls/{HALL}/staff").json()["staff"]
    }

    assert told["clerk02"] == "clerk02"
    assert "auditor" not in told
    assert served.client("auditor").get(f"/api/halls/{HALL}/staff").json()["code"] == "FORBIDDEN"


def test_what_another_node_or_command_ends_is_noticed(served: Served):
    """Told by nobody: the watch compares the tokens in use with the database."""
    with _watch(served, "clerk03", view="clerk&window=W03") as console, _watch(served, "board") as board:
        _change(served, "update accounts set disabled = 1 where account = 'clerk03'")
        _change(served, "update devices set revoked = 1 where device = 'board'")

        assert _ends(console)
        assert _ends(board)


def test_a_change_of_rights_ends_what_was_opened_under_the_old_ones(served: Served):
    with _watch(served, "manager", view="manager") as page:
        _change(served, "update accounts set halls = 'nowhere' where account = 'manager'")

        assert _ends(page)
    assert served.client("manager").get(f"/api/halls/{HALL}/calls").json()["code"] == "FORBIDDEN"


def test_a_session_ends_when_it_is_idle_or_too_old(tmp_path: Path):
    """Use prolongs the one limit and not the other; an open feed is use."""
    with serving(tmp_path, limits=Limits(session_idle_ms=3_600_000)) as served:
        assert served.client("guide").get("/api/me").status_code == 200
        _change(served, "update sessions set seen_ms = 1 where account = 'clerk01'")
        idle = served.client("clerk01").get("/api/me")
        with _watch(served, "network", view="manager") as page:
            _change(served, "update sessions set expires_ms = 1 where account = 'network'")
            ended = _ends(page)

    assert idle.json()["code"] == "SESSION_EXPIRED"
    assert ended


def test_signing_in_again_takes_the_place_of_the_session_before(tmp_path: Path):
    """A cookie planted beforehand is worth nothing afterwards."""
    with serving(tmp_path) as served, httpx.Client(base_url=served.url) as browser:
        served.house.desk.store.add_accounts([_account()], now_ms=0)
        first = browser.post("/api/login", json={"account": "li", "password": PASSWORD}).json()["token"]
        second = browser.post("/api/login", json={"account": "li", "password": PASSWORD}).json()["token"]
        before = httpx.get(f"{served.url}/api/me", headers={"authorization": f"Bearer {first}"})
        after = httpx.get(f"{served.url}/api/me", headers={"authorization": f"Bearer {second}"})

    assert first != second
    assert (before.status_code, after.status_code) == (401, 200)


@pytest.mark.parametrize(
    "media", ["application/x-www-form-urlencoded", "text/plain", "multipart/form-data; boundary=x"]
)
def test_a_form_of_another_site_changes_nothing(served: Served, media: str):
    """A browser sends such a form across sites without asking; the cookie is strict, and the form is not JSON."""
    answer = httpx.post(
        f"{served.url}/api/accounts", content=b'{"account":"x"}', cookies={"ow_session": token_of("admin")},
        headers={"content-type": media},
    )  # fmt: skip

    assert answer.status_code in (415, 422)


@contextmanager
def _watch(served: Served, who: str, *, view: str = "board") -> Iterator[ClientConnection]:
    with connect(f"{served.ws_url}/ws/halls/{HALL}?view={view}&token={token_of(who)}") as feed:
        feed.recv(timeout=ENDED_S)
        yield feed


def _ends(feed: ClientConnection) -> bool:
    """Tell whether the server ends a feed before it has sent five seconds of heartbeats."""
    try:
        for _ in range(ENDED_S * 3):
            feed.recv(timeout=ENDED_S)
    except ConnectionClosed:
        return True
    return False


def _goes_on(feed: ClientConnection) -> bool:
    """Tell whether two more heartbeats come."""
    beats = 0
    while beats < 2:
        beats += b'"beat"' in feed.recv(timeout=ENDED_S, decode=False)
    return True


def _bearer(who: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token_of(who)}"}


def _change(served: Served, statement: str) -> None:
    """Change the settings database as another process would."""
    with closing(sqlite3.connect(served.house.settings.data / FILE_NAME, timeout=10)) as database:
        database.execute(statement)
        database.commit()


def _account() -> NewAccount:
    return NewAccount(
        account="li", name="李", role="guide", halls=(HALL,), password_hash=Passwords().hash_now(PASSWORD)
    )
