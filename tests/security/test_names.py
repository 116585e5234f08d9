"""Five hundred scripts as names of halls, areas, windows, themes, items, classes, devices and people: none runs anywhere."""

from collections.abc import Iterator
from itertools import count
from typing import Final

import msgspec
import pytest
from playwright.sync_api import BrowserContext, Page, expect

from hall.catalog import Item, Text, Theme
from hall.policy import Plan
from server.accounts.passwords import token_hash
from server.accounts.store import Device, NewAccount
from server.api.house import wall_ms
from tests.security.payloads import COUNT, PAYLOADS, WATCH
from tests.support.browser import SIZES, Eyes, seen
from tests.support.journey import RunningClock, page_address
from tests.support.plans import small_plan
from tests.support.server import HALL, Served, serving, token_of

HALF: Final = COUNT // 2
"""A kiosk shows so many names at most."""
THEMES: Final = 8
TABS: Final = ("figures", "calls", "devices", "bookings", "settings", "accounts")
"""Of the manager's page, beside the overview that it begins with."""
SHOWN_MS: Final = 15_000
DEEP_TEXT: Final = """() => {
  const parts = [];
  const walk = (node) => {
    if (node.nodeType === Node.TEXT_NODE) { parts.push(node.nodeValue); }
    if (node.shadowRoot) { walk(node.shadowRoot); }
    for (const child of node.childNodes) { walk(child); }
  };
  walk(document.documentElement);
  return parts.join("\\n");
}"""

# Ten pages full of names, drawn without a GPU.
pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture(scope="module", params=[PAYLOADS[:HALF], PAYLOADS[HALF:]], ids=["first half", "second half"])
def names(request: pytest.FixtureRequest) -> tuple[str, ...]:
    """The names of one hall."""
    found: tuple[str, ...] = request.param
    return found


@pytest.fixture(scope="module")
def hall(names: tuple[str, ...], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A hall in which everything is called so, with people waiting and somebody called."""
    with serving(tmp_path_factory.mktemp("names"), plans={HALL: _plan(names)}, clock=RunningClock()) as served:
        store = served.house.desk.store
        for name, role in (("clerk01", "clerk"), ("guide", "guide"), ("manager", "manager"), ("admin", "admin")):
            halls = ("*",) if role == "admin" else (HALL,)
            new = NewAccount(account=name, name=names[-1], role=role, halls=halls, password_hash="none")
            store.add_accounts([new], now_ms=0, replace=True)
            store.end_session(token_hash(token_of(name)))
            store.add_session(token_hash(token_of(name)), name, expires_ms=wall_ms() + 3_600_000, now_ms=0)
        store.add_device(Device("named", HALL, names[-2][:80], "board"), token_hash("token-of-named"), now_ms=0)
        assert served.call("windows/W01/open", who="clerk01").status_code == 200
        for number in range(12):
            assert served.call(
                "tickets", {"items": [{"code": f"item-{number}"}], "class": "elder"}, who="kiosk"
            ).is_success
        assert served.call("windows/W01/call-next", who="clerk01").status_code == 200
        yield served


def test_scripts_as_names_are_shown_as_text_and_never_run(hall: Served, names: tuple[str, ...], eyes: Eyes):
    """Every page that shows names is opened; what is written there is the very text, and no frame of any page ran it."""
    shown: set[str] = set()
    for address, size, ready in _pages(hall):
        width, height = SIZES[size]
        context = eyes.context(viewport={"width": width, "height": height})
        context.add_init_script(WATCH)
        _sign_in(context, hall)
        page = context.new_page()
        page.goto(hall.url + address)
        expect(page.locator(ready).first).to_be_attached(timeout=SHOWN_MS)
        shown |= _look(page)
        for theme in range(THEMES) if "kiosk" in address else ():
            seen(page, "theme").nth(theme).click()
            expect(seen(page, "item").first).to_be_visible()
            shown |= _look(page)
            seen(page, "home").click()
        for tab in TABS if "manager" in address else ():
            seen(page, f"tab-{tab}").click()
            expect(seen(page, f"tab-{tab}")).to_have_attribute("aria-current", "page")
            page.wait_for_timeout(300)
            shown |= _look(page)
            parts = page.locator("[data-testid^=part-]")
            for part in range(parts.count()) if tab == "settings" else ():
                parts.nth(part).click()
                page.wait_for_timeout(300)
                shown |= _look(page)
        context.close()

    assert set(names) - shown == set()


def _pages(hall: Served) -> Iterator[tuple[str, str, str]]:
    """Yield address, size, and what is there once the page shows something."""
    ticket = hall.take("item-20")
    board = token_of("board")
    yield "/", "desk", "main"
    yield page_address("kiosk", device=token_of("kiosk")), "kiosk", "[data-testid=theme]"
    yield page_address("phone"), "phone", "[data-testid=item]"
    yield ticket["page"], "phone", "main"
    yield page_address("board", device=board, voice="silent"), "board", "[data-link=live]"
    yield page_address("area", device=board, area="a1"), "board", "[data-link=live]"
    yield page_address("strip", device=board, window="W01"), "strip", "[data-state=CALLING]"
    yield page_address("clerk", window="W01"), "desk", "[data-testid=key-next]"
    yield page_address("manager"), "desk", "[data-testid=total-taken]"
    yield page_address("studio"), "desk", "[data-testid=ground]"


def _look(page: Page) -> set[str]:
    """Return the payloads that a page shows as text; fail if one has run in any of its frames."""
    ran = [frame.url for frame in page.frames if frame.evaluate("() => window.__owned || 0")]
    assert ran == []
    text = page.evaluate(DEEP_TEXT)
    return {one for one in PAYLOADS if one in text}


def _sign_in(context: BrowserContext, hall: Served) -> None:
    context.add_cookies([{"name": "ow_session", "value": token_of("admin"), "url": hall.url}])


def _plan(names: tuple[str, ...]) -> Plan:
    """Return a plan whose names are payloads, each used once until they run out."""
    numbers = count()

    def name() -> str:
        return names[next(numbers) % HALF]

    def text() -> Text:
        return Text(name(), name())

    plan = small_plan(HALL)
    catalog = plan.catalog
    themes = tuple(Theme(f"theme-{number}", text()) for number in range(THEMES))
    items = tuple(Item(f"item-{number}", text(), f"theme-{number % THEMES}") for number in range(HALF // 2))
    areas = tuple(msgspec.structs.replace(one, name=text()) for one in catalog.areas)
    windows = tuple(msgspec.structs.replace(one, label=name()) for one in catalog.windows[:2])
    classes = tuple(msgspec.structs.replace(one, name=text()) for one in plan.policy.classes)
    catalog = msgspec.structs.replace(catalog, themes=themes, items=items, areas=areas, windows=windows)
    policy = msgspec.structs.replace(plan.policy, classes=classes, series=plan.policy.series[:1])
    return msgspec.structs.replace(plan, name=text(), catalog=catalog, policy=policy)
