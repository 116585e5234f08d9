"""A past day once more: through today's rules, which must repeat it exactly, and under other rules or another staffing.

Repeating takes the log's own commands in their order: each decision must come out as it was stored. Everything else is a
simulation with the same people: who came, when, for what, how long each took and who gave up are those of the log; how long
somebody would have taken who never was served is not in it, and is the plan's mean for the items. What a plan changes is told
against the same simulation of the day as it was, and how near that comes to the real day is told beside it.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from hall.commands import WantedItem
from hall.errors import Refusal
from hall.events import Commit
from hall.figures import Figures, Visit, figures_of, percentile
from hall.ids import MINUTE_MS, Ms
from hall.opening import Calendar, Span, SpecialDay
from hall.policy import Plan
from hall.state import HallDay
from hall.step import step
from simulation.fit.observations import folded, observed
from simulation.log import LogSink
from simulation.people import COMES, NEVER, REJOINS, People
from simulation.setting import Behaviour, Booked, Demand, Mix, Piece, Roster, Setting, Shift
from simulation.twin import Twin

RETURN_MS: Final[Ms] = 10 * MINUTE_MS
"""When somebody who missed a call and came back was back: the log tells when they rejoined, and this is used where it does not."""


class Repeated(msgspec.Struct, frozen=True):
    """What came of deciding a day once more; ``first`` is the first row that came out otherwise, 0 if none did."""

    rows: int
    first: int
    why: str = ""

    @property
    def is_same(self) -> bool:
        """Tell whether every decision is the stored one."""
        return not self.first


class Group(msgspec.Struct, frozen=True):
    """Waits of some visits, in minutes; None of nobody."""

    n: int
    mean_min: float | None
    p90_min: float | None


class Outcome(msgspec.Struct, frozen=True):
    """How a day went, by the figures of its log."""

    everybody: Group
    by_class: dict[str, Group]
    by_item: dict[str, Group]
    overtakes: int
    left: int
    promise_kept_pct: float | None
    last_out: str


class Shadow(msgspec.Struct, frozen=True):
    """A day as it was, simulated as it was, and simulated otherwise."""

    date: str
    real: Outcome
    same: Outcome
    other: Outcome


class PastDay:
    """A day's log, folded."""

    def __init__(self, commits: Sequence[Commit], plans: Iterable[Plan]) -> None:
        """Fold it; raises BrokenLog where its rows contradict the rules."""
        self.commits = commits
        self.plans = tuple(plans)
        self.figures, self.notes = folded(commits, self.plans)

    @property
    def state(self) -> HallDay:
        """The state at the end of the log."""
        return self.figures.fold.state


def repeat(day: PastDay) -> Repeated:
    """Decide every command of a day's log again, in its order."""
    state = HallDay()
    for plan in day.plans:
        state.learn(plan)
    for commit in day.commits:
        answer = step(state, commit.command)
        stored = commit.refusal if commit.refusal is not None else commit.events
        if answer != stored:
            return Repeated(len(day.commits), commit.seq, f"{type(commit.command).__name__}: {_told(answer)}")
    if state.fingerprint() != day.state.fingerprint():
        return Repeated(len(day.commits), len(day.commits), "the state at the end differs")
    return Repeated(len(day.commits), 0)


def shadow(day: PastDay, *, plan: Plan | None = None, roster: Roster | None = None) -> Shadow:
    """Live through a day with its own people, as it was and with another plan (same items) or another roster."""
    was = setting_of(day)
    people = people_of(day)
    other = msgspec.structs.replace(was, plan=plan or was.plan, roster=roster or was.roster)
    return Shadow(
        date=day.state.date,
        real=outcome_of(day.figures),
        same=outcome_of(_lived(was, people)),
        other=outcome_of(_lived(other, people)),
    )


