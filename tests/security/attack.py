"""Attacks by connections: malformed feeds by the thousand, half-sent requests, thousands of idle sockets from one address.

``make attack`` prints a table of what was measured and fails where a bar of ``docs/security.md`` is missed. The server is a
process of its own, so that its memory is its own; the attacker shares the machine with it.
"""

import contextlib
import http.client
import json
import resource
import socket
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from server.settings import Limits
from tests.faults.report import is_crowded
from tests.security.sockets import GREETED, Battle, Place, fight, handshake
from tests.support.proc import memory_kb
from tests.support.served_process import ServedProcess, process_serving
from tests.support.server import HALL, command_id, token_of

MALFORMED: Final = 10_000
WARM: Final = 1_000
"""Connections before memory counts: the first of everything is loaded then."""
SLOW: Final = 500
IDLE: Final = 4_000
SECONDS: Final = 20.0
PAUSE_S: Final = 0.05
BAR_MEMORY_MB: Final = 20.0
BAR_ANSWER_MS: Final = 100.0
BAR_KIOSK_MS: Final = 1_000.0
FEED: Final = f"/ws/halls/{HALL}?view=board&device={token_of('board')}"


@dataclass(frozen=True)
class Row:
    """One figure, its bar, and whether it holds."""

    what: str
    measured: str
    bar: str
    ok: bool


def malformed(server: ServedProcess, *, connections: int, warm: int = WARM) -> list[Row]:
    """Fight by malformed feeds; return what it cost."""
    place = Place(server.port, FEED)
    fight(place, connections=warm, seed=1, ask=lambda: _healthy(server))
    before_mb = _settled_mb(server)
    quiet_ms = fight(place, connections=0, seed=0, ask=lambda: _healthy(server), rest=200).answers_ms
    battle = fight(place, connections=connections, seed=2, ask=lambda: _healthy(server))
    grown_mb = _settled_mb(server) - before_mb
    return [
        Row(
            f"{connections:,} malformed connections", "alive" if _healthy(server) else "dead", "alive", _healthy(server)
        ),
        Row("memory grown by them", f"{grown_mb:.1f} MB", f"{BAR_MEMORY_MB:.0f} MB", grown_mb <= BAR_MEMORY_MB),
        Row(
            "an honest answer before",
            _told(quiet_ms),
            "",
            True,
        ),
        _answers(battle, quiet_ms),
    ]


def crowded(server: ServedProcess, *, slow: int, idle: int, seconds: float) -> list[Row]:
    """Hold half-sent requests and idle sockets from one address, and take numbers meanwhile."""
    quiet = _take(server, seconds=seconds / 2, meanwhile=lambda: None)
    with contextlib.ExitStack() as held:
        idlers = [held.enter_context(one) for one in _idle(server, idle)]
        slowest = _Slow(server, slow)
        held.callback(slowest.close)
        under_fire = _take(server, seconds=seconds, meanwhile=slowest.go_on)
        open_now = sum(map(_is_open, idlers))
    p99 = _p99(under_fire)
    return [
        Row("kiosk without attack", _told(quiet), "", True),
        Row(
            f"kiosk during {slow} slow requests and {idle:,} idle sockets",
            f"{_told(under_fire)} = {p99 / _p99(quiet):.1f} × without ({len(under_fire)} numbers)",
            f"p99 {BAR_KIOSK_MS:.0f} ms",
            p99 <= BAR_KIOSK_MS,
        ),
        Row("idle sockets still open at the end; slow requests sent", f"{open_now:,}; {slowest.sent:,}", "", True),
    ]


def show(rows: list[Row]) -> bool:
    """Print the table; return whether all bars hold."""
    for row in rows:
        verdict = ("holds" if row.ok else "MISSED") if row.bar else ""
        sys.stdout.write(f"  {row.what:<58} {row.measured:<54} {row.bar:<12} {verdict}\n")
    return all(row.ok for row in rows)


