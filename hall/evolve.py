"""How the state follows from events: one small function per event, no decisions, no refusals.

``evolve`` reads the moment and the seq from the state (set by :mod:`hall.step` before); the same log gives the same
state, always. Tickets: :mod:`hall.evolve_ticket`; what ``undo`` takes back: :mod:`hall.undo`.
"""

from collections.abc import Callable
from typing import Any

import msgspec

from hall import events as ev
from hall import evolve_ticket as tickets
from hall.errors import UnknownEvent
from hall.evolve_booking import BOOKING_HANDLERS
from hall.ids import DAY_MS
from hall.moves import count_quotas, line_now
from hall.numbering import counters_of
from hall.opening import DayMoments, Session
from hall.routing import PlanIndex, rank_of
from hall.state import Desk, HallDay, Stood
from hall.undo import take_back


def evolve(state: HallDay, event: ev.AnyEvent) -> None:
    """Let one event happen to the state."""
    handler = HANDLERS.get(type(event))
    if handler is None:
        raise UnknownEvent(type(event).__name__)
    handler(state, event)


# ---- the day ----


def on_day_opened(state: HallDay, event: ev.DayOpened) -> None:
    """The business date begins: everything closed, nobody there."""
    state.hall, state.date, state.kind = event.hall, event.date, event.kind
    _use_moments(state, event)
    state.is_open = True
    _use_plan(state, event.plan)
    _use_sessions(state, event.sessions)


def on_plan_changed(state: HallDay, event: ev.PlanChanged) -> None:
    """Another plan holds; windows that it defines as before keep today's changes."""
    if event.moments is not None:
        _use_moments(state, event.moments)
    _use_plan(state, event.plan)
    _use_sessions(state, state.sessions)


def on_sessions_changed(state: HallDay, event: ev.SessionsChanged) -> None:
    """Other opening times today; the day does not end before the last of them."""
    _use_sessions(state, event.sessions)
    if event.end_day_ms is not None:
        state.end_day_ms = event.end_day_ms
    elif event.sessions:
        state.end_day_ms = max(state.end_day_ms, event.sessions[-1].close_ms)


def on_issuing_set(state: HallDay, event: ev.IssuingSet) -> None:
    """Numbers are given out or not; a hall that resumes gives them out for every item."""
    if not event.items:
        state.issuing = event.issuing
        state.stopped_items = () if event.issuing else state.stopped_items
    elif event.issuing:
        state.stopped_items = tuple([code for code in state.stopped_items if code not in event.items])
    else:
        state.stopped_items = tuple(sorted({*state.stopped_items, *event.items}))


def on_day_ended(state: HallDay, event: ev.DayEnded) -> None:
    """Nothing is called any more; who is left waits for a person's decision, and no earlier step is undone over it."""
    state.is_ended = True
    for ticket in event.unfinished:
        state.tickets[ticket].touched = state.seq
    for desk in state.desks.values():
        desk.touched = state.seq
        desk.asking = False
    state.asking.clear()


def _use_moments(state: HallDay, said: ev.DayOpened | DayMoments) -> None:
    state.half_day_ms, state.end_day_ms, state.next_open_ms = said.half_day_ms, said.end_day_ms, said.next_open_ms


def _use_plan(state: HallDay, name: str) -> None:
    before = state.plans.get(state.plan_hash)
    defined = {window.code: window for window in before.catalog.windows} if before is not None else {}
    state.plan_hash = name
    state.plan = plan = state.plans[name]
    desks = state.desks
    state.desks = {}
    for window in plan.catalog.windows:
        desk = state.desks[window.code] = desks.get(window.code) or Desk(window.code)
        desk.label, desk.area, desk.kind = window.label, window.area, window.kind
        if defined.get(window.code) != window:
            desk.serves, desk.helps, desk.help_rule = window.serves, window.helps, window.help_rule
    state.recent_calls = plan.policy.calling.recent
    _rebuild_lines(state)
    _count_again(state)


def _count_again(state: HallDay) -> None:
    """Bring the counters of numbers and quotas to the names that the plan gives them; what was given out stays so."""
    state.series = counters_of(state)
    state.issued = {}
    for ticket in state.tickets.values():
        if ticket.state != "CANCELLED":
            count_quotas(state, ticket, ticket.entries, step=1)


def _use_sessions(state: HallDay, sessions: tuple[Session, ...]) -> None:
    issuing = state.plan.policy.issuing
    state.sessions = sessions
    state.issue_from_ms = sessions[0].open_ms - issuing.before_open_ms if sessions else DAY_MS
    state.issue_until_ms = sessions[-1].close_ms - issuing.stop_before_close_ms if sessions else 0


