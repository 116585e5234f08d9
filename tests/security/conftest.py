"""One browser for the folder, and a watchful eye on every page that a test opens."""

from tests.support.browser_fixtures import browser, eyes

__all__ = ["browser", "eyes"]
