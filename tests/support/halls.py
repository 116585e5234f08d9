"""A hall to tell stories with: short words for commands, numbers for tickets, and what must be true afterwards.

Every command keeps every law (:mod:`tests.support.laws`); a refused one changes nothing and says so in two languages.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import msgspec

from hall import commands as cmd
from hall import events as ev
from hall.catalog import Area, Catalog, HelpRule, Item, Serves, Text, Theme, Window
from hall.errors import Fact, Refusal
from hall.ids import MINUTE_MS, Ms
from hall.opening import DayMoments, Session, Span, WeekHours
from hall.policy import Plan, Policy, Series
from hall.state import Desk, HallDay, Ticket
from hall.step import step
from tests.support.laws import assert_laws

OPEN_MS: Ms = 1_795_393_800_000
"""08:30 in Shanghai on DATE."""
DATE = "2026-11-23"
HOUR_MS = 60 * MINUTE_MS
ITEMS = {"A": ("general", "身份证", "Identity card"), "A2": ("general", "居住证", "Residence permit"),
         "B": ("tax", "发票", "Invoices"), "B2": ("tax", "完税", "Tax paid"), "C": ("house", "过户", "House transfer")}  # fmt: skip


def policy(**changes: Any) -> Policy:
    """Return the example's rules: numbers A for most, B for taxes, C for houses; ``changes`` replace fields."""
    series = (Series("A"), Series("B", ("tax",)), Series("C", ("house",)))
    return msgspec.structs.replace(Policy("1", series), **changes)


def plan(rules: Policy | None = None, *, windows: tuple[Window, ...] | None = None, **changes: Any) -> Plan:
    """Return the example's plan: window 1 does everything, 2 the general theme, 3 taxes, 4 (in area a2) only A2."""
    themes = (
        Theme("general", Text("综合", "General")),
        Theme("tax", Text("税务", "Tax")),
        Theme("house", Text("房产")),
    )
    items = tuple(Item(code, Text(zh, en), theme) for code, (theme, zh, en) in ITEMS.items())
    usual = (
        Window("1", "一", "a1"),
        Window("2", "二", "a1", "themed", Serves(themes=("general",))),
        Window("3", "三", "a1", "themed", Serves(themes=("tax",))),
        Window("4", "四", "a2", "specialised", Serves(items=("A2",))),
    )
    areas = (Area("a1", Text("一区", "Area 1")), Area("a2", Text("二区", "Area 2")))
    catalog = Catalog(areas, themes, items, usual if windows is None else windows)
    hours = WeekHours(((Span(510, 1050),),) * 7)
    made = Plan("longgang", Text("龙岗", "Longgang"), "Asia/Shanghai", catalog, hours, rules or policy())
    return msgspec.structs.replace(made, **changes)


def helping(code: str, serves: tuple[str, ...], helps: tuple[str, ...], *, after_ms: Ms | None = None) -> Window:
    """Return a window of some items that helps with others: when idle, or when somebody has waited ``after_ms``."""
    rule = HelpRule() if after_ms is None else HelpRule("waited", after_ms)
    return Window(code, code, "a1", "themed", Serves(items=serves), Serves(items=helps), rule)


