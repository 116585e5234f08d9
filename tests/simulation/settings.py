"""Settings of simulated halls for tests: one pool of equal windows, with or without bookings, or themes and classes."""

from collections.abc import Sequence

from hall.booking import Booking, BookingGroup
from hall.catalog import Area, Catalog, Item, Serves, Text, Theme, Window
from hall.ids import MINUTE_MS, Ms
from hall.opening import Calendar, Span, WeekHours
from hall.policy import Plan, Policy, Series
from simulation.roster import shifts_from_numbers
from simulation.setting import Behaviour, Booked, Demand, Mix, Piece, Roster, ServiceTimes, Setting

MONDAY = "2026-11-23"
HOURS = (9 * 60, 18 * 60)
PATIENT = Behaviour(walk_ms=20_000, overtime_ms=600 * MINUTE_MS)


def plan_of(
    windows: int,
    *,
    policy: Policy | None = None,
    hours: tuple[int, int] = HOURS,
    items: Sequence[Item] = (),
    serves: Sequence[Serves] = (),
    service_ms: Ms = 10 * MINUTE_MS,
) -> Plan:
    """Return a plan with so many windows; by default they serve the one item."""
    known = tuple(items) or (Item("visit", Text("办事", "Visit"), "all", service_ms, 100),)
    themes = tuple(Theme(code, Text(code, code)) for code in dict.fromkeys(item.theme for item in known))
    desks = tuple(
        Window(f"W{number:03}", str(number), "a1", serves=serves[number] if serves else Serves(everything=True))
        for number in range(windows)
    )
    catalog = Catalog((Area("a1", Text("大厅", "Hall")),), themes, known, desks)
    rules = policy or Policy("1", (Series("A", last=99_999, digits=5),), end_day_min=29 * 60)
    week = WeekHours(((Span(*hours),),) * 7)
    return Plan("hall", Text("大厅", "Hall"), "Asia/Shanghai", catalog, week, rules)


def setting_of(
    plan: Plan,
    *,
    per_hour: float,
    demand: Demand | None = None,
    mix: Mix | None = None,
    service: ServiceTimes | None = None,
    behaviour: Behaviour | None = None,
    roster: Roster | None = None,
    **rest: object,
) -> Setting:
    """Return a setting with a constant rate, everybody at work all day, exponential service, unless told otherwise."""
    span = plan.hours.days[0][0]
    windows = [window.code for window in plan.catalog.windows]
    everybody = shifts_from_numbers(
        windows, [len(windows)], from_min=span.from_min, step_min=span.to_min - span.from_min
    )
    facts = {
        "name": Text("试验", "Trial"),
        "plan": plan,
        "dates": (MONDAY,),
        "calendar": Calendar((2026,)),
        "demand": demand or Demand(pieces=(Piece(span.from_min, span.to_min, per_hour),)),
        "mix": mix or Mix(items=tuple((item.code, 1.0) for item in plan.catalog.items)),
        "service": service or ServiceTimes(law="exponential"),
        "behaviour": behaviour or Behaviour(),
        "roster": roster or Roster(shifts=everybody),
    }
    return Setting(**{**facts, **rest})  # type: ignore[arg-type]  # facts of the setting by name


def booked_setting(*, by_hall: bool, per_hour: float = 16.0, behaviour: Behaviour = PATIENT) -> Setting:
    """Return a hall of four windows where every other visitor books, by the hall's rules or by the scenario's slots."""
    group = BookingGroup("all", Text("全部", "All"), places=6)
    policy = Policy(
        "1",
        (Series("A", last=99_999, digits=5),),
        end_day_min=23 * 60,
        booking=Booking((group,)) if by_hall else None,
    )
    booked = Booked(
        share=0.5, no_show=0.2, punctual_mean_ms=-3 * MINUTE_MS, punctual_sd_ms=12 * MINUTE_MS, slot_min=30, places=6
    )
    demand = Demand(pieces=(Piece(9 * 60, 17 * 60, per_hour),))
    return setting_of(
        plan_of(4, policy=policy), per_hour=per_hour, demand=demand, behaviour=behaviour, booked=booked,
        service=ServiceTimes(law="lognormal"),
    )  # fmt: skip
