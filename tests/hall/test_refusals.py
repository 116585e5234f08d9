"""Every refusal can happen, says in two languages what is the case, and leaves no fact out."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from hall import commands as cmd
from hall.booking_refusals import BOOKING_REFUSALS
from hall.catalog import Serves
from hall.errors import DATED, REFUSALS, STATE_NAMES, Refusal, refuse
from hall.opening import Calendar, Session, WeekHours, hours_on
from hall.policy import Calling, HoldRule, Issuing, MissedRule, Policy, Quota
from hall.state import TICKET_STATES
from tests.support.halls import OPEN_MS, Hall, Refused, plan, policy, refused

Story = Callable[[], object]
FAR_MS = OPEN_MS * 2


def called(rules: Policy | None = None) -> Hall:
    """Window 1 has called A001."""
    hall = Hall(rules, open="1")
    hall.take("A")
    hall.call("1")
    return hall


def served() -> Hall:
    """Window 1 serves A001."""
    hall = called()
    hall.start("1")
    return hall


def finished() -> Hall:
    """A001 is done."""
    hall = served()
    hall.finish("1")
    return hall


def waiting() -> Hall:
    """A001 waits."""
    hall = Hall(open="1")
    hall.take("A")
    return hall


def missed(rule: MissedRule) -> Hall:
    """A001 missed its call."""
    hall = Hall(policy(missed=rule), open="1")
    hall.take("A")
    hall.misses_next("1")
    return hall


def twice_missed() -> None:
    hall = missed(MissedRule())
    hall.rejoin("A001")
    hall.misses_next("1")
    hall.change_plan(plan(policy(missed=MissedRule(limit=1))))
    hall.rejoin("A001")


def delayed() -> None:
    hall = waiting()
    for _ in range(3):
        hall.delay("A001", 1)


def held_up_to_the_limit() -> None:
    hall = Hall(policy(hold=HoldRule(per_window=0)), open="1")
    hall.take("A")
    hall.serves_next("1")
    hall.hold("1")


def recalled_to_the_limit() -> None:
    hall = called()
    for _ in range(3):
        hall.wait(20)
        hall.recall("1")


def more_items_than_a_ticket_takes() -> None:
    hall = Hall(policy(issuing=Issuing(max_items=1)))
    hall.take("A", "B")


def rated_twice() -> None:
    hall = finished()
    hall.rate("A001")
    hall.rate("A001")


def undone_already() -> None:
    hall = called()
    hall.undo("1")
    hall.undo("1")


def undone_too_late() -> None:
    hall = called()
    hall.wait(31)
    hall.undo("1")


def undone_though_touched() -> None:
    hall = called()
    hall.slip("A001", printed=True)
    hall.undo("1")


def paused() -> None:
    hall = waiting()
    hall.pause("1")
    hall.call("1")


def draining() -> None:
    hall = waiting()
    hall.drain("1")
    hall.call("1")


def stopped() -> None:
    hall = Hall()
    hall.issue(False)
    hall.take("A")


def added_though_stopped() -> None:
    hall = waiting()
    hall.issue(False, "B")
    hall.add("A001", "B")


def nobody_serves() -> None:
    hall = Hall()
    hall.serve("1", Serves(items=("A",)))
    hall.take("C")


def ended() -> None:
    hall = Hall()
    hall.end_day()
    hall.take("A")


def unable() -> None:
    hall = Hall(open="3")
    hall.take("A")
    hall.choose("3", "A001")


def all_results() -> None:
    hall = served()
    hall.result("A001", 0)
    hall.transfer("A001", to_window="2")


def half_served(*items: str) -> Hall:
    hall = Hall(open="1")
    hall.take(*items)
    hall.serves_next("1")
    return hall


def unpublished_year() -> None:
    found = hours_on("2031-01-02", hours=WeekHours(((),) * 7), calendar=Calendar((2026,)), zone="Asia/Shanghai")
    assert isinstance(found, Refusal)
    raise Refused(found)


def on(number: str, make: Callable[..., cmd.AnyCommand], **fields: Any) -> Story:
    return lambda: waiting().on(number, make, **fields)


STORIES: dict[str, Story] = {
    "DAY_NOT_OPEN": lambda: Hall(opened=False).take("A"),
    "DAY_ALREADY_OPEN": lambda: Hall().open_day(),
    "DAY_ENDED": ended,
    "CALENDAR_UNPUBLISHED": unpublished_year,
    "HALL_CLOSED": lambda: Hall(sessions=(Session(FAR_MS, FAR_MS + 1),)).take("A"),
    "ISSUING_STOPPED": stopped,
    "ITEM_STOPPED": added_though_stopped,
    "PLAN_UNKNOWN": lambda: Hall(opened=False).open_day(plan="no-such-plan"),
    "PLAN_UNCHANGED": lambda: Hall().change_plan(plan()),
    "PLAN_INVALID": lambda: Hall().change_plan(plan(policy(series=()))),
    "SESSIONS_INVALID": lambda: Hall().change_sessions((2, 1)),
    "UNKNOWN_ITEM": lambda: Hall().take("Z"),
    "UNKNOWN_CLASS": lambda: Hall().take("A", klass="king"),
    "NO_ITEMS": lambda: Hall().take(),
    "TOO_MANY_ITEMS": more_items_than_a_ticket_takes,
    "BAD_QUANTITY": lambda: Hall().take("A*100"),
    "NOBODY_SERVES": nobody_serves,
    "NOBODY_SERVES_THERE": lambda: waiting().transfer("A001", to_area="a2"),
    "QUOTA_FULL": lambda: Hall(policy(quotas=(Quota("A", morning=0),))).take("A"),
    "ALREADY_WAITING": lambda: [hall.take("A", person="p") for hall in [Hall()] * 2],
    "REMOTE_NOT_ALLOWED": lambda: Hall(policy(issuing=Issuing(remote=False))).take("A", channel="phone"),
    "TICKET_EXISTS": lambda: waiting().take("A", ticket="ticket-0001"),
    "UNKNOWN_TICKET": on("A999", cmd.CancelTicket),
    "WRONG_STATE": on("A001", cmd.RejoinTicket),
    "TICKET_ELSEWHERE": lambda: called().withdraw("A001", actor="clerk:2"),
    "REJOIN_NOT_ALLOWED": lambda: missed(MissedRule("void")).rejoin("A001"),
    "REJOIN_LIMIT": twice_missed,
    "DELAY_LIMIT": delayed,
    "BAD_PLACES": on("A001", cmd.DelayTicket, places=11),
    "UNKNOWN_ENTRY": lambda: served().result("A001", 5),
    "ITEMS_OPEN": lambda: served().finish("1", result=""),
    "NOTHING_OPEN": all_results,
    "BAD_RESULT": lambda: served().result("A001", 0, due_date="tomorrow"),
    "DUE_DATE_NEEDED": lambda: served().result("A001", 0, "supplement_due"),
    "NOTHING_TO_SPLIT": lambda: half_served("A", "B").split("A001", 0, 1),
    "SAME_TICKET": lambda: waiting().merge("A001", "A001"),
    "REASON_NEEDED": on("A001", cmd.ReclassTicket, klass="elder", reason=""),
    "UNKNOWN_REASON": lambda: served().hold("1", "whim"),
    "NOT_RATABLE": lambda: waiting().rate("A001"),
    "ALREADY_RATED": rated_twice,
    "NOT_FINAL": lambda: waiting().correct("A001", state="DONE"),
    "NO_CHANGE": on("A001", cmd.ReclassTicket, klass="ordinary", reason="seen"),
    "UNKNOWN_WINDOW": lambda: Hall().open("9"),
    "UNKNOWN_AREA": lambda: waiting().transfer("A001", to_area="a9"),
    "WINDOW_TAKEN": lambda: Hall(open="1").open("1", actor="clerk:2"),
    "CLERK_ELSEWHERE": lambda: Hall(open="1").open("2", actor="clerk:1"),
    "NOT_SIGNED_IN": lambda: Hall(open="1").call("1", actor="clerk:2"),
    "WINDOW_CLOSED": lambda: Hall().call("1"),
    "WINDOW_OPEN": lambda: Hall(open="1").open("1"),
    "WINDOW_PAUSED": paused,
    "WINDOW_DRAINING": draining,
    "WINDOW_BUSY": lambda: called().call("1"),
    "NO_TICKET": lambda: Hall(open="1").finish("1"),
    "CANNOT_SERVE": unable,
    "RECALL_TOO_SOON": lambda: called().recall("1"),
    "RECALL_LIMIT": recalled_to_the_limit,
    "MISS_TOO_SOON": lambda: called().miss("1"),
    "HOLD_LIMIT": held_up_to_the_limit,
    "NOTHING_TO_UNDO": undone_already,
    "NOT_UNDOABLE": lambda: Hall(open="1").undo("1"),
    "UNDO_TOO_LATE": undone_too_late,
    "UNDO_TOUCHED": undone_though_touched,
    "BAD_TRANSFER": lambda: waiting().transfer("A001"),
    "ITEM_NOT_OPEN": lambda: called().transfer("A001", to_item="A", instead_of="B"),
    "NOTHING_SERVED": lambda: Hall().serve("1", Serves()),
}


@pytest.mark.parametrize("code", STORIES)
def test_every_refusal_happens_and_says_all_its_facts(code: str) -> None:
    """The hall itself produces it; both sentences are whole, and nothing changed (the driver looks)."""
    with refused(code):
        STORIES[code]()


def test_the_table_holds_what_can_happen_and_nothing_else() -> None:
    """A code that nothing produces is a promise that nobody keeps."""
    assert set(STORIES) == set(REFUSALS) - set(BOOKING_REFUSALS), "bookings: test_booking_refusals"


@pytest.mark.parametrize(("zh", "en"), [*REFUSALS.values(), *DATED.values()])
def test_both_languages_name_the_same_facts_in_their_own_letters(zh: str, en: str) -> None:

    assert sorted(re.findall(r"{(\w+)}", zh)) == sorted(re.findall(r"{(\w+)}", en))
    assert re.search(r"[一-鿿]", zh)
    assert not re.search(r"[一-鿿]", en)


def test_states_and_items_are_named_in_the_readers_language() -> None:
    wrong = refuse("WRONG_STATE", number="A001", state="SERVING")
    full = refuse("QUOTA_FULL", item="A", item_zh="身份证", item_en="Identity card", limit=1)
    full_until = Refusal("QUOTA_FULL", {**full.facts, "since": "2026-11-23 12:00"})

    assert wrong.zh == "号票 A001 现在是「办理中」，不能这样操作"
    assert wrong.en == "Ticket A001 is being served; this cannot be done now"
    assert full.zh.startswith("身份证 ")
    assert "Identity card" in full.en
    assert "Identity card" in full_until.en
    assert full_until.zh.endswith("2026-11-23 12:00 起再放号")
    assert refuse("UNKNOWN_ITEM", item="Z").en == "There is no such item: Z"


def test_every_state_of_a_ticket_has_a_name() -> None:
    assert set(STATE_NAMES) == set(TICKET_STATES)


def test_a_missing_fact_or_an_unknown_state_never_breaks_a_sentence() -> None:
    """Refusals of older logs may know fewer facts."""
    assert Refusal("UNKNOWN_ITEM").en == "There is no such item: –"
    assert "FROZEN" in Refusal("WRONG_STATE", {"state": "FROZEN", "number": "A001"}).zh


def test_a_code_outside_the_table_is_a_bug() -> None:
    with pytest.raises(AssertionError, match="BAD_LUCK"):
        refuse("BAD_LUCK")


def test_a_call_without_a_start_is_told_by_its_state() -> None:
    hall = called(policy(calling=Calling(start_implied=False)))

    with pytest.raises(Refused, match="Ticket A001 is being called"):
        hall.finish("1")
