"""Waits that people are told, worked out no more often than needed: an estimate costs 1 to 2 ms, a lookup nothing.

People of the same windows and lane with as many ahead, or nearly, share an answer for :data:`KEPT_MS`, scaled to the one
or two people that they differ by. Estimates may take a :data:`SHARE` of the time: in a rush an older answer
serves for longer, up to :data:`STALE_MS`. What today's visits taught is looked at once a minute.
"""

import time
from collections import OrderedDict
from typing import Any, Final, TypeVar

from hall.commands import TakeTicket, Told, WantedItem
from hall.decide import decide
from hall.errors import Refusal
from hall.estimate import Experience, Place, ahead, experience_of, place_for, place_of, wait_range
from hall.feed import text_view
from hall.ids import Ms
from hall.state import HallDay
from server.clock import Clock

KEPT_MS: Final = 2_000
"""Real time; a wait does not change by more than its own uncertainty in two seconds."""
STALE_MS: Final = 10_000
"""An answer older than this is worked out anew, whatever it costs."""
SHARE: Final = 25
"""After an estimate none is made for so many times its length where a kept one will do: at most 4 % of the time."""
EXACT: Final = 8
"""Up to so many people ahead everyone counts; beyond, places within an eighth of each other share an answer."""
TABLE_KEPT_MS: Final = 1_000
"""The protocol's promise for the whole table."""
LEARNT_KEPT_MS: Final = 60_000
KEPT: Final = 5_000
"""Answers in memory, over all halls."""
STREAMS: Final = 500
"""Hall-days with a table or an experience in memory."""

Json = dict[str, Any]
_K = TypeVar("_K")
_V = TypeVar("_V")
_Line = tuple[str, str, int, int, int, int]
"""Hall, date, windows, helping windows, lane, credit."""
_Key = tuple[str, str, int, int, int, int, int]
"""The same, with the step that the number of people ahead belongs to."""
_Kept = tuple[Ms, int, Told | None]
"""When (of the computer's clock), with how many people ahead, and what."""


