"""Law S15: an ID number, a phone and a full name, given through the API, come out nowhere that they do not belong.

Planted by booking, waiting, taking a number, checking in and searching; then looked for in every frame of every feed, every
answer, the log lines, the metrics, the calendars, the reports, and the bytes of all files but none.
"""

import base64
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.support.booked_api import HALL, Desk, booked_server, wish
from tests.support.booked_days import day, slot_ms
from tests.support.server import command_id, token_of

IDENTITY: Final = "440307199001017654"
PHONE: Final = "13987654321"
NAME: Final = "欧阳金丝雀"
PLANTED: Final = (IDENTITY, PHONE, NAME)
WHO: Final = {"person": IDENTITY, "phone": PHONE, "name": NAME}
VIEWS: Final = ("board", "area&area=a1", "strip&window=W01", "clerk&window=W02", "manager")
REASON: Final = "the window has moved"


class Ears:
    """Listens to every view of the hall, and keeps all that is said."""

    def __init__(self, desk: Desk) -> None:
        self.heard = bytearray()
        self._url = desk.served.ws_url
        self._feeds: list[ClientConnection] = []
        self._threads: list[threading.Thread] = []

    def listen(self, query: str) -> None:
        feed = connect(f"{self._url}/ws/halls/{HALL}?view={query}", legacy=True)
        thread = threading.Thread(target=self._keep, args=(feed,))
        thread.start()
        self._feeds.append(feed)
        self._threads.append(thread)

    def close(self) -> None:
        for feed in self._feeds:
            feed.close()
        for thread in self._threads:
            thread.join()

    def _keep(self, feed: ClientConnection) -> None:
        try:
            while True:
                self.heard += feed.recv(decode=False)
        except ConnectionClosed:
            return


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with booked_server(tmp_path_factory.mktemp("canaries")) as one:
        yield one


def test_canaries_come_out_nowhere(desk: Desk, capfd: pytest.CaptureFixture[str]):
    """All that anybody hears or reads is searched for them, in several writings."""
    ears = Ears(desk)
    for view in VIEWS:
        ears.listen(f"{view}&token={token_of('admin')}")
    answers = _plant(desk, ears)
    answers += _read_everything(desk)
    ears.close()
    said = capfd.readouterr()

    assert len(ears.heard) > 5_000
    assert _found(bytes(ears.heard)) == []
    assert _found("\n".join(answers).encode()) == []
    assert _found((said.out + said.err).encode()) == []


def test_no_file_of_the_data_folder_holds_them_in_the_clear(desk: Desk):
    """Not even the contact data's own file: there they are encrypted."""
    desk.book(IDENTITY, 2, 3, phone=PHONE, name=NAME)
    files = [path for path in desk.served.house.settings.data.iterdir() if path.is_file()]

    assert {"ledger.db", "contacts.db", "config.db"} <= {path.name for path in files}
    assert [(path.name, found) for path in files if (found := _found(path.read_bytes()))] == []


def test_staff_see_contact_data_for_a_reason_and_whoever_audits_sees_that(desk: Desk):
    booking = desk.book(IDENTITY, 3, 1, phone=PHONE, name=NAME)
    path = f"appointments/{booking['id']}/contact"

    assert desk.ask(path, {"reason": ""}, who="clerk01").status_code == 422
    shown = desk.ask(path, {"reason": REASON}, who="clerk01")
    rows = desk.get("reveals", who="auditor").json()["reveals"]

    assert shown.json() == {"name": NAME, "phone": PHONE}
    newest = rows[0]
    assert (newest["actor"], newest["subject"], newest["reason"]) == ("clerk:clerk01", booking["id"], REASON)
    assert newest["what"] == "name, phone"
    assert _found(str(rows).encode()) == []
    assert desk.get("reveals", who="clerk01").json()["code"] == "FORBIDDEN"


def test_what_is_erased_is_gone_and_the_look_at_it_stays_written(desk: Desk):
    booking = desk.book(IDENTITY, 4, 1, phone=PHONE, name=NAME)
    desk.of(booking, "erase")
    erased = desk.served.client("admin").post("/api/people/erase", json={"person": IDENTITY})

    assert erased.status_code == 200
    shown = desk.ask(f"appointments/{booking['id']}/contact", {"reason": REASON}, who="manager").json()
    assert shown == {"name": "", "phone": ""}


def _plant(desk: Desk, ears: Ears) -> list[str]:
    """Give the canaries wherever the API takes a person, a phone or a name; return what was answered."""
    booking = desk.book(IDENTITY, 0, 2, phone=PHONE, name=NAME)
    ears.listen(f"ticket&ticket={desk.served.take()['id']}&token={token_of('admin')}")
    desk.hold(1, who="clerk01", channel="desk", **{"person": IDENTITY, "phone": PHONE})
    asked: list[tuple[str, dict[str, Any], str]] = [
        ("waitlist", {**wish(1), "slot_ms": None, "from_ms": slot_ms(1, 0), "to_ms": slot_ms(1, 4), **WHO}, ""),
        ("tickets", {"items": [{"code": "id-card"}], "person": IDENTITY}, "kiosk"),
        ("tickets", {"items": [{"code": "id-card"}], "person": PHONE, "class": NAME}, "kiosk"),
        ("check-in", {"person": IDENTITY}, "kiosk"),
        ("check-in", {"code": PHONE}, ""),
        (f"appointments/{booking['id']}/cancel", {"secret": booking["secret"], "reason": "x"}, ""),
    ]
    answers = [
        desk.post(path, {name: one for name, one in body.items() if one is not None}, who=who).text
        for path, body, who in asked
    ]
    answers.append(desk.ask("appointments/find", {"phone": PHONE}, who="clerk01").text)
    answers.append(desk.ask("appointments/find", {"person": IDENTITY}, who="clerk01").text)
    for path, who in (
        ("windows/W01/open", "clerk01"),
        ("windows/W01/call-next", "clerk01"),
        ("windows/W02/open", "clerk02"),
    ):
        answers.append(desk.post(path, {}, who=who).text)
    return [answer for answer in answers if not _is_echo(answer)]


def _read_everything(desk: Desk) -> list[str]:
    """Read every page of the API that needs no id, as somebody who may read all."""
    client, paths = desk.served.client("admin"), desk.served.app.openapi()["paths"]
    plain = [path for path in paths if "get" in paths[path] and "{" not in path.replace("{hall}", "")]
    assert len(plain) > 20
    more = {
        "number": "A001",
        "item": "id-card",
        "from": day(0),
        "to": day(3),
        "date": day(0),
        "view": "board",
        "code": command_id(),
    }
    return [client.get(path.replace("{hall}", HALL), params=more).text for path in plain]


def _is_echo(answer: str) -> bool:
    """Tell whether an answer only gives a client back what it sent as a code (an unknown class is named to who named it)."""
    return '"INVALID_INPUT"' in answer


def _found(data: bytes) -> list[str]:
    """Return which canaries stand in some bytes: as they are, escaped, in UTF-16, in base 64."""
    return [one for one in PLANTED if any(form in data for form in _forms(one))]


def _forms(canary: str) -> Iterator[bytes]:
    yield canary.encode()
    yield canary.encode("unicode_escape")
    yield canary.encode("utf-16-le")
    yield base64.b64encode(canary.encode())[:-4]


def test_the_search_itself_finds_what_is_there():
    for canary in PLANTED:
        assert _found(b"x" + canary.encode() + b"y") == [canary]
        assert _found(Path("/nowhere").as_posix().encode()) == []
