"""What making a device or an account costs, and what comes of two at once."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from server.accounts.passwords import Passwords
from tests.support.server import HALL, Served


def test_devices_that_were_added_are_listed_once(served: Served):
    made = [_add_device(served) for _ in range(3)]
    listed = [one["id"] for one in served.client("manager").get(f"/api/halls/{HALL}/devices").json()["devices"]]
    known = [device.id for device in served.house.live.devices[HALL]]

    assert {*made} <= {*listed}
    assert len(known) == len(set(known)) == len(listed)


def test_adding_a_device_lists_no_devices(served: Served, monkeypatch: pytest.MonkeyPatch):
    """The store's own list is replaced by one that counts: what adding asks of it is the cost that grew."""
    store, asked = served.house.desk.store, []
    lists = store.devices
    monkeypatch.setattr(store, "devices", lambda hall=None: asked.append(hall) or lists(hall))
    device = _add_device(served)

    assert asked == []
    assert device in [one.id for one in served.house.live.devices[HALL]]


def test_a_device_that_is_added_while_all_are_read_stays_known(served: Served):
    read = served.house.desk.store.devices(HALL)
    device = _add_device(served)

    known = served.house.live.learn_devices(HALL, read)

    assert [one.id for one in known] == [*(one.id for one in read), device]
    assert served.house.live.devices[HALL] == known


def test_an_account_that_exists_is_refused_before_its_password_is_hashed(
    served: Served, monkeypatch: pytest.MonkeyPatch
):
    """The hash is the real one; it is only counted."""
    hashed, really = [], Passwords.hash

    async def counted(self: Passwords, password: str) -> str:
        hashed.append(1)
        return await really(self, password)

    monkeypatch.setattr(Passwords, "hash", counted)
    first, second = _add_account(served, "newcomer"), _add_account(served, "newcomer")

    assert (first[0], second) == (201, (409, "ACCOUNT_EXISTS"))
    assert len(hashed) == 1


def test_of_two_that_make_one_account_at_once_one_succeeds(served: Served):
    with ThreadPoolExecutor(4) as pool:
        answers = sorted(pool.map(lambda _: _add_account(served, "twin"), range(4)))
    accounts = served.client("admin").get("/api/accounts").json()["accounts"]

    assert answers == [(201, ""), *[(409, "ACCOUNT_EXISTS")] * 3]
    assert [one["account"] for one in accounts].count("twin") == 1


def _add_device(served: Served) -> str:
    answer = served.client("manager").post(f"/api/halls/{HALL}/devices", json={"name": "Hall", "kind": "board"})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["device"])


def _add_account(served: Served, account: str) -> tuple[int, str]:
    body = {"account": account, "name": "New", "role": "guide", "halls": [HALL], "password": "correct horse battery"}
    answer = served.client("admin").post("/api/accounts", json=body)
    return answer.status_code, answer.json().get("code", "")
