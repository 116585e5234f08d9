"""After the call: it is repeated, somebody comes, or nobody does; who missed comes back or is given up."""

from hall import events as ev
from hall.policy import Calling, MissedRule
from hall.step import next_deadline
from tests.support.halls import OPEN_MS, Hall, assert_called, assert_state, assert_window, plan, policy, refused

# ---- recall, start, miss ----


def test_a_recall_rings_again_after_its_cooldown_and_up_to_its_limit() -> None:
    hall = Hall(open="1")
    number = hall.take("A")
    hall.call("1")
    first_ring = hall.ticket(number).ring

    hall.wait(15)
    with refused("RECALL_TOO_SOON", wait_s=5):
        hall.recall("1")
    hall.wait(4.2)
    with refused("RECALL_TOO_SOON", wait_s=1):
        hall.recall("1")
    hall.wait(0.8)
    hall.recall("1")
    hall.wait(20)
    hall.recall("1")
    hall.wait(20)
    with refused("RECALL_LIMIT", limit=3):
        hall.recall("1")

    ticket = hall.ticket(number)
    assert (ticket.call_no, ticket.calls, ticket.ring) == (3, 1, first_ring + 2)
    record = hall.state.calls[ticket.entry_ring]
    assert (record.ring, record.call_no, record.at_ms) == (ticket.ring, 3, ticket.last_call_ms)
    assert ticket.called_ms == OPEN_MS


def test_boards_remember_the_latest_calls_and_a_forgotten_one_comes_back_with_its_recall() -> None:
    hall = Hall(policy(calling=Calling(recent=2)), open="1 2 3")
    for item, window in (("A", "1"), ("A", "2"), ("B", "3")):
        hall.take(item)
        hall.call(window)
    assert [one.number for one in hall.state.calls.values()] == ["A002", "B001"]

    hall.wait(20)
    hall.recall("1")

    assert [one.number for one in hall.state.calls.values()] == ["B001", "A001"]
    assert list(hall.state.calls) == sorted(hall.state.calls)
    hall.withdraw("A001")
    assert [one.number for one in hall.state.calls.values()] == ["B001"]


def test_a_visit_goes_on_though_the_boards_forgot_its_call() -> None:
    hall = Hall(policy(calling=Calling(recent=1)), open="1 2")
    hall.takes("A", "A")
    hall.call("1")
    hall.call("2")

    hall.start("1")
    hall.hold("1")
    hall.resume("1", "A001")
    hall.withdraw("A002")
    hall.start("1")
    hall.finish("1")

    assert_state(hall, "A001", "DONE")


def test_boards_remember_fewer_calls_when_the_plan_says_so() -> None:
    hall = Hall(open="1")
    for number in hall.takes("A", "A", "A", "A"):
        assert hall.serves_next("1") == number
        hall.finish("1")

    hall.change_plan(plan(policy(calling=Calling(recent=2))))
    hall.take("A")
    hall.call("1")

    assert [one.number for one in hall.state.calls.values()] == ["A004", "A005"]


def test_the_walk_ends_where_the_service_starts() -> None:
    hall = Hall(open="1")
    number = hall.take("A")
    hall.call("1")
    hall.wait(25)

    hall.start("1")
    hall.wait(300)
    hall.finish("1")

    ticket = hall.ticket(number)
    assert (ticket.walk_ms, ticket.service_ms, ticket.state) == (25_000, 300_000, "DONE")
    assert hall.state.calls[ticket.entry_ring].state == "ended"


def test_the_first_item_action_starts_the_service_where_the_hall_allows_it() -> None:
    hall = Hall(open="1")
    number = hall.take("A")
    hall.call("1")

    hall.result(number, 0, "referred")

    assert_window(hall, "1", "SERVING", number=number)
    hall.change_plan(plan(policy(calling=Calling(start_implied=False))))
    hall.finish("1")
    number = hall.take("A")
    hall.call("1")
    with refused("WRONG_STATE", number=number, state="CALLED"):
        hall.result(number, 0)
    with refused("WRONG_STATE", number=number, state="CALLED"):
        hall.finish("1")
    assert_window(hall, "1", "CALLING", number=number)


def test_a_miss_needs_the_least_calls_and_the_least_seconds() -> None:
    hall = Hall(open="1")
    number = hall.take("A")
    hall.call("1")

    hall.wait(40)
    with refused("MISS_TOO_SOON", calls=2, seconds=30):
        hall.miss("1")
    hall.recall("1")
    hall.miss("1")

    assert_state(hall, number, "MISSED")
    assert_window(hall, "1", "IDLE")
    assert hall.state.calls[hall.ticket(number).entry_ring].state == "missed"


