"""What a start loads: law L2 gives it two seconds, and a library that only some houses use is loaded by its first use."""

import signal
import subprocess
import sys
from pathlib import Path

from server.config.places import place_of
from server.presets.install import init_preset
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
