"""How long somebody will wait: a range (P50 to P80) from playing the hall forward, not from an average.

Who is there now decides: the people ahead who share windows (and those who share windows with them), how long everybody
at a window has been there already, and how long visits take. People are seated in the order of service, each at the window
that becomes free first among those that serve them; this is what :mod:`hall.order` does when nobody new comes.
:mod:`hall.playout` runs it.

What the runs do not know is added to their result: classes that may still overtake, and a spread for everything else. A
told value is an input to the log (``TakeTicket.told``) and never computed again at replay.

Not modelled: windows that open or close later within a session, people who come back from a hold or a miss. A session's
close does not stop the windows: whoever holds a number is served.
"""

import math

import msgspec

from hall.commands import Told
from hall.experience import Experience, experience_of
from hall.ids import Ms
from hall.opening import session_at
from hall.playout import Quantiles, Seat, lognormal, normal_scores, play, rest
from hall.state import Bits, Desk, HallDay, Line, Ticket, ahead_of

__all__ = ["Experience", "Place", "ahead", "experience_of", "place_for", "place_of", "wait_range"]

RUNS = 31
"""Primes, so that every stride visits all quantiles; the P80 is the 25th of 31, the 11th of 13."""
FEW_RUNS = 13
MANY = 40
"""With more people ahead than this their sum varies little, and 13 runs keep the answer within 1 to 2 ms."""
CROWD = 300
"""Beyond this a single run with means, and the normal approximation of its spread, are as good."""
MODEL_CV_PCT = 15
"""What the model does not know (the day's tempo, short pauses, transfers), as a coefficient of variation of the wait."""
PAUSE_MS: Ms = 15 * 60_000
"""A pause of unknown length is taken for this long; when it lasts longer, for a third of this more."""
Z80 = 0.8416
"""The 80 % quantile of the normal distribution."""
CALLING_STATES = ("IDLE", "CALLING", "SERVING")

Key = tuple[int, Ms, int]


class Place(msgspec.Struct, frozen=True):
    """Where somebody stands, or would stand: the windows that may call, and the place in the order of service."""

    primary: Bits
    helpers: Bits
    key: Key
    credit_ms: Ms = 0


def place_of(state: HallDay, ticket: Ticket) -> Place:
    """Return the place of a waiting ticket."""
    line = state.lines[ticket.line]
    return Place(line.primary, line.helpers, (ticket.lane, ticket.due_ms, ticket.order), _credit(state, ticket.klass))


def place_for(state: HallDay, items: tuple[str, ...], *, klass: str = "ordinary", at_ms: Ms) -> Place:
    """Return the place of somebody who takes a number for these items now."""
    primary, helpers = state.index.signature(items)
    known = state.class_of(klass)
    lane, credit = (known.lane, known.credit_ms) if known is not None else (1, 0)
    return Place(primary, helpers, (lane, at_ms - credit, state.orders + 1), credit)


def ahead(state: HallDay, place: Place) -> int:
    """Count the people who come before and whose own windows are among those of the place."""
    return ahead_of(state, place.primary, key=place.key)


def wait_range(state: HallDay, place: Place, *, at_ms: Ms, experience: Experience | None = None) -> Told | None:
    """Return the people ahead and the wait from now on (P50 and P80), or None: nobody can say.

    Open windows count. Where none of them serves this place, paused ones do; outside the sessions of today those are
    expected at the next one, like windows that closed for lunch. Before an opening of today the windows that
    worked earlier today (in the morning: all) count from then on, however many are open already: clerks sit down one after
    the other. After the last session the next day's opening counts in the same way, where no window serves it any more.
    Inside a session in which none does, and after the last known one, there is no honest figure: None.
    """
    known = experience or Experience()
    present = _Presence(state, place, at_ms=at_ms)
    if not present.serves(place.primary | place.helpers):
        return None
    lines = _neighbours(state, place.primary | place.helpers)
    before = sorted((entry for line in lines for entry in line.people[: line.position(place.key)]), key=_key_of)
    runs = RUNS if len(before) <= MANY else FEW_RUNS if len(before) <= CROWD else 1
    queue = _Queue(state, known, present=present, lines=lines, runs=runs)
    seats = queue.seats([entry[3] for entry in before])
    waits = sorted(play(queue.pools, seats, queue.pools_for(place.primary, place.helpers), seed=place.key[2]))
    p50, p80 = (_with_overtakers(wait, place, known) for wait in _range(waits, seats, windows=queue.windows))
    return Told(ahead(state, place), p50, max(p50, p80))


