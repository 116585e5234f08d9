"""One real server for all tests of a module."""

from collections.abc import Iterator

import pytest

from tests.support.redis import RedisServer
from tests.support.server import Served, serving


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server with two small halls, open around the clock, everybody signed in; its clock stands at nine."""
    with serving(tmp_path_factory.mktemp("data")) as server:
        yield server


@pytest.fixture
def redis() -> Iterator[RedisServer]:
    """A Redis that the test may stop."""
    started = RedisServer()
    started.start()
    yield started
    started.remove()
