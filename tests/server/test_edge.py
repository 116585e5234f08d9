"""The edge under abuse, and the end of a server: caps, slow clients, sign-in, and a stop that loses nothing."""

import asyncio
import json
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from server.accounts.passwords import Passwords
from server.accounts.store import NewAccount
from server.settings import Limits
from tests.support.described import Described
from tests.support.server import HALL, Served, command_id, serving

PASSWORD = "correct horse"


def test_slow_bodies_are_given_up_and_do_not_crowd_out_others(tmp_path):
    """Half-sent requests cost a buffer each; a kiosk of the same address is served meanwhile."""
    limits = Limits(slow_body_ms=100, body_ms=600, slow_per_address=5)
    with serving(tmp_path, limits=limits) as served:
        slow = [_half_sent(served) for _ in range(20)]
        taken = served.take()
        answers = [_answer(one) for one in slow]

    assert taken["state"] == "WAITING"
    assert sorted(set(answers)) == [b"408", b"429"]
    assert answers.count(b"408") == 5


def test_a_head_that_never_ends_is_cut(tmp_path):
    with serving(tmp_path, limits=Limits(headers_ms=200)) as served:
        half = _connect(served)
        half.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n")
        silent = _connect(served)

        assert half.recv(100) == silent.recv(100) == b""
        assert served.client().get("/health").status_code == 200
        half.close()
        silent.close()
        assert served.house.doors.late >= 2


