"""Templates: pushed to many halls at once, after a preview, or not at all."""

import msgspec
import pytest

from hall.opening import Span, WeekHours
from server.config.plans import StoredPlans
from server.config.sections import InvalidSettings, ItemsSection, UnknownHall, UnknownTemplate, VersionConflict
from server.config.store import Store
from server.config.templates import follow_template, load_template, preview, push, sections_of_template, templates
from tests.server.config.conftest import BY

HOURS = WeekHours(days=((Span(540, 1200),),) * 7)
OWN = WeekHours(days=((Span(600, 660),),) * 7)
STREETS = tuple(f"longgang-s{number:02}" for number in range(1, 9))


def test_a_preview_names_the_halls_that_would_change_and_changes_nothing(store: Store):
    """Seven streets follow, one keeps its own hours; districts and communities are not concerned."""
    store.save(STREETS[0], {"hours": OWN}, expected={}, by=BY)
    before = load_template(store, "street", "hours")

    found = preview(store, "street", {"hours": HOURS})

    assert found.changes == dict.fromkeys(STREETS[1:], ("hours",))
    assert found.keeps == {STREETS[0]: ("hours",)}
    assert found.faults == {}
    assert load_template(store, "street", "hours") == before


def test_a_push_reaches_every_hall_that_follows(store: Store):
    """111 communities are changed by one transaction, and their plans with them."""
    plans = StoredPlans(store)
    version = load_template(store, "community", "hours").version

    found = push(store, "community", {"hours": HOURS}, expected={"hours": version}, by=BY)

    assert len(found.changes) == 111
    assert all(plans.plan_of(hall).hours == HOURS for hall in found.changes)
    assert plans.plan_of("longgang").hours != HOURS


def test_a_hall_of_its_own_is_taken_over_only_when_it_is_named(store: Store):
    """What it had stays in its revisions."""
    store.save(STREETS[0], {"hours": OWN}, expected={}, by=BY)

    push(store, "street", {"hours": HOURS}, expected={}, by=BY)
    assert store.load(STREETS[0], "hours").content == OWN

    found = push(store, "street", {"hours": HOURS}, expected={}, by=BY, taking_over=(STREETS[0],))
    assert found.changes == {STREETS[0]: ("hours",)}
    assert store.load(STREETS[0], "hours").content == HOURS
    assert store.load(STREETS[0], "hours").follows == "street"


def test_a_push_that_would_break_one_hall_is_saved_for_none(store: Store):
    """A street with windows of its own serves items that the template drops: the hall and the window are named."""
    items = sections_of_template(store, "street").items
    windows = sections_of_template(store, "street").windows
    kept, dropped = items.items[0], items.items[1]
    only = msgspec.structs.replace(windows.windows[0].serves, items=(dropped.code,))
    own = (windows.windows[0], msgspec.structs.replace(windows.windows[1], serves=only))
    store.save(STREETS[3], {"windows": msgspec.structs.replace(windows, windows=own)}, expected={}, by=BY)
    fewer = ItemsSection(items.themes, (kept,))

    with pytest.raises(InvalidSettings) as told:
        push(store, "street", {"items": fewer}, expected={}, by=BY)

    assert {fault.where.partition(":")[0] for fault in told.value.faults} == {STREETS[3]}
    assert preview(store, "street", {"items": fewer}).faults.keys() == {STREETS[3]}
    assert sections_of_template(store, "street").items == items


def test_a_push_compares_versions(store: Store):
    """Two planners push at once; the second is told."""
    version = load_template(store, "street", "hours").version
    push(store, "street", {"hours": HOURS}, expected={"hours": version}, by=BY)

    with pytest.raises(VersionConflict):
        push(store, "street", {"hours": OWN}, expected={"hours": version}, by=BY)


def test_a_hall_can_follow_its_template_again(store: Store):
    """Own hours are given up; another try of its own counts on from the last."""
    store.save(STREETS[0], {"hours": OWN}, expected={}, by=BY)

    follow_template(store, STREETS[0], ("hours",), by=BY)
    assert store.load(STREETS[0], "hours").follows == "street"

    store.save(STREETS[0], {"hours": OWN}, expected={}, by=BY)
    assert store.load(STREETS[0], "hours").content == OWN


def test_unknown_templates_and_strangers_are_refused(store: Store):
    """A hall of another template cannot be taken over."""
    with pytest.raises(UnknownTemplate):
        preview(store, "nothing", {"hours": HOURS})
    with pytest.raises(UnknownHall):
        preview(store, "street", {"hours": HOURS}, taking_over=("longgang",))
    assert [one.code for one in templates(store)] == ["community", "district", "street"]
