"""Why somebody was called, and why somebody was passed: sentences that a person understands."""

import msgspec

from hall.catalog import Text
from hall.feed import View
from hall.feed_staff import render
from hall.ids import MINUTE_MS
from hall.why import passed_by, reason_of, why_view
from tests.support.halls import Hall, plan, policy

IN_ORDER = Text("按次序：在本窗口可办的号中排在最前", "In order: first of those whom this window serves")


def reason(hall: Hall, number: str) -> Text:
    """Return why a number would be told to be called in order."""
    return reason_of(hall.state, hall.ticket(number), "order")


def passed(hall: Hall, mine: str, other: str, rule: str = "order") -> str:
    """Return why ``mine`` was passed by ``other``, in Chinese."""
    return passed_by(hall.state, hall.ticket(mine), hall.ticket(other), rule).zh


def test_why_tells_rule_reason_and_candidates() -> None:
    hall = Hall(open="1")
    hall.takes("A", "B")
    assert why_view(hall.state, hall.ticket("A001")) is None
    hall.choose("1", "B001", reason="manager_order")

    why = why_view(hall.state, hall.ticket("B001"))
    clerk = render(hall.state, View("clerk", "1"))
    assert why is not None
    assert clerk is not None

    assert (why["rule"], why["reason"], why["candidates"][0]["number"]) == ("chosen", "manager_order", "B001")
    assert clerk["why"] == why


def test_the_order_is_told_by_the_lane_or_the_credit_that_made_it() -> None:
    hall = Hall()
    hall.take("A")
    hall.take("A", klass="elder")
    hall.take("A", klass="priority")

    assert reason(hall, "A001") == IN_ORDER
    assert reason(hall, "A002") == Text(
        "长者：按早到 15 分钟排队，轮到此号", "Elder: counts as 15 min earlier, and is first by that"
    )
    assert reason(hall, "A003") == Text("绿色通道：先于其他号叫号", "Priority lane: called before the others")
    assert passed(hall, "A001", "A002").startswith("长者：")
    assert passed(hall, "A002", "A003").startswith("绿色通道：")
    assert passed(hall, "A001", "A002", "chosen") == "工作人员选呼（例外）"


def test_a_class_without_an_english_name_has_its_own_and_one_that_is_gone_is_in_order() -> None:
    usual = plan(policy())
    classes = tuple(
        msgspec.structs.replace(one, name=Text(one.name.zh)) if one.code == "priority" else one
        for one in usual.policy.classes
    )
    hall = Hall(plan=msgspec.structs.replace(usual, policy=msgspec.structs.replace(usual.policy, classes=classes)))
    hall.take("A", klass="priority")
    assert reason(hall, "A001").en == "绿色通道: called before the others"

    hall.ticket("A001").klass = "gone"
    assert reason(hall, "A001") == IN_ORDER


def test_who_gave_the_place_up_or_was_sent_on_is_told_so() -> None:
    hall = Hall(open="2")
    hall.takes("A", "A", "A")
    hall.delay("A001", 1)
    assert passed(hall, "A001", "A002") == "本号过号或延后过，让出了原来的位置"

    hall.wait(60)
    hall.serves_next("2")
    hall.transfer("A002", to_window="1", place="back", actor="clerk:2")
    assert passed(hall, "A002", "A003") == "本号转移过，按转移时定的位置排队"
    hall.take("A", klass="priority")
    assert passed(hall, "A002", "A004").startswith("绿色通道：")


def test_a_credit_of_less_than_a_minute_is_not_told() -> None:
    hall = Hall()
    hall.take("A", klass="elder")
    ticket = hall.ticket("A001")
    ticket.due_ms = ticket.arrived_ms - MINUTE_MS + 1

    assert reason(hall, "A001") == IN_ORDER
