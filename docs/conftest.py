"""Every Python example in these documents runs in the test suite, one namespace for each document.

The protocol's examples talk to a real server: ``server`` is its address.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sybil import Sybil
from sybil.parsers.markdown import PythonCodeBlockParser, SkipParser

from tests.support.server import serving

PARSERS = [PythonCodeBlockParser(), SkipParser()]
SERVED = "protocol.md"


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Serve a small hall whose boards are open to all."""
    folder: Path = tmp_path_factory.mktemp("hall")
    with serving(folder, public_screens=True) as served:
        yield served.ws_url


pytest_collect_file = (
    Sybil(parsers=PARSERS, patterns=["*.md"], excludes=[SERVED])
    + Sybil(parsers=PARSERS, patterns=[SERVED], fixtures=["server"])
).pytest()
