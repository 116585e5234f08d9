"""New passwords on the pages: set by an administrator, or by their owner, who gives the old one."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import httpx
import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from server.accounts.passwords import Passwords, token_hash
from server.accounts.store import NO_PASSWORD, NewAccount
from server.config.database import FILE_NAME
from server.settings import Limits
from tests.support.server import HALL, Served, serving, token_of

OLD, NEW = "correct horse", "battery staple"
ENDED_S = 2
"""The law: what another session has open ends within it."""
HASH = Passwords().hash_now(OLD)


@pytest.fixture
def people(served: Served) -> Iterator[Served]:
    """Li with a password, and Wu who signs in at a provider only; both begin anew for each test."""
    store = served.house.desk.store
    li = NewAccount(account="li", name="李", role="clerk", halls=(HALL,), password_hash=HASH)
    wu = NewAccount(account="wu", name="吴", role="clerk", halls=(HALL,), password_hash=NO_PASSWORD, subject="id wu")
    for one in ("li", "wu"):
        store.disable(one, disabled=True, by=("test", 0))
    store.add_accounts([li, wu], now_ms=0, replace=True)
    yield served
    served.house.desk.rates._storage.reset()


def test_an_administrator_sets_a_password_that_is_shown_once(people: Served):
    """Made here unless it is typed; the old one and its sessions are worth nothing any more."""
    before = _sign_in(people, OLD).json()["token"]

    made = _set(people, "li")

    assert made.status_code == 200, made.text
    assert made.json()["sessions_ended"] == 1
    assert len(made.json()["password"]) >= 12
    assert _me(people, before).json()["code"] == "SESSION_EXPIRED"
    assert _sign_in(people, OLD).json()["code"] == "WRONG_PASSWORD"
    assert _sign_in(people, made.json()["password"]).status_code == 200
    typed = _set(people, "li", {"password": NEW})
    assert typed.json() == {"account": "li", "password": None, "sessions_ended": 1}
    assert _sign_in(people, NEW).status_code == 200


def test_a_password_that_somebody_else_set_only_lets_choose_an_own_one(people: Served):
    """Whoever set it knows it: until its owner has chosen another, nothing else is allowed."""
    _set(people, "li", {"password": NEW})
    signed = _sign_in(people, NEW).json()
    own = _bearer(signed["token"])

    assert signed["temporary"] is True
    assert _me(people, signed["token"]).json()["temporary"] is True
    refused = httpx.get(f"{people.url}/api/halls/{HALL}/staff", headers=own)
    assert (refused.status_code, refused.json()["code"]) == (403, "PASSWORD_TEMPORARY")
    assert httpx.get(f"{people.url}/api/halls", headers=own).status_code == 200
    assert httpx.get(f"{people.url}/api/halls/{HALL}/feed?view=clerk&window=W01", headers=own).status_code == 403
    assert _change(people, signed["token"], NEW, NEW).json()["code"] == "PASSWORD_SAME"
    assert _change(people, signed["token"], NEW, "my very own").status_code == 200
    assert httpx.get(f"{people.url}/api/halls/{HALL}/staff", headers=own).status_code == 200
    assert _me(people, signed["token"]).json()["temporary"] is False


def test_anybody_changes_their_own_password_with_the_old_one(people: Served):
    """The session that asked goes on, with its feeds; all others end."""
    mine, other = (_sign_in(people, OLD).json()["token"] for _ in range(2))
    with _watch(people, mine) as here, _watch(people, other) as elsewhere:
        done = _change(people, mine, OLD, NEW)

        assert (done.status_code, done.json()) == (200, {"account": "li", "sessions_ended": 1})
        assert _ends(elsewhere)
        here.recv(timeout=ENDED_S)
    assert _me(people, mine).status_code == 200
    assert _me(people, other).json()["code"] == "SESSION_EXPIRED"
    assert _sign_in(people, OLD).json()["code"] == "WRONG_PASSWORD"
    assert _sign_in(people, NEW).json()["temporary"] is False


def test_feeds_of_an_account_whose_password_was_set_end(people: Served):
    with _watch(people, _sign_in(people, OLD).json()["token"]) as console:
        _set(people, "li")

        assert _ends(console)


def test_the_old_password_cannot_be_guessed_with_a_stolen_session(served: Served, tmp_path: Any):
    """Wrong ones count like failed sign-ins: then the right one, too, must wait."""
    with serving(tmp_path, limits=Limits(logins_per_minute=3)) as limited:
        store = limited.house.desk.store
        store.add_accounts(
            [NewAccount(account="li", name="李", role="clerk", halls=(HALL,), password_hash=HASH)], now_ms=0
        )
        token = _sign_in(limited, OLD).json()["token"]
        wrong = [_change(limited, token, "guess", NEW) for _ in range(3)]
        right = _change(limited, token, OLD, NEW)

    assert {(one.status_code, one.json()["code"]) for one in wrong} == {(409, "OLD_PASSWORD_WRONG")}
    assert (right.status_code, right.json()["code"]) == (429, "TOO_MANY")


def test_an_account_without_a_password_is_not_given_one(people: Served):
    """Who signs in at the provider has the password there; saying so is the truth."""
    store = people.house.desk.store
    store.add_session(token_hash("of-wu"), "wu", expires_ms=2**52, now_ms=0)
    listed = {one["account"]: one for one in people.client("admin").get("/api/accounts").json()["accounts"]}

    assert [_set(people, "wu").json()["code"], _change(people, "of-wu", OLD, NEW).json()["code"]] == [
        "SIGNS_IN_ELSEWHERE"
    ] * 2
    assert (listed["wu"]["linked"], listed["wu"]["has_password"]) == (True, False)
    assert (listed["li"]["linked"], listed["li"]["has_password"]) == (False, True)


def test_what_cannot_be_a_new_password_is_refused(people: Served):
    token = _sign_in(people, OLD).json()["token"]

    assert _set(people, "li", {"password": "short"}).status_code == 422
    assert _change(people, token, OLD, "short").status_code == 422
    for blanks in (" " * 8, "\u3000" * 12, " \t" * 6):
        assert _set(people, "li", {"password": blanks}).json()["code"] == "INVALID_INPUT"
        assert _change(people, token, OLD, blanks).json()["code"] == "INVALID_INPUT"
    assert _set(people, "nobody").json()["code"] == "UNKNOWN_ACCOUNT"
    assert _set(people, "admin").json()["code"] == "OWN_PASSWORD"
    assert _set(people, "li", who="manager").json()["code"] == "FORBIDDEN"
    assert _change(people, token_of("kiosk"), OLD, NEW).json()["code"] == "FORBIDDEN"


def test_a_new_password_leaves_everything_else_of_an_account(people: Served):
    """A disabled account stays disabled."""
    people.client("admin").post("/api/accounts/li/disable")

    _set(people, "li", {"password": NEW})

    assert _sign_in(people, NEW).json()["code"] == "WRONG_PASSWORD"
    found = people.house.desk.store.find("li")
    assert found is not None
    assert (found[0].role, found[0].halls, found[0].disabled) == ("clerk", (HALL,), True)


def test_every_change_of_an_account_is_written_down(people: Served):
    """Who, when, whose and what; never a password. Auditors and administrators read it, newest first."""
    admin = people.client("admin")
    made = {"account": "zhao", "name": "赵", "role": "clerk", "halls": [HALL], "password": OLD}
    assert admin.post("/api/accounts", json=made).status_code == 201
    _change(people, _sign_in(people, OLD, "zhao").json()["token"], OLD, NEW)
    _set(people, "zhao", {"password": "for the moment"})
    for word in ("disable", "disable", "enable"):
        admin.post(f"/api/accounts/zhao/{word}")

    told = people.client("auditor").get("/api/accounts/changes?limit=5")

    assert [(one["actor"], one["account"], one["what"]) for one in told.json()["changes"]] == [
        ("admin:admin", "zhao", "enabled"), ("admin:admin", "zhao", "disabled"), ("admin:admin", "zhao", "password_set"),
        ("clerk:zhao", "zhao", "password_changed"), ("admin:admin", "zhao", "made"),
    ]  # fmt: skip
    assert all(one["at_ms"] > 0 for one in told.json()["changes"])
    with closing(sqlite3.connect(people.house.settings.data / FILE_NAME)) as database:
        kept = "\n".join(database.iterdump())
    assert NEW not in kept
    assert "for the moment" not in kept


def test_a_sign_in_that_began_with_the_old_password_ends_with_it(people: Served):
    """The password is verified, then changed by somebody else, then the session would begin: it does not."""
    store = people.house.desk.store
    store.set_password("li", Passwords().hash_now(NEW), by=("admin:x", 1), what="password_set", is_temporary=True)

    assert store.add_session("late", "li", expires_ms=2**52, now_ms=0, proved=HASH) is False
    store.disable("li", disabled=True, by=("admin:x", 1))
    assert store.add_session("late", "li", expires_ms=2**52, now_ms=0) is False
    assert store.session("late") is None


def _set(served: Served, account: str, body: dict[str, Any] | None = None, *, who: str = "admin") -> httpx.Response:
    return served.client(who).post(f"/api/accounts/{account}/password", json=body or {})


def _change(served: Served, token: str, old: str, new: str) -> httpx.Response:
    body = {"old": old, "password": new}
    return httpx.post(f"{served.url}/api/me/password", json=body, headers=_bearer(token), timeout=20)


def _sign_in(served: Served, password: str, account: str = "li") -> httpx.Response:
    return httpx.post(f"{served.url}/api/login", json={"account": account, "password": password}, timeout=20)


def _me(served: Served, token: str) -> httpx.Response:
    return httpx.get(f"{served.url}/api/me", headers=_bearer(token))


def _bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


@contextmanager
def _watch(served: Served, token: str) -> Iterator[ClientConnection]:
    with connect(f"{served.ws_url}/ws/halls/{HALL}?view=clerk&window=W01&token={token}") as feed:
        feed.recv(timeout=5)
        yield feed


def _ends(feed: ClientConnection) -> bool:
    """Tell whether the server ends a feed within the time of the law."""
    until_s = time.monotonic() + ENDED_S
    try:
        while time.monotonic() < until_s:
            feed.recv(timeout=ENDED_S)
    except ConnectionClosed:
        return True
    except TimeoutError:
        pass
    return False
