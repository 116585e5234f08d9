"""A setting made ready: runs one simulated day after the other, each from its own chance.

The same setting, seed and day give the same day, on any machine and whatever ran before.
"""

from datetime import date, timedelta

import msgspec

from hall.appointments import grids_of
from hall.errors import Refusal
from hall.opening import Session, hours_on, local_ms
from hall.policy import plan_hash
from hall.state import HallDay
from simulation.demand import Day
from simulation.log import LogSink
from simulation.mixing import Mixer
from simulation.people import People, people_of
from simulation.results import DayResult, result_of
from simulation.roster import duties_of, window_ms
from simulation.setting import Setting
from simulation.variates import Draws
from simulation.waits import Waits
from simulation.world import World


class Twin:
    """The simulated twin of a hall."""

    def __init__(self, setting: Setting) -> None:
        """Work out once what all days share."""
        self.setting = setting
        self.plan_hash = plan_hash(setting.plan)
        self._mixer = Mixer(setting.plan, setting.mix, setting.service)
        self._days = [_day_of(setting, when) for when in setting.dates]
        self._names: list[str] = []
        self._places: dict[str, int] = {}
        self._opened: dict[str, HallDay] = {}

    @property
    def mean_service_ms(self) -> float:
        """The mean time of a first item at the window."""
        return self._mixer.mean_ms

    def day(self, number: int) -> Day:
        """Return the business date of a replication."""
        known = self._days[number % len(self._days)]
        return Day(number, known.date, known.weekday, known.kind, known.midnight_ms, known.sessions, known.half_day_ms,
                   known.end_day_ms)  # fmt: skip

    def dated(self, number: int) -> Day:
        """Return a replication under a date that no other has: so many weeks after its own as make place for all of them.

        A setting lives through its dates again and again, a hall's log has each once. The weekday stays, and so do the hours.
        """
        day, rounds = self.day(number), number // len(self._days)
        dates = [date.fromisoformat(one.date) for one in self._days]
        weeks = (max(dates) - min(dates)).days // 7 + 1
        later = timedelta(weeks=rounds * weeks)
        ms = later // timedelta(milliseconds=1)
        return msgspec.structs.replace(
            day,
            date=(date.fromisoformat(day.date) + later).isoformat(),
            midnight_ms=day.midnight_ms + ms,
            sessions=tuple([Session(one.open_ms + ms, one.close_ms + ms) for one in day.sessions]),
            half_day_ms=day.half_day_ms + ms,
            end_day_ms=day.end_day_ms + ms,
        )

    def people(self, number: int) -> People:
        """Draw the visitors of a replication; plans that differ in nothing else share them."""
        return self._people(self.day(number))

    def run(self, number: int, *, people: People | None = None, log: LogSink | None = None) -> tuple[DayResult, Waits]:
        """Simulate a day and sum it up."""
        world = self.world(number, people=people, log=log)
        world.run()
        return self.sum_up(world, number)

    def world(
        self, number: int, *, people: People | None = None, log: LogSink | None = None, day: Day | None = None
    ) -> World:
        """Return the world of a day that has not begun; ``day`` is the replication under another date (:meth:`dated`)."""
        day = day if day is not None else self.day(number)
        known = people if people is not None else self._people(day)
        for place in range(len(self._names), len(known)):
            self._names.append(f"T-{place:07d}")
            self._places[self._names[place]] = place
        return World(
            self.setting,
            day,
            known,
            plan_hash=self.plan_hash,
            duties=duties_of(self.setting.roster, day),
            names=self._names,
            places=self._places,
            log=log,
            opened=None if log is not None else self._opened_on(day),
        )

    def _people(self, day: Day) -> People:
        return people_of(self.setting, day, Draws(self.setting.seed, day.number), self._mixer)

    def _opened_on(self, day: Day) -> HallDay:
        """Return the state of a date just opened: working it out takes ten times as long as copying it."""
        if day.date not in self._opened:
            nobody = World(
                self.setting, day, self.people(day.number), plan_hash=self.plan_hash, duties={}, names=[], places={}
            )
            nobody.open_day()
            grids_of(nobody.state)
            self._opened[day.date] = nobody.state
        return self._opened[day.date]

    def sum_up(self, world: World, number: int) -> tuple[DayResult, Waits]:
        """Return the sums of a day that was run."""
        people, slots = world.people, world.appointments.slot_ms
        booked = {self._names[place]: slot for place, slot in slots.items()}
        began = {name: max(slot, world.state.tickets[name].arrived_ms) for name, slot in booked.items()
                 if name in world.state.tickets and world.appointments.by_rules}  # fmt: skip
        absent = sum(not shows for shows in people.shows)
        facts = {
            "factor": people.factor,
            "expected": people.expected,
            "came": len(people) - absent,
            "turned_away": world.turned_away,
            "booked": len(slots),
            "absent": absent,
            "planned_ms": window_ms(duties_of(self.setting.roster, self.day(number))),
        }
        return result_of(
            world.state, self.day(number), target_ms=self.setting.target_ms, began=began, over=world.over, facts=facts
        )


def _day_of(setting: Setting, when: str) -> Day:
    plan = setting.plan
    found = hours_on(when, hours=plan.hours, calendar=setting.calendar, zone=plan.zone)
    assert not isinstance(found, Refusal), "a setting names its years"
    return Day(
        number=0,
        date=when,
        weekday=date.fromisoformat(when).isoweekday(),
        kind=found.kind,
        midnight_ms=local_ms(when, 0, plan.zone),
        sessions=found.sessions,
        half_day_ms=local_ms(when, plan.policy.issuing.half_day_min, plan.zone),
        end_day_ms=local_ms(when, plan.policy.end_day_min, plan.zone),
    )
