"""A crowd that does everything at random: valid acts, impossible acts and nonsense, from one seed.

Used by the seeded loops and by the golden logs. ``Crowd.act`` makes the next command; what the hall answers is not its business.
"""

import random
from collections.abc import Callable
from itertools import islice
from typing import Any

from hall import commands as cmd
from hall.catalog import Area, Catalog, HelpRule, Item, Package, Serves, Text, Theme, Window
from hall.errors import Refusal
from hall.events import Commit
from hall.ids import Ms
from hall.opening import Session, Span, WeekHours
from hall.policy import Calling, Plan, Policy, Quota, Series
from hall.state import HallDay
from hall.step import step

OPEN_MS: Ms = 1_795_393_800_000
"""08:30 in Shanghai on DATE."""
DATE = "2026-11-23"
NINE_HOURS_MS: Ms = 9 * 3_600_000
WINDOWS = 5
ITEMS = 9
STEPS_MS = (0, 100, 1_000, 5_000, 20_000)


def crowd_plan(*, idle: str = "at_once", version: str = "1") -> Plan:
    """Return a hall with every kind of window, help rule, number band and quota."""
    themes = tuple(Theme(f"t{number}", Text(f"主题{number}", f"Theme {number}")) for number in range(3))
    items = tuple(
        Item(f"i{number}", Text(f"事项{number}", f"Item {number}"), f"t{number % 3}") for number in range(ITEMS)
    )
    waited = HelpRule("waited", 60_000)
    windows = (
        Window("W0", "1", "a1", "comprehensive"),
        Window("W1", "2", "a1", "themed", Serves(themes=("t0",)), Serves(themes=("t1",))),
        Window("W2", "3", "a2", "themed", Serves(themes=("t1",)), Serves(everything=True), waited),
        Window("W3", "4", "a2", "specialised", Serves(items=("i2", "i5"))),
        Window("W4", "5", "a2", "themed", Serves(themes=("t2", "t0")), Serves(themes=("t1",)), waited),
    )
    catalog = Catalog((Area("a1", Text("一区", "A")), Area("a2", Text("二区", "B"))), themes, items, windows,
                      (Package("p1", Text("一件事", "Package"), ("i0", "i1")),))  # fmt: skip
    policy = Policy(
        version,
        (Series("A"), Series("B", ("t1",), last=5), Series("B", ("t2",), first=6, last=9)),
        (Quota(item="i1", morning=500, afternoon=100),),
        calling=Calling(idle=idle, recall_cooldown_ms=5_000, miss_ms=5_000),  # type: ignore[arg-type]  # two words
    )
    return Plan(
        "crowd", Text("测试大厅", "Test hall"), "Asia/Shanghai", catalog, WeekHours(((Span(510, 1050),),) * 7), policy
    )


