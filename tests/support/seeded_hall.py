"""Whole hall-days through the real rules, from one seed: a plain event loop, citizens, clerks, and their log.

Arrivals are a Poisson process under a daily shape and a day factor, services lognormal, some people do not come when
called. Assumed figures, for tests only.
"""

import math
import random
from collections.abc import Callable
from heapq import heappop, heappush

import msgspec

from hall import commands as cmd
from hall import events as ev
from hall.catalog import Area, Catalog, Item, Serves, Text, Theme, Window
from hall.errors import Refusal
from hall.ids import MINUTE_MS, Ms
from hall.opening import Session, Span, WeekHours
from hall.policy import Plan, Policy
from hall.state import HallDay
from hall.step import step

HOUR_MS = 60 * MINUTE_MS
DATE = "2026-11-23"
OPEN_MS: Ms = 1_795_393_800_000
"""08:30 in Shanghai on that date."""
SERVICES_MS = {"tax": 6, "card": 4, "permit": 15, "house": 12, "firm": 20, "seal": 8, "pension": 9, "school": 11}
THEMES = ("general", "firms", "life")
Take = Callable[[HallDay, cmd.TakeTicket], cmd.TakeTicket]


def seeded_plan(*, policy: Policy | None = None) -> Plan:
    """Return a hall with 8 items in 3 themes and 12 windows: half comprehensive, half for one theme."""
    codes = list(SERVICES_MS)
    items = tuple(
        Item(code, Text(code), THEMES[number % 3], service_ms=SERVICES_MS[code] * MINUTE_MS)
        for number, code in enumerate(codes)
    )
    themed = tuple(
        Window(f"W{number + 1:02}", str(number + 1), "a1", "themed", Serves(themes=(THEMES[number % 3],)))
        for number in range(6)
    )
    rest = tuple(Window(f"W{number + 1:02}", str(number + 1), "a1") for number in range(6, 12))
    catalog = Catalog(
        (Area("a1", Text("一区")),), tuple(Theme(code, Text(code)) for code in THEMES), items, themed + rest
    )
    day = (Span(8 * 60 + 30, 17 * 60 + 30),)
    return Plan("longgang", Text("龙岗"), "Asia/Shanghai", catalog, WeekHours((day,) * 7), policy or Policy("1"))


