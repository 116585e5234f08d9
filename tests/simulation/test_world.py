"""People and clerks of the simulated hall do what their setting says, on days small enough to be looked at."""

import gc
import weakref
from collections.abc import Iterator
from itertools import pairwise

import msgspec
import pytest

from hall import booking_commands as bcmd
from hall import commands as cmd
from hall.audit import audit
from hall.catalog import Item, Serves, Text
from hall.events import Commit, TicketCalled
from hall.ids import MINUTE_MS
from simulation.log import LogSink
from simulation.people import COMES, LATE
from simulation.setting import Behaviour, Demand, Mix, Pause, Piece, Roster, ServiceTimes, Setting, Shift, Skill
from simulation.twin import Twin
from simulation.world import World
from tests.simulation.settings import PATIENT, booked_setting, plan_of, setting_of


def lived(setting: Setting, number: int = 0) -> tuple[World, LogSink]:
    """Live through a day, whose log has to pass the audit."""
    twin, sink = Twin(setting), LogSink()
    world = twin.world(number, log=sink)
    world.run()
    assert list(audit(sink.commits, {twin.plan_hash: setting.plan})) == []
    return world, sink


def calls(sink: LogSink) -> Iterator[tuple[Commit, TicketCalled]]:
    """Yield every call of a day."""
    for commit in sink.commits:
        for event in commit.events:
            if isinstance(event, TicketCalled):
                yield commit, event


def at(world: World, minute: int) -> int:
    """Return a moment of the lived day."""
    return world.state.sessions[0].open_ms + (minute - 9 * 60) * MINUTE_MS


def test_whoever_loses_patience_gives_the_number_back_at_that_moment() -> None:
    """Nobody waits a moment longer than patience lasts, and whoever was called came before it ended."""
    behaviour = msgspec.structs.replace(PATIENT, patience_ms=15 * MINUTE_MS, patience_law="exponential")
    world, _ = lived(setting_of(plan_of(3), per_hour=40, behaviour=behaviour))

    people = world.people
    left = 0
    for place, ticket in enumerate(world.state.tickets.values()):
        until = people.at_ms[place] + people.patience_ms[place]
        if ticket.state == "CANCELLED":
            assert ticket.finished_ms == until
            left += 1
        else:
            assert ticket.first_called_ms <= until
    assert left > 50


def test_whoever_leaves_without_a_word_is_called_in_vain() -> None:
    behaviour = msgspec.structs.replace(PATIENT, patience_ms=15 * MINUTE_MS, gives_back=0.0)
    world, _ = lived(setting_of(plan_of(3), per_hour=40, behaviour=behaviour))

    people = world.people
    for place, ticket in enumerate(world.state.tickets.values()):
        gone = ticket.first_called_ms > people.at_ms[place] + people.patience_ms[place]
        assert ticket.state == ("ABANDONED" if gone else "DONE"), ticket
    assert world.state.totals["CANCELLED"] == 0
    assert world.state.totals["ABANDONED"] > 10


def test_whoever_would_leave_without_a_word_waits_from_the_slot_on_and_stays_once_called() -> None:
    """Who booked and comes early does not lose patience before the slot; who was served at a window comes to the next."""
    behaviour = msgspec.structs.replace(PATIENT, patience_ms=20 * MINUTE_MS, patience_law="fixed", gives_back=0.0)
    setting = booked_setting(by_hall=True, per_hour=30, behaviour=behaviour)
    assert setting.booked is not None
    early = msgspec.structs.replace(setting.booked, punctual_mean_ms=-25 * MINUTE_MS, punctual_sd_ms=0, no_show=0.0)
    world, _ = lived(msgspec.structs.replace(setting, booked=early))
    kept = gone = 0
    for place, slot in world.appointments.slot_ms.items():
        ticket = world.state.tickets[f"T-{place:07d}"]
        is_gone = ticket.first_called_ms > slot + 20 * MINUTE_MS
        assert ticket.state == ("ABANDONED" if is_gone else "DONE")
        kept, gone = kept + (not is_gone), gone + is_gone
    assert kept > 20

    back = msgspec.structs.replace(behaviour, missed=0.5, late=0.0, rejoins=1.0, patience_ms=5 * MINUTE_MS)
    world, _ = lived(setting_of(plan_of(9), per_hour=25, behaviour=back))
    returned = [one for one in world.state.tickets.values() if one.rejoins]
    assert len(returned) > 20
    waited = [one for one in returned if one.first_called_ms <= one.arrived_ms + 5 * MINUTE_MS]
    assert {one.state for one in waited} == {"DONE"}


