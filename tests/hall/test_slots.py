"""Slots and their arithmetic: places, release, bans, and contradictions of the rules."""

import msgspec
import pytest

from hall.booking import Booking, BookingGroup, BookingRules, ChannelLimit, NoShowRule, Release, faults_of_booking
from hall.capacity import Capacity
from hall.catalog import Text
from hall.errors import Refusal
from hall.ids import DAY_MS, MINUTE_MS, Ms
from hall.opening import Calendar, Session, Span, SpecialDay, WeekHours, local_ms
from hall.policy import Plan, faults_of_plan, plan_hash
from hall.slots import Grids, ban_until, release_moment, starts_of
from tests.support.booked_hall import booked_plan
from tests.support.halls import OPEN_MS, plan

HOURS = WeekHours((*((Span(510, 1050),),) * 5, (), ()))
CALENDAR = Calendar((2026,), (SpecialDay("2026-11-20", "holiday"),))
NAME = Text("组", "Group")
LANES = {"ordinary": 1, "booked": 1, "priority": 0}


def released(day: str, at_ms: Ms = 0, **release: object) -> Ms | Refusal:
    rules = BookingRules(Release(**release))  # type: ignore[arg-type]
    return release_moment(day, at_ms, rules, hours=HOURS, calendar=CALENDAR, zone="Asia/Shanghai")


def with_group(**fields: object) -> tuple[Plan, BookingGroup]:
    group = BookingGroup("g", NAME, **fields)  # type: ignore[arg-type]
    base = plan()
    policy = msgspec.structs.replace(base.policy, booking=Booking((group,)))
    return msgspec.structs.replace(base, policy=policy), group


def test_a_date_comes_on_sale_so_many_open_days_before() -> None:
    """Weekends and holidays do not count: five open days before Friday 27 November is Thursday the 19th."""
    assert released("2026-11-27", horizon_days=5) == local_ms("2026-11-19", 480, "Asia/Shanghai")
    assert released("2026-11-27", horizon_days=0, release_min=0) == local_ms("2026-11-27", 0, "Asia/Shanghai")


def test_a_rolling_release_opens_each_slot_at_its_own_time_of_day() -> None:
    at_ms = local_ms("2026-11-27", 615, "Asia/Shanghai")

    assert released("2026-11-27", at_ms, horizon_days=1, kind="rolling") == local_ms("2026-11-26", 615, "Asia/Shanghai")


def test_an_unpublished_year_is_refused_and_bounds_the_search() -> None:
    refusal = released("2027-01-04")

    assert isinstance(refusal, Refusal)
    assert refusal.code == "CALENDAR_UNPUBLISHED"
    assert released("2026-01-05", horizon_days=9) == local_ms("2026-01-01", 480, "Asia/Shanghai")


def test_a_hall_that_is_seldom_open_sells_from_the_first_open_day_on() -> None:
    never = WeekHours(((),) * 7)

    found = release_moment("2026-11-27", 0, BookingRules(), hours=never, calendar=Calendar((2025, 2026)), zone="UTC")

    assert found == local_ms("2026-11-27", 480, "UTC")


@pytest.mark.parametrize(
    ("days", "until"), [((), 0), ((1,), 0), ((1, 5), 5 + 180), ((1, 300), 0), ((1, 170, 300), 300 + 180)]
)
def test_no_shows_close_booking_as_the_rules_say(days: tuple[int, ...], until: int) -> None:
    """Two within 180 days close it for 180 days from the second on."""
    assert ban_until([day * DAY_MS for day in days], (NoShowRule(2, 180, 180),)) == until * DAY_MS


def test_the_longest_ban_holds() -> None:
    rules = (NoShowRule(1, 1, 3), NoShowRule(2, 30, 1))

    assert ban_until([DAY_MS, 2 * DAY_MS], rules) == 5 * DAY_MS


def test_slots_fit_wholly_into_the_sessions() -> None:
    sessions = (Session(0, 70 * MINUTE_MS), Session(100 * MINUTE_MS, 120 * MINUTE_MS))

    assert starts_of(sessions, 30 * MINUTE_MS) == (0, 30 * MINUTE_MS)


