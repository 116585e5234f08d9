"""Taking a number: given a hall, when somebody takes a number, then a number or a reason."""

import msgspec
import pytest

from hall import commands as cmd
from hall.catalog import Serves
from hall.policy import DelayRule, Issuing, Quota, Series, VisitorClass
from hall.slots import local_text
from tests.support.halls import HOUR_MS, OPEN_MS, Hall, Refused, assert_called, assert_state, plan, policy, refused


def test_numbers_count_up_within_their_series() -> None:
    hall = Hall()

    assert [hall.take(item) for item in ("A", "B", "A2", "C", "B")] == ["A001", "B001", "A002", "C001", "B002"]
    assert_state(hall, "A001", "WAITING")


def test_a_ticket_takes_several_items_and_quantities_under_the_number_of_the_first() -> None:
    hall = Hall()

    number = hall.take("B*12", "A")

    assert number == "B001"
    assert [(one.item, one.quantity) for one in hall.ticket(number).entries] == [("B", 12), ("A", 1)]


def test_a_full_band_widens_by_a_digit() -> None:
    """A999 is followed by A1000: a number says nothing twice on one day."""
    hall = Hall(policy(series=(Series("A", first=998),)))

    assert [hall.take("A") for _ in range(4)] == ["A998", "A999", "A1000", "A1001"]


def test_two_full_bands_of_one_prefix_never_collide() -> None:
    """Both go on in one row above the highest band."""
    bands = (Series("A", last=2), Series("A", ("tax",), first=3, last=3))
    hall = Hall(policy(series=bands))

    numbers = [hall.take(item) for item in ("A", "A", "B", "A", "B", "A")]

    assert numbers == ["A001", "A002", "A003", "A1000", "A1001", "A1002"]


def test_a_class_may_have_a_series_of_its_own() -> None:
    hall = Hall(policy(series=(Series("A"), Series("B", ("tax",)), Series("P", classes=("priority",)))))

    assert hall.take("B", klass="priority") == "P001"
    assert hall.take("B") == "B001"


@pytest.mark.parametrize("cut", [(Series("A", first=2),), (Series("A", last=1), Series("A", ("tax",), first=2)),
                                 (Series("A", last=9, digits=1),), (Series("A", last=9_999, digits=4),)])  # fmt: skip
def test_no_number_is_given_twice_when_bands_are_cut_anew(cut: tuple[Series, ...]) -> None:
    """S1 across a change of plan: the new bands go on where the old ones stood."""
    hall = Hall(policy(series=(Series("A", last=12, digits=2),)))
    given = [hall.take("A") for _ in range(15)]

    hall.change_plan(plan(policy(series=cut)))
    given += [hall.take(item) for item in ("A", "B", "A", "B")]
    hall.change_plan(plan(policy(series=(Series("A", last=12, digits=2),))))
    given += [hall.take("A") for _ in range(3)]

    assert len(set(given)) == len(given)


def test_numbers_are_given_half_an_hour_before_opening_until_closing() -> None:
    hall = Hall()

    hall.now = OPEN_MS - HOUR_MS
    hall.state.at_ms = hall.now
    with refused("HALL_CLOSED", next_open_ms=OPEN_MS):
        hall.take("A")
    hall.now = OPEN_MS - HOUR_MS // 2
    hall.take("A")
    hall.now = OPEN_MS + 9 * HOUR_MS
    with refused("HALL_CLOSED", next_open_ms=OPEN_MS + 24 * HOUR_MS):
        hall.take("A")


def test_a_hall_that_does_not_know_its_next_opening_says_none() -> None:
    hall = Hall(sessions=(), next_open_ms=None)

    with refused("HALL_CLOSED"):
        hall.take("A")


def test_a_hall_may_stop_before_closing_and_in_the_lunch_break() -> None:
    hall = Hall(policy(issuing=Issuing(in_breaks=False, stop_before_close_ms=HOUR_MS)))
    hall.change_sessions((0, 3), (5, 9))

    hall.take("A")
    hall.now = OPEN_MS + 4 * HOUR_MS
    with refused("HALL_CLOSED", next_open_ms=OPEN_MS + 5 * HOUR_MS):
        hall.take("A")
    hall.now = OPEN_MS + 5 * HOUR_MS
    hall.take("A")
    hall.now = OPEN_MS + 8 * HOUR_MS
    with refused("HALL_CLOSED"):
        hall.take("A")