def _rebuild_lines(state: HallDay) -> None:
    """Work out signatures and lines anew, after a change of what windows serve."""
    plan = state.plan
    windows = [
        msgspec.structs.replace(window, serves=state.desks[window.code].serves, helps=state.desks[window.code].helps)
        for window in plan.catalog.windows
    ]
    state.index = PlanIndex(plan, windows)
    different = dict.fromkeys(desk.serves for desk in state.desks.values())
    ranks = {serves: rank_of(serves, plan) for serves in different}
    for number, desk in enumerate(state.desks.values()):
        desk.bit = 1 << number
        desk.rank = ranks[desk.serves]
        desk.lines = desk.help_lines = 0
        desk.own_people = []
    waiting = sorted(entry for line in state.lines for entry in line.people)
    state.lines, state.line_of, state.line_of_item, state.nonempty = [], {}, {}, 0
    for entry in waiting:
        # In the order of service, so that everybody comes last in a line.
        line = line_now(state, entry[3])
        line.people.append(entry)
        entry[3].line = line.index
        state.nonempty |= line.bit


# ---- windows ----


def on_window_opened(state: HallDay, event: ev.WindowOpened) -> None:
    """A clerk sits down, or goes on after a pause."""
    desk = _touch(state, event.window)
    desk.clerk = event.clerk
    desk.then, desk.reason = "", ""
    if desk.ticket is None:
        desk.state = "IDLE"
    else:
        desk.state = "CALLING" if desk.ticket.state == "CALLED" else "SERVING"


def on_window_closed(state: HallDay, event: ev.WindowClosed) -> None:
    """Nobody sits there."""
    desk = _touch(state, event.window)
    _stop_asking(state, desk)
    desk.state, desk.clerk, desk.then, desk.reason = "CLOSED", "", "", ""


def on_window_paused(state: HallDay, event: ev.WindowPaused) -> None:
    """The clerk stopped for a while."""
    desk = _stop(state, event.window)
    desk.state, desk.then, desk.reason = "PAUSED", "", event.reason


def on_window_draining(state: HallDay, event: ev.WindowDraining) -> None:
    """Nobody new is called."""
    desk = _stop(state, event.window)
    desk.state, desk.then, desk.reason = "DRAINING", event.then, event.reason


def on_window_asked(state: HallDay, event: ev.WindowAsked) -> None:
    """Nobody fitting waits; the window may stay asking."""
    desk = state.desks[event.window]
    desk.touched = state.seq
    if event.stays and not desk.asking:
        desk.asking = True
        state.asking[desk.code] = desk


def on_service_changed(state: HallDay, event: ev.ServiceChanged) -> None:
    """The window serves other items."""
    desk = state.desks[event.window]
    desk.serves, desk.helps, desk.help_rule = event.serves, event.helps, event.help_rule
    desk.touched = state.seq
    _rebuild_lines(state)


def on_undone(state: HallDay, event: ev.StepUndone) -> None:
    """The last command of the window is taken back."""
    desk = state.desks[event.window]
    take_back(state, desk)
    desk.touched = state.seq


def _touch(state: HallDay, window: str) -> Desk:
    desk = state.desks[window]
    desk.touched = state.seq
    desk.since_ms = state.at_ms
    return desk


def _stop(state: HallDay, window: str) -> Desk:
    """Remember how a window stands that stops calling."""
    desk = state.desks[window]
    desk.stood = Stood(desk.state, desk.then, desk.reason, desk.since_ms, desk.asking)
    _stop_asking(state, desk)
    return _touch(state, window)


def _stop_asking(state: HallDay, desk: Desk) -> None:
    if desk.asking:
        desk.asking = False
        del state.asking[desk.code]


HANDLERS: dict[type[ev.Event], Callable[[HallDay, Any], None]] = {
    ev.DayOpened: on_day_opened,
    ev.PlanChanged: on_plan_changed,
    ev.SessionsChanged: on_sessions_changed,
    ev.IssuingSet: on_issuing_set,
    ev.DayEnded: on_day_ended,
    ev.TicketTaken: tickets.on_taken,
    ev.SlipReported: tickets.on_slip,
    ev.TicketCalled: tickets.on_called,
    ev.CallRepeated: tickets.on_recalled,
    ev.CallWithdrawn: tickets.on_withdrawn,
    ev.ServiceStarted: tickets.on_started,
    ev.TicketMissed: tickets.on_missed,
    ev.TicketRequeued: tickets.on_requeued,
    ev.TicketAbandoned: tickets.on_abandoned,
    ev.TicketHeld: tickets.on_held,
    ev.HoldMovedToHall: tickets.on_hold_moved,
    ev.TicketTransferred: tickets.on_transferred,
    ev.TicketReferred: tickets.on_referred,
    ev.ItemsAdded: tickets.on_items_added,
    ev.TicketSplit: tickets.on_split,
    ev.TicketsMerged: tickets.on_merged,
    ev.ItemResultSet: tickets.on_item_result,
    ev.TicketFinished: tickets.on_finished,
    ev.TicketCancelled: tickets.on_cancelled,
    ev.TicketExpired: tickets.on_expired,
    ev.TicketCorrected: tickets.on_corrected,
    ev.TicketRated: tickets.on_rated,
    ev.WindowOpened: on_window_opened,
    ev.WindowClosed: on_window_closed,
    ev.WindowPaused: on_window_paused,
    ev.WindowDraining: on_window_draining,
    ev.WindowAsked: on_window_asked,
    ev.ServiceChanged: on_service_changed,
    ev.StepUndone: on_undone,
    **BOOKING_HANDLERS,
}