def test_whoever_is_called_comes_at_once_or_at_the_second_call_or_comes_back_or_is_given_up() -> None:
    behaviour = msgspec.structs.replace(PATIENT, missed=0.5, late=0.4, rejoins=0.5)
    world, sink = lived(setting_of(plan_of(6), per_hour=25, behaviour=behaviour))

    seen = dict.fromkeys(range(4), 0)
    recalls: dict[str, int] = {}
    windows = {}
    for commit in sink.commits:
        for event in commit.events:
            if isinstance(event, TicketCalled):
                windows[event.window] = event.ticket
        if isinstance(commit.command, cmd.RecallTicket):
            name = windows[commit.command.window]
            recalls[name] = recalls.get(name, 0) + 1
    for turn, ticket in zip(world.people.turn, world.state.tickets.values(), strict=True):
        seen[turn] += 1
        assert ticket.misses == (turn not in (COMES, LATE))
        assert recalls.get(ticket.id, 0) == (turn != COMES)
        if ticket.state == "ABANDONED":
            assert turn not in (COMES, LATE)
        else:
            assert ticket.state == "DONE"
    assert min(seen.values()) > 10
    assert world.state.totals["ABANDONED"] >= seen[3]


def test_nobody_is_called_in_a_break_or_after_a_shift() -> None:
    """One window breaks from 12:00 to 13:00, the other works from 10:00 to 15:30."""
    shifts = (
        Shift(window="W000", from_min=9 * 60, to_min=18 * 60, pauses=(Pause(12 * 60, 13 * 60),)),
        Shift(window="W001", from_min=10 * 60, to_min=15 * 60 + 30),
    )
    world, sink = lived(setting_of(plan_of(2), per_hour=11, behaviour=PATIENT, roster=Roster(shifts=shifts)))

    called = {
        window: [commit.at_ms for commit, call in calls(sink) if call.window == window] for window in world.state.desks
    }
    assert not [one for one in called["W000"] if at(world, 12 * 60) <= one < at(world, 13 * 60)]
    assert [one for one in called["W000"] if one >= at(world, 13 * 60)]
    assert at(world, 10 * 60) <= min(called["W001"]) <= max(called["W001"]) < at(world, 15 * 60 + 30)
    began = [commit.at_ms for commit in sink.commits if isinstance(commit.command, cmd.PauseWindow)]
    assert began
    assert min(began) >= at(world, 12 * 60)


def test_a_skill_that_a_window_has_already_changes_nothing() -> None:
    """Who draws a plan may say what is so anyway; only what differs is told to the hall."""
    shifts = tuple(Shift(window=f"W{number:03}", from_min=9 * 60, to_min=18 * 60) for number in range(2))
    as_it_is, other = Skill("W000", Serves(everything=True)), Skill("W001", Serves(themes=("all",)))
    roster = Roster(shifts=shifts, skills=(as_it_is, other, other))

    world, sink = lived(setting_of(plan_of(2), per_hour=11, behaviour=PATIENT, roster=roster))

    told = [commit.command.window for commit in sink.commits if isinstance(commit.command, cmd.ServeAt)]
    assert told == ["W001"]
    assert world.state.desks["W001"].serves == other.serves


def test_the_time_that_windows_work_past_their_plan_is_summed_up_by_half_hour() -> None:
    """Two windows, a line at closing: what lies after it is what they needed for their last visitors, and nothing is before."""
    setting = setting_of(plan_of(2), per_hour=16, behaviour=Behaviour(walk_ms=20_000, overtime_ms=600 * MINUTE_MS))
    twin = Twin(setting)
    world = twin.world(0)
    world.run()
    result, _ = twin.sum_up(world, 0)
    closes = at(world, 18 * 60)

    last = max(ticket.finished_ms for ticket in world.state.tickets.values())

    assert sum(result.slot_over_ms[:36]) == sum(result.slot_over[:36]) == 0
    assert sum(result.slot_over_ms) == sum(end - start for start, end in world.over)
    assert {start for start, _ in world.over} == {closes}
    assert max(end for _, end in world.over) == last
    assert result.slot_over[36] == len(world.over) == 2
    assert result.slot_over_ms[36] <= 2 * 30 * MINUTE_MS