def test_issuing_stops_and_resumes_for_the_hall_or_for_some_items() -> None:
    hall = Hall()

    hall.issue(False)
    with refused("ISSUING_STOPPED"):
        hall.take("A")
    hall.issue(True)
    hall.issue(False, "A", "B")
    with refused("ISSUING_STOPPED"):
        hall.take("C", "A")
    hall.issue(True, "A")
    assert hall.take("C", "A") == "C001"
    assert hall.state.stopped_items == ("B",)
    with refused("UNKNOWN_ITEM", item="Z"):
        hall.issue(False, "Z")


def test_resuming_without_items_resumes_whatever_is_stopped() -> None:
    """Items stopped one by one come back with the hall, whether the hall itself was stopped or not."""
    hall = Hall()

    hall.issue(False, "A", "B")
    hall.issue(True)
    assert hall.state.stopped_items == ()
    hall.issue(False, "A")
    hall.issue(False)
    hall.issue(True)

    assert hall.take("A") == "A001"
    assert hall.state.issuing


def test_stopping_or_resuming_what_is_so_already_changes_nothing() -> None:
    hall = Hall()

    with refused("NO_CHANGE"):
        hall.issue(True)
    with refused("NO_CHANGE"):
        hall.issue(True, "A")
    hall.issue(False, "A")
    with refused("NO_CHANGE"):
        hall.issue(False, "A")
    hall.issue(False, "A", "B")
    hall.issue(False)
    with refused("NO_CHANGE"):
        hall.issue(False)

    assert hall.state.stopped_items == ("A", "B")


def test_a_stopped_item_that_the_plan_no_longer_has_can_be_resumed() -> None:
    hall = Hall()
    hall.issue(False, "C")
    catalog = hall.plan.catalog
    fewer = msgspec.structs.replace(catalog, items=tuple(one for one in catalog.items if one.code != "C"))
    hall.change_plan(msgspec.structs.replace(hall.plan, catalog=fewer))

    hall.issue(True, "C")

    assert hall.state.stopped_items == ()


def test_one_open_ticket_per_person_and_item() -> None:
    hall = Hall(open="1")
    first = hall.take("A", "B", person="p1")

    with refused("ALREADY_WAITING", number=first):
        hall.take("B", person="p1")
    hall.take("C", person="p1")
    hall.take("A", person="p2")
    hall.take("A")
    assert hall.serves_next("1") == first
    hall.finish("1")
    hall.take("A", "B", person="p1")


def test_a_hall_may_let_a_person_hold_several_numbers() -> None:
    hall = Hall(policy(issuing=Issuing(one_open_per_person=False)))

    first = hall.take("A", person="p1")
    second = hall.take("A", person="p1")
    hall.cancel(second)
    hall.cancel(first)

    assert hall.state.open_of_person == {}


def test_quotas_hold_per_half_day_and_a_cancelled_number_gives_its_place_back() -> None:
    hall = Hall(policy(quotas=(Quota(item="A", morning=2, afternoon=1), Quota(theme="tax", morning=1))))

    hall.take("A")
    second = hall.take("A")
    with refused("QUOTA_FULL", item="A", item_zh="身份证", item_en="Identity card", limit=2):
        hall.take("C", "A")
    hall.cancel(second)
    hall.take("A")
    hall.take("B")
    with refused("QUOTA_FULL", limit=1):
        hall.take("B2")

    hall.now = OPEN_MS + 4 * HOUR_MS
    hall.take("A")
    for _ in range(3):
        hall.take("B2")
    with refused("QUOTA_FULL", limit=1):
        hall.take("A")


def test_a_full_morning_says_when_the_afternoon_begins_where_the_hall_has_numbers_left_then() -> None:
    """Half-day is at twelve; the hall opens at eight, without a lunch break."""
    half_day_ms, tomorrow_ms = OPEN_MS + 4 * HOUR_MS, OPEN_MS + 24 * HOUR_MS
    for quota, from_ms in (
        (Quota(item="A", morning=0), half_day_ms),
        (Quota(item="A", morning=0, afternoon=1), half_day_ms),
        (Quota(item="A", morning=0, afternoon=0), tomorrow_ms),
    ):
        with refused("QUOTA_FULL", from_ms=from_ms, since=local_text(from_ms, "Asia/Shanghai")):
            Hall(policy(quotas=(quota,))).take("A")


