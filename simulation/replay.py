"""A past day once more: through today's rules, which must repeat it exactly, and under other rules or another staffing.

Repeating takes the log's own commands in their order: each decision must come out as it was stored. Everything else is a
simulation with the same people: who came, when, for what, how long each took and who gave up are those of the log; how long
somebody would have taken who never was served is not in it, and is the plan's mean for the items. Who booked books the last
slot of the log again, and comes as early or late as then, or not at all; :func:`remarks_of` says what that leaves out.

What a plan changes is told against the same simulation of the day as it was, and how near that comes to the real day is told
beside it.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Final, cast
from zoneinfo import ZoneInfo

import msgspec

from hall.booking_events import Entries, SlotHeld, SlotsSet
from hall.bookings import Appointment
from hall.catalog import Text
from hall.commands import WantedItem
from hall.errors import Refusal
from hall.events import Commit
from hall.figures import Figures, Visit, figures_of, percentile
from hall.ids import MINUTE_MS, Ms
from hall.opening import Calendar, Span, SpecialDay
from hall.policy import Plan, plan_hash
from hall.roots import BookingChannel
from hall.state import HallDay
from hall.step import step
from simulation.fit.logs import fold_day
from simulation.fit.observations import observed
from simulation.log import LogSink
from simulation.people import COMES, NEVER, REJOINS, People
from simulation.setting import Behaviour, Booked, Demand, Mix, Piece, Roster, Setting, Shift
from simulation.twin import Twin

RETURN_MS: Final[Ms] = 10 * MINUTE_MS
"""When somebody who missed a call and came back was back: the log tells when they rejoined, and this is used where it does not."""

CLASS_WITHOUT_A_PLACE: Final = "ordinary"
"""Who booked, and finds no place under other rules, takes a number like this: the log has no other class of theirs."""
KEPT_STATES: Final = ("CHECKED_IN", "NO_SHOW")
STILL_OPEN: Final = ("SLOT_HELD", "BOOKED", "OFFERED", "WAITLISTED")
AS_BOOKED: Final = Text(
    "预约者按日志最后的时段再次预约，按日志早到、迟到或爽约；号源在当日之前按预约次序一次售出；过时来取号者作无预约者",
    "The booked come again for their last slot, early, late or not at all as in the log; all places are sold before the day, "
    "in the order of booking; who came too late and took a number is a walk-in",
)
EDITED_AGAIN: Final = (
    "手工调整的时段（{}）：按日志在同样多的预约之后再次调整",
    "Edited slots ({}): edited again, after as many bookings as in the log",
)
LEFT_OUT: Final = (
    ("改期的预约（{}）：只按最后的时段来，不再现改期", "Moved bookings ({}): they come for their last slot, the moves are not made again"),
    ("号票并入他人的预约（{}）：不再现", "Bookings whose number was joined to another ({}): not made again"),
    ("取消或失效的预约（{}）：不再现，其号源空出", "Bookings given up or lapsed ({}): not made again, their places stay free"),
    ("候补未得号者（{}）：不再现", "Waitlist ({}): who got no place is not there again"),
    ("日志结束时尚未使用的预约（{}）：不再现", "Bookings still open at the log's end ({}): not made again"),
)  # fmt: skip
"""(zh, en) of what the simulated days leave out, with its number, in the order in which :func:`remarks_of` counts."""


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
    booked: int
    """Appointments that were kept or missed."""
    no_shows: int
    """Of these: missed."""
    promise_kept_pct: float | None
    last_out: str


class Shadow(msgspec.Struct, frozen=True):
    """A day as it was, simulated as it was, and simulated otherwise."""

    date: str
    real: Outcome
    same: Outcome
    other: Outcome
    remarks: tuple[Text, ...] = ()
    """What of the log the simulated days leave out."""


class PastDay:
    """A day's log, folded."""

    def __init__(
        self, commits: Sequence[Commit], plans: Iterable[Plan] | Mapping[str, Plan], *, label: str = "–"
    ) -> None:
        """Fold it; ``plans`` may be by the names that the log gives them, ``label`` is the day's for people.

        Raises LogBroken where its rows contradict the rules, and LogEmpty where none opens the day.
        """
        self.commits = commits
        self.named = dict(plans) if isinstance(plans, Mapping) else {plan_hash(plan): plan for plan in plans}
        self.plans = tuple(self.named.values())
        self.figures, self.notes = fold_day(label, commits, self.named)

    @property
    def state(self) -> HallDay:
        """The state at the end of the log."""
        return self.figures.fold.state


def repeat(day: PastDay) -> Repeated:
    """Decide every command of a day's log again, in its order."""
    state = HallDay()
    state.plans.update(day.named)
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
        remarks=remarks_of(day),
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
        # Nobody is drawn: who booked is of the people.
        booked=Booked(share=0.0) if state.bookings.is_used else None,
        roster=Roster(name="real", shifts=shifts),
    )


