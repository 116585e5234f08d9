"""The network grows: halls added from a template or like another, templates made and assigned; all or nothing."""

import msgspec
import pytest

from hall.catalog import Text
from hall.opening import Span, WeekHours
from server.config import network
from server.config.network import NewHall, add_hall, assign_template, make_template, members
from server.config.plans import StoredPlans
from server.config.revisions import content_at, revisions_of
from server.config.sections import (
    HallExists,
    InvalidSettings,
    NetworkFull,
    NoTemplate,
    TemplateExists,
    UnknownHall,
    UnknownParent,
    UnknownRevision,
    UnknownTemplate,
    VersionConflict,
    WrongLevel,
)
from server.config.store import Store
from server.config.templates import follow_template, push
from tests.server.config.conftest import BY

STREET = "longgang-s01"
NEW = NewHall(hall="new", name=Text("新大厅", "New Hall"), parent=STREET, template="community")
OWN = WeekHours(days=((Span(600, 660),),) * 7)


def test_a_hall_added_from_a_template_follows_it_in_every_section(store: Store):
    """Its plan is the template's, and a push reaches it as it reaches the others."""
    facts = add_hall(store, NEW, by=BY)

    push(store, "community", {"hours": OWN}, expected={}, by=BY)

    assert (facts.level, facts.zone) == ("community", "Asia/Shanghai")
    assert _member(store, "new").follows == dict.fromkeys(("items", "windows", "hours", "policy"), "community")
    assert StoredPlans(store).plan_of("new").hours == OWN
    assert store.halls()[-1] == facts


def test_a_hall_like_another_has_its_settings_as_its_own(store: Store):
    """What the other changes later, or a push to its template, is no matter of the new one."""
    before = store.sections(STREET)

    add_hall(store, _like(STREET), by=BY)
    push(store, "street", {"hours": OWN}, expected={}, by=BY)

    assert store.sections("new") == before
    assert _member(store, "new").follows == dict.fromkeys(("items", "windows", "hours", "policy"))
    assert store.hall("new").template is None


def test_an_added_hall_stands_in_the_revisions(store: Store):
    """Who added it, when."""
    add_hall(store, NEW, by=BY)

    with store.database.read() as session:
        found = revisions_of(session, "new")

    assert [(one.section, one.version, one.actor, one.at_ms) for one in found] == [("hall", 1, BY.actor, BY.at_ms)]


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"hall": STREET}, HallExists),
        ({"parent": "nowhere"}, UnknownParent),
        ({"template": "nothing"}, UnknownTemplate),
        ({"template": None, "like": "nowhere"}, UnknownHall),
        ({"parent": "longgang-c001"}, WrongLevel),
        ({"level": "street"}, WrongLevel),
        ({"level": "district", "parent": "longgang"}, WrongLevel),
        ({"template": None}, InvalidSettings),
        ({"like": STREET}, InvalidSettings),
        ({"hall": "a b"}, InvalidSettings),
        ({"hall": ""}, InvalidSettings),
        ({"name": Text("")}, InvalidSettings),
        ({"zone": "Mars/Base"}, InvalidSettings),
        ({"parent": "new"}, UnknownParent),
    ],
)
def test_a_hall_that_cannot_be_is_not_added(store: Store, change: dict[str, object], error: type[Exception]):
    """Nothing of it stays."""
    before = members(store)

    with pytest.raises(error):
        add_hall(store, msgspec.structs.replace(NEW, **change), by=BY)

    assert members(store) == before


@pytest.mark.parametrize(
    ("parent", "kind", "level"),
    [(None, "general", "district"), ("longgang", "general", "street"), (STREET, "general", "community")],
)
def test_a_hall_stands_one_level_below_its_parent_unless_told_otherwise(
    store: Store, parent: str | None, kind: str, level: str
):
    """Without a parent it is a district's."""
    new = msgspec.structs.replace(NEW, parent=parent, kind=kind)

    assert add_hall(store, new, by=BY).level == level