class SeededHall:
    """One day of one hall; :meth:`run` plays it and fills ``commits``."""

    def __init__(
        self, seed: int, *, load: float, hours: int = 6, plan: Plan | None = None, take: Take | None = None
    ) -> None:
        """Prepare a day whose offered work is ``load`` times what the windows can do."""
        self.chance = random.Random(seed)
        self.plan = plan or seeded_plan()
        self.state = HallDay()
        self.commits: list[ev.Commit] = []
        self.walk_away = 0.06
        self._load, self._hours = load, hours
        self._take: Take = take or (lambda state, command: command)
        self._agenda: list[tuple[Ms, int, Callable[[], None]]] = []
        self._number = 0
        self.now: Ms = OPEN_MS - 30 * MINUTE_MS

    # ---- doing ----

    def do(self, make: Callable[..., cmd.AnyCommand], **fields: object) -> tuple[ev.AnyEvent, ...] | Refusal:
        """Run one command now, keep the commit, and let the people react."""
        self._number += 1
        command = make(command_id=f"command-{self._number:06}", at_ms=self.now, **fields)
        if isinstance(command, cmd.TakeTicket):
            command = self._take(self.state, command)
        seq = self.state.seq
        answer = step(self.state, command)
        if self.state.seq > seq:
            self.keep(command, answer)
        if not isinstance(answer, Refusal):
            for event in answer:
                if isinstance(event, ev.TicketCalled):
                    self._someone_is_called(event)
        return answer

    def keep(self, command: cmd.AnyCommand, answer: tuple[ev.AnyEvent, ...] | Refusal) -> None:
        """Write the row of the log."""
        refusal = answer if isinstance(answer, Refusal) else None
        events = () if isinstance(answer, Refusal) else answer
        commit = ev.Commit(
            seq=self.state.seq, command_id=command.command_id, at_ms=self.now, actor=command.actor,
            plan=self.state.plan_hash, request="", command=command, events=events, refusal=refusal,
        )  # fmt: skip
        self.commits.append(ev.commit_decoder.decode(ev.commit_encoder.encode(commit)))

    def later(self, delay_ms: float, act: Callable[[], object]) -> None:
        """Let something happen after a time."""
        self._number += 1
        heappush(self._agenda, (self.now + max(1, round(delay_ms)), self._number, act))

    # ---- the day ----

    def open_day(self) -> None:
        """Begin the business date."""
        close_ms = OPEN_MS + 9 * HOUR_MS
        name = self.state.learn(self.plan)
        opened = self.do(
            cmd.OpenDay, actor="timer:", hall="longgang", date=DATE, kind="workday", plan=name,
            sessions=(Session(OPEN_MS, close_ms),), half_day_ms=OPEN_MS + 4 * HOUR_MS, end_day_ms=OPEN_MS + 15 * HOUR_MS,
        )  # fmt: skip
        assert not isinstance(opened, Refusal), opened.en

    def run(self) -> "SeededHall":
        """Play the day until everybody is served."""
        self.open_day()
        for window in self.state.desks:
            self.now = OPEN_MS
            self.later(self.chance.uniform(0, 3 * MINUTE_MS), lambda window=window: self._sit_down(window))
        factor = self.chance.gauss(1, 0.08)
        self.now = OPEN_MS - 15 * MINUTE_MS
        while (arrival := self._next_arrival(factor)) is not None:
            self.later(arrival - self.now, self._somebody_takes)
            self.now = arrival
        while self._agenda:
            self.now, _, act = heappop(self._agenda)
            act()
        return self

    def _next_arrival(self, factor: float) -> Ms | None:
        """Thinning of a Poisson process whose rate has a morning peak."""
        mean_work = sum(SERVICES_MS.values()) / len(SERVICES_MS) * MINUTE_MS + 35_000
        rate = self._load * factor * len(self.state.desks) / mean_work
        at: float = self.now
        while True:
            at += self.chance.expovariate(rate * 1.3)
            share = (at - OPEN_MS) / (self._hours * HOUR_MS)
            if share > 1:
                return None
            if self.chance.random() < (1 + 0.3 * math.sin(math.tau * share)) / 1.3:
                return round(at)

    # ---- people ----

    def _somebody_takes(self) -> None:
        ticket = f"ticket-{self._number:06}"
        code = self.chance.choice(list(SERVICES_MS))
        items = (cmd.WantedItem(code),)
        if self.chance.random() < 0.08:
            items += (cmd.WantedItem(self.chance.choice(list(SERVICES_MS)), self.chance.randint(1, 2)),)
        klass = self.chance.choices(("ordinary", "elder", "priority"), (90, 8, 2))[0]
        self.do(cmd.TakeTicket, actor="device:kiosk-1", ticket=ticket, items=items, klass=klass)

    def _sit_down(self, window: str) -> None:
        self.do(cmd.OpenWindow, actor=f"clerk:{window}", window=window)
        self.do(cmd.CallNext, actor=f"clerk:{window}", window=window)

    def _someone_is_called(self, call: ev.TicketCalled) -> None:
        clerk = {"actor": f"clerk:{call.window}", "window": call.window}
        if self.chance.random() < self.walk_away:
            self.later(21_000, lambda: self.do(cmd.RecallTicket, **clerk))
            self.later(45_000, lambda: self.do(cmd.MissTicket, and_next=True, **clerk))
            return
        walk = self.chance.uniform(10_000, 50_000)
        self.later(walk, lambda: self.do(cmd.StartService, **clerk))
        ticket = self.state.tickets[call.ticket]
        work = sum(self._service_ms(entry.item) for entry in ticket.entries for _ in range(entry.quantity))
        self.later(walk + work, lambda: self.do(cmd.FinishTicket, and_next=True, **clerk))

    def _service_ms(self, item: str) -> float:
        sigma = math.sqrt(math.log1p(0.8**2))
        return self.chance.lognormvariate(math.log(SERVICES_MS[item] * MINUTE_MS) - sigma * sigma / 2, sigma)


def with_told(command: cmd.TakeTicket, told: cmd.Told | None) -> cmd.TakeTicket:
    """Return the command with what the citizen was told."""
    return msgspec.structs.replace(command, told=told)
