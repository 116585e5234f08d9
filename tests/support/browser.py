"""A real browser, and what no page may ever do: load from elsewhere, break the content policy, or fail unseen.

The browser lives as long as the tests of one folder, because Playwright keeps an event loop running in the main thread,
where coroutine tests of other folders need their own.
"""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Request, expect, sync_playwright

from displays.web import DIST
from tests.support.services import missing

NAMES: Final = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""The first that is there. The shell is Chromium without windows of its own, which cost a journey half as much again."""
FLAGS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    # Pages of one journey hide each other; a real hall's screens are never in the background.
    "--disable-backgrounding-occluded-windows",
    "--disable-renderer-backgrounding",
)
SEEN_MS: Final = 10_000
"""A page shows what happened well within this on a busy machine; a hall sees it in a tenth of a second."""
AXE: Final = DIST.parent / "node_modules" / "axe-core" / "axe.min.js"
SERIOUS: Final = frozenset({"serious", "critical"})
NETWORK: Final = ("Failed to load resource", "WebSocket connection", "WebSocket is already in CLOSING", "net::ERR_")
"""The browser's own words about a lost connection: tests cut connections on purpose."""
SIZES: Final = {
    "kiosk": (1080, 1920),
    "phone": (390, 844),
    "board": (1920, 1080),
    "strip": (1280, 240),
    "desk": (1366, 768),
}

expect.set_options(timeout=SEEN_MS)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Run a browser until the block ends; skip, or fail where tests must not be skipped, if a part is missing."""
    program = next((path for name in NAMES if (path := shutil.which(name))), None)
    if program is None:
        missing("Chromium is not installed (.ci/provide installs it)")
    if not (DIST / "index.html").is_file():
        missing("the pages are not built (make web)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=list(FLAGS))
        yield browser
        browser.close()


@dataclass
class Eyes:
    """Opens pages and watches what they do; ``check`` fails if any did what no page may."""

    browser: Browser
    faults: list[str] = field(default_factory=list)
    _contexts: list[BrowserContext] = field(default_factory=list)

    def open(self, url: str, size: str = "desk", **more: Any) -> Page:
        """Open a page in a browser of its own (no cookies of others)."""
        width, height = SIZES[size]
        page = self.context(viewport={"width": width, "height": height}, **more).new_page()
        page.goto(url)
        return page

    def context(self, **more: Any) -> BrowserContext:
        """Return a fresh browser profile whose pages are watched; movement, drawn without a GPU, costs the server's cores."""
        context = self.browser.new_context(locale="zh-CN", reduced_motion="reduce", **more)
        context.set_default_timeout(SEEN_MS)
        self._contexts.append(context)
        context.on("page", self._watch)
        return context

    def close(self) -> None:
        """Close every page."""
        for context in self._contexts:
            context.close()

    def check(self) -> None:
        """Fail if a page did what no page may."""
        assert not self.faults, "\n".join(self.faults)

    def _watch(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.faults.append(f"{page.url}: uncaught {error}"))
        page.on("console", lambda message: self._heard(page, message))
        page.on("request", lambda request: self._asked(page, request))
        page.on("websocket", lambda socket: self._same_origin(page, socket.url))

    def _heard(self, page: Page, message: ConsoleMessage) -> None:
        if message.type == "error" and not any(word in message.text for word in NETWORK):
            self.faults.append(f"{page.url}: {message.text}")

    def _asked(self, page: Page, request: Request) -> None:
        self._same_origin(page, request.url)

    def _same_origin(self, page: Page, url: str) -> None:
        asked, own = urlsplit(url), urlsplit(page.url)
        if asked.scheme in {"data", "blob", "about"} or own.scheme == "about":
            return
        if asked.netloc != own.netloc:
            self.faults.append(f"{page.url} asked {url}")


def seen(page: Page, name: str) -> Locator:
    """Return what carries a test name on a page (also inside components)."""
    return page.locator(f"[data-testid='{name}']")


def scan(page: Page, text: str) -> None:
    """Type as a scanner does: in one burst, ending with Enter."""
    page.evaluate(
        """(text) => { for (const key of [...text, "Enter"])
             window.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true })); }""",
        text,
    )


def violations(page: Page) -> list[str]:
    """Return the serious and critical findings of axe-core, one line each."""
    if not AXE.is_file():
        missing("axe-core is not installed (make web)")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("() => axe.run(document, {resultTypes: ['violations']})")
    return [
        f"{one['id']} ({one['impact']}): {node['target']} {node['html'][:120]}"
        for one in found["violations"]
        if one["impact"] in SERIOUS
        for node in one["nodes"]
    ]


def announced(page: Page) -> list[dict[str, Any]]:
    """Return what a screen has rung so far."""
    rung: list[dict[str, Any]] = page.evaluate("() => (window.__announced || []).map((one) => ({...one}))")
    return rung


def holds(
    page: Page,
    condition: Any,
    what: str,
    *,
    seconds: float = SEEN_MS / 1000,
    shown: Callable[[], object] = lambda: "",
) -> None:
    """Poll a page until the condition holds, or fail saying what was not seen, and what was ``shown`` instead."""
    for _ in range(int(seconds * 20)):
        if condition():
            return
        page.wait_for_timeout(50)
    raise AssertionError(f"not within {seconds} s on {page.url}: {what} {shown()}")