def test_special_halls_of_a_district_stand_below_its_own_hall(store: Store):
    """As the halls of marriages, archives and taxes do."""
    new = msgspec.structs.replace(NEW, parent="longgang", kind="special", level="district")

    assert add_hall(store, new, by=BY).parent == "longgang"


def test_a_network_has_a_greatest_number_of_halls_and_templates(store: Store, monkeypatch: pytest.MonkeyPatch):
    """One more is refused, and says how many may be."""
    monkeypatch.setattr(network, "HALLS_MAX", 120)
    monkeypatch.setattr(network, "TEMPLATES_MAX", 3)

    with pytest.raises(NetworkFull) as full:
        add_hall(store, NEW, by=BY)
    with pytest.raises(NetworkFull):
        make_template(store, "own", name=Text("自"), hall=STREET, by=BY)

    assert full.value.most == 120


def test_a_template_is_made_of_what_a_hall_is_set_to(store: Store):
    """The hall itself goes on as before; another one follows the new template."""
    store.save(STREET, {"hours": OWN}, expected={}, by=BY)

    make_template(store, "evening", name=Text("夜间", "Evening"), hall=STREET, by=BY)
    add_hall(store, msgspec.structs.replace(NEW, template="evening"), by=BY)

    assert store.sections("new") == store.sections(STREET)
    assert store.hall(STREET).template == "street"
    with pytest.raises(TemplateExists):
        make_template(store, "evening", name=Text("夜间"), hall=STREET, by=BY)


def test_a_hall_is_put_under_a_template_in_some_sections_and_keeps_the_others(store: Store):
    """What it followed before becomes its own there, so that nothing else changes."""
    before = store.sections(STREET)

    changed = assign_template(store, STREET, "community", sections=("hours",), expected="h.1", by=BY)

    after = _member(store, STREET)
    assert changed == ("items", "windows", "hours", "policy")
    assert after.facts.template == "community"
    assert after.follows == {"items": None, "windows": None, "hours": "community", "policy": None}
    assert store.sections(STREET).windows == before.windows
    assert after.version == "h.2"


def test_a_hall_goes_back_to_settings_of_its_own_and_stays_as_it_is(store: Store):
    """No push reaches it any more, and there is no template to follow again."""
    before = store.sections(STREET)

    assign_template(store, STREET, None, sections=(), expected="h.1", by=BY)
    push(store, "street", {"hours": OWN}, expected={}, by=BY)

    assert store.sections(STREET) == before
    with pytest.raises(NoTemplate):
        follow_template(store, STREET, ("hours",), by=BY)
    with pytest.raises(VersionConflict):
        assign_template(store, STREET, "street", sections=("hours",), expected="h.1", by=BY)


def test_assigning_what_is_so_already_changes_nothing(store: Store):
    """No revision, no new version."""
    before = members(store)

    changed = assign_template(
        store, STREET, "street", sections=("items", "windows", "hours", "policy"), expected="h.1", by=BY
    )

    assert changed == ()
    assert members(store) == before


def test_a_section_can_be_read_as_a_change_left_it(store: Store):
    """A note that the hall follows its template again holds no section, and another hall's change is not told."""
    old = store.load(STREET, "hours").content
    store.save(STREET, {"hours": OWN}, expected={}, by=BY)
    follow_template(store, STREET, ("hours",), by=BY)

    with store.database.read() as session:
        noted, saved, *_ = revisions_of(session, STREET)
        assert content_at(session, STREET, saved.id) == (saved, OWN)
        assert content_at(session, STREET, noted.id) == (noted, None)
        with pytest.raises(UnknownRevision):
            content_at(session, "longgang-s02", saved.id)

    assert noted.note == Text("恢复使用模板", "follows template street again")
    assert saved.note is None
    assert store.load(STREET, "hours").content == old


def _like(hall: str) -> NewHall:
    return msgspec.structs.replace(NEW, template=None, like=hall)


def _member(store: Store, hall: str) -> network.Member:
    return next(one for one in members(store) if one.facts.code == hall)
