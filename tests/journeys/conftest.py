"""One browser for the folder, a watchful eye on every page that a test opens, and the small hall that most of them visit."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.browser_fixtures import browser, eyes
from tests.support.journey import RunningClock, add_people, journey_plan
from tests.support.server import HALL, Served, serving

__all__ = ["browser", "eyes", "hall"]


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Served]:
    """The journeys' hall, open since nine, with its people."""
    add_people(tmp_path)
    with serving(tmp_path, plans={HALL: journey_plan()}, clock=RunningClock()) as served:
        yield served
