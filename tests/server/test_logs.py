"""The log goes to standard error, whatever stands behind it; what cannot be written there stops no hall."""

import subprocess
import sys
from pathlib import Path

import pytest

FULL = Path("/dev/full")
"""Takes nothing: every write says that there is no space left."""
TOLD = """
import logging
import structlog
from server.logs import configure, say
configure(as_json=True)
say("to people")
structlog.get_logger().warning("append_failed", reason="disk is full")
logging.getLogger("library").warning("of a library")
print("went on", flush=True)
"""


@pytest.mark.skipif(not FULL.exists(), reason="this system has no device that is always full")
def test_a_log_line_that_cannot_be_written_is_lost_and_nothing_with_it():
    """A log file is on the disk that is full, or who read the pipe is gone."""
    with FULL.open("w") as full:
        done = subprocess.run([sys.executable, "-c", TOLD], stdout=subprocess.PIPE, stderr=full, check=False, text=True)

    assert done.stdout == "went on\n"


def test_a_log_line_is_one_line_on_standard_error():
    done = subprocess.run([sys.executable, "-c", TOLD], capture_output=True, check=True, text=True)

    assert done.stdout == "went on\n"
    first, *others = done.stderr.splitlines()
    assert first == "to people"
    assert ["append_failed" in others[0], "of a library" in others[1], len(others)] == [True, True, 2]
