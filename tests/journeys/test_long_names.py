"""Long names of items, in either language, can be read to their end where people choose and where they check what they chose."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec
import pytest
from playwright.sync_api import Page, expect

from hall.catalog import Text
from tests.support.browser import Eyes, seen
from tests.support.journey import RunningClock, add_devices, add_people, journey_plan, page_address
from tests.support.server import HALL, Served, serving, token_of

NAMES: Final = (
    Text(
        "身份证",
        "Identity card of a resident who moved here from another province: first issue, replacement or renewal",
    ),
    Text(
        "建筑废弃物运输许可（跨区、夜间、超限运输，变更）",
        "Construction waste transport permit for other districts at night: change",
    ),
    Text("发票", "Invoices"),
)
"""A short Chinese name with a long English one, and one that is long in both."""

CUT: Final = """() => {
  const all = (root) => [...root.querySelectorAll("*")].flatMap((one) => [one, ...(one.shadowRoot ? all(one.shadowRoot) : [])]);
  return all(document).filter((one) => one.matches("[data-testid=item] .name > *, [data-testid=chosen] .name > *")).filter((one) => {
    const [mine, row] = [one.getBoundingClientRect(), one.closest("[data-testid]").getBoundingClientRect()];
    return one.scrollWidth > one.clientWidth + 1 || one.scrollHeight > one.clientHeight + 1 || mine.top < row.top || mine.bottom > row.bottom;
  }).map((one) => one.textContent);
}"""
"""The names that are not wholly on the glass."""

pytestmark = [pytest.mark.browser]


@pytest.fixture
def hall(tmp_path: Path) -> Iterator[Served]:
    add_people(tmp_path)
    add_devices(tmp_path)
    plan = journey_plan()
    items = tuple(
        msgspec.structs.replace(item, name=name) for item, name in zip(plan.catalog.items, NAMES, strict=True)
    )
    plan = msgspec.structs.replace(plan, catalog=msgspec.structs.replace(plan.catalog, items=items))
    with serving(tmp_path, plans={HALL: plan}, clock=RunningClock()) as served:
        yield served


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("size", ["kiosk", "board"])
def test_long_names_are_read_to_their_end_upright_and_lying(hall: Served, eyes: Eyes, size: str, language: str):
    """An English name of more than some sixty letters ended in three dots, on the page that asks to check it."""
    kiosk = eyes.open(hall.url + page_address("kiosk", device=token_of("kiosk")), size)
    if language == "en":
        seen(kiosk, "language").click()
    expect(seen(kiosk, "item").first).to_be_visible()
    assert kiosk.evaluate(CUT) == []

    for item in ("id-card", "residence"):
        kiosk.locator(f"[data-testid=item][data-code={item}]").click()
        seen(kiosk, "add").click()
    seen(kiosk, "to-review").click()

    expect(seen(kiosk, "chosen")).to_have_count(2)
    assert_settled(kiosk)
    assert kiosk.evaluate(CUT) == []


def assert_settled(kiosk: Page) -> None:
    expect(seen(kiosk, "told")).to_be_visible()
