"""Both guarantees on a day of which half have booked, lived through over the public interface alone.

A fairly sized hall: three windows do some 36 visits an hour, and 28 people come, 14 of them booked. Booked visitors are
called in time, and no walk-in is passed by more of them than the rules say. By rules that bound nothing, or with a clerk
fewer, the same people in the same hall show that the figures would tell.
"""

import random
from pathlib import Path
from typing import Any

import msgspec
import pytest

from hall.booking import BookingRules
from hall.catalog import Window
from hall.ids import MINUTE_MS, Ms
from hall.policy import Plan
from tests.support.booked_api import HALL, Desk, booked_server, ok
from tests.support.booked_days import FREE, bookable_plan, slot_ms
from tests.support.live import HandClock
from tests.support.plans import NINE_MS

PLACES = 7
"""Of each slot of half an hour."""
SLOTS = range(1, 13)
"""Bookings from 09:30 to 15:30."""
WALK_IN_EVERY = 30 * MINUTE_MS // PLACES
SEVEN_MS = NINE_MS - 120 * MINUTE_MS
END_MS = NINE_MS + 480 * MINUTE_MS
STEP_MS: Ms = MINUTE_MS // 2
SERVICE_MS = (2 * MINUTE_MS, 8 * MINUTE_MS)
COMES_MS = (-20 * MINUTE_MS, 8 * MINUTE_MS)
"""Before the slot, or in the grace after it."""
NO_SHOW_SHARE = 0.1
CLERKS = {"W01": "clerk01", "W02": "clerk02", "W03": "clerk03"}
BOUND = 2
"""Stricter than the usual 5, so that it binds on a day on which nobody waits long."""
UNBOUNDED = 10_000

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


class HalfBookedDay:
    """The people of the day and what they ask; the same seed is the same people."""

    def __init__(self, desk: Desk, *, clerks: int, seed: int = 2) -> None:
        self.desk = desk
        self.clerks = dict(list(CLERKS.items())[:clerks])
        self.chance = random.Random(seed)
        self.comes: list[tuple[Ms, dict[str, Any]]] = []
        self.busy_until: dict[str, Ms] = {}

    def book(self) -> None:
        """Sell every place before the hall opens."""
        for slot in SLOTS:
            for number in range(PLACES):
                one = self.desk.book(f"person-{slot:02}-{number}", 0, slot)
                if self.chance.random() >= NO_SHOW_SHARE:
                    self.comes.append((slot_ms(0, slot) + self.chance.randint(*COMES_MS), one))
        self.comes.sort(key=lambda come: come[0])

    def live(self) -> dict[str, Any]:
        """Let everybody come and be served; return the figures of the ended day."""
        walk_in_ms = NINE_MS
        for now in range(NINE_MS, END_MS, STEP_MS):
            self.desk.at(now)
            if now == NINE_MS:
                self._open()
            while self.comes and self.comes[0][0] <= now:
                self._check_in(self.comes.pop(0)[1])
            while walk_in_ms <= now < slot_ms(0, SLOTS.stop):
                self.desk.served.take()
                walk_in_ms += self.chance.randint(WALK_IN_EVERY // 2, WALK_IN_EVERY * 3 // 2)
            self._serve(now)
        ok(self.desk.post("day/end", {}, who="manager"))
        return ok(self.desk.get("figures", who="manager"))

    def _open(self) -> None:
        for window, clerk in self.clerks.items():
            ok(self.desk.post(f"windows/{window}/open", {}, who=clerk))
            ok(self.desk.post(f"windows/{window}/call-next", {}, who=clerk))

    def _check_in(self, one: dict[str, Any]) -> None:
        code, secret = {"code": one["code"]}, {"secret": one["secret"]}
        if self.chance.random() < 0.5:
            ok(self.desk.post("check-in", code, who="kiosk"))
        else:
            ok(self.desk.post(f"appointments/{one['id']}/check-in", secret))

    def _serve(self, now: Ms) -> None:
        """Let every clerk do what the board shows to be next."""
        for window, shown in ok(self.desk.get("state"))["view"]["windows"].items():
            if shown["state"] == "CALLING":
                ok(self.desk.post(f"windows/{window}/start", {}, who=CLERKS[window]))
                self.busy_until[window] = now + self.chance.randint(*SERVICE_MS)
            elif shown["state"] == "SERVING" and now >= self.busy_until[window]:
                ok(self.desk.post(f"windows/{window}/finish", {"and_next": True}, who=CLERKS[window]))


def day_by(folder: Path, *, max_passed: int = BOUND, clerks: int = len(CLERKS)) -> dict[str, Any]:
    """Live through the day by rules with this bound and with so many clerks; return its figures."""
    fairness = msgspec.structs.replace(FREE.fairness, max_passed=max_passed)
    rules = msgspec.structs.replace(FREE, fairness=fairness)
    with booked_server(folder, plans={HALL: fair_plan(rules)}, clock=HandClock(SEVEN_MS)) as desk:
        day = HalfBookedDay(desk, clerks=clerks)
        day.book()
        return day.live()


def fair_plan(rules: BookingRules) -> Plan:
    """Return a hall of three windows that all do everything."""
    plan = bookable_plan(HALL, rules, places=PLACES)
    windows = tuple(Window(code, code[-1], "a1") for code in CLERKS)
    return msgspec.structs.replace(plan, catalog=msgspec.structs.replace(plan.catalog, windows=windows))


def test_a_half_booked_day_keeps_both_guarantees_as_reported(tmp_path: Path):
    """Everybody is served; the booked are called in time, and no walk-in is passed more often than the rules allow."""
    figures = day_by(tmp_path)

    totals, booked, passed = figures["totals"], figures["booked"], figures["booked"]["walk_ins_passed"]
    assert booked["made"] == PLACES * len(SLOTS)
    assert 0.4 < booked["checked_in"] / totals["taken"] < 0.6, "half of the visitors have booked"
    assert booked["no_show"] > 0
    assert totals["done"] == totals["taken"]
    assert booked["on_time"]["n"] == booked["checked_in"]
    assert booked["on_time"]["pct"] >= booked["goal"]["on_time_pct"] == 95
    assert 0 < passed["most"] <= passed["bound"] == BOUND


def test_the_figures_tell_when_walk_ins_are_passed_without_a_bound(tmp_path: Path):
    """The same people on the same day, by rules that bound nothing."""
    figures = day_by(tmp_path, max_passed=UNBOUNDED)

    assert figures["booked"]["walk_ins_passed"]["most"] > BOUND


def test_the_figures_tell_when_the_booked_wait(tmp_path: Path):
    """The same people on the same day, with one clerk fewer: 24 visits an hour for 28 people."""
    figures = day_by(tmp_path, clerks=2)

    assert figures["booked"]["on_time"]["pct"] < figures["booked"]["goal"]["on_time_pct"]
    assert figures["booked"]["walk_ins_passed"]["most"] <= BOUND, "whoever waits, waits in turn"
