"""Who is counted as overtaken, and by what reason: a place that somebody was given is no jumping of the queue."""

from hall import commands as cmd
from hall.catalog import HelpRule, Serves
from tests.support.figure_day import MINUTE, Day, day
from tests.support.plans import NINE_MS


def passed(hall: Day) -> dict[str, int]:
    totals = hall.report()["totals"]
    return {
        name: totals[f"overtakes{name}"]
        for name in ("", "_class", "_chosen", "_transfer")
        if totals[f"overtakes{name}"]
    }


def test_in_order_nobody_is_overtaken() -> None:
    hall = day("W01")
    for name in "abc":
        hall.take(name, after=1_000)
    for _ in range(3):
        hall.at(cmd.CallNext)
        hall.serve()
    assert passed(hall) == {}


def test_a_chosen_call_passes_all_who_came_before() -> None:
    hall = day("W01")
    for name in "ab":
        hall.take(name, after=1_000)
    hall.at(cmd.CallChosen, ticket=hall.take("c", after=1_000), reason="other")
    assert passed(hall) == {"_chosen": 2}

    hall.at(cmd.UndoLast)
    assert passed(hall) == {}


def test_a_class_with_credit_passes_and_is_counted_apart() -> None:
    hall = day("W01")
    hall.take("a")
    hall.take("b", after=1_000, klass="elder")
    hall.take("c", after=1_000, klass="priority")
    hall.at(cmd.CallNext)
    hall.serve()
    hall.at(cmd.CallNext)
    assert passed(hall) == {"_class": 3}


def test_who_waits_for_other_windows_is_not_overtaken() -> None:
    hall = day("W03")
    hall.take("a", ("id-card", 1))
    hall.take("b", ("invoice", 1), after=1_000)
    hall.at(cmd.CallNext, "W03")
    assert hall.visit("ticket-b").wait_ms == 0
    assert passed(hall) == {}


def test_who_lets_others_pass_is_not_overtaken() -> None:
    hall = day("W01")
    late = hall.take("a")
    for name in "bcd":
        hall.take(name, after=1_000)
    hall.do(cmd.DelayTicket, ticket=late, places=2)
    hall.at(cmd.CallNext)
    assert passed(hall) == {}


def test_a_transfer_gives_a_place_of_its_own() -> None:
    hall = day("W01")
    hall.take("a")
    favoured = hall.take("b", after=1_000)
    hall.do(cmd.TransferTicket, ticket=favoured, to_area="a1", place="front")
    hall.at(cmd.CallNext)
    assert passed(hall) == {"_transfer": 1}


def test_who_comes_back_from_a_hold_overtakes_nobody() -> None:
    hall = day("W01")
    hall.take("a")
    ticket = hall.take("b", after=1_000)
    hall.at(cmd.CallChosen, ticket=ticket, reason="other")
    hall.at(cmd.UndoLast)
    hall.at(cmd.CallNext)
    hall.at(cmd.StartService)
    hall.at(cmd.HoldTicket, reason="other")
    hall.take("c")
    hall.at(cmd.ResumeTicket, ticket="ticket-a")
    assert passed(hall) == {}


def test_who_is_parked_and_sent_to_the_front_of_the_line_overtakes_nobody() -> None:
    hall = day("W01")
    parked = hall.take("a")
    hall.at(cmd.CallNext)
    hall.at(cmd.StartService)
    hall.at(cmd.HoldTicket, reason="other")
    hall.take("b", after=1_000)
    hall.at(cmd.ResumeTicket, ticket=parked, to_line=True, place="back", after=1_000)
    hall.take("c", after=1_000)
    hall.at(cmd.CallChosen, ticket="ticket-c", reason="other")
    assert passed(hall) == {"_chosen": 1}, "b waited; a has the place that the clerk gave"


def test_an_early_place_that_was_given_after_a_hold_overtakes_nobody() -> None:
    hall = day("W01")
    hall.take("a")
    late = hall.take("b", after=1_000)
    hall.at(cmd.CallChosen, ticket=late, reason="other")
    hall.at(cmd.StartService)
    hall.at(cmd.HoldTicket, reason="other")
    hall.at(cmd.ResumeTicket, ticket=late, to_line=True, place="front")
    hall.at(cmd.CallNext)
    assert passed(hall) == {"_chosen": 1}


def test_whoever_goes_on_from_another_hall_is_not_overtaken_for_the_time_there() -> None:
    hall = day("W01")
    hall.take("a", after=MINUTE)
    origin = cmd.Origin("elsewhere", "ticket-there", NINE_MS)
    hall.take("linked", after=MINUTE, origin=origin)
    hall.at(cmd.CallNext)
    assert passed(hall) == {}


def test_the_place_of_a_merged_ticket_explains_who_is_passed() -> None:
    """The survivor stands where the merged one stood: between them nobody is passed but by that one's credit."""
    hall = day("W01")
    first = hall.take("first")
    hall.take("between", after=1_000)
    last = hall.take("last", after=1_000)
    hall.do(cmd.MergeTickets, ticket=last, merged=first)
    hall.at(cmd.CallNext)
    assert passed(hall) == {}

    hall.serve()
    elder = hall.take("elder", after=1_000, klass="elder")
    hall.do(cmd.MergeTickets, ticket=hall.take("child", after=1_000), merged=elder)
    hall.at(cmd.CallNext)
    assert passed(hall) == {"_class": 1}


def test_what_is_split_from_a_transferred_ticket_has_its_place() -> None:
    hall = day("W01")
    hall.take("a")
    favoured = hall.take("b", ("id-card", 1), ("residence", 1), after=1_000)
    hall.do(cmd.TransferTicket, ticket=favoured, to_area="a1", place="front")
    hall.do(cmd.SplitTicket, ticket=favoured, child="ticket-child", entries=(1,))
    hall.at(cmd.CallNext)
    hall.serve()
    hall.at(cmd.CallNext)
    assert passed(hall) == {"_transfer": 2}


def test_an_undone_step_leaves_the_calls_that_it_brought_to_other_windows() -> None:
    """Time lets W03 help in the very step at W01 that is undone: the help goes on."""
    hall = day("W01", "W03")
    rule = HelpRule("waited", MINUTE)
    hall.do(cmd.ServeAt, window="W03", serves=Serves(("tax",)), helps=Serves(("general",)), help_rule=rule)
    hall.take("first")
    hall.at(cmd.CallNext)
    helped = hall.take("helped", after=1_000)
    hall.at(cmd.CallNext, "W03")
    hall.at(cmd.StartService, after=2 * MINUTE)
    hall.at(cmd.UndoLast)
    assert hall.state.tickets[helped].window == "W03"
    assert hall.visit(helped).wait_ms == 2 * MINUTE