def people_of(day: PastDay) -> People:
    """Return the people of a past day as the simulation takes them: the walk-ins, then who booked, in the order of booking."""
    state = day.state
    visits = _visits(day)
    kept = [one for one in _kept(state) if not one.ticket or one.ticket in visits]
    used = {one.ticket for one in kept}
    walk_ins = [one for one in visits.values() if one.ticket not in used]
    walk_ins.sort(key=lambda one: (one.arrived_ms, one.ticket))
    walks = [one.walk_ms for one in visits.values() if one.walk_ms is not None]
    walk_ms = sum(walks) // len(walks) if walks else 0
    came: list[Visit | None] = [*walk_ins, *(visits.get(one.ticket) for one in kept)]
    items = [one.items for one in walk_ins] + [one.entries for one in kept]
    slots = [0] * len(walk_ins) + [one.slot_ms for one in kept]
    return People(
        at_ms=[one.arrived_ms for one in walk_ins] + [one.slot_ms for one in kept],
        items=[tuple([WantedItem(code, quantity) for code, quantity in entries]) for entries in items],
        service_ms=[_services(state, wanted, one) for wanted, one in zip(items, came, strict=True)],
        klass=[one.klass for one in walk_ins] + [CLASS_WITHOUT_A_PLACE] * len(kept),
        channel=["phone" if one.channel == "phone" else "kiosk" for one in walk_ins] + ["kiosk"] * len(kept),
        walk_ms=[walk_ms if one is None or one.walk_ms is None else one.walk_ms // max(1, one.calls) for one in came],
        patience_ms=[_patience(one, slot) for one, slot in zip(came, slots, strict=True)],
        gives_back=[True] * len(came),
        turn=[COMES if one is None else _turn(one) for one in came],
        return_ms=[RETURN_MS] * len(came),
        walk_ins=len(walk_ins),
        shows=[bool(one.ticket) for one in kept],
        punctual_ms=[one.checked_in_ms - one.slot_ms if one.ticket else 0 for one in kept],
        sold_by=[cast(BookingChannel, one.channel) for one in kept],
        slot_edits=_slot_edits(day, kept),
        factor=1.0,
        expected=float(len(came)),
    )


def remarks_of(day: PastDay) -> tuple[Text, ...]:
    """Say how bookings come again, and what of them the simulated days leave out; nothing of a day without."""
    every = list(day.state.bookings.appointments.values())
    if not every:
        return ()
    kept, visits = _kept(day.state), _visits(day)
    lost = [one for one in every if one.state not in (*KEPT_STATES, *STILL_OPEN)]
    waited = [one for one in lost if one.to_ms]
    counts = (
        sum(one.version > 1 or one.moves > 0 for one in kept),
        sum(bool(one.ticket) and one.ticket not in visits for one in kept),
        len(lost) - len(waited),
        len(waited),
        sum(one.state in STILL_OPEN for one in every),
    )
    told = (Text(zh.format(count), en.format(count)) for count, (zh, en) in zip(counts, LEFT_OUT, strict=True) if count)
    edits = len(day.state.bookings.edits)
    edited = [Text(*(text.format(edits) for text in EDITED_AGAIN))] if edits else []
    return (AS_BOOKED, *edited, *told)


def outcome_of(figures: Figures) -> Outcome:
    """Return how a folded day went."""
    visits = [one for one in figures.visits() if not one.is_merged]
    report = figures.report()
    totals = report["totals"]
    assert isinstance(totals, dict)
    items = dict.fromkeys(code for one in visits for code, _ in one.items)
    ends = [one.finished_ms for one in visits if one.service_ms is not None and one.finished_ms is not None]
    state = figures.fold.state
    kept = _kept(state)
    return Outcome(
        everybody=_group(visits),
        by_class={
            klass: _group([one for one in visits if one.klass == klass])
            for klass in sorted({one.klass for one in visits})
        },
        by_item={code: _group([one for one in visits if code in dict(one.items)]) for code in sorted(items)},
        overtakes=int(totals["overtakes"]),
        left=int(totals["cancelled"]) + int(totals["abandoned"]) + int(totals["expired"]),
        booked=len(kept),
        no_shows=sum(one.state == "NO_SHOW" for one in kept),
        promise_kept_pct=totals["promise_kept_pct"],
        last_out=_clock(max(ends), state.plan.zone) if ends else "",
    )


# ---- parts ----


def _lived(setting: Setting, people: People) -> Figures:
    log = LogSink()
    Twin(setting).world(0, people=people, log=log).run()
    return figures_of(log.commits, (setting.plan,))


def _visits(day: PastDay) -> dict[str, Visit]:
    """Return who came, by ticket; of numbers that were joined the one that stayed."""
    return {one.ticket: one for one in day.figures.visits() if not one.is_merged and one.items}


def _kept(state: HallDay) -> list[Appointment]:
    """Return the appointments that were kept or missed, in the order in which they were made."""
    return [one for one in state.bookings.appointments.values() if one.state in KEPT_STATES]


def _slot_edits(day: PastDay, kept: Sequence[Appointment]) -> list[tuple[int, SlotsSet]]:
    """Return how places of slots were set, each after so many of the appointments that come again as had been made by then."""
    ids, made = {one.id for one in kept}, set[str]()
    edits: list[tuple[int, SlotsSet]] = []
    for event in (event for commit in day.commits for event in commit.events):
        if isinstance(event, SlotsSet):
            edits.append((len(made), event))
        elif isinstance(event, SlotHeld) and event.appointment in ids:
            made.add(event.appointment)
    return edits


def _services(state: HallDay, items: Entries, visit: Visit | None) -> tuple[Ms, ...]:
    """Return the time of each item: the visit's own, divided as the plan expects, or the plan's mean if it was not served."""
    known = state.index.items
    means = [max(1, known[code].service_ms * quantity) if code in known else MINUTE_MS for code, quantity in items]
    total = visit.service_ms if visit is not None and visit.service_ms is not None else sum(means)
    return tuple(max(1, total * mean // sum(means)) for mean in means)


def _patience(visit: Visit | None, slot_ms: Ms) -> Ms:
    """Who gave the number back before any call did so after this time, under any plan; all others would have waited.

    Of who booked it counts from the slot on, as in the simulated world.
    """
    if visit is None or visit.state != "CANCELLED" or visit.called_ms is not None:
        return 0
    return max(1, visit.left_ms - max(visit.arrived_ms, slot_ms))


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
