"""Fixtures of folders with pages: one browser for the folder, and a watchful eye on every page that a test opens."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.support.browser import Eyes, chromium


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One Chromium for the folder."""
    with chromium() as running:
        yield running


@pytest.fixture
def eyes(browser: Browser) -> Iterator[Eyes]:
    """Opens pages; at the end none may have loaded from elsewhere, broken the content policy, or failed."""
    watching = Eyes(browser)
    yield watching
    watching.close()
    watching.check()
