"""What a hall is and which rules it has: every contradiction of a plan is found, and named by its codes."""

import msgspec
import pytest

from hall import errors
from hall.catalog import Area, Catalog, Item, Package, Serves, Text, Theme, Window, faults_of, items_of
from hall.errors import BrokenLog, HallError, InvalidPlan, UnknownEvent, refuse
from hall.ids import role_of
from hall.opening import Span
from hall.policy import Plan, Series, VisitorClass, faults_of_plan, plan_hash
from tests.support.plans import small_plan

PLAN = small_plan()


def with_policy(**changes: object) -> Plan:
    return msgspec.structs.replace(PLAN, policy=msgspec.structs.replace(PLAN.policy, **changes))


def with_catalog(**changes: object) -> Plan:
    return msgspec.structs.replace(PLAN, catalog=msgspec.structs.replace(PLAN.catalog, **changes))


def test_a_sound_plan_has_no_faults_and_a_stable_name() -> None:
    """The name is of the content: another content, another name."""
    assert faults_of_plan(PLAN) == []
    assert plan_hash(PLAN) == plan_hash(small_plan()) != plan_hash(small_plan(version="2"))
    assert len(plan_hash(PLAN)) == 16


def test_what_a_window_serves_is_told_by_themes_items_or_all() -> None:
    catalog = PLAN.catalog
    assert items_of(Serves(everything=True), catalog) == {"id-card", "residence", "invoice"}
    assert items_of(Serves(themes=("tax",), items=("id-card", "unknown")), catalog) == {"invoice", "id-card"}


def test_every_fault_of_a_catalog_is_listed() -> None:
    catalog = Catalog(
        areas=(Area("a1", Text("一")), Area("a1", Text("二"))),
        themes=(Theme("t1", Text("一")), Theme("t1", Text("一"))),
        items=(Item("i1", Text("一"), "t1"), Item("i1", Text("一"), "t2")),
        windows=(
            Window("W1", "1", "a2", serves=Serves(themes=("t3",), items=("i3",))),
            Window("W1", "1", "a1", helps=Serves(items=("i4",))),
        ),
        packages=(Package("p1", Text("一"), ("i1", "i5")),),
    )
    assert faults_of(catalog) == [
        "area a1: defined twice",
        "theme t1: defined twice",
        "item i1: defined twice",
        "window W1: defined twice",
        "item i1: unknown theme t2",
        "window W1: unknown area a2",
        "window W1: unknown theme t3",
        "window W1: unknown item i3",
        "window W1: serves nothing",
        "window W1 helps: unknown item i4",
        "package p1: unknown item i5",
    ]


def test_an_item_without_a_window_is_a_fault() -> None:
    plan = with_catalog(windows=PLAN.catalog.windows[2:])
    assert faults_of_plan(plan) == ["item id-card: no window serves it", "item residence: no window serves it"]


def test_classes_need_the_ordinary_one_once_and_lanes_of_one_digit() -> None:
    twice = (VisitorClass("elder", Text("长者"), lane=10), VisitorClass("elder", Text("长者"), lane=12))
    assert faults_of_plan(with_policy(classes=twice)) == [
        "policy: a class is defined twice",
        "policy: the class 'ordinary' is missing",
        "policy: lane of class elder must be 0 to 9",
    ]


@pytest.mark.parametrize(
    ("series", "fault"),
    [
        ((Series("A", themes=("tax",)),), "policy: one number series without themes and classes is needed"),
        ((Series("A", first=0),), "policy: series A has an impossible band 0–999"),
        ((Series("A", last=1000),), "policy: series A has an impossible band 1–1000"),
        ((Series("A", last=99), Series("A", first=200, digits=4)), "policy: series A has two lengths"),
        ((Series("A", last=500), Series("A", first=500)), "policy: bands of series A overlap"),
    ],
)
def test_number_series_must_be_possible_and_apart(series: tuple[Series, ...], fault: str) -> None:
    """Two windows of one prefix share no number, or two people would hold the same one."""
    assert faults_of_plan(with_policy(series=series)) == [fault]


def test_bands_of_one_prefix_may_stand_side_by_side() -> None:
    series = (Series("A", last=499), Series("A", themes=("tax",), first=500), Series("B", classes=("elder",)))
    assert faults_of_plan(with_policy(series=series)) == []


def test_faults_of_the_hours_are_faults_of_the_plan() -> None:
    hours = msgspec.structs.replace(PLAN.hours, days=((Span(0, 0),),) * 7)
    assert len(faults_of_plan(msgspec.structs.replace(PLAN, hours=hours))) == 7


# ---- refusals and errors ----


@pytest.mark.parametrize("code", sorted(errors.REFUSALS))
def test_every_refusal_says_a_sentence_in_both_languages_even_without_its_facts(code: str) -> None:
    refusal = refuse(code)
    assert refusal.zh
    assert refusal.en
    assert "{" not in refusal.zh + refusal.en


def test_a_refusal_names_its_facts() -> None:
    refusal = refuse("UNKNOWN_ITEM", item="i9")
    assert (refusal.zh, refusal.en) == ("没有这个事项：i9", "There is no such item: i9")


def test_a_code_that_nobody_wrote_down_is_a_bug() -> None:
    with pytest.raises(AssertionError, match="NO_SUCH_CODE"):
        refuse("NO_SUCH_CODE")


def test_errors_keep_their_facts_and_share_one_root() -> None:
    broken = BrokenLog(7, "S9", "follows seq 5")
    invalid = InvalidPlan(("one", "two"))
    assert (broken.seq, broken.law, broken.reason, str(broken)) == (
        7,
        "S9",
        "follows seq 5",
        "seq 7: S9: follows seq 5",
    )
    assert (invalid.faults, str(invalid)) == (("one", "two"), "one; two")
    assert all(issubclass(kind, HallError) for kind in (BrokenLog, InvalidPlan, UnknownEvent))


def test_the_role_is_the_first_part_of_an_actor() -> None:
    assert [role_of(actor) for actor in ("clerk:wang", "timer:", "manager")] == ["clerk", "timer", "manager"]
