"""Settings of halls: saved whole or not at all, versions compared, changes remembered."""

import msgspec
import pytest

from hall.catalog import Text
from hall.opening import Span, WeekHours
from hall.policy import Issuing, Policy, Series, plan_hash
from server.config.plans import StoredPlans
from server.config.revisions import KEPT, revisions_of
from server.config.sections import (
    AlreadyExists,
    HallFacts,
    InvalidSettings,
    ItemsSection,
    UnknownHall,
    VersionConflict,
    WindowsSection,
)
from server.config.store import Store
from tests.server.config.conftest import BY

HALL = "longgang-s01"
SISTER = "longgang-s02"
HOURS = WeekHours(days=((Span(540, 1020),),) * 7)


def test_a_hall_that_changes_a_section_follows_its_template_in_the_others(store: Store):
    """Copy on write: the sister hall and the other sections stay as they are."""
    before = store.sections(SISTER)

    store.save(HALL, {"hours": HOURS}, expected={"hours": store.load(HALL, "hours").version}, by=BY)

    assert store.load(HALL, "hours").content == HOURS
    assert store.load(HALL, "hours").follows is None
    assert store.load(HALL, "items").follows == "street"
    assert store.sections(SISTER) == before


def test_a_change_that_started_from_an_older_version_is_refused(store: Store):
    """Two managers edit at once: the second sees the conflict, the first one's change stays."""
    version = store.load(HALL, "hours").version
    store.save(HALL, {"hours": HOURS}, expected={"hours": version}, by=BY)

    with pytest.raises(VersionConflict) as conflict:
        store.save(HALL, {"hours": WeekHours(days=((),) * 7)}, expected={"hours": version}, by=BY)

    assert conflict.value.current == store.load(HALL, "hours").version
    assert store.load(HALL, "hours").content == HOURS


def test_saving_what_stands_there_already_changes_nothing(store: Store):
    """No own sheet, no revision: the hall goes on following its template."""
    loaded = store.load(HALL, "policy")

    store.save(HALL, {"policy": loaded.content}, expected={"policy": loaded.version}, by=BY)

    assert store.load(HALL, "policy") == loaded


def test_a_change_that_contradicts_another_section_is_told_and_nothing_is_saved(store: Store):
    """Without windows no item is served: every item is told, in both languages."""
    before = store.load(HALL, "windows")
    assert isinstance(before.content, WindowsSection)
    changes = {"windows": WindowsSection(before.content.areas, ()), "hours": HOURS}

    with pytest.raises(InvalidSettings) as told:
        store.save(HALL, changes, expected={}, by=BY)

    assert len(told.value.faults) == 140
    assert told.value.faults[0].zh.endswith("没有窗口办理")
    assert store.load(HALL, "windows") == before
    assert store.load(HALL, "hours").content != HOURS


@pytest.mark.parametrize(
    "policy",
    [
        Policy("v", series=(Series("a"),)),
        Policy("v", series=(Series("A", digits=2**63),)),
        Policy("v" * 10_000),
        Policy("v", issuing=Issuing(max_items=0)),
        Policy("v", issuing=Issuing(before_open_ms=-1)),
        Policy("v\u202e"),
        Policy("v", chosen_reasons=("x",) * 10_000),
        Policy("v", end_day_min=2**70),
    ],
)
def test_a_policy_out_of_bounds_is_told(store: Store, policy: Policy):
    """Numbers have ranges, texts and lists have lengths, codes have a form."""
    before = store.load(HALL, "policy")

    with pytest.raises(InvalidSettings):
        store.save(HALL, {"policy": policy}, expected={}, by=BY)
    assert store.load(HALL, "policy") == before


def test_a_policy_keeps_its_older_versions(store: Store):
    """A hall's plan changes its name with its policy, and the change says who made it."""
    plans = StoredPlans(store)
    before = plan_hash(plans.plan_of(HALL))

    store.save(HALL, {"policy": Policy("v2")}, expected={}, by=BY)

    assert plan_hash(plans.plan_of(HALL)) != before
    assert plans.plan_of(HALL).policy.version == "v2"
    with store.database.read() as session:
        newest = revisions_of(session, HALL)[0]
    assert (newest.section, newest.actor, newest.at_ms) == ("policy", BY.actor, BY.at_ms)


def test_plans_of_unchanged_settings_are_the_same_object(store: Store):
    """Screens ask often; settings change seldom."""
    plans = StoredPlans(store)

    assert plans.plan_of(HALL) is plans.plan_of(HALL)
    assert plans.plan_of(HALL).catalog.items is plans.plan_of(SISTER).catalog.items


def test_a_halls_name_zone_and_voice_change_with_its_version(store: Store):
    """Place in the network and template are not the hall's own to change."""
    facts = msgspec.structs.replace(store.hall(HALL), name=Text("新名", "New"), voice="silent", level="district")

    store.save_facts(facts, expected=store.facts_version(HALL), by=BY)

    assert store.hall(HALL) == msgspec.structs.replace(facts, level="street")
    with pytest.raises(VersionConflict):
        store.save_facts(facts, expected="h.1", by=BY)


@pytest.mark.parametrize("zone", ["Asia/Nowhere", "", "../../etc/passwd", "x" * 10_000, "Asia"])
def test_a_zone_that_does_not_exist_is_told(store: Store, zone: str):
    """No name reaches the zone's files unless it is one."""
    facts = msgspec.structs.replace(store.hall(HALL), zone=zone)

    with pytest.raises(InvalidSettings):
        store.save_facts(facts, expected=store.facts_version(HALL), by=BY)


def test_unknown_halls_and_doubles_are_refused(store: Store):
    """Every function names the hall that is not there, or there already."""
    with pytest.raises(UnknownHall):
        store.load("nowhere", "items")
    with pytest.raises(UnknownHall):
        store.save("nowhere", {}, expected={}, by=BY)
    with pytest.raises(AlreadyExists):
        store.add_halls([store.hall(HALL)], by=BY)
    orphan = HallFacts(code="new", name=Text("新"), level="street", parent="nowhere", template="street")
    with pytest.raises(UnknownHall):
        store.add_halls([orphan], by=BY)
    assert len(store.halls()) == 120


def test_items_out_of_bounds_are_told_one_by_one(store: Store):
    """Each field with its place; an item of 10 KB and one of 2^63 ms among them."""
    content = store.load(HALL, "items").content
    assert isinstance(content, ItemsSection)
    bad = msgspec.structs.replace(
        content.items[0], code="no good", name=Text("", "x" * 10_000), service_ms=2**63, keywords="\x00"
    )

    with pytest.raises(InvalidSettings) as told:
        store.save(HALL, {"items": msgspec.structs.replace(content, items=(bad,))}, expected={}, by=BY)

    where = {fault.where for fault in told.value.faults}
    assert where >= {f"items[0].{field}" for field in ("code", "name.zh", "name.en", "service_ms", "keywords")}


def test_revisions_are_bounded(store: Store):
    """The oldest go; the newest say what happened last."""
    for number in range(KEPT + 5):
        hours = WeekHours(days=((Span(number, 1020),),) * 7)
        store.save(HALL, {"hours": hours}, expected={}, by=BY)

    with store.database.read() as session:
        kept = [one for one in revisions_of(session, HALL, limit=1_000) if one.section == "hours"]
    assert len(kept) == KEPT
    assert kept[0].version == KEPT + 5
