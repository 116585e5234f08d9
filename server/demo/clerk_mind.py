"""How a clerk decides: from the console and from who stands at the window, and from nothing else. Pure, but for its dice.

The mind is asked "what now?" and answers with an act, or with the moment at which it wants to be asked again.
"""

import random
from collections import deque
from collections.abc import Mapping
from typing import Final

import msgspec

from hall.ids import MINUTE_MS, Ms
from server.demo.views import ClerkView, EntryView, TicketView

THINKS_MS: Final = (4_000, 15_000)
"""Between two acts: putting papers away, looking up."""
GREETS_MS: Final = (2_000, 6_000)
STRANGER_WALKS_MS: Final = (15_000, 60_000)
"""A ticket of somebody real: nobody simulated steps up, so the clerk takes them to be there after a usual walk."""
WAITS_MORE_MS: Final = (8_000, 30_000)
"""Beyond what the hall demands before a recall or a miss."""
REFUSED_MS: Final = 20_000
CROSSED_TIMES: Final = 3
CROSSED_WITHIN_MS: Final = 3 * MINUTE_MS
STANDS_ASIDE_MS: Final = 15 * MINUTE_MS
"""Somebody real works at this window with this very account: the clerk is refused again and again, and leaves it to them."""
LOOKS_AGAIN_MS: Final = MINUTE_MS
OVERTIME_MS: Final = 40 * MINUTE_MS
"""Who is in the hall at closing is served; after this the clerks go home."""
HOLD_MS: Final = (3 * MINUTE_MS, 9 * MINUTE_MS)
ABSENT_MS: Final = 7 * MINUTE_MS

# Shares of visits; all assumed, chosen so that every operation happens on a demo day.
ABSENT_SHARE: Final = 0.004
HOLD_SHARE: Final = 0.03
ADD_SHARE: Final = 0.015
MOVE_SHARE: Final = 0.01
UNDO_SHARE: Final = 0.02
OWED_SHARE: Final = 0.05
REFERRED_SHARE: Final = 0.015
REFUSED_SHARE: Final = 0.01
GIVES_UP_EARLY_SHARE: Final = 0.5
"""Of clerks whose visitor does not come: report the miss as soon as the hall allows it."""
MORE_UNITS: Final = 0.35
"""Each further case of the same kind takes this part of the first one's time."""
SERVICE_MIN_MS: Final = 45_000
SERVICE_CV: Final = 0.6
KEPT_VISITS: Final = 12
"""Visits remembered: the one at the window and those on hold."""


class Act(msgspec.Struct, frozen=True):
    """Something to do at the window."""

    op: str
    body: Mapping[str, object] = {}


class Shift(msgspec.Struct, frozen=True):
    """When a clerk works: sign in, go home, and breaks (from, to, reason) between."""

    start_ms: Ms
    end_ms: Ms
    breaks: tuple[tuple[Ms, Ms, str], ...] = ()


class Room(msgspec.Struct, frozen=True):
    """What the clerk sees over the counter."""

    here: str = ""
    """The ticket of whoever stands at the window, or empty."""
    is_stranger: bool = False
    """The called number belongs to nobody simulated."""
    returned: str = ""
    """Somebody who missed the call stands beside the window."""


class Trade(msgspec.Struct, frozen=True):
    """What a clerk knows of the hall's items: the mean time of a unit and the theme of each."""

    service_ms: Mapping[str, Ms]
    theme: Mapping[str, str]
    areas: tuple[str, ...] = ()
    due_date: str = ""
    """By when owed materials are brought: some days from now, an ISO date."""


class _Visit:
    """A ticket at the window: what will be done for it, and when."""

    def __init__(self) -> None:
        self.steps: deque[tuple[Ms, Act]] = deque()
        self.entries = 0
        self.walk_until_ms: Ms = 0
        self.patience_ms: Ms = 0
        self.gives_up_early = False
        self.was_held = False