def test_a_second_call_does_not_shorten_the_least_seconds() -> None:
    hall = Hall(policy(calling=Calling(recall_cooldown_ms=5_000)), open="1")
    hall.take("A")
    hall.call("1")
    hall.wait(5)
    hall.recall("1")
    hall.wait(24)

    with refused("MISS_TOO_SOON"):
        hall.miss("1")
    hall.wait(1)
    hall.miss("1", and_next=True)

    assert_window(hall, "1", "IDLE", asking=True)


def test_miss_and_next_is_one_command() -> None:
    hall = Hall(policy(calling=Calling(miss_calls=1, miss_ms=0)), open="1")
    hall.takes("A", "A")
    hall.call("1")

    hall.miss("1", and_next=True)

    assert [type(event) for event in hall.events] == [ev.TicketMissed, ev.TicketCalled]
    assert_called(hall, "A002", window="1")


# ---- rejoin, abandon ----


def test_who_missed_rejoins_behind_the_next_three() -> None:
    hall = Hall(open="1")
    hall.takes("A", "A", "A", "A", "A", "A")
    missed = hall.misses_next("1")

    hall.rejoin(missed)

    assert hall.line("1") == ["A002", "A003", "A004", "A001", "A005", "A006"]


def test_where_fewer_wait_the_place_is_behind_all_of_them() -> None:
    hall = Hall(open="1")
    hall.takes("A", "A", "A")
    missed = hall.misses_next("1")
    hall.rejoin(missed)
    assert hall.line("1") == ["A002", "A003", "A001"]

    assert hall.serves_next("1") == "A002"
    hall.finish("1")
    assert hall.serves_next("1") == "A003"
    hall.finish("1")
    assert hall.misses_next("1") == "A001"
    hall.rejoin("A001")
    hall.take("A")
    assert hall.line("1") == ["A001", "A004"]


def test_who_rejoins_lets_people_of_the_same_moment_pass() -> None:
    hall = Hall(open="1")
    for _ in range(5):
        hall.take("A")
    missed = hall.misses_next("1")

    hall.rejoin(missed)

    assert hall.line("1") == ["A002", "A003", "A004", "A005", "A001"]


def test_a_hall_may_send_who_missed_to_the_end_or_away() -> None:
    hall = Hall(policy(missed=MissedRule("end")), open="1")
    hall.takes("A", "A", "A", "A", "A", "A")
    missed = hall.misses_next("1")
    hall.rejoin(missed)
    assert hall.line("1")[-1] == missed

    hall = Hall(policy(missed=MissedRule("void")), open="1")
    hall.take("A")
    missed = hall.misses_next("1")
    with refused("REJOIN_NOT_ALLOWED"):
        hall.rejoin(missed)


def test_beyond_the_limit_of_rejoins_a_miss_gives_the_person_up() -> None:
    hall = Hall(policy(missed=MissedRule(limit=1)), open="1")
    number = hall.take("A", person="p1")

    hall.misses_next("1")
    hall.rejoin(number)
    hall.misses_next("1")

    assert_state(hall, number, "ABANDONED")
    assert hall.ticket(number).reason == "rejoin_limit"
    assert hall.take("A", person="p1") == "A002"


def test_a_lower_limit_of_rejoins_holds_for_those_who_missed_before() -> None:
    hall = Hall(open="1")
    number = hall.take("A")
    hall.misses_next("1")
    hall.rejoin(number)
    hall.misses_next("1")

    hall.change_plan(plan(policy(missed=MissedRule(limit=1))))

    with refused("REJOIN_LIMIT", limit=1):
        hall.rejoin(number)


def test_who_missed_is_given_up_after_an_hour_by_the_timer_or_before_by_a_person() -> None:
    hall = Hall(open="1")
    hall.takes("A", "A")
    first = hall.misses_next("1")
    second = hall.misses_next("1")
    assert next_deadline(hall.state) == hall.ticket(first).missed_ms + 3_600_000

    hall.abandon(second)
    hall.wait(3_600 - 30)
    hall.tick()

    assert hall.events == (ev.TicketAbandoned(hall.ticket(first).id, "timeout"),)
    assert_state(hall, second, "ABANDONED")
    with refused("WRONG_STATE", state="ABANDONED"):
        hall.abandon(second)
