"""`python -m tests.faults.screens`: many screens on one hall, with resets, stalls and dead links, and one that never reads.

Most screens have a good link; some hang on links that are reset, that stall for a moment, or that swallow everything
without a word. The good ones must not notice, the others must say what they know and come back true.
"""

import argparse
import asyncio
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from loadtests.proving import prove, say
from tests.faults.delays import DELAY_S, WIDE_S, delays, faults_of_delays
from tests.faults.load import Load, Outcome, Sizes
from tests.faults.pause import unnoticed
from tests.faults.place import furnish
from tests.faults.report import Part, is_crowded, status_of, text_of
from tests.faults.serving import Server
from tests.support.proxy import Proxy, proxied
from tests.support.server import HALL, token_of

CUT_S: Final = 10.0
"""Law L4: a stuck screen is cut within this,"""
CHECKS_S: Final = 2.0
"""counted from the next look at it: the hub looks once a second, and the kernel, which counts from its first question whether
there is room again, looks at the time when it asks the next."""
ARRIVES_S: Final = 1.0
"""Calls have so long to sound before it is looked at who has heard them."""
WATCH_S: Final = 60.0
DEAD_S: Final = 6.0
"""How long links are dead: longer than the 5 s within which a screen must say so (L8)."""
RESETS: Final = 3
OF_TEN: Final = ("good",) * 6 + ("reset", "reset", "stall", "dead")
"""Links of ten screens."""


def main() -> int:
    """Run the proof."""
    words = argparse.ArgumentParser(prog="python -m tests.faults.screens", description=__doc__)
    words.add_argument("--screens", type=int, default=200)
    asked = words.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        part = screens(Path(folder), asked.screens)
    sys.stdout.write(
        text_of(f"{asked.screens} screens on one hall with bad links, and one that never reads", [part]) + "\n"
    )
    return status_of([part])


def screens(place: Path, number: int, *, pace_s: float = 1.0, quiet_s: float = 8.0, judge: bool = True) -> Part:
    """Let so many screens follow a hall; ``quiet_s`` is the time without faults that the rest is compared with."""
    sizes = Sizes(kiosks=8, clerks=8, screens=number, pace_s=pace_s)
    data = place / "data"
    furnish(data, windows=sizes.clerks)
    server, crowded = Server(data), is_crowded() if judge else "not judged in the short form"
    try:
        server.start()
        with ExitStack() as stack:
            links = {name: stack.enter_context(proxied(server.port)) for name in ("reset", "stall", "dead")}
            ports = [links[name].port if name in links else server.port for name in OF_TEN]
            load = Load(server, sizes, screen_ports=ports)

            async def suffer(load: Load) -> Outcome:
                return await _suffer(load, links, quiet_s=quiet_s, crowded=crowded)

            return asyncio.run(load.run(suffer, name="bad links"))
    finally:
        server.stop()


async def _suffer(load: Load, links: dict[str, Proxy], *, quiet_s: float, crowded: str) -> Outcome:
    outcome = Outcome()
    good = [screen for number, screen in enumerate(load.screens) if OF_TEN[number % 10] == "good"]
    began_ns = time.monotonic_ns()
    say(f"screens: {quiet_s:g} s of quiet")
    await asyncio.sleep(quiet_s)
    say("screens: resets, stalls, dead links, and one that never reads")
    faults_ns = time.monotonic_ns()
    stuck = asyncio.create_task(asyncio.to_thread(_never_read, load.server.port))
    await _reset_and_stall(links)
    outcome.findings += await _dead_links(load, links["dead"], outcome)
    say("screens: until the one that never reads is cut")
    taken_s, cut_s = await stuck
    ended_ns = time.monotonic_ns()
    outcome.findings += faults_of_stuck(taken_s, cut_s)
    await asyncio.sleep(ARRIVES_S)
    told = load.crowd.told
    quiet = delays(good, told, since_ns=began_ns, until_ns=faults_ns)
    beside = delays(good, told, since_ns=faults_ns, until_ns=ended_ns)
    outcome.findings += faults_of_delays(quiet, beside, allowed_s=WIDE_S if crowded else DELAY_S)
    if crowded:
        outcome.notes.append(f"the {DELAY_S * 1e3:g} ms of law L4 skipped, {WIDE_S:g} s allowed: {crowded}")
    stale = sum(any(moment > faults_ns for moment in screen.stale_ns) for screen in good)
    if stale:
        outcome.findings.append(f"L4: {stale} screens with a good link became stale")
    outcome.notes.append(
        f"from the clerk's key to a good screen p99 {quiet.p99_s * 1e3:.0f} ms in quiet ({quiet.calls} calls), "
        f"{beside.p99_s * 1e3:.0f} ms beside the others ({beside.calls} calls); the stuck one was cut {cut_s - taken_s:.1f} s after it took its last byte"
    )
    return outcome