class Mind:
    """One clerk at one window."""

    def __init__(self, actor: str, shift: Shift, trade: Trade, chance: random.Random) -> None:
        """Begin the day."""
        self.shift = shift
        self._actor = actor
        self._trade = trade
        self._chance = chance
        self._ready_ms: Ms = 0
        self._visits: dict[str, _Visit] = {}
        self._wants_undo = False
        self._refusals_ms: deque[Ms] = deque(maxlen=CROSSED_TIMES)

    def decide(self, view: ClerkView, room: Room, at_ms: Ms) -> Act | Ms:
        """Return the act for now, or when to be asked again (earlier if something changes)."""
        if at_ms < self._ready_ms:
            return self._ready_ms
        desk = view.window
        if desk.state == "CLOSED":
            return self._sign_in(at_ms) if not view.ended else at_ms + LOOKS_AGAIN_MS
        if desk.clerk != self._actor:
            return at_ms + LOOKS_AGAIN_MS
        if view.ticket is not None:
            return self._with_ticket(view, view.ticket, room, at_ms)
        if desk.state == "PAUSED":
            return self._paused(at_ms)
        if desk.state == "DRAINING" or view.ended:
            return Act("close")
        return self._idle(view, room, at_ms)

    def took(self, act: Act, *, is_ok: bool, at_ms: Ms) -> None:
        """Learn how an act went; a refused one is thought over."""
        if not is_ok:
            self._refusals_ms.append(at_ms)
            crossed = len(self._refusals_ms) == CROSSED_TIMES and at_ms - self._refusals_ms[0] < CROSSED_WITHIN_MS
            self._ready_ms = at_ms + (STANDS_ASIDE_MS if crossed else REFUSED_MS)
        elif act.op in ("finish", "miss", "close", "hold", "transfer", "withdraw-call", "pause"):
            self._ready_ms = at_ms + self._chance.randint(*THINKS_MS)
        if act.op == "undo":
            self._wants_undo = False

    # ---- nobody at the window ----

    def _sign_in(self, at_ms: Ms) -> Act | Ms:
        if at_ms < self.shift.start_ms:
            return self.shift.start_ms
        return Act("open") if at_ms < self.shift.end_ms else at_ms + LOOKS_AGAIN_MS

    def _paused(self, at_ms: Ms) -> Act | Ms:
        if at_ms >= self.shift.end_ms:
            return Act("close")
        pause = self._break_at(at_ms)
        return Act("open") if pause is None else pause[1]

    def _idle(self, view: ClerkView, room: Room, at_ms: Ms) -> Act | Ms:
        if self._wants_undo and view.undo is not None and at_ms < view.undo.until_ms:
            return Act("undo")
        self._wants_undo = False
        pause = self._break_at(at_ms)
        if pause is not None and (pause[2] != "closed" or not view.waiting.mine or at_ms > pause[0] + OVERTIME_MS):
            return Act("pause", {"reason": pause[2]})
        due = next((one for one in view.held if (one.hold_due_ms or 0) <= at_ms), None)
        if due is not None:
            return Act("resume", {"ticket": due.id})
        if self._is_over(view, at_ms):
            return Act("close")
        if room.returned and any(one.id == room.returned for one in view.missed) and "returning" in view.reasons.chosen:
            return Act("call", {"ticket": room.returned, "reason": "returning"})
        if view.window.asking:
            return self._next_change(view, at_ms)
        return Act("call-next")

    def _is_over(self, view: ClerkView, at_ms: Ms) -> bool:
        end_ms = self.shift.end_ms
        return at_ms >= end_ms + OVERTIME_MS or (at_ms >= end_ms and not view.waiting.mine and not view.held)

    def _next_change(self, view: ClerkView, at_ms: Ms) -> Ms:
        moments = [start for start, _, _ in self.shift.breaks] + [self.shift.end_ms]
        moments += [one.hold_due_ms for one in view.held if one.hold_due_ms is not None]
        return min((one for one in moments if one > at_ms), default=at_ms + LOOKS_AGAIN_MS)

    def _break_at(self, at_ms: Ms) -> tuple[Ms, Ms, str] | None:
        return next((one for one in self.shift.breaks if one[0] <= at_ms < one[1]), None)

    # ---- somebody called or served ----

    def _with_ticket(self, view: ClerkView, ticket: TicketView, room: Room, at_ms: Ms) -> Act | Ms:
        visit = self._visits.get(ticket.id)
        if visit is None:
            visit = self._visits[ticket.id] = _Visit()
            visit.walk_until_ms = at_ms + self._chance.randint(*STRANGER_WALKS_MS)
            visit.patience_ms = self._chance.randint(*WAITS_MORE_MS)
            visit.gives_up_early = self._chance.random() < GIVES_UP_EARLY_SHARE
            while len(self._visits) > KEPT_VISITS:
                del self._visits[next(iter(self._visits))]
            if self._chance.random() < ABSENT_SHARE:
                self._ready_ms = at_ms + ABSENT_MS
                return self._ready_ms
        if ticket.state == "CALLED":
            return self._calling(view, ticket, visit, room, at_ms)
        return self._serving(view, ticket, visit, room, at_ms)

    def _calling(self, view: ClerkView, ticket: TicketView, visit: _Visit, room: Room, at_ms: Ms) -> Act | Ms:
        if room.here == ticket.id:
            return Act("start")
        if room.is_stranger:
            return Act("start") if at_ms >= visit.walk_until_ms else visit.walk_until_ms
        recall_ms = view.recall_at_ms + visit.patience_ms
        miss_ms = view.miss_at_ms + visit.patience_ms
        if view.miss_calls_left == 0 and (visit.gives_up_early or view.recalls_left == 0):
            return self._missing(view, room, at_ms) if at_ms >= max(miss_ms, recall_ms) else max(miss_ms, recall_ms)
        if view.recalls_left == 0:
            return at_ms + LOOKS_AGAIN_MS
        return Act("recall") if at_ms >= recall_ms else recall_ms

    def _missing(self, view: ClerkView, room: Room, at_ms: Ms) -> Act:
        return Act("miss") if self._stops_after(view, room, at_ms) else Act("miss-and-next")

    def _serving(self, view: ClerkView, ticket: TicketView, visit: _Visit, room: Room, at_ms: Ms) -> Act | Ms:
        if visit.entries != len(ticket.items) or not visit.steps:
            self._plan(view, ticket, visit, at_ms)
        due_ms, act = visit.steps[0]
        if at_ms < due_ms:
            return self._leaving_early(view, at_ms) or due_ms
        visit.steps.popleft()
        if act.op == "finish":
            return self._finishing(view, room, at_ms)
        if act.op == "hold":
            visit.was_held, visit.entries = True, 0
            return act
        return Act(act.op, {**act.body, "ticket": ticket.id})

    def _finishing(self, view: ClerkView, room: Room, at_ms: Ms) -> Act:
        self._wants_undo = self._chance.random() < UNDO_SHARE
        if self._wants_undo or self._stops_after(view, room, at_ms):
            return Act("finish", {"result": "done"})
        return Act("finish-and-next", {"result": "done"})

    def _leaving_early(self, view: ClerkView, at_ms: Ms) -> Act | None:
        """Some say beforehand that they will stop: the window drains, then pauses or is closed."""
        if view.window.state != "SERVING":
            return None
        pause = self._break_at(at_ms)
        if pause is not None and pause[2] == "lunch":
            return Act("pause", {"reason": pause[2]})
        if at_ms >= self.shift.end_ms and not view.waiting.mine:
            return Act("drain") if self._chance.random() < 0.5 else Act("close")
        return None

    def _stops_after(self, view: ClerkView, room: Room, at_ms: Ms) -> bool:
        has_due = any((one.hold_due_ms or 0) <= at_ms for one in view.held)
        over = at_ms >= self.shift.end_ms and not view.waiting.mine
        return bool(room.returned) or has_due or over or self._break_at(at_ms) is not None

    # ---- what a visit takes ----

    def _plan(self, view: ClerkView, ticket: TicketView, visit: _Visit, at_ms: Ms) -> None:
        """Work out the steps of a visit: item by item, then finish, or send on what this window does not serve."""
        again = visit.entries > 0 or visit.was_held
        visit.entries = len(ticket.items)
        visit.steps.clear()
        open_entries = [one for one in ticket.items if one.state in ("OPEN", "SERVING")]
        own = [one for one in open_entries if self._serves(view, one.code)] or open_entries
        rest = [one for one in open_entries if one not in own]
        moment_ms = at_ms + self._chance.randint(*GREETS_MS)
        for entry in own:
            moment_ms += self._service_ms(entry) // (2 if again else 1)
            result = self._result(entry)
            if len(ticket.items) > 1 or result.body["result"] != "done":
                visit.steps.append((moment_ms, result))
        if rest:
            visit.steps.append((moment_ms, Act("transfer", {"to_item": rest[0].code, "place": "original"})))
        visit.steps.append((moment_ms, Act("finish")))
        if not again:
            self._disturb(view, ticket, visit, at_ms + (moment_ms - at_ms) // 2)

    def _disturb(self, view: ClerkView, ticket: TicketView, visit: _Visit, at_ms: Ms) -> None:
        """Now and then something comes between: a form is missing, one more item, the wrong window."""
        draw = self._chance.random()
        if draw < HOLD_SHARE and view.reasons.hold:
            due_ms = at_ms + self._chance.randint(*HOLD_MS)
            body = {"reason": self._chance.choice(view.reasons.hold), "due_ms": due_ms, "and_next": True}
            visit.steps.appendleft((at_ms, Act("hold", body)))
        elif draw < HOLD_SHARE + ADD_SHARE:
            served = [code for code in self._trade.theme if self._serves(view, code)]
            if served:
                wanted = {"items": [{"code": self._chance.choice(served), "quantity": 1}]}
                visit.steps.appendleft((at_ms, Act("add-items", wanted)))
        elif draw < HOLD_SHARE + ADD_SHARE + MOVE_SHARE:
            body = {"place": "front", "reason": "wrong_window"}
            target = {"to_area": view.window.area} if draw * 1000 % 2 < 1 else {"to_item": ticket.items[0].code}
            visit.steps.appendleft((at_ms, Act("transfer", {**body, **target})))

    def _result(self, entry: EntryView) -> Act:
        draw = self._chance.random()
        if draw < OWED_SHARE:
            owed = {"result": "supplement_due", "due_date": self._trade.due_date, "materials": ["原件", "照片"]}
            return Act("item-result", {"entry": entry.entry, **owed})
        result = "done"
        if draw < OWED_SHARE + REFERRED_SHARE:
            result = "referred"
        elif draw < OWED_SHARE + REFERRED_SHARE + REFUSED_SHARE:
            result = "refused"
        return Act("item-result", {"entry": entry.entry, "result": result})

    def _service_ms(self, entry: EntryView) -> Ms:
        """Draw a gamma time around the item's mean; further units of the same kind go faster."""
        mean_ms = self._trade.service_ms.get(entry.code, 600_000) * (1 + MORE_UNITS * (entry.quantity - 1))
        shape = 1 / SERVICE_CV**2
        return max(SERVICE_MIN_MS, int(self._chance.gammavariate(shape, mean_ms / shape)))

    def _serves(self, view: ClerkView, code: str) -> bool:
        serves = view.window.serves
        return serves.everything or code in serves.items or self._trade.theme.get(code, "") in serves.themes