class _Slow:
    """Requests that bring a byte now and then; whoever is answered (408, 429) is replaced."""

    def __init__(self, server: ServedProcess, count: int) -> None:
        self.sent = 0
        self._server = server
        self._open = [self._begin() for _ in range(count)]

    def go_on(self) -> None:
        """Send a byte of some requests, and begin again those that were refused."""
        for number in range(self.sent % 10, len(self._open), 10):
            one = self._open[number]
            try:
                one.sendall(b" ")
                one.setblocking(False)
                is_over = _answered(one)
            except OSError:
                is_over = True
            if is_over:
                one.close()
                self._open[number] = self._begin()

    def close(self) -> None:
        for one in self._open:
            one.close()

    def _begin(self) -> socket.socket:
        one = socket.create_connection(("127.0.0.1", self._server.port), timeout=5)
        one.sendall(
            f"POST /api/halls/{HALL}/tickets HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            "Content-Length: 5000\r\n\r\n{".encode()
        )
        self.sent += 1
        return one


def _idle(server: ServedProcess, count: int) -> Iterator[socket.socket]:
    """Yield sockets: every other one a feed that is never read, as many of each ticket as it may have, the rest silent."""
    place = Place(server.port, "")
    for number in range(count):
        if number % (2 * Limits().screens_per_ticket) == 0:
            ticket = _number(server)
            place = Place(server.port, f"/ws/halls/{HALL}?view=ticket&ticket={ticket['id']}&secret={ticket['secret']}")
        one = socket.create_connection(("127.0.0.1", server.port), timeout=5)
        if number % 2:
            one.sendall(handshake(place))
            assert GREETED in one.recv(200)
        yield one


def _answered(one: socket.socket) -> bool:
    try:
        one.recv(1_000)
    except BlockingIOError:
        return False
    return True


def _is_open(one: socket.socket) -> bool:
    one.setblocking(False)
    try:
        while data := one.recv(65_536):
            del data
    except BlockingIOError:
        return True
    except OSError:
        return False
    return False


def _take(server: ServedProcess, *, seconds: float, meanwhile: Callable[[], None]) -> list[float]:
    """Take numbers at the kiosk, one after the other; return how long each took (ms)."""
    kiosk = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    headers = {"authorization": f"Bearer {token_of('kiosk')}", "content-type": "application/json"}
    took_ms, ends = [], time.monotonic() + seconds
    while time.monotonic() < ends:
        body = json.dumps({"command_id": command_id(), "items": [{"code": "id-card"}]})
        began = time.perf_counter()
        kiosk.request("POST", f"/api/halls/{HALL}/tickets", body, headers)
        answer = kiosk.getresponse()
        answer.read()
        took_ms.append((time.perf_counter() - began) * 1_000)
        assert answer.status == 201, answer.status
        meanwhile()
        time.sleep(PAUSE_S)
    kiosk.close()
    return took_ms


def _number(server: ServedProcess) -> dict[str, str]:
    """Take a number and return its ticket."""
    asked = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    headers = {"authorization": f"Bearer {token_of('kiosk')}", "content-type": "application/json"}
    body = json.dumps({"command_id": command_id(), "items": [{"code": "id-card"}]})
    asked.request("POST", f"/api/halls/{HALL}/tickets", body, headers)
    ticket: dict[str, str] = json.loads(asked.getresponse().read())["ticket"]
    asked.close()
    return ticket


def _answers(battle: Battle, quiet_ms: list[float]) -> Row:
    p99 = _p99(battle.answers_ms)
    told = f"{_told(battle.answers_ms)}, max {max(battle.answers_ms):.0f} ms = {p99 / _p99(quiet_ms):.1f} × before"
    return Row("an honest answer meanwhile", told, f"p99 {BAR_ANSWER_MS:.0f} ms", p99 <= BAR_ANSWER_MS)


def _told(values_ms: list[float]) -> str:
    return f"p50 {statistics.median(values_ms):.0f} ms, p99 {_p99(values_ms):.0f} ms"


def _healthy(server: ServedProcess) -> bool:
    asked = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    try:
        asked.request("GET", "/health")
        return asked.getresponse().status == 200
    finally:
        asked.close()


def _settled_mb(server: ServedProcess) -> float:
    """Return the server's resident memory once its connections are gone (time-outs of their ends: 10 s)."""
    for _ in range(60):
        time.sleep(0.25)
        if _connections(server) <= 1:
            break
    return memory_kb(server.pid) / 1_024


def _connections(server: ServedProcess) -> int:
    asked = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    asked.request("GET", "/metrics")
    text = asked.getresponse().read().decode()
    asked.close()
    return int(float(next(line for line in text.splitlines() if line.startswith("onewindow_doors_open ")).split()[1]))


def _p99(values: list[float]) -> float:
    return sorted(values)[int(len(values) * 0.99)]


def main() -> int:
    """Run the long form; return the exit status."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    sys.stdout.write(f"attacks by connections; the machine: {is_crowded() or 'has time for the proof'}\n")
    with tempfile.TemporaryDirectory() as folder, process_serving(Path(folder)) as server:
        ok = show(malformed(server, connections=MALFORMED))
    with tempfile.TemporaryDirectory() as folder, process_serving(Path(folder)) as server:
        ok = show(crowded(server, slow=SLOW, idle=IDLE, seconds=SECONDS)) and ok
    return 0 if ok else 1


if __name__ == "__main__":
    raise SystemExit(main())