def setting_of(day: PastDay) -> Setting:
    """Return the setting of a past day: its plan, its opening times, and the windows when they were open."""
    state = day.state
    seen = observed(day.figures, day.notes)
    midnight = _midnight_ms(state.date, state.plan.zone)
    spans = tuple(
        Span((one.open_ms - midnight) // MINUTE_MS, (one.close_ms - midnight) // MINUTE_MS) for one in state.sessions
    )
    shifts = tuple(
        Shift(window=window, from_min=round(start), to_min=round(end))
        for window, start, end in seen.spans
        if round(end) > round(start)
    )
    return Setting(
        name=state.plan.name,
        plan=state.plan,
        dates=(state.date,),
        calendar=Calendar((date.fromisoformat(state.date).year,), (SpecialDay(state.date, "special", spans=spans),)),
        demand=Demand(pieces=(Piece(0, 1_440, 1.0),)),
        mix=Mix(items=tuple((item.code, 1.0) for item in state.plan.catalog.items)),
        behaviour=Behaviour(gap_ms=_middle(seen.gaps), walk_ms=_middle(seen.walks)),
        booked=Booked(share=0.0) if state.bookings.is_used else None,
        roster=Roster(name="real", shifts=shifts),
    )


def people_of(day: PastDay) -> People:
    """Return the people of a past day as the simulation takes them; booked visitors come as those of their slot."""
    state = day.state
    visits = [one for one in day.figures.visits() if not one.is_merged and one.items]
    visits.sort(key=lambda one: (one.arrived_ms, one.ticket))
    walks = [one.walk_ms for one in visits if one.walk_ms is not None]
    walk_ms = sum(walks) // len(walks) if walks else 0
    return People(
        at_ms=[one.arrived_ms for one in visits],
        items=[tuple(WantedItem(code, quantity) for code, quantity in one.items) for one in visits],
        service_ms=[_services(state, one) for one in visits],
        klass=[one.klass for one in visits],
        channel=["phone" if one.channel == "phone" else "kiosk" for one in visits],
        walk_ms=[walk_ms if one.walk_ms is None else one.walk_ms // max(1, one.calls) for one in visits],
        patience_ms=[_patience(one) for one in visits],
        gives_back=[True] * len(visits),
        turn=[_turn(one) for one in visits],
        return_ms=[RETURN_MS] * len(visits),
        walk_ins=len(visits),
        shows=[],
        punctual_ms=[],
        factor=1.0,
        expected=float(len(visits)),
    )


def outcome_of(figures: Figures) -> Outcome:
    """Return how a folded day went."""
    visits = [one for one in figures.visits() if not one.is_merged]
    report = figures.report()
    totals = report["totals"]
    assert isinstance(totals, dict)
    items = dict.fromkeys(code for one in visits for code, _ in one.items)
    ends = [one.finished_ms for one in visits if one.service_ms is not None and one.finished_ms is not None]
    state = figures.fold.state
    return Outcome(
        everybody=_group(visits),
        by_class={
            klass: _group([one for one in visits if one.klass == klass])
            for klass in sorted({one.klass for one in visits})
        },
        by_item={code: _group([one for one in visits if code in dict(one.items)]) for code in sorted(items)},
        overtakes=int(totals["overtakes"]),
        left=int(totals["cancelled"]) + int(totals["abandoned"]) + int(totals["expired"]),
        promise_kept_pct=totals["promise_kept_pct"],
        last_out=_clock(max(ends), state.plan.zone) if ends else "",
    )


# ---- parts ----


def _lived(setting: Setting, people: People) -> Figures:
    log = LogSink()
    Twin(setting).world(0, people=people, log=log).run()
    return figures_of(log.commits, (setting.plan,))


def _services(state: HallDay, visit: Visit) -> tuple[Ms, ...]:
    """Return the time of each item: the visit's own, divided as the plan expects, or the plan's mean if it was not served."""
    known = state.index.items
    means = [
        max(1, known[code].service_ms * quantity) if code in known else MINUTE_MS for code, quantity in visit.items
    ]
    total = visit.service_ms if visit.service_ms is not None else sum(means)
    return tuple(max(1, total * mean // sum(means)) for mean in means)


def _patience(visit: Visit) -> Ms:
    """Who gave the number back before any call did so after this time, under any plan; all others would have waited."""
    gave_up = visit.state == "CANCELLED" and visit.called_ms is None
    return max(1, visit.left_ms - visit.arrived_ms) if gave_up else 0


def _turn(visit: Visit) -> int:
    """What somebody does when called: comes, comes back after a miss, or is gone."""
    if not visit.misses:
        return COMES
    return REJOINS if visit.service_ms is not None else NEVER


def _group(visits: Sequence[Visit]) -> Group:
    waits = sorted(one.wait_ms for one in visits if one.wait_ms is not None)
    if not waits:
        return Group(len(visits), None, None)
    return Group(len(visits), sum(waits) / len(waits) / MINUTE_MS, percentile(waits, 90) / MINUTE_MS)


def _middle(times: Sequence[Ms]) -> Ms:
    return sorted(times)[len(times) // 2] if times else 0


def _midnight_ms(day: str, zone: str) -> Ms:
    midnight = datetime.fromisoformat(f"{day}T00:00:00").replace(tzinfo=ZoneInfo(zone))
    return (midnight - datetime.fromtimestamp(0, tz=ZoneInfo("UTC"))) // timedelta(milliseconds=1)


def _clock(at_ms: Ms, zone: str) -> str:
    return f"{datetime.fromtimestamp(at_ms / 1_000, tz=ZoneInfo(zone)):%H:%M}"


def _told(answer: object) -> str:
    return answer.code if isinstance(answer, Refusal) else "other events"