def test_a_full_afternoon_says_the_next_opening_and_nothing_where_nobody_knows_it() -> None:
    for next_open_ms in (OPEN_MS + 24 * HOUR_MS, None):
        hall = Hall(policy(quotas=(Quota(item="A", afternoon=0),)), next_open_ms=next_open_ms)
        hall.now = OPEN_MS + 5 * HOUR_MS
        with pytest.raises(Refused) as full:
            hall.take("A")
        assert full.value.refusal.facts.get("from_ms") == next_open_ms


def test_a_full_morning_says_when_the_break_is_over_where_none_are_given_in_it() -> None:
    """Sessions from eight to eleven and from one to five: at twelve the hall is shut."""
    hall = Hall(policy(quotas=(Quota(item="A", morning=0),), issuing=Issuing(in_breaks=False)))
    hall.change_sessions((0, 3), (5, 9))

    with refused("QUOTA_FULL", from_ms=OPEN_MS + 5 * HOUR_MS):
        hall.take("A")


def test_a_full_morning_of_a_hall_that_closes_at_noon_says_the_next_day() -> None:
    hall = Hall(policy(quotas=(Quota(item="A", morning=0),)))
    hall.change_sessions((0, 4))

    with refused("QUOTA_FULL", from_ms=OPEN_MS + 24 * HOUR_MS):
        hall.take("A")


def test_two_items_of_one_quota_need_room_for_both_in_the_afternoon() -> None:
    """Otherwise they would be sent away a second time."""
    hall = Hall(policy(quotas=(Quota(theme="tax", morning=1, afternoon=1),)))

    with refused("QUOTA_FULL", from_ms=OPEN_MS + 24 * HOUR_MS):
        hall.take("B", "B2")


def test_one_ticket_cannot_pass_the_quota_by_asking_twice() -> None:
    hall = Hall(policy(quotas=(Quota(item="A", morning=1),)))

    with refused("QUOTA_FULL", limit=1):
        hall.take("A", "A")


def test_items_added_later_count_and_are_given_back_with_the_ticket() -> None:
    """Staff may add beyond the quota; a cancelled ticket gives back what it took, and no more."""
    hall = Hall(policy(quotas=(Quota(item="A", morning=2),)))
    number = hall.take("B")
    hall.add(number, "A")
    hall.take("A")

    with refused("QUOTA_FULL"):
        hall.take("A")
    hall.cancel(number)
    hall.take("A")
    with refused("QUOTA_FULL"):
        hall.take("A")


def test_quotas_follow_merged_split_and_corrected_tickets() -> None:
    hall = Hall(policy(quotas=(Quota(item="A", morning=3),)))
    one, other = hall.take("A"), hall.take("A", "B")

    hall.merge(one, other)
    child = hall.split(one, 0)
    hall.cancel(child)
    assert hall.state.issued[0, False] == 1
    hall.correct(child, state="ABANDONED")
    assert hall.state.issued[0, False] == 2
    hall.correct(child, state="CANCELLED")
    assert hall.state.issued[0, False] == 1


def test_quotas_go_on_when_a_new_plan_orders_them_otherwise() -> None:
    hall = Hall(policy(quotas=(Quota(item="A", morning=1), Quota(item="B", morning=5))))
    hall.take("A")
    hall.cancel(hall.take("B"))

    hall.change_plan(plan(policy(quotas=(Quota(item="B", morning=1), Quota(item="A", morning=1)))))

    with refused("QUOTA_FULL", item="A"):
        hall.take("A")
    hall.take("B")


def test_a_linked_ticket_keeps_its_first_arrival_and_counts_when_it_is_taken() -> None:
    """The visit began in the morning in another hall; the afternoon's quota is what it uses here."""
    hall = Hall(policy(quotas=(Quota(item="A", morning=0, afternoon=1),)))
    hall.now = OPEN_MS + 5 * HOUR_MS

    number = hall.take("A", origin=cmd.Origin("futian", "ticket-far", OPEN_MS), actor="timer:")

    assert hall.ticket(number).arrived_ms == OPEN_MS
    with refused("QUOTA_FULL"):
        hall.take("A")
    hall.cancel(number)
    hall.take("A")


