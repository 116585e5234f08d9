"""Two clerks hammer one hall while people take numbers, and every third request is sent twice or again.

The laws are checked twice: from what the clients were answered (S1, S2, S4, S7), and by `onewindow audit` from the log.
"""

import http.client
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import pytest

from tests.support.served_process import process_serving
from tests.support.server import HALL, token_of

FEW: Final = 300
MANY: Final = 2_000
"""A busy day of a district hall; 300 find the same faults in a tenth of the time, seldom a rare one."""
TAKERS: Final = 4
WINDOWS: Final = {"W01": "c01", "W02": "c02"}
TWICE_EVERY: Final = 3
"""Each third request is sent at the same moment by a second connection, and once more afterwards."""
REQUEST_S: Final = 20
AUDIT_S: Final = 60
DONE_S: Final = 240
"""30 s on a quiet machine of two cores."""


@dataclass
class Client:
    """One person's connection and what it was answered, by command."""

    address: str
    token: str
    answers: dict[str, list[tuple[int, bytes]]] = field(default_factory=dict)
    sent: int = 0

    def __post_init__(self) -> None:
        self._here = self._connect()
        self._there = self._connect()
        self._twin = ThreadPoolExecutor(1)

    def post(self, path: str, command: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        """Send a command, sometimes twice at once and once more; keep every answer."""
        self.sent += 1
        content = json.dumps({"command_id": command, **(body or {})})
        kept = self.answers.setdefault(command, [])
        if self.sent % TWICE_EVERY:
            kept.append(self._send(self._here, path, content))
        else:
            twin = self._twin.submit(self._send, self._there, path, content)
            kept.append(self._send(self._here, path, content))
            kept.append(twin.result(REQUEST_S))
            kept.append(self._send(self._here, path, content))
        answer: dict[str, Any] = json.loads(kept[0][1])
        return answer

    def close(self) -> None:
        self._twin.shutdown()
        self._here.close()
        self._there.close()

    def _connect(self) -> http.client.HTTPConnection:
        return http.client.HTTPConnection(self.address, timeout=REQUEST_S)

    def _send(self, connection: http.client.HTTPConnection, path: str, content: str) -> tuple[int, bytes]:
        headers = {"authorization": f"Bearer {self.token}", "content-type": "application/json"}
        connection.request("POST", f"/api/halls/{HALL}/{path}", content, headers)
        answer = connection.getresponse()
        return answer.status, answer.read()


def take_numbers(client: Client, who: int, *, share: int, taken: list[str]) -> None:
    """Take this kiosk's share of the numbers."""
    for n in range(share):
        item = ("id-card", "residence", "invoice")[n % 3]
        answer = client.post("tickets", f"take-{who}-{n:05d}", {"items": [{"code": item}]})
        taken.append(answer["ticket"]["id"])


def serve_all(client: Client, window: str, *, done: list[str], stop: Callable[[], bool]) -> list[str]:
    """Call, start and finish until the hall is empty; return the tickets served, in order."""
    served: list[str] = []
    client.post(f"windows/{window}/open", f"open-{window}")
    n = 0
    while not stop():
        n += 1
        client.post(f"windows/{window}/call-next", f"next-{window}-{n:06d}")
        current = client.post(f"windows/{window}/start", f"start-{window}-{n:06d}")
        while current.get("ticket"):
            n += 1
            served.append(current["ticket"]["id"])
            client.post(f"windows/{window}/finish-and-next", f"done-{window}-{n:06d}", {"result": "done"})
            done.append(served[-1])
            current = client.post(f"windows/{window}/start", f"start-{window}-{n:06d}")
    return served


@pytest.mark.parametrize("tickets", [FEW, pytest.param(MANY, marks=[pytest.mark.slow, pytest.mark.timeout(300)])])
def test_two_hammering_clerks_serve_each_ticket_once_and_the_audit_agrees(tmp_path: Path, tickets: int):
    """No ticket is at two windows, none is lost, and every repeated command has its first answer, byte for byte."""
    taken: list[str] = []
    done: list[str] = []
    with process_serving(tmp_path) as server:
        address = urlsplit(server.url).netloc
        kiosks = [Client(address, token_of("kiosk")) for _ in range(TAKERS)]
        clerks = {window: Client(address, token_of(name)) for window, name in WINDOWS.items()}

        def is_over() -> bool:
            return len(taken) == tickets == len(done)

        with ThreadPoolExecutor(TAKERS + len(clerks)) as people:
            takes = [
                people.submit(take_numbers, kiosk, who, share=tickets // TAKERS, taken=taken)
                for who, kiosk in enumerate(kiosks)
            ]
            serves = {
                one: people.submit(serve_all, client, one, done=done, stop=is_over) for one, client in clerks.items()
            }
            for work in takes:
                work.result(DONE_S)
            served = {one: work.result(DONE_S) for one, work in serves.items()}
        for client in (*kiosks, *clerks.values()):
            client.close()

    assert len(set(taken)) == tickets
    by_window = Counter(ticket for tickets in served.values() for ticket in set(tickets))
    assert {ticket for ticket, windows in by_window.items() if windows > 1} == set()
    assert set(by_window) == set(taken)
    assert_first_answers(*kiosks, *clerks.values())
    assert_audit_is_clean(tmp_path)


def assert_first_answers(*clients: Client) -> None:
    """S7: a repeated command is answered as it was the first time."""
    for client in clients:
        different = [one for one, answers in client.answers.items() if len(set(answers)) > 1]
        assert different == []


def assert_audit_is_clean(folder: Path) -> None:
    """The checker that ships with the product finds nothing wrong in the log."""
    command = [sys.executable, "-c", "from server.cli import main; main()", "audit", "--data", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=AUDIT_S, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