class Crowd:
    """Acts at random in one hall-day; equal seeds act alike."""

    def __init__(self, seed: int, *, plan: Plan | None = None, open_for_ms: Ms = NINE_HOURS_MS) -> None:
        """Open the day."""
        self.chance = random.Random(seed)
        self.plan = plan or crowd_plan(idle="on_key" if seed % 3 == 0 else "at_once")
        self.state = HallDay()
        self.at_ms = OPEN_MS
        self.number = 0
        self.commits: list[Commit] = []
        self.keeps = True
        name = self.state.learn(self.plan)
        self.send(
            cmd.OpenDay(command_id="open-day", at_ms=OPEN_MS, actor="timer:", hall="crowd", date=DATE, kind="workday",
                        sessions=(Session(OPEN_MS, OPEN_MS + open_for_ms),), plan=name,
                        half_day_ms=OPEN_MS + 4 * 3_600_000, end_day_ms=OPEN_MS + max(10**10, open_for_ms))
        )  # fmt: skip

    def send(self, command: cmd.AnyCommand) -> tuple[Any, ...] | Refusal:
        """Let the hall answer, and keep the row of the log."""
        seq, plan = self.state.seq, self.state.plan_hash
        answer = step(self.state, command)
        if self.keeps and self.state.seq > seq:
            refusal = answer if isinstance(answer, Refusal) else None
            events = () if isinstance(answer, Refusal) else answer
            self.commits.append(
                Commit(seq=self.state.seq, command_id=command.command_id, at_ms=command.at_ms, actor=command.actor,
                       plan=plan or self.state.plan_hash, request="", command=command, events=events, refusal=refusal)
            )  # fmt: skip
        return answer

    def act(self) -> cmd.AnyCommand:
        """Make the next command."""
        self.number += 1
        self.at_ms += self.chance.choice(STEPS_MS)
        window = f"W{self.chance.randrange(WINDOWS)}"
        clerk = self.state.desks[window].clerk or f"clerk:{self.chance.randrange(WINDOWS + 1)}"
        if self.chance.random() < 0.03:
            clerk = self.chance.choice(("clerk:1", "guide:g", "manager:m", "timer:"))
        facts = {"command_id": f"command-{self.number:06}", "at_ms": self.at_ms, "actor": clerk}
        return self.chance.choice(ACTS)(self, window, facts)

    def wanted(self) -> tuple[cmd.WantedItem, ...]:
        """Choose one or several items."""
        count = self.chance.choice((1, 1, 1, 2, 3))
        return tuple(
            cmd.WantedItem(f"i{self.chance.randrange(ITEMS)}", self.chance.choice((1, 1, 1, 3))) for _ in range(count)
        )

    def ticket(self) -> str:
        """Choose one of the latest tickets."""
        latest = list(islice(reversed(self.state.tickets), 30))
        return self.chance.choice(latest[::-1] or ["none"])

    def parked(self) -> str:
        """Choose somebody missed or held, if there is anybody."""
        parked = list(self.state.missed if self.chance.random() < 0.5 else self.state.held)
        return self.chance.choice(parked) if parked else self.ticket()

    def at_window(self, window: str) -> str:
        """Choose the ticket at a window, if there is one."""
        ticket = self.state.desks[window].ticket
        return self.ticket() if ticket is None or self.chance.random() < 0.1 else ticket.id

    def maybe(self, share: float) -> bool:
        """Toss a coin."""
        return self.chance.random() < share

    def place(self) -> Any:
        """Choose a place in the line."""
        return self.chance.choice(("front", "original", "back"))


Facts = dict[str, Any]
Act = Callable[[Crowd, str, Facts], cmd.AnyCommand]


def _transfer(crowd: Crowd, window: str, facts: Facts) -> cmd.AnyCommand:
    targets: tuple[Facts, ...] = (
        {"to_item": f"i{crowd.chance.randrange(ITEMS)}"},
        {"to_window": f"W{crowd.chance.randrange(WINDOWS)}"},
        {"to_area": "a2"},
        {"to_hall": "elsewhere", "linked": f"L{crowd.number:07}"},
        {},
    )
    return cmd.TransferTicket(
        ticket=crowd.at_window(window), place=crowd.place(), **crowd.chance.choice(targets), **facts
    )


def _take(crowd: Crowd, _: str, facts: Facts) -> cmd.AnyCommand:
    klass = crowd.chance.choice(("ordinary", "ordinary", "elder", "priority", "booked", "nonsense"))
    person = crowd.chance.choice(("", "", "p1", "p2"))
    return cmd.TakeTicket(ticket=f"T{crowd.number:07}", items=crowd.wanted(), klass=klass, person=person, **facts)


def _serve(crowd: Crowd, window: str, facts: Facts) -> cmd.AnyCommand:
    if crowd.maybe(0.8):
        return cmd.Tick(**facts)
    serves = Serves(themes=(f"t{crowd.chance.randrange(3)}",))
    return cmd.ServeAt(window=window, serves=serves, helps=Serves(themes=("t0",)), **facts)


def _result(crowd: Crowd, window: str, facts: Facts) -> cmd.AnyCommand:
    result: Any = crowd.chance.choice(("done", "referred", "refused", "supplement_due"))
    due = crowd.chance.choice(("", "2026-12-01", "soon"))
    return cmd.SetItemResult(
        ticket=crowd.at_window(window), entry=crowd.chance.randrange(3), result=result, due_date=due, **facts
    )