class Refused(Exception):
    """The hall refused a command that the story expected to succeed."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(f"{refusal.code}: {refusal.en}")
        self.refusal = refusal


class Hall:
    """One hall-day; ``now`` is its moment. Tickets are named by their numbers, clerks by their windows."""

    def __init__(self, rules: Policy | None = None, *, open: str = "", opened: bool = True, **facts: Any) -> None:
        windows = facts.pop("windows", None)
        self.plan = facts.pop("plan", None) or plan(rules, windows=windows)
        self.state = HallDay()
        self.now = OPEN_MS
        self.events: tuple[ev.AnyEvent, ...] = ()
        self._number = 0
        if opened:
            self.open_day(**facts)
        if open:
            self.open(*open.split())

    def do(self, make: Callable[..., cmd.AnyCommand], **fields: Any) -> tuple[ev.AnyEvent, ...]:
        """Send a command now; return its events or raise :class:`Refused`."""
        self._number += 1
        command = make(command_id=f"command-{self._number:06}", at_ms=self.now, **fields)
        before = self._facts()
        answer = step(self.state, command)
        if isinstance(answer, Refusal):
            assert self._facts() == before, "a refusal changes nothing"
            raise Refused(answer)
        assert_laws(self.state)
        self.events = answer
        return answer

    def _facts(self) -> str:
        """Return the fingerprint of everything but seq and moment, which go on for refusals too."""
        seq, at_ms = self.state.seq, self.state.at_ms
        self.state.seq = self.state.at_ms = 0
        found = self.state.fingerprint()
        self.state.seq, self.state.at_ms = seq, at_ms
        return found

    def ticket(self, number: str) -> Ticket:
        """Return the ticket with this number."""
        return next(one for one in self.state.tickets.values() if one.number == number)

    def id_of(self, number: str) -> str:
        """Return the id of a number; what is no number stands for itself."""
        return next((one.id for one in self.state.tickets.values() if one.number == number), number)

    def desk(self, window: str) -> Desk:
        """Return a window."""
        return self.state.desks[window]

    def line(self, window: str) -> list[str]:
        """Return the numbers that wait for a window's own items, in the order of service."""
        desk = self.desk(window)
        people = [entry for line in self.state.lines if line.primary & desk.bit for entry in line.people]
        return [entry[3].number for entry in sorted(people)]

    # ---- the day ----

    def wait(self, seconds: float) -> None:
        """Let time pass."""
        self.now += round(seconds * 1000)

    def tick(self) -> tuple[ev.AnyEvent, ...]:
        """Let the timer say that time has passed."""
        return self.do(cmd.Tick, actor="timer:")

    def open_day(self, **facts: Any) -> None:
        """Begin the business date: 08:30 to 17:30, numbers from half an hour before."""
        day: dict[str, Any] = {
            "hall": "longgang", "date": DATE, "kind": "workday", "sessions": (Session(OPEN_MS, OPEN_MS + 9 * HOUR_MS),),
            "half_day_ms": OPEN_MS + 4 * HOUR_MS, "end_day_ms": OPEN_MS + 15 * HOUR_MS, "next_open_ms": OPEN_MS + 24 * HOUR_MS,
            "plan": self.state.learn(self.plan),
        }  # fmt: skip
        self.do(cmd.OpenDay, actor="timer:", **{**day, **facts})

    def change_plan(self, new: Plan | None = None, *, moments: DayMoments | None = None) -> None:
        """Use another plan, or the same with other moments of the day."""
        plan = self.state.learn(new) if new is not None else self.state.plan_hash
        self.do(cmd.ChangePlan, plan=plan, moments=moments, actor="manager:m")

    def change_sessions(self, *hours: tuple[float, float], end_day_ms: Ms | None = None) -> None:
        """Open from and to these hours after 08:30."""
        sessions = tuple(Session(OPEN_MS + round(a * HOUR_MS), OPEN_MS + round(b * HOUR_MS)) for a, b in hours)
        self.do(cmd.ChangeSessions, sessions=sessions, reason="event", end_day_ms=end_day_ms, actor="manager:m")

    def issue(self, issuing: bool, *items: str) -> None:
        """Give out numbers or not."""
        self.do(cmd.SetIssuing, issuing=issuing, items=items, actor="manager:m")

    def end_day(self) -> None:
        """End the day."""
        self.do(cmd.EndDay, actor="manager:m")

    # ---- tickets ----

    def take(self, *items: str, actor: str = "device:kiosk", **fields: Any) -> str:
        """Take a number for items (``A*3``: three times) and return it."""
        wanted = tuple(_wanted(item) for item in items)
        ticket = fields.pop("ticket", f"ticket-{len(self.state.tickets) + 1:04}")
        self.do(cmd.TakeTicket, ticket=ticket, items=wanted, actor=actor, **fields)
        return self.state.tickets[ticket].number

    def takes(self, *items: str) -> list[str]:
        """Take a number for each item, a second apart."""
        numbers = []
        for item in items:
            numbers.append(self.take(item))
            self.wait(1)
        return numbers

    def on(self, number: str, make: Callable[..., cmd.AnyCommand], *, actor: str = "guide:g", **fields: Any) -> None:
        """Send a command about a ticket."""
        self.do(make, ticket=self.id_of(number), actor=actor, **fields)

    def rejoin(self, number: str) -> None:
        """Come back after a miss."""
        self.on(number, cmd.RejoinTicket)

    def delay(self, number: str, places: int) -> None:
        """Let some pass."""
        self.on(number, cmd.DelayTicket, places=places)

    def cancel(self, number: str, reason: str = "left") -> None:
        """Give the number back."""
        self.on(number, cmd.CancelTicket, reason=reason)

    def abandon(self, number: str) -> None:
        """Give a missed person up."""
        self.on(number, cmd.AbandonTicket, reason="gone")

    def reclass(self, number: str, klass: str, reason: str = "seen") -> None:
        """Change the class."""
        self.on(number, cmd.ReclassTicket, klass=klass, reason=reason)

    def add(self, number: str, *items: str, actor: str = "guide:g") -> None:
        """Add items to a ticket."""
        self.on(number, cmd.AddItems, items=tuple(_wanted(item) for item in items), actor=actor)

    def split(self, number: str, *entries: int, actor: str = "guide:g") -> str:
        """Split entries off and return the child's number."""
        child = f"child-{len(self.state.tickets) + 1:04}"
        self.on(number, cmd.SplitTicket, child=child, entries=entries, actor=actor)
        return self.state.tickets[child].number

    def merge(self, number: str, merged: str) -> None:
        """Merge another ticket into this one."""
        self.on(number, cmd.MergeTickets, merged=self.id_of(merged))

    def transfer(self, number: str, *, actor: str = "guide:g", **fields: Any) -> None:
        """Send a ticket elsewhere."""
        self.on(number, cmd.TransferTicket, actor=actor, **fields)

    def withdraw(self, number: str, actor: str = "guide:g") -> None:
        """Take a call back."""
        self.on(number, cmd.WithdrawCall, reason="clerk_gone", actor=actor)

    def result(self, number: str, entry: int, result: str = "done", **fields: Any) -> None:
        """Say how an item ended."""
        self.on(number, cmd.SetItemResult, entry=entry, result=result, **fields)

    def correct(self, number: str, **fields: Any) -> None:
        """Correct a final ticket."""
        self.on(number, cmd.CorrectTicket, **{"reason": "typing_error", "actor": "manager:m", **fields})

    def rate(self, number: str, entry: int = 0, level: str = "satisfied") -> None:
        """Rate an entry."""
        self.on(number, cmd.RateTicket, entry=entry, level=level, actor="citizen:")

    def slip(self, number: str, *, printed: bool) -> None:
        """Report the slip."""
        self.on(number, cmd.ReportSlip, printed=printed, actor="device:kiosk")

    # ---- windows ----

    def at(self, window: str, make: Callable[..., cmd.AnyCommand], **fields: Any) -> None:
        """Send a command at a window, by its clerk."""
        self.do(make, **{"window": window, "actor": f"clerk:{window}", **fields})

    def open(self, *windows: str, **fields: Any) -> None:
        """Sign in."""
        for window in windows:
            self.at(window, cmd.OpenWindow, **fields)

    def close(self, window: str, **fields: Any) -> None:
        """Leave."""
        self.at(window, cmd.CloseWindow, **fields)

    def pause(self, window: str, **fields: Any) -> None:
        """Stop for a while."""
        self.at(window, cmd.PauseWindow, **{"reason": "tea", **fields})

    def drain(self, window: str) -> None:
        """Call nobody any more."""
        self.at(window, cmd.DrainWindow)

    def serve(self, window: str, serves: Serves, **fields: Any) -> None:
        """Change what a window serves."""
        self.at(window, cmd.ServeAt, serves=serves, **{"actor": "manager:m", **fields})

    def call(self, window: str, **fields: Any) -> None:
        """Call the next."""
        self.at(window, cmd.CallNext, **fields)

    def choose(self, window: str, number: str, reason: str = "other") -> None:
        """Call a chosen one."""
        self.at(window, cmd.CallChosen, ticket=self.id_of(number), reason=reason)

    def recall(self, window: str) -> None:
        """Call once more."""
        self.at(window, cmd.RecallTicket)

    def start(self, window: str) -> None:
        """Begin the service."""
        self.at(window, cmd.StartService)

    def serves_next(self, window: str) -> str:
        """Call the next, begin the service and return the number."""
        self.call(window)
        self.start(window)
        ticket = self.desk(window).ticket
        assert ticket is not None
        return ticket.number

    def miss(self, window: str, **fields: Any) -> None:
        """Say that nobody came."""
        self.at(window, cmd.MissTicket, **fields)

    def misses_next(self, window: str) -> str:
        """Call the next, again after 20 s, and report the miss after 30 s; return the number."""
        self.call(window)
        ticket = self.desk(window).ticket
        assert ticket is not None
        self.wait(20)
        self.recall(window)
        self.wait(10)
        self.miss(window)
        return ticket.number

    def hold(self, window: str, reason: str = "other", **fields: Any) -> None:
        """Park the person."""
        self.at(window, cmd.HoldTicket, reason=reason, **fields)

    def resume(self, window: str, number: str, **fields: Any) -> None:
        """Take a held person back."""
        self.at(window, cmd.ResumeTicket, ticket=self.id_of(number), **fields)

    def finish(self, window: str, **fields: Any) -> None:
        """Finish the visit."""
        self.at(window, cmd.FinishTicket, **fields)

    def undo(self, window: str) -> None:
        """Take the last command back."""
        self.at(window, cmd.UndoLast)


