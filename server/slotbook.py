"""What can be booked, as pages ask for it: the slots of one hall over some days, and the halls of a network beside each other.

In the minute of a release thousands ask for the same few days. Each day's slots are encoded once per version of its log
and question, and once more when a moment passes that changes them (a slot begins, its last booking is due, places come on
sale). Nothing here reads a database: hall-days are looked at as they are in memory.
"""

import hashlib
from collections import OrderedDict
from collections.abc import Sequence
from typing import Any, Final

import msgspec

from hall.appointments import grids_of
from hall.errors import Refusal
from hall.feed_booking import slots_view
from hall.ids import HallId, ItemCode, Ms
from hall.state import HallDay
from server.clock import Clock
from server.registry import Halls

Json = dict[str, Any]
Items = tuple[tuple[ItemCode, int], ...]
KEPT: Final = 8_192
"""Answers in memory, over all halls, days and questions; at 3 KB each 25 MB. The one used longest ago goes first."""
FOR_EVER_MS: Final[Ms] = 2**53
"""No moment changes an answer that names no slot; a new version of the day still does."""


class Wanted(msgspec.Struct, frozen=True):
    """What somebody wants to book, and where."""

    items: Items
    channel: str = "phone"


class DaySlots(msgspec.Struct, frozen=True):
    """The slots of one day, encoded, with what is counted from them."""

    body: bytes
    tag: bytes
    """A digest of the body."""
    free: int = 0
    """Places in slots in which the visit fits."""
    first_free_ms: Ms | None = None
    until_ms: Ms = FOR_EVER_MS
    """From this moment on it is not true any more."""


class SlotBook:
    """The encoded slots of all halls."""

    def __init__(self, halls: Halls, clock: Clock) -> None:
        """Begin with none."""
        self._halls = halls
        self._clock = clock
        self._kept: OrderedDict[tuple[HallId, str, Wanted], tuple[object, DaySlots]] = OrderedDict()

    async def day(self, hall: HallId, date: str, wanted: Wanted) -> DaySlots:
        """Return the slots of a day, or why it sells nothing."""
        found = await self._halls.peek(hall, date)
        if isinstance(found, Refusal):
            return _closed(date, found.code)
        settings = await self._halls.settings_number(hall)
        key, mark = (hall, date, wanted), (found.seq, found.plan_hash, found.sessions, settings)
        now_ms = self._clock.now_ms()
        kept = self._kept.get(key)
        if kept is None or kept[0] != mark or now_ms >= kept[1].until_ms:
            releases = await self._releases(found, wanted.items)
            # The day may have gone on while the settings were looked at: what is shown is as new as what it is kept under.
            mark = (found.seq, found.plan_hash, found.sessions, settings)
            kept = self._kept[key] = (mark, _made(found, wanted, releases, now_ms))
        self._kept.move_to_end(key)
        while len(self._kept) > KEPT:
            self._kept.popitem(last=False)
        return kept[1]

    async def _releases(self, state: HallDay, items: Items) -> tuple[Ms, ...] | Refusal:
        """Return when each slot comes on sale that a visit may begin in; none where it cannot be booked."""
        grids = grids_of(state)
        code = grids.of_item.get(items[0][0], "")
        if not code:
            return ()
        moments: list[Ms] = []
        for start in grids.groups[code].starts:
            release = await self._halls.release_of(state.hall, state.date, group=code, slot_ms=start)
            if isinstance(release, Refusal):
                return release
            moments.append(release)
        return tuple(moments)


def _made(state: HallDay, wanted: Wanted, releases: tuple[Ms, ...] | Refusal, now_ms: Ms) -> DaySlots:
    code = releases.code if isinstance(releases, Refusal) else _not_sold(state, wanted.items)
    view = None if code else slots_view(state, wanted.items, wanted.channel)
    if view is None or isinstance(view, Refusal) or isinstance(releases, Refusal):
        return _closed(state.date, code or "NOT_BOOKABLE", kind=state.kind)
    return _open(state, view, releases, now_ms)


def _not_sold(state: HallDay, items: Items) -> str:
    """Return why a day sells none of these items, or an empty text."""
    booking = state.plan.policy.booking
    if booking is None:
        return "BOOKING_OFF"
    if not state.sessions:
        return "CLOSED_THAT_DAY"
    if state.is_ended:
        return "DAY_ENDED"
    if any(code not in state.index.items for code, _ in items):
        return "UNKNOWN_ITEM"
    return ""


def _closed(date: str, code: str, *, kind: str | None = None) -> DaySlots:
    day = {"date": date, "kind": kind, "open": False, "release_ms": None, "released": False, "refusal": code}
    return _encoded({**day, "slots": []})


def _open(state: HallDay, view: Json, releases: tuple[Ms, ...], now_ms: Ms) -> DaySlots:
    """Show the slots that are to come, with what a moment changes in them."""
    lead_ms = view["lead_ms"]
    shown = [
        _slot(slot, release_ms, last_ms=slot["start_ms"] - lead_ms, now_ms=now_ms)
        for slot, release_ms in zip(view["slots"], releases, strict=True)
        if slot["start_ms"] > now_ms
    ]
    released = any(release_ms <= now_ms for release_ms in releases)
    day = {
        "date": state.date, "kind": state.kind, "open": True, "release_ms": min(releases, default=None),
        "released": released, "refusal": None if released else "NOT_RELEASED",
    }  # fmt: skip
    fitting = [slot for slot in shown if slot["fits"]]
    starts = [slot["start_ms"] for slot in shown]
    moments = [*starts, *(start - lead_ms + 1 for start in starts), *releases]
    return msgspec.structs.replace(
        _encoded({**day, **view, "slots": shown}),
        free=sum(slot["free"] for slot in fitting),
        first_free_ms=fitting[0]["start_ms"] if fitting else None,
        until_ms=min([moment for moment in moments if moment > now_ms], default=FOR_EVER_MS),
    )


def _slot(slot: Json, release_ms: Ms, *, last_ms: Ms, now_ms: Ms) -> Json:
    """Say of a slot that it is not on sale yet, or not any more; the hall's rules refuse the same."""
    if now_ms < release_ms:
        return {**slot, "fits": False, "why": "NOT_RELEASED"}
    return {**slot, "fits": False, "why": "TOO_LATE_TO_BOOK"} if now_ms > last_ms else slot


def _encoded(document: Json) -> DaySlots:
    body = msgspec.json.encode(document)
    return DaySlots(body, hashlib.blake2b(body, digest_size=16).digest())


def tag_of(days: Sequence[DaySlots]) -> str:
    """Return what changes whenever one of the days does, as an ETag."""
    digest = hashlib.blake2b(b"".join(day.tag for day in days), digest_size=16)
    return f'"{digest.hexdigest()}"'