def _issuing(crowd: Crowd, _: str, facts: Facts) -> cmd.AnyCommand:
    return cmd.SetIssuing(issuing=crowd.maybe(0.9), items=crowd.chance.choice((("i3",), ("i3", "i4"), ())), **facts)


OFTEN: tuple[Act, ...] = (
    _take,
    _take,
    lambda crowd, window, facts: cmd.OpenWindow(window=window, **facts),
    lambda crowd, window, facts: cmd.CallNext(window=window, **facts),
    lambda crowd, window, facts: cmd.StartService(window=window, **facts),
    lambda crowd, window, facts: cmd.FinishTicket(window=window, and_next=crowd.maybe(0.7), **facts),
    lambda crowd, window, facts: cmd.FinishTicket(window=window, result=crowd.chance.choice(("", "done")), **facts),
    lambda crowd, window, facts: cmd.RecallTicket(window=window, **facts),
    lambda crowd, window, facts: cmd.MissTicket(window=window, and_next=crowd.maybe(0.5), **facts),
    lambda crowd, window, facts: cmd.UndoLast(window=window, **facts),
    _result,
    _transfer,
)
SELDOM: tuple[Act, ...] = (
    lambda crowd, window, facts: cmd.CloseWindow(window=window, hand_over=crowd.maybe(0.3), **facts),
    lambda crowd, window, facts: cmd.PauseWindow(window=window, reason="tea", hand_over=crowd.maybe(0.3), **facts),
    lambda crowd, window, facts: cmd.DrainWindow(window=window, **facts),
    lambda crowd, window, facts: cmd.CallChosen(window=window, ticket=crowd.parked(), reason="other", **facts),
    lambda crowd, window, facts: cmd.HoldTicket(window=window, reason="other", and_next=crowd.maybe(0.3), **facts),
    lambda crowd, window, facts: cmd.HoldTicket(
        window=window, reason="fill_form", due_ms=crowd.at_ms + 60_000, **facts
    ),
    lambda crowd, window, facts: cmd.ResumeTicket(
        window=window, ticket=crowd.parked(), to_line=crowd.maybe(0.3), place=crowd.place(), **facts
    ),
    lambda crowd, window, facts: cmd.RejoinTicket(ticket=crowd.parked(), **facts),
    lambda crowd, window, facts: cmd.DelayTicket(ticket=crowd.ticket(), places=crowd.chance.randrange(7), **facts),
    lambda crowd, window, facts: cmd.CancelTicket(ticket=crowd.ticket(), reason="left", **facts),
    lambda crowd, window, facts: cmd.AbandonTicket(ticket=crowd.parked(), **facts),
    lambda crowd, window, facts: cmd.AddItems(ticket=crowd.ticket(), items=crowd.wanted(), **facts),
    lambda crowd, window, facts: cmd.SplitTicket(
        ticket=crowd.ticket(), child=f"S{crowd.number:07}", entries=(crowd.chance.randrange(3),), **facts
    ),
    lambda crowd, window, facts: cmd.MergeTickets(ticket=crowd.ticket(), merged=crowd.ticket(), **facts),
    lambda crowd, window, facts: cmd.WithdrawCall(ticket=crowd.at_window(window), **facts),
    lambda crowd, window, facts: cmd.ReclassTicket(
        ticket=crowd.ticket(), klass=crowd.chance.choice(("elder", "priority", "ordinary")), reason="seen", **facts
    ),
    lambda crowd, window, facts: cmd.ReportSlip(ticket=crowd.ticket(), printed=crowd.maybe(0.9), **facts),
    lambda crowd, window, facts: cmd.CorrectTicket(ticket=crowd.ticket(), reason="error", state="ABANDONED", **facts),
    lambda crowd, window, facts: cmd.RateTicket(
        ticket=crowd.ticket(), entry=crowd.chance.randrange(2), level="satisfied", **facts
    ),
    lambda crowd, window, facts: cmd.Tick(**facts),
    _serve,
    _issuing,
)
ACTS: tuple[Act, ...] = OFTEN * 4 + SELDOM