def test_an_answer_leaves_in_one_write(tmp_path):
    """Head and body: half as many calls of the system, and no client that waits for a second packet."""
    with serving(tmp_path) as served, _connect(served) as one:
        for _ in range(20):
            one.sendall(b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n")
            head, _, body = one.recv(100_000).partition(b"\r\n\r\n")
            assert head.startswith(b"HTTP/1.1 200")
            assert len(body) == int(head.lower().partition(b"content-length:")[2].split()[0])


def test_answers_without_bodies_and_one_after_the_other_are_whole(tmp_path):
    """HEAD, a body that is waited for after 100 Continue, and requests that come before the last is answered."""
    with serving(tmp_path) as served, _connect(served) as one:
        one.sendall(b"HEAD /health HTTP/1.1\r\nHost: x\r\n\r\n")
        headed = one.recv(100_000)
        one.sendall(b"POST /api/login HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
        told = one.recv(100_000)
        one.sendall(b"{}")
        after = one.recv(100_000)
        one.sendall(
            b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n" * 3 + b"GET /no HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        )
        rest = b"".join(iter(lambda: one.recv(100_000), b""))

    assert headed.endswith(b"\r\n\r\n")
    assert told == b"HTTP/1.1 100 Continue\r\n\r\n"
    assert after.startswith(b"HTTP/1.1 422")
    assert [rest.count(b"HTTP/1.1 200"), rest.count(b"HTTP/1.1 404"), rest.count(b'"NOT_FOUND"')] == [3, 1, 1]


def test_connections_have_a_cap_per_address(tmp_path):
    with serving(tmp_path, limits=Limits(connections_per_address=3)) as served:
        held = [_connect(served) for _ in range(6)]
        _until(lambda: served.house.doors.refused == 3)
        for one in held:
            one.close()
        _until(lambda: served.house.doors.statistics().open == 0)

        assert served.client().get("/health").status_code == 200


def test_requests_under_way_have_a_cap(tmp_path):
    """Beyond it the answer is 429 with the time to wait, not a queue."""
    with serving(tmp_path, limits=Limits(requests_per_address=1)) as served:
        gate = served.house.edge
        served.loop.call_soon_threadsafe(gate.under_way.update, ["127.0.0.1"])
        refused = served.client().get("/health")
        served.loop.call_soon_threadsafe(gate.under_way.clear)
        _until(lambda: not gate.under_way)
        allowed = served.client().get("/health")

    assert (refused.status_code, refused.json()["code"]) == (429, "TOO_MANY")
    assert refused.headers["retry-after"] == "1"
    assert allowed.status_code == 200


def test_signing_in_gives_a_token_and_a_cookie_that_scripts_cannot_read(tmp_path):
    with serving(tmp_path) as served:
        _add(served)
        answer = _sign_in(served, PASSWORD)
        token = answer.json()["token"]
        me = httpx.get(f"{served.url}/api/me", headers={"authorization": f"Bearer {token}"})
        by_cookie = httpx.get(f"{served.url}/api/me", cookies={"ow_session": token})
        httpx.post(f"{served.url}/api/logout", headers={"authorization": f"Bearer {token}"})
        after = httpx.get(f"{served.url}/api/me", headers={"authorization": f"Bearer {token}"})

    li = {"account": "li", "name": "李", "role": "guide", "halls": [HALL], "has_password": True, "temporary": False}
    assert me.json() == by_cookie.json() == li
    assert "HttpOnly" in answer.headers["set-cookie"]
    assert "SameSite=strict" in answer.headers["set-cookie"]
    assert after.json()["code"] == "SESSION_EXPIRED"


@pytest.mark.parametrize("path", ["/health", "/metrics", "/", "/api/me", f"/api/halls/{HALL}/state", "/nothing"])
def test_head_tells_what_get_would_without_the_body(served: Served, path: str):
    """Watchers of servers ask so; what is there must not look as if it were not."""
    asked, got = served.client().head(path), served.client().get(path)

    assert (asked.status_code, asked.content) == (got.status_code, b"")
    assert asked.headers["content-type"] == got.headers["content-type"]


def test_guessing_passwords_is_slowed_down(tmp_path):
    """After some failures even the right password must wait; unknown accounts look like known ones."""
    with serving(tmp_path, limits=Limits(logins_per_minute=3)) as served:
        _add(served)
        wrong = [_sign_in(served, "guess").json()["code"] for _ in range(3)]
        right = _sign_in(served, PASSWORD)
        unknown = _sign_in(served, "guess", account="nobody")

    assert wrong == ["WRONG_PASSWORD"] * 3
    assert (right.status_code, right.json()["code"]) == (429, "TOO_MANY")
    assert unknown.json()["code"] == "WRONG_PASSWORD"


def test_a_new_data_folder_gets_one_administrator(tmp_path, capfd: pytest.CaptureFixture[str]):
    """Printed once, stored as a hash only."""
    from server.accounts.first import ensure_somebody
    from server.accounts.store import AccountStore
    from server.config.database import Database
    from server.migrations.upgrade import upgrade

    database = Database(tmp_path)
    upgrade(database)
    store = AccountStore(database)
    ensure_somebody(store, now_ms=0)
    ensure_somebody(store, now_ms=0)
    printed = capfd.readouterr().err
    accounts = store.accounts()
    database.close()
    password = printed.split("password: ")[1].split()[0]

    assert [(one.account, one.role) for one in accounts] == [("admin", "admin")]
    assert printed.count("password: ") == 1
    assert password.encode() not in b"".join(path.read_bytes() for path in tmp_path.iterdir())


def test_a_stop_under_load_loses_no_answer(tmp_path):
    """Whoever got 201 finds the ticket after the restart (S2); nobody gets a 5xx."""
    told: list[str] = []
    odd: list[int] = []
    stopped = threading.Event()

    def keep_taking(served: Served) -> None:
        client = httpx.Client(base_url=served.url, headers={"authorization": "Bearer token-of-kiosk"})
        while not stopped.is_set():
            body = {"command_id": command_id(), "items": [{"code": "id-card"}]}
            try:
                answer = client.post(f"/api/halls/{HALL}/tickets", json=body)
            except httpx.HTTPError:
                break
            told.append(answer.json()["ticket"]["id"]) if answer.status_code == 201 else odd.append(answer.status_code)
        client.close()

    with ThreadPoolExecutor(8) as crowd:
        with serving(tmp_path) as served:
            for _ in range(8):
                crowd.submit(keep_taking, served)
            _until(lambda: len(told) > 40)
        stopped.set()
    with serving(tmp_path) as served:
        known = set(served.house.halls.today(HALL).view_state().tickets)

    assert set(told) <= known
    assert odd == []


def test_the_description_of_the_api_bounds_every_field(tmp_path):
    """Schemathesis and humans see the same bounds that the server holds: no text, number or list without one."""
    with serving(tmp_path) as served:
        described = Described.of(served.client())
        page = served.client().get("/docs")
    loose = [
        f"{name}.{field}"
        for name, schema in described.taken().items()
        for field, shape in schema.get("properties", {}).items()
        if not _is_bounded(shape)
    ]

    assert page.status_code == 200
    assert loose == []


def _is_bounded(shape: dict[str, object]) -> bool:
    if "anyOf" in shape:
        return all(_is_bounded(one) for one in shape["anyOf"])  # type: ignore[attr-defined]
    match shape.get("type"):
        case "string":
            return "maxLength" in shape or "enum" in shape or "const" in shape
        case "integer" | "number":
            return {"maximum", "minimum"} <= shape.keys()
        case "array":
            return "maxItems" in shape and _is_bounded(shape["items"])  # type: ignore[arg-type]
        case _:
            return True


def _connect(served: Served) -> socket.socket:
    host, port = served.url.removeprefix("http://").split(":")
    return socket.create_connection((host, int(port)), timeout=5)


def _half_sent(served: Served) -> socket.socket:
    one = _connect(served)
    one.sendall(
        f"POST /api/halls/{HALL}/tickets HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        "Content-Length: 100\r\n\r\n{".encode()
    )
    return one


def _answer(one: socket.socket) -> bytes:
    with one:
        return one.recv(1_000).split(b" ")[1]


def _add(served: Served) -> None:
    password_hash = asyncio.run(Passwords().hash(PASSWORD))
    new = NewAccount(account="li", name="李", role="guide", halls=(HALL,), password_hash=password_hash)
    served.house.desk.store.add_accounts([new], now_ms=0)


def _sign_in(served: Served, password: str, *, account: str = "li") -> httpx.Response:
    content = json.dumps({"account": account, "password": password})
    return httpx.post(f"{served.url}/api/login", content=content, headers={"content-type": "application/json"})


def _until(holds: object) -> None:
    for _ in range(1_000):
        if holds():  # type: ignore[operator]
            return
        time.sleep(0.005)
    raise AssertionError("did not become true in 5 s")