def _key_of(entry: tuple[int, Ms, int, Ticket]) -> Key:
    return (entry[0], entry[1], entry[2])


def _credit(state: HallDay, klass: str) -> Ms:
    known = state.class_of(klass)
    return known.credit_ms if known is not None else 0


def _neighbours(state: HallDay, windows: Bits) -> list[Line]:
    """Return the lines that compete for these windows, directly or through others."""
    lines = [line for line in state.lines if line.people]
    near: list[Line] = []
    while True:
        found = [line for line in lines if line.primary & windows]
        if len(found) == len(near):
            return near
        near = found
        for line in near:
            windows |= line.primary


# ---- from the runs to the range ----


def _range(waits: list[Ms], seats: list[Seat], *, windows: int) -> tuple[Ms, Ms]:
    """Return P50 and P80 of the runs (ascending), widened by what the model does not know."""
    runs = len(waits)
    middle = waits[runs // 2]
    if runs == 1:
        visits = sum(_variance(seat.visit) for seat in seats)
        spread = math.hypot(math.sqrt(visits) / windows, middle * MODEL_CV_PCT / 100)
        return middle, middle + round(Z80 * spread)
    scores = normal_scores(runs)
    # Wait and model error are independent: pair them in a fixed order that correlates them as little as possible.
    widened = sorted(
        wait * max(0, 1_000 + round(10 * MODEL_CV_PCT * scores[number * 7 % runs])) // 1_000
        for number, wait in enumerate(waits)
    )
    return middle, widened[(4 * runs + 4) // 5 - 1]


def _variance(visit: Quantiles) -> float:
    """A crowd's visits carry one value each, their mean; a coefficient of variation of 1 is on the safe side."""
    return float(visit[0]) ** 2


def _with_overtakers(wait_ms: Ms, place: Place, known: Experience) -> Ms:
    """Add the people who will come later and be called before, at today's shares of their classes.

    While somebody waits, the windows are busy: of the capacity, the share of earlier lanes is lost, and of those whose
    credit is greater, who come within the difference.
    """
    lost = sum(one.permille for one in known.classes if one.lane < place.key[0])
    longer = wait_ms * 1_000 // max(300, 1_000 - lost)
    for one in known.classes:
        if one.lane == place.key[0] and one.credit_ms > place.credit_ms:
            longer += min(wait_ms, one.credit_ms - place.credit_ms) * one.permille // 1_000
    return longer


# ---- which windows, from when on ----


class _Presence:
    """From when on each window calls people (in ms from now), as far as anybody can say for a place."""

    def __init__(self, state: HallDay, place: Place, *, at_ms: Ms) -> None:
        self.at_ms = at_ms
        self._from: dict[str, Ms] = {desk.code: 0 for desk in state.desks.values() if desk.state in CALLING_STATES}
        self._desks = state.desks
        opening_ms = _next_opening(state, at_ms=at_ms)
        is_break = opening_ms is not None and _is_today(state, opening_ms)
        if not is_break and not self.serves(place.primary):
            self._expect_paused()
        if opening_ms is not None and (is_break or not self.serves(place.primary | place.helpers)):
            self._expect_opening(opening_ms)

    def serves(self, windows: Bits) -> bool:
        """Return whether some of these windows are there, or will be."""
        return any(self._desks[code].bit & windows for code in self._from)

    def desks(self) -> list[tuple[Desk, Ms]]:
        """Return the windows that are there or will be, the most specialised first, each with its moment."""
        found = [(self._desks[code], moment) for code, moment in self._from.items()]
        return sorted(found, key=lambda one: (one[0].rank, one[0].bit))

    def _expect_paused(self) -> None:
        for desk in self._desks.values():
            if desk.state == "PAUSED":
                self._from[desk.code] = max(desk.since_ms + PAUSE_MS - self.at_ms, PAUSE_MS // 3)

    def _expect_opening(self, opening_ms: Ms) -> None:
        closed = [desk for desk in self._desks.values() if desk.code not in self._from]
        has_worked = any(desk.done for desk in closed)
        for desk in closed:
            if desk.done or desk.state == "PAUSED" or not has_worked:
                self._from[desk.code] = opening_ms - self.at_ms


def _next_opening(state: HallDay, *, at_ms: Ms) -> Ms | None:
    """Return the moment of the next opening; None inside a session, or when no further one is known."""
    if session_at(state.sessions, at_ms) is not None:
        return None
    return min([one.open_ms for one in state.sessions if one.open_ms > at_ms], default=state.next_open_ms)


def _is_today(state: HallDay, opening_ms: Ms) -> bool:
    return any(session.open_ms == opening_ms for session in state.sessions)


# ---- the hall as numbers ----


class _Queue:
    """Windows pooled by the lines they may call, with the times that playing forward needs."""

    def __init__(self, state: HallDay, known: Experience, *, present: _Presence, lines: list[Line], runs: int) -> None:
        self._state, self._known, self._runs, self._at_ms = state, known, runs, present.at_ms
        self._bits: list[Bits] = []
        self.pools: list[list[Quantiles]] = []
        kinds: dict[tuple[Bits, Bits, str, bool], int] = {}
        for desk, from_ms in present.desks():
            kind = (desk.lines, desk.help_lines, desk.help_rule.when, bool(state.nonempty & desk.lines))
            number = kinds.setdefault(kind, len(kinds))
            if number == len(self.pools):
                self.pools.append([])
                self._bits.append(0)
            self.pools[number].append(self._free(desk, from_ms))
            self._bits[number] |= desk.bit
        self.windows = sum(map(len, self.pools))
        self._helping = sum(
            desk.bit
            for desk in state.desks.values()
            if desk.help_rule.when == "idle" and not state.nonempty & desk.lines
        )
        self._of_line = {line.index: self.pools_for(line.primary, line.helpers) for line in lines}
        self._visits: dict[tuple[tuple[str, int], ...], Quantiles] = {}

    def pools_for(self, primary: Bits, helpers: Bits) -> tuple[int, ...]:
        """Return the pools that call such a ticket.

        Windows with a line of their own do not count as helpers, nor do those that help only who has waited long: to
        promise their relief would tell too little whenever it does not come.
        """
        able = primary | (helpers & self._helping)
        found = tuple([number for number, bits in enumerate(self._bits) if bits & able])
        return found or tuple([number for number, bits in enumerate(self._bits) if bits & helpers])

    def seats(self, people: list[Ticket]) -> list[Seat]:
        """Return who sits down before, in order; people whom no window serves do not stand in the way."""
        return [Seat(pools, self._visit(ticket)) for ticket in people if (pools := self._of_line[ticket.line])]

    def _visit(self, ticket: Ticket) -> Quantiles:
        """Return how long a window is taken by a visit: walk, service, and the gap to the next call."""
        entries = tuple([(entry.item, entry.quantity) for entry in ticket.entries if entry.state == "OPEN"])
        found = self._visits.get(entries)
        if found is None:
            mean, cv_pct = self._known.expect(entries, self._state.index.items)
            known, runs = self._known, self._runs
            absent = known.absent_permille * runs // 1_000
            come = lognormal(mean, cv_pct, runs - absent)
            beside = known.walk_ms + known.gap_ms
            times = [known.absent_ms] * absent + [value + beside for value in come]
            found = self._visits[entries] = tuple(times)
        return found

    def _free(self, desk: Desk, from_ms: Ms) -> Quantiles:
        """Return when a window becomes free, from now."""
        known, runs, ticket = self._known, self._runs, desk.ticket
        if ticket is None or from_ms:
            return (from_ms if from_ms or desk.asking else known.gap_ms,) * runs
        entries = tuple([(entry.item, entry.quantity) for entry in ticket.entries if entry.state == "OPEN"])
        mean, cv_pct = known.expect(entries, self._state.index.items)
        if ticket.state == "CALLED":
            walk = max(0, ticket.called_ms + known.walk_ms - self._at_ms)
            return tuple([walk + value + known.gap_ms for value in lognormal(mean, cv_pct, runs)])
        elapsed = ticket.service_ms + self._at_ms - ticket.serving_since_ms
        return tuple([value + known.gap_ms for value in rest(mean, cv_pct, runs, elapsed_ms=elapsed)])