def test_a_hall_may_refuse_remote_numbers() -> None:
    hall = Hall(policy(issuing=Issuing(remote=False)))

    with refused("REMOTE_NOT_ALLOWED"):
        hall.take("A", channel="phone")
    assert hall.take("A", channel="kiosk") == "A001"


def test_a_failed_slip_is_printed_again_with_the_same_number() -> None:
    hall = Hall(open="1")
    number = hall.take("A")

    hall.slip(number, printed=False)
    assert hall.ticket(number).slip == "failed"
    hall.slip(number, printed=True)
    assert (hall.ticket(number).slip, hall.ticket(number).number) == ("printed", number)
    hall.cancel(number)
    with refused("WRONG_STATE", state="CANCELLED"):
        hall.slip(number, printed=True)


def test_a_credit_moves_a_class_ahead_and_a_lane_before_everybody() -> None:
    """Elders have 15 minutes of credit, the priority lane is its own."""
    hall = Hall()
    hall.take("A")
    hall.wait(14 * 60)
    hall.take("A", klass="elder")
    hall.wait(2 * 60)
    hall.take("A", klass="elder")
    hall.take("A", klass="priority")
    hall.take("A", klass="booked")

    assert hall.line("2") == ["A004", "A002", "A001", "A003", "A005"]


def test_another_class_counts_as_if_it_had_been_so_from_the_arrival() -> None:
    hall = Hall()
    numbers = hall.takes("A", "A", "A")

    hall.reclass(numbers[2], "elder")
    assert hall.line("1") == ["A003", "A001", "A002"]
    hall.reclass(numbers[1], "priority")
    assert hall.line("1") == ["A002", "A003", "A001"]
    hall.reclass(numbers[2], "ordinary")
    hall.reclass(numbers[1], "ordinary")
    assert hall.line("1") == ["A001", "A002", "A003"]


def test_another_class_is_one_that_the_hall_knows() -> None:
    hall = Hall()
    number = hall.take("A")

    with refused("UNKNOWN_CLASS", **{"class": "king"}):
        hall.reclass(number, "king")


def test_a_class_without_credit_keeps_the_place() -> None:
    """The same lane and the same due moment: nobody is passed, nobody passes."""
    same = (*policy().classes, VisitorClass("pupil", policy().classes[0].name))
    hall = Hall(policy(classes=same))
    first = hall.take("A")
    hall.take("A")

    hall.reclass(first, "pupil")

    assert hall.line("1") == ["A001", "A002"]


def test_somebody_who_needs_more_time_lets_others_pass() -> None:
    hall = Hall()
    first, *_ = hall.takes("A", "A", "A", "A", "A")

    hall.delay(first, 2)
    assert hall.line("1") == ["A002", "A003", "A001", "A004", "A005"]
    hall.delay(first, 10)
    assert hall.line("1") == ["A002", "A003", "A004", "A005", "A001"]
    with refused("DELAY_LIMIT", limit=2):
        hall.delay(first, 1)


def test_people_of_the_same_moment_are_let_pass_too() -> None:
    """Two kiosks may give numbers in one millisecond; whoever lets others pass stands behind them all the same."""
    hall = Hall()
    first = hall.take("A")
    hall.take("A")

    hall.delay(first, 1)

    assert hall.line("1") == ["A002", "A001"]


def test_there_are_limits_to_letting_others_pass() -> None:
    hall = Hall(policy(delay=DelayRule(max_places=4)))
    number = hall.take("A")

    for places in (0, 5):
        with refused("BAD_PLACES", limit=4):
            hall.delay(number, places)
    hall.delay(number, 4)
    assert hall.line("1") == [number]


def test_an_item_that_no_window_serves_today_gets_no_numbers() -> None:
    hall = Hall()
    hall.serve("1", Serves(themes=("general",)))

    with refused("NOBODY_SERVES", item="C", item_en="House transfer"):
        hall.take("C")


def test_the_next_arrival_is_called_to_the_window_that_asks() -> None:
    hall = Hall(open="3")
    hall.call("3")

    number = hall.take("B")

    assert_called(hall, number, window="3")
