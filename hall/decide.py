"""Decide: what a command brings about, as events, or why it is refused. Pure; the state is only read.

One function looks at the kind of command; the rules stand in :mod:`hall.decide_ticket`, :mod:`hall.decide_transfer` and
:mod:`hall.decide_window`.
"""

from collections.abc import Callable
from typing import Any

from hall import booking_commands as bcmd
from hall import commands as cmd
from hall import decide_booking as bookings
from hall import decide_slots as slots
from hall import decide_ticket as tickets
from hall import decide_window as windows
from hall import events as ev
from hall.booking_time import booking_deadline, due_events, endings
from hall.decide_arrival import check_in
from hall.decide_day import end_after, goes_by, moments_after, plan_against_bookings, sessions_against_bookings
from hall.decide_ticket import Decision
from hall.decide_transfer import transfer
from hall.errors import Refusal, refuse
from hall.ids import Ms
from hall.opening import Session
from hall.order import help_deadline
from hall.policy import Plan, faults_of_plan
from hall.state import HallDay

MAX_SESSIONS = 12
"""More opening times in one day than any hall has."""


def decide(state: HallDay, command: cmd.AnyCommand) -> Decision:
    """Return the events that a command brings about, or the refusal; the day must be open for all but ``OpenDay``."""
    if state.is_open or type(command) is cmd.OpenDay:
        return RULES[type(command)](state, command)
    return refuse("DAY_NOT_OPEN")


# ---- the day ----


def open_day(state: HallDay, command: cmd.OpenDay) -> Decision:
    """Begin the business date."""
    if state.is_open:
        return refuse("DAY_ALREADY_OPEN")
    refusal = _bad_plan(state, command.plan) or _bad_sessions(command.sessions)
    if refusal is not None:
        return refusal
    return (
        ev.DayOpened(
            command.hall, command.date, command.kind, command.sessions, command.plan, command.half_day_ms,
            command.end_day_ms, command.next_open_ms,
        ),
    )  # fmt: skip


def change_plan(state: HallDay, command: cmd.ChangePlan) -> Decision:
    """Use another plan, unless somebody sits at a window or waits for an item that it no longer has."""
    if goes_by(state, command):
        return refuse("PLAN_UNCHANGED")
    refusal = _bad_plan(state, command.plan)
    if refusal is not None:
        return refusal
    faults = _missing(state, state.plans[command.plan])
    faults += plan_against_bookings(state, state.plans[command.plan])
    if faults:
        return refuse("PLAN_INVALID", faults="; ".join(faults))
    return (ev.PlanChanged(command.plan, moments_after(state, command)),)


def _missing(state: HallDay, plan: Plan) -> list[str]:
    windows_left = {window.code for window in plan.catalog.windows}
    items_left = {item.code for item in plan.catalog.items}
    areas_left = {area.code for area in plan.catalog.areas}
    classes_left = {one.code for one in plan.policy.classes}
    faults = [
        f"window {desk.code} is in use"
        for desk in state.desks.values()
        if desk.state != "CLOSED" and desk.code not in windows_left
    ]
    for ticket in state.tickets.values():
        if ticket.state in ("DONE", "CANCELLED", "ABANDONED", "EXPIRED"):
            continue
        faults += [f"item {one.item} is waited for" for one in ticket.entries if one.item not in items_left]
        if ticket.to_window and ticket.to_window not in windows_left:
            faults.append(f"window {ticket.to_window} is waited for")
        if ticket.to_area and ticket.to_area not in areas_left:
            faults.append(f"area {ticket.to_area} is waited for")
        if ticket.klass not in classes_left:
            faults.append(f"class {ticket.klass} waits")
    return sorted(set(faults))[:20]


def change_sessions(state: HallDay, command: cmd.ChangeSessions) -> Decision:
    """Other opening times for the rest of today."""
    if state.is_ended:
        return refuse("DAY_ENDED")
    refusal = _bad_sessions(command.sessions)
    if refusal is not None:
        return refusal
    if command.sessions == state.sessions:
        return refuse("NO_CHANGE")
    refusal = sessions_against_bookings(state, command.sessions)
    if refusal is not None:
        return refusal
    end_ms = command.end_day_ms
    if end_ms is not None:
        end_ms = end_after(state, end_ms, sessions=command.sessions, at_ms=command.at_ms)
    return (ev.SessionsChanged(command.sessions, command.reason, end_ms),)


def set_issuing(state: HallDay, command: cmd.SetIssuing) -> Decision:
    """Stop or resume giving out numbers; to resume the hall resumes every item."""
    stopped = state.stopped_items
    for code in command.items:
        if code not in state.index.items and code not in stopped:
            return refuse("UNKNOWN_ITEM", item=code)
    if command.items:
        changes = any((code in stopped) == command.issuing for code in command.items)
    else:
        changes = command.issuing != state.issuing or (command.issuing and bool(stopped))
    return (ev.IssuingSet(command.issuing, command.items),) if changes else refuse("NO_CHANGE")