def _wanted(item: str) -> cmd.WantedItem:
    code, _, times = item.partition("*")
    return cmd.WantedItem(code, int(times or 1))


@contextmanager
def refused(code: str, **facts: Fact) -> Iterator[None]:
    """The block ends in a refusal with this code and at least these facts, in whole sentences."""
    try:
        yield
    except Refused as error:
        refusal = error.refusal
        assert refusal.code == code, refusal
        assert {key: refusal.facts.get(key) for key in facts} == facts
        for sentence in (refusal.zh, refusal.en):
            assert sentence
            assert "–" not in sentence, sentence
        return
    raise AssertionError(f"{code} was expected, nothing was refused")


def assert_called(hall: Hall, number: str, *, window: str, rule: str = "order") -> None:
    """A window calls this number, by this rule, and the boards show both together."""
    ticket = hall.ticket(number)
    assert (ticket.state, ticket.window, hall.desk(window).ticket) == ("CALLED", window, ticket)
    assert ticket.call is not None
    assert (ticket.call.rule, ticket.call.window) == (rule, window)
    assert ticket.id in ticket.call.candidates
    shown = hall.state.calls[ticket.entry_ring]
    assert (shown.number, shown.window, shown.state) == (number, window, "calling")


def assert_state(hall: Hall, number: str, state: str, *, window: str | None = None) -> None:
    """A ticket is in this state, and at this window."""
    ticket = hall.ticket(number)
    assert ticket.state == state
    assert window is None or ticket.window == window


def assert_window(hall: Hall, window: str, state: str, *, number: str = "", asking: bool = False) -> None:
    """A window is in this state, with this number, asking or not."""
    desk = hall.desk(window)
    assert (desk.state, desk.ticket.number if desk.ticket else "", desk.asking) == (state, number, asking)
