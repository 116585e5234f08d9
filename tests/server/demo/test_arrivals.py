"""The visitors of a demo day."""

from statistics import mean, pvariance

import pytest

from server.config.sections import UnknownHall
from server.demo.arrivals import visitors
from server.demo.demand import Expected, expected_of, preset_of
from server.demo.roster import roster
from server.demo.views import ClassFacts, HallFacts, ItemFacts, Session, WindowFacts
from server.presets.loader import load_preset

HALL = "longgang"
OPEN_MS = 1_795_393_800_000
"""2026-11-23 08:30 in Shenzhen, a Monday."""
HOUR_MS = 3_600_000


def hall_facts() -> HallFacts:
    """Return the public page of the district's hall, from its preset."""
    sections = load_preset(HALL).templates["district"].sections
    return HallFacts(
        hall=HALL, date="2026-11-23", zone="Asia/Shanghai", at_ms=OPEN_MS, speed=60,
        sessions=(Session(OPEN_MS, OPEN_MS + 210 * 60_000), Session(OPEN_MS + 330 * 60_000, OPEN_MS + 540 * 60_000)),
        items=tuple(ItemFacts(one.code, one.theme, one.service_ms, ("1", "2")) for one in sections.items.items),
        windows=tuple(WindowFacts(one.code, one.label, one.area) for one in sections.windows.windows),
        classes=(ClassFacts("ordinary"), ClassFacts("elder"), ClassFacts("priority")),
    )  # fmt: skip


def expected() -> Expected:
    return expected_of(HALL, weekday=1)


def test_the_same_seed_brings_the_same_people():
    assert visitors(hall_facts(), expected(), seed=3) == visitors(hall_facts(), expected(), seed=3)
    assert visitors(hall_facts(), expected(), seed=3) != visitors(hall_facts(), expected(), seed=4)


def test_visitors_come_in_order_while_the_hall_is_open_or_shortly_before():
    facts = hall_facts()

    moments = [one.at_ms for one in visitors(facts, expected(), seed=1)]

    assert moments == sorted(moments)
    assert all(
        any(session.open_ms - 600_000 <= moment < session.close_ms for session in facts.sessions) for moment in moments
    )


def test_a_busy_day_has_about_as_many_visitors_as_the_preset_expects_and_more_spread_than_chance():
    """Over-dispersed: the variance over days is well above the mean."""
    counts = [len(visitors(hall_facts(), expected(), seed=seed)) for seed in range(12)]

    assert 0.75 * expected().visits < mean(counts) < 1.25 * expected().visits
    assert pvariance(counts) > 2 * mean(counts)


def test_every_item_is_one_of_the_hall_and_nobody_asks_for_the_same_twice():
    facts = hall_facts()
    known = {item.code for item in facts.items}

    for one in visitors(facts, expected(), seed=2):
        codes = [code for code, _ in one.items]
        assert known.issuperset(codes)
        assert len(set(codes)) == len(codes)


def test_a_hall_that_no_preset_has_is_unknown():
    with pytest.raises(UnknownHall):
        preset_of("atlantis")


def test_the_roster_leaves_one_window_to_the_visitor_and_gives_everybody_else_a_shift_with_apart_breaks():
    plan = roster(hall_facts(), seed=1)

    assert len(plan.free) == 1
    assert len(plan.shifts) == 58
    assert set(plan.standby) <= set(plan.shifts)
    for shift in plan.shifts.values():
        ends = [one[1] for one in shift.breaks]
        starts = [one[0] for one in shift.breaks]
        assert all(end <= start for end, start in zip(ends, starts[1:], strict=False))