def test_work_past_a_stretch_ends_where_the_next_one_begins() -> None:
    """A window that serves through its own pause is at work as planned after it."""
    pause = Pause(12 * 60, 12 * 60 + 5)
    shifts = (Shift(window="W000", from_min=540, to_min=1080, pauses=(pause,)),)
    setting = setting_of(
        plan_of(1, service_ms=40 * MINUTE_MS), per_hour=3, roster=Roster(shifts=shifts), service=ServiceTimes(law="fixed")
    )  # fmt: skip

    world = Twin(setting).world(0)
    world.run()

    noon = at(world, 12 * 60)
    assert (noon, noon + 5 * MINUTE_MS) in world.over


@pytest.mark.parametrize(("at_close", "overtime_min"), [("serve", 600), ("serve", 20), ("stop", 600)])
def test_at_closing_clerks_serve_whoever_holds_a_number_or_stop(at_close: str, overtime_min: int) -> None:
    """A hall too full: served out, or for so long, or not at all; who is left gets home with the end of day."""
    made = setting_of(
        plan_of(2), per_hour=16, behaviour=Behaviour(walk_ms=20_000, overtime_ms=overtime_min * MINUTE_MS)
    )
    roster = msgspec.structs.replace(made.roster, at_close=at_close)  # type: ignore[arg-type]  # one of both words
    world, sink = lived(msgspec.structs.replace(made, roster=roster))

    last = max(commit.at_ms for commit, _ in calls(sink))
    closes = at(world, 18 * 60)
    if at_close == "stop":
        assert last < closes
    else:
        assert closes < last < closes + overtime_min * MINUTE_MS
    assert (world.state.totals["EXPIRED"] == 0) == (overtime_min == 600 and at_close == "serve")
    assert world.state.is_ended
    assert {desk.state for desk in world.state.desks.values()} <= {"CLOSED"}


def test_a_visit_of_several_items_goes_on_at_the_window_that_serves_the_rest() -> None:
    """Two items of one theme, each served at its own window: the first is done here, the second there."""
    items = [Item(code, Text(code, code), "all", 5 * MINUTE_MS, 50) for code in ("a", "b")]
    serves = [Serves(items=("a",)), Serves(items=("b",))]
    made = setting_of(plan_of(2, items=items, serves=serves), per_hour=6, behaviour=PATIENT)
    mix = Mix(items=(("a", 1.0), ("b", 1.0)), two_items=0.5)
    world, sink = lived(msgspec.structs.replace(made, mix=mix))

    window = {"a": "W000", "b": "W001"}
    assert world.state.totals["DONE"] == len(world.people)
    twice = 0
    for place, ticket in enumerate(world.state.tickets.values()):
        went = [call.window for _, call in calls(sink) if call.ticket == ticket.id]
        assert went == [window[entry.item] for entry in ticket.entries]
        assert [entry.state for entry in ticket.entries] == (["DONE", "DONE"] if len(went) == 2 else ["OPEN"])
        assert ticket.service_ms == sum(world.people.service_ms[place])
        twice += len(went) == 2
    assert twice > 10


def test_what_nobody_serves_any_more_is_referred_and_the_visit_ends() -> None:
    """The window of the second item has closed by noon."""
    items = [Item(code, Text(code, code), "all", 5 * MINUTE_MS, 50) for code in ("a", "b")]
    plan = plan_of(2, items=items, serves=[Serves(items=("a",)), Serves(items=("b",))])
    shifts = (
        Shift(window="W000", from_min=9 * 60, to_min=18 * 60),
        Shift(window="W001", from_min=9 * 60, to_min=12 * 60),
    )
    made = setting_of(plan, per_hour=6, behaviour=PATIENT, roster=Roster(shifts=shifts))
    both = Mix(items=(("a", 1.0), ("b", 1e-9)), two_items=1.0)
    world, sink = lived(msgspec.structs.replace(made, mix=both))

    results = [
        commit.command.result
        for commit in sink.commits
        if isinstance(commit.command, cmd.SetItemResult) and commit.at_ms > at(world, 13 * 60)
    ]
    assert results.count("referred") == results.count("done") > 10


