"""What journeys of booked visits share: a hall whose slots can be booked, and a clock that can be turned ahead."""

from typing import Any, Final

import msgspec

from hall.booking import Booking, BookingGroup, BookingRules, Limits, NoShowRule, Release
from hall.catalog import Text
from hall.ids import DAY_MS, MINUTE_MS, Ms
from hall.opening import Span
from hall.policy import Plan
from tests.support.journey import ALL_DAY, RunningClock, journey_plan
from tests.support.plans import DATE, MIDNIGHT_MS
from tests.support.server import Served

TOMORROW: Final = "2026-11-24"
PERSON: Final = "11010519491231002X"
"""The example of GB 11643-1999."""
PHONE: Final = "13800138000"
HALF_HOUR_MS: Final[Ms] = 30 * MINUTE_MS
PLACES: Final = 4


class TurnedClock(RunningClock):
    """Runs on from nine, and can be turned ahead."""

    ahead_ms: Ms = 0

    def now_ms(self) -> Ms:
        return super().now_ms() + self.ahead_ms


def booked_plan(*, spans: tuple[Span, ...] = ALL_DAY) -> Plan:
    """Return the journeys' hall with bookings of half an hour each; nobody is limited but by no-shows."""
    free = Limits()
    rules = BookingRules(
        release=Release(horizon_days=10),
        person=free,
        phone=free,
        device=free,
        lead_ms=0,
        same_item_once=False,
        no_shows=(NoShowRule(count=2, within_days=30, ban_days=30),),
    )
    group = BookingGroup("main", Text("综合", "General"), slot_ms=HALF_HOUR_MS, places=PLACES)
    plan = journey_plan()
    policy = msgspec.structs.replace(plan.policy, booking=Booking((group,), rules))
    hours = msgspec.structs.replace(plan.hours, days=(spans,) * 7)
    return msgspec.structs.replace(plan, hours=hours, policy=policy)


def at(hours: int, minutes: int = 0, *, day: int = 0) -> Ms:
    """Return a time of day of the small plan's date, or of so many days later."""
    return MIDNIGHT_MS + day * DAY_MS + (hours * 60 + minutes) * MINUTE_MS


def hold(hall: Served, slot_ms: Ms, *, item: str = "id-card") -> dict[str, Any]:
    """Hold a place as a phone does."""
    date = DATE if slot_ms < at(24) else TOMORROW
    body = {"date": date, "items": [{"code": item, "quantity": 1}], "slot_ms": slot_ms}
    answer = hall.call("appointments", body)
    assert answer.status_code == 201, answer.text
    held: dict[str, Any] = answer.json()
    return held


def book(hall: Served, slot_ms: Ms, *, person: str = PERSON, item: str = "id-card") -> dict[str, Any]:
    """Book as a phone does; return the appointment with its secret and code."""
    held = hold(hall, slot_ms, item=item)
    name, secret = held["appointment"]["id"], held["secret"]
    answer = hall.call(f"appointments/{name}/confirm", {"secret": secret, "person": person, "phone": PHONE})
    assert answer.status_code == 200, answer.text
    return {**answer.json()["appointment"], "secret": secret, "code": answer.json()["code"]}