async def _reset_and_stall(links: dict[str, Proxy]) -> None:
    for _ in range(RESETS):
        await asyncio.to_thread(links["reset"].cut, "reset")
        await asyncio.to_thread(links["stall"].cut, "stall")
        await asyncio.sleep(0.6)
        await asyncio.to_thread(links["reset"].heal)
        await asyncio.to_thread(links["stall"].heal)
        await asyncio.sleep(1.2)


async def _dead_links(load: Load, link: Proxy, outcome: Outcome) -> list[str]:
    """Swallow everything on some links for a while; their screens must say so in time."""
    hanging = [screen for number, screen in enumerate(load.screens) if OF_TEN[number % 10] == "dead"]
    began_ns = time.monotonic_ns()
    with _swallowing(link) as how:
        await asyncio.sleep(DEAD_S)
        late = unnoticed(hanging, began_ns)
    outcome.notes.append(f"{len(hanging)} of {load.sizes.screens} links dead for {DEAD_S:g} s: {how}")
    return late


@contextmanager
def _swallowing(link: Proxy) -> Iterator[str]:
    """Drop the packets of a port where the machine allows it, else let the proxy pass nothing on."""
    rules = [["-i", "lo", "-p", "tcp", side, str(link.port), "-j", "DROP"] for side in ("--dport", "--sport")]
    if os.geteuid() != 0 or not shutil.which("iptables") or not _rule("-A", rules[0]):
        link.cut("silence")
        try:
            yield "ran by a proxy that swallows (iptables skipped: not allowed here)"
        finally:
            link.heal()
        return
    try:
        _rule("-A", rules[1])
        yield "ran by iptables DROP"
    finally:
        for rule in rules:
            _rule("-D", rule)


def _rule(what: str, rule: list[str]) -> bool:
    return subprocess.run(["iptables", what, "INPUT", *rule], capture_output=True, check=False).returncode == 0


def _never_read(port: int) -> tuple[float, float]:
    """Open a feed and never read; return when its end took the last byte, and when the server was rid of it, since now."""
    with socket.socket() as feed:
        feed.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        feed.connect(("127.0.0.1", port))
        feed.sendall(
            f"GET /ws/halls/{HALL}?view=manager&token={token_of('boss')} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
            "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
            "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n".encode()
        )
        mine, began, taken_s, held = feed.getsockname()[1], time.monotonic(), 0.0, 0
        while time.monotonic() - began < WATCH_S:
            time.sleep(0.1)
            if (now := _unread(feed)) != held:
                held, taken_s = now, time.monotonic() - began
            if taken_s and not _is_known(port, mine):
                return taken_s, time.monotonic() - began
        return taken_s, float("inf")


def _unread(feed: socket.socket) -> int:
    """Return how many bytes wait to be read, and leave them there; none of a connection that was reset."""
    try:
        return len(feed.recv(1 << 20, socket.MSG_PEEK | socket.MSG_DONTWAIT))
    except (BlockingIOError, ConnectionError):
        return 0


def _is_known(port: int, remote: int) -> bool:
    """Tell whether the server still has its end of a connection, from the kernel's table."""
    rows = (line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:])
    return any(row[1].endswith(f":{port:04X}") and row[2].endswith(f":{remote:04X}") for row in rows)


def faults_of_stuck(taken_s: float, cut_s: float) -> list[str]:
    """L4: who never reads is cut; the moments are those of the last byte that it took, and of its end."""
    if not taken_s:
        return ["L4: the screen that never reads was sent nothing; nothing was measured"]
    if cut_s - taken_s > CUT_S + CHECKS_S:
        return [
            f"L4: the screen that never reads was not cut within {CUT_S + CHECKS_S:g} s, but after {cut_s - taken_s:.1f} s"
        ]
    return []


if __name__ == "__main__":
    prove(main)