def test_booked_visitors_check_in_early_or_late_and_absent_ones_are_no_shows() -> None:
    """The hall's rules sell the slots; whoever comes within the grace is of the booked class, later ones are not."""
    world, sink = lived(booked_setting(by_hall=True))

    state, slots = world.state, world.appointments.slot_ms
    people, walk_ins = world.people, world.people.walk_ins
    assert len(slots) > 40
    seen = {"NO_SHOW": 0, "early": 0, "on time": 0, "late": 0, "too late": 0}
    for place, slot in slots.items():
        one = state.bookings.appointments[f"appointment-{place}"]
        offset = world.at_ms[place] - slot
        ticket = state.tickets.get(f"T-{place:07d}")
        if not people.shows[place - walk_ins]:
            assert one.state == "NO_SHOW"
            assert ticket is None
            seen["NO_SHOW"] += 1
            continue
        assert ticket is not None
        assert ticket.arrived_ms == world.at_ms[place]
        if offset > 30 * MINUTE_MS:
            seen["too late"] += 1
            continue
        assert ticket.klass == ("booked" if offset <= 10 * MINUTE_MS else "ordinary")
        seen["early" if offset < 0 else "on time" if offset <= 10 * MINUTE_MS else "late"] += 1
        assert one.state == "CHECKED_IN"
        assert ticket.state == "DONE"
        assert ticket.first_called_ms >= world.at_ms[place]
    assert min(seen[kind] for kind in ("NO_SHOW", "early", "on time", "late")) > 0
    assert any(isinstance(commit.command, bcmd.CheckIn) and commit.refusal is None for commit in sink.commits)


def test_where_the_plan_has_no_bookings_each_slot_takes_so_many_and_they_queue_as_booked() -> None:
    world, _ = lived(booked_setting(by_hall=False))

    slots = world.appointments.slot_ms
    per_slot = [list(slots.values()).count(slot) for slot in set(slots.values())]
    assert max(per_slot) == 6
    for place, ticket in ((int(name[2:]), ticket) for name, ticket in world.state.tickets.items()):
        assert (ticket.klass == "booked") == (place in slots)
    assert not world.state.bookings.appointments


def test_a_gap_between_two_visits_is_kept() -> None:
    """Papers are put away: nobody is called at a window within the gap after a visit."""
    behaviour = msgspec.structs.replace(PATIENT, gap_ms=30_000)
    world, sink = lived(setting_of(plan_of(2), per_hour=14, behaviour=behaviour))

    called: dict[str, list[tuple[int, str]]] = {}
    for commit, call in calls(sink):
        called.setdefault(call.window, []).append((commit.at_ms, call.ticket))
    for rows in called.values():
        for (_, before), (now, _) in pairwise(rows):
            assert now >= world.state.tickets[before].finished_ms + 30_000


def test_who_comes_too_early_or_too_late_is_turned_away_and_counted() -> None:
    """Numbers are given from half an hour before opening until closing."""
    demand = Demand(pieces=(Piece(8 * 60, 19 * 60, 20.0),))
    world, _ = lived(setting_of(plan_of(5), per_hour=20, demand=demand, behaviour=PATIENT))

    outside = [one for one in world.people.at_ms if not at(world, 8 * 60 + 30) <= one < at(world, 18 * 60)]
    assert world.turned_away == len(outside) > 10


def test_a_day_is_gone_at_once_when_nobody_holds_it_any_more() -> None:
    """A thousand days take no more memory than one: none waits for the interpreter to look for cycles."""
    behaviour = Behaviour(walk_ms=20_000, patience_ms=20 * MINUTE_MS, missed=0.2)
    twin = Twin(setting_of(plan_of(3), per_hour=20, behaviour=behaviour))
    gc.collect()
    gc.disable()
    try:
        world = twin.world(0)
        world.run()
        gone = weakref.ref(world)
        assert not gc.isenabled()
        del world
        assert gone() is None
    finally:
        gc.enable()