def test_places_follow_from_windows_slots_service_walk_ins_and_no_shows() -> None:
    """4 windows × 30 min ÷ 10 min = 12; half of it for walk-ins: 6; a tenth does not come: 6 ÷ 0.9 = 6."""
    made, group = with_group()

    assert Capacity(made).windows(group) == 4
    assert Capacity(made).unit_ms(group) == 10 * MINUTE_MS
    assert Capacity(made).places(group) == 6
    assert Capacity(made).places(group, fewer=2) == 3
    assert Capacity(made).places(group, fewer=9) == 0
    more = msgspec.structs.replace(group, windows=20, unit_ms=5 * MINUTE_MS, walk_in_pct=20, no_show_pct=20)
    assert Capacity(made).places(more) == 120
    fixed = msgspec.structs.replace(group, places=8)
    assert Capacity(made).places(fixed) == 8
    assert Capacity(made).places(fixed, fewer=1) == 6


def test_a_group_without_items_or_rules_of_booking_still_has_figures() -> None:
    made, _ = with_group()
    lonely = BookingGroup("nobody", NAME, items=("Z",))

    assert Capacity(made).unit_ms(lonely) == 10 * MINUTE_MS
    assert Capacity(plan()).unit_ms(lonely) == 10 * MINUTE_MS
    assert Capacity(plan()).windows(lonely) == 0
    assert Capacity(plan()).places(msgspec.structs.replace(lonely, places=3), fewer=1) == 3
    assert Grids(Capacity(plan())).groups == {}


def test_items_go_to_the_group_that_names_them_best() -> None:
    grids = Grids(Capacity(booked_plan()), (Session(OPEN_MS, OPEN_MS + 60 * MINUTE_MS),))

    assert grids.of_item == {"A": "main", "A2": "main", "B": "main", "C": "house"}
    assert grids.needs((("C", 1), ("A", 3))) == {"house": 1, "main": 3}
    assert grids.groups["main"].slot_at(OPEN_MS + MINUTE_MS) == OPEN_MS
    assert grids.groups["main"].slot_at(OPEN_MS - 1) is None


def test_plans_without_bookings_keep_the_names_that_logs_know() -> None:
    """The hash was that of the plan's JSON before there were rules of booking, and still is."""
    base = plan()
    form = msgspec.to_builtins(base)
    del form["policy"]["booking"]

    assert plan_hash(base) == __import__("hashlib").sha256(msgspec.json.encode(form)).hexdigest()[:16]
    assert plan_hash(booked_plan()) != plan_hash(base)


def faults(*groups: BookingGroup, rules: BookingRules | None = None) -> list[str]:
    return faults_of_booking(Booking(groups, rules or BookingRules()), plan().catalog, LANES)


def test_sound_rules_have_no_faults() -> None:
    assert faults(BookingGroup("g", NAME)) == []
    assert faults_of_plan(booked_plan()) == []


@pytest.mark.parametrize(
    ("groups", "fault"),
    [
        ((BookingGroup("g", NAME, items=("A",)), BookingGroup("g", NAME, items=("B",))), "group g is defined twice"),
        ((BookingGroup("g", NAME), BookingGroup("h", NAME)), "two groups take every item"),
        ((BookingGroup("g", NAME, themes=("x",)),), "unknown theme x"),
        ((BookingGroup("g", NAME, items=("x",)),), "unknown item x"),
        ((BookingGroup("g", NAME, slot_ms=MINUTE_MS),), "5 to 240 whole minutes"),
        ((BookingGroup("g", NAME, walk_in_pct=101),), "shares are"),
        ((BookingGroup("g", NAME, channels=(ChannelLimit("phone", 1),) * 2),), "limited twice"),
        ((BookingGroup("g", NAME, rules=BookingRules(klass="x")),), "unknown class x"),
        ((BookingGroup("g", NAME, rules=BookingRules(klass="priority")),), "must share a lane"),
        ((BookingGroup("g", NAME, rules=BookingRules(absent_ms=0)),), "nobody is absent before"),
        ((BookingGroup("g", NAME, rules=BookingRules(no_shows=(NoShowRule(0),))),), "counts from 1"),
    ],
)
def test_contradictions_of_the_rules_are_named(groups: tuple[BookingGroup, ...], fault: str) -> None:
    assert any(fault in one for one in faults(*groups)), faults(*groups)