class Waits:
    """The estimates of all halls of this process."""

    def __init__(self, clock: Clock) -> None:
        """Use the halls' clock for moments; the computer's for how long an answer is kept."""
        self._clock = clock
        self._ranges: OrderedDict[_Key, _Kept] = OrderedDict()
        self._rest_until_ms: Ms = 0
        self._tables: OrderedDict[tuple[str, str], tuple[Ms, Json]] = OrderedDict()
        self._learnt: OrderedDict[tuple[str, str], tuple[Ms, Experience]] = OrderedDict()

    def tell(self, state: HallDay, command: TakeTicket) -> Told | None:
        """Return what somebody who takes a number now is told; None if nobody can say (unknown items, no window)."""
        items = tuple(one.code for one in command.items)
        if not state.is_open or not items or any(code not in state.index.items for code in items):
            return None
        return self.range_at(state, place_for(state, items, klass=command.klass, at_ms=command.at_ms))

    def of_ticket(self, state: HallDay, ticket: str) -> Told | None:
        """Return the wait of a ticket that waits, from now; None for any other."""
        known = state.tickets.get(ticket)
        return self.range_at(state, place_of(state, known)) if known is not None and known.state == "WAITING" else None

    def range_at(self, state: HallDay, place: Place) -> Told | None:
        """Return the wait at a place in the order of service."""
        now_ms = _now_ms()
        before = ahead(state, place)
        line = (state.hall, state.date, place.primary, place.helpers, place.key[0], place.credit_ms)
        step = _step_of(before)
        kept = self._kept(line, step, now_ms)
        if kept is None:
            at_ms = max(self._clock.now_ms(), state.at_ms)
            told = wait_range(state, place, at_ms=at_ms, experience=self._experience(state, now_ms))
            kept = (now_ms, before, told)
            self._rest_until_ms = now_ms + SHARE * (_now_ms() - now_ms)
            _keep(self._ranges, (*line, step), kept, limit=KEPT)
        return _scaled(kept, before)

    def _kept(self, line: _Line, step: int, now_ms: Ms) -> _Kept | None:
        """Return the answer of this step or, while estimates rest, an older one of this or the next steps."""
        if now_ms >= self._rest_until_ms:
            kept = self._ranges.get((*line, step))
            return kept if kept is not None and now_ms - kept[0] < KEPT_MS else None
        found = (self._ranges.get((*line, near)) for near in (step, step - 1, step + 1))
        return next((kept for kept in found if kept is not None and now_ms - kept[0] < STALE_MS), None)

    def table(self, state: HallDay) -> Json:
        """Return what a person would be told now for each item, and which items are refused."""
        key = (state.hall, state.date)
        kept = self._tables.get(key)
        now_ms = _now_ms()
        if kept is None or now_ms - kept[0] >= TABLE_KEPT_MS:
            kept = (now_ms, self._table(state))
            _keep(self._tables, key, kept, limit=STREAMS)
        return kept[1]

    def _table(self, state: HallDay) -> Json:
        at_ms = max(self._clock.now_ms(), state.at_ms)
        groups: dict[tuple[int, int], list[str]] = {}
        refused: dict[str, str] = {}
        from_ms: dict[str, Ms] = {}
        for code in state.index.items if state.is_open else ():
            groups.setdefault(state.index.signature((code,)), []).append(code)
            refusal = _refusal(state, code, at_ms)
            if refusal is not None:
                refused[code] = refusal.code
                again_ms = refusal.facts.get("from_ms", refusal.facts.get("next_open_ms"))
                if isinstance(again_ms, int):
                    from_ms[code] = again_ms
        items = {code: number for number, codes in enumerate(groups.values()) for code in codes}
        answers = [
            self._group(state, codes[0], at_ms=at_ms, is_taking=any(code not in refused for code in codes))
            for codes in groups.values()
        ]
        return {"at_ms": at_ms, "groups": answers, "items": items, "refused": refused, "from_ms": from_ms}

    def _group(self, state: HallDay, code: str, *, at_ms: Ms, is_taking: bool) -> Json:
        place = place_for(state, (code,), at_ms=at_ms)
        # Where no number is given out there is no wait: a figure would be that of another moment.
        told = self.range_at(state, place) if is_taking else None
        desks = [desk for desk in state.desks.values() if desk.bit & place.primary]
        return {
            "ahead": ahead(state, place),
            "p50_ms": told.p50_ms if told else None,
            "p80_ms": told.p80_ms if told else None,
            "windows": [desk.label for desk in desks],
            "open_windows": sum(desk.state in ("IDLE", "CALLING", "SERVING") for desk in desks),
        }

    def _experience(self, state: HallDay, now_ms: Ms) -> Experience:
        key = (state.hall, state.date)
        kept = self._learnt.get(key)
        if kept is None or now_ms - kept[0] >= LEARNT_KEPT_MS:
            kept = (now_ms, experience_of(state))
            _keep(self._learnt, key, kept, limit=STREAMS)
        return kept[1]


def longest_wait(state: HallDay, table: Json) -> Json:
    """Return the longest wait of a table with the first of the items that share it, and how many do."""
    told = {place: one for place, one in enumerate(table["groups"]) if one["p80_ms"] is not None}
    if not told:
        return {"p50_ms": None, "p80_ms": None, "item": None, "items": 0}
    longest = max(told, key=lambda place: (told[place]["p80_ms"], told[place]["p50_ms"]))
    codes = [code for code, place in table["items"].items() if place == longest]
    name = text_view(state.index.items[codes[0]].name)
    return {"p50_ms": told[longest]["p50_ms"], "p80_ms": told[longest]["p80_ms"], "item": name, "items": len(codes)}


def _step_of(before: int) -> int:
    """Return the step that a number of people ahead belongs to: each of the few, then eight steps for each doubling."""
    if before <= EXACT:
        return before
    doublings = before.bit_length() - EXACT.bit_length()
    return EXACT * doublings + (before >> doublings)


def _scaled(kept: _Kept, before: int) -> Told | None:
    """Return a kept answer for somebody with one or two people more or fewer ahead."""
    _, then, told = kept
    if told is None or before == then:
        return told
    return Told(before, told.p50_ms * (before + 1) // (then + 1), told.p80_ms * (before + 1) // (then + 1))


def _refusal(state: HallDay, code: str, at_ms: Ms) -> Refusal | None:
    """Return why the hall would give no number for an item now."""
    asked = TakeTicket(command_id="", at_ms=at_ms, actor="citizen:", ticket="", items=(WantedItem(code),))
    decision = decide(state, asked)
    return decision if isinstance(decision, Refusal) else None


def _keep(kept: OrderedDict[_K, _V], key: _K, value: _V, *, limit: int) -> None:
    kept[key] = value
    kept.move_to_end(key)
    while len(kept) > limit:
        kept.popitem(last=False)


def _now_ms() -> Ms:
    return time.monotonic_ns() // 1_000_000