def end_day(state: HallDay, command: cmd.EndDay) -> Decision:
    """Expire who waits or missed; list who is called, held or served."""
    if state.is_ended:
        return refuse("DAY_ENDED")
    return _ending(state, command.at_ms)


def _ending(state: HallDay, at_ms: Ms, leeway_ms: Ms | None = None) -> tuple[ev.AnyEvent, ...]:
    expired = [ev.TicketExpired(one.id) for one in state.tickets.values() if one.state in ("WAITING", "MISSED")]
    left = tuple([one.id for one in state.tickets.values() if one.state in ("CALLED", "HELD", "SERVING")])
    return (*expired, *endings(state, at_ms, leeway_ms), ev.DayEnded(left))


def tick(state: HallDay, command: cmd.Tick) -> Decision:
    """Do what has become due: give up people who missed too long ago, end the day. Calls follow by themselves."""
    if state.is_ended:
        return ()
    if command.at_ms >= state.end_day_ms:
        return _ending(state, command.at_ms, command.leeway_ms)
    limit_ms = command.at_ms - state.plan.policy.missed.timeout_ms
    late = tuple([ev.TicketAbandoned(one.id, "timeout") for one in state.missed.values() if one.missed_ms <= limit_ms])
    return late + due_events(state, command.at_ms, command.leeway_ms) if state.bookings.is_used else late


def next_deadline(state: HallDay) -> Ms | None:
    """Return when the hall wants a ``Tick``: the end of a missed ticket, a window that may begin to help, the day's end."""
    if not state.is_open or state.is_ended:
        return None
    timeout_ms = state.plan.policy.missed.timeout_ms
    moments = [state.end_day_ms, *(ticket.missed_ms + timeout_ms for ticket in state.missed.values())]
    others = (help_deadline(state), booking_deadline(state))
    return min([*moments, *(moment for moment in others if moment is not None)])


def _bad_plan(state: HallDay, name: str) -> Refusal | None:
    plan = state.plans.get(name)
    if plan is None:
        return refuse("PLAN_UNKNOWN", plan=name)
    faults = faults_of_plan(plan)
    return refuse("PLAN_INVALID", faults="; ".join(faults[:20])) if faults else None


def _bad_sessions(sessions: tuple[Session, ...]) -> Refusal | None:
    before = 0
    for one in sessions:
        if not before <= one.open_ms < one.close_ms:
            return refuse("SESSIONS_INVALID")
        before = one.close_ms
    return refuse("SESSIONS_INVALID") if len(sessions) > MAX_SESSIONS else None


RULES: dict[type[cmd.Command], Callable[[HallDay, Any], Decision]] = {
    cmd.OpenDay: open_day,
    cmd.ChangePlan: change_plan,
    cmd.ChangeSessions: change_sessions,
    cmd.SetIssuing: set_issuing,
    cmd.EndDay: end_day,
    cmd.Tick: tick,
    cmd.TakeTicket: tickets.take,
    cmd.ReportSlip: tickets.report_slip,
    cmd.RejoinTicket: tickets.rejoin,
    cmd.DelayTicket: tickets.delay,
    cmd.CancelTicket: tickets.cancel,
    cmd.AbandonTicket: tickets.abandon,
    cmd.ReclassTicket: tickets.reclass,
    cmd.AddItems: tickets.add_items,
    cmd.SplitTicket: tickets.split,
    cmd.MergeTickets: tickets.merge,
    cmd.TransferTicket: transfer,
    cmd.WithdrawCall: tickets.withdraw,
    cmd.SetItemResult: tickets.item_result,
    cmd.CorrectTicket: tickets.correct,
    cmd.RateTicket: tickets.rate,
    cmd.OpenWindow: windows.open_window,
    cmd.CloseWindow: windows.close_window,
    cmd.PauseWindow: windows.pause_window,
    cmd.DrainWindow: windows.drain_window,
    cmd.ServeAt: windows.serve,
    cmd.CallNext: windows.call_next,
    cmd.CallChosen: windows.call_chosen,
    cmd.RecallTicket: windows.recall,
    cmd.StartService: windows.start,
    cmd.MissTicket: windows.miss,
    cmd.HoldTicket: windows.hold,
    cmd.ResumeTicket: windows.resume,
    cmd.FinishTicket: windows.finish,
    cmd.UndoLast: windows.undo,
    bcmd.HoldSlot: bookings.hold,
    bcmd.ConfirmBooking: bookings.confirm,
    bcmd.MoveIn: bookings.move_in,
    bcmd.MoveOut: bookings.move_out,
    bcmd.RescheduleBooking: bookings.reschedule,
    bcmd.CancelBooking: bookings.cancel,
    bcmd.JoinWaitlist: bookings.join_waitlist,
    bcmd.AnswerOffer: bookings.answer_offer,
    bcmd.CheckIn: check_in,
    bcmd.SetSlots: slots.set_slots,
    bcmd.CloseSlots: slots.close_slots,
    bcmd.Appeal: bookings.appeal,
}
