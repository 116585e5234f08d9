"""What a start loads: law L2 gives it two seconds, and a library that only some houses use is loaded by its first use."""

import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from server.config.places import place_of
from server.presets.install import init_preset
from server.serving import listener_of
from tests.support.journey import until
from tests.support.ports import answers, free_port
from tests.support.served_process import STARTED_S, STOPPED_S

LATER = {
    "alembic", "authlib", "httpx", "httpx2", "icalendar", "joserfc", "matplotlib", "numpy", "openpyxl", "pygments",
    "pypinyin", "rich", "scipy", "simpy", "simulation",
}  # fmt: skip
"""Reports, workbooks, identity providers, gateways, the studio, the demo: none of them serves the first visitor."""
PROGRAM = """
import atexit, gc, sys
atexit.register(lambda: print(*{name.partition('.')[0] for name in sys.modules}, f"collecting={gc.isenabled()}"))
from server.cli import main
main()
"""


def test_a_server_that_serves_has_loaded_nothing_that_only_some_houses_use(tmp_path: Path):
    init_preset(place_of(tmp_path, "", "config"), "yuancheng", hall=None, at_ms=0)
    port = free_port()
    words = [sys.executable, "-c", PROGRAM, "serve", "--data", str(tmp_path), "--port", str(port)]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        try:
            until(lambda: answers(port), "the server answers", seconds=STARTED_S)
            server.send_signal(signal.SIGINT)
            told, _ = server.communicate(timeout=STOPPED_S)
        finally:
            server.kill()

    assert server.returncode == 0
    assert {"fastapi", "collecting=True"} <= set(told.split())
    assert LATER & set(told.split()) == set()


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost"])
def test_a_server_listens_on_addresses_of_both_kinds(host: str):
    with (
        listener_of(host, 0) as listener,
        socket.create_connection(listener.getsockname()[:2], timeout=STOPPED_S) as client,
    ):
        assert client.getpeername() == listener.getsockname()


def test_an_ipv6_address_stands_in_brackets(tmp_path: Path):
    words = [sys.executable, "-c", PROGRAM, "serve", "--data", str(tmp_path), "--host", "::1", "--port", "0"]
    with subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as server:
        try:
            assert server.stderr is not None
            told = next(line for line in server.stderr if line.startswith("OneWindow at "))
        finally:
            server.kill()

    assert told.startswith("OneWindow at http://[::1]:")
