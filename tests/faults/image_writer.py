"""The writer of :mod:`tests.support.killed_writer` with another setting of ``synchronous``: FILE SETTING."""

import asyncio
import sys
from pathlib import Path

from server.ledger import sqlite
from tests.support.killed_writer import write

if __name__ == "__main__":
    _, file, setting = sys.argv
    weaker = tuple(one.replace("synchronous=FULL", f"synchronous={setting}") for one in sqlite._WRITING)
    assert any(setting in one for one in weaker)
    sqlite._WRITING = weaker
    asyncio.run(write(Path(file), 0))
