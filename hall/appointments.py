"""Places and people of a day's bookings, worked out from the state: what is free, who may book, who is affected.

Pure reads. Selling goes through :func:`fit` alone, so no slot is ever oversold.
"""

from collections.abc import Iterable, Sequence

import msgspec

from hall.booking import BookingRules, Limits
from hall.booking_commands import Booker, BookerFacts, Counts
from hall.booking_events import Entries, Take
from hall.bookings import COUNTED_STATES, OPEN_STATES, Appointment, keys_of
from hall.capacity import Capacity
from hall.errors import Refusal, refuse
from hall.ids import Ms
from hall.slots import Grid, Grids, ban_until, local_text
from hall.state import HallDay


def grids_of(state: HallDay) -> Grids:
    """Return the slots in force; made anew when plan, sessions or edits have changed."""
    bookings = state.bookings
    mark = (state.plan_hash, state.sessions, bookings.edition)
    if bookings.grids.mark != mark:
        bookings.grids = Grids(capacity_of(state), state.sessions, bookings.edits, mark)
        bookings.freed = True
    return bookings.grids


def capacity_of(state: HallDay) -> Capacity:
    """Return what the plan in force gives to booking; made anew only when the plan is another."""
    known = state.bookings.grids.capacity
    return known if known is not None and known.plan is state.plan else Capacity(state.plan)


def rules_of(state: HallDay, group: str) -> BookingRules:
    """Return the rules of a group that has bookings or may be booked."""
    return grids_of(state).groups[group].rules


# ---- places ----


def free_places(state: HallDay, grid: Grid, start_ms: Ms, channel: str) -> int:
    """Return how many places of a slot a channel may still sell; never negative."""
    bookings = state.bookings
    left = grid.places[start_ms] - bookings.taken.get((grid.code, start_ms), 0)
    limit = grid.limits[start_ms].get(channel)
    if limit is not None:
        left = min(left, limit - bookings.taken_by.get((grid.code, start_ms, channel), 0))
    return max(0, left)


def fit(
    state: HallDay, entries: Entries, slot_ms: Ms, *, channel: str, giving: Sequence[Take] = ()
) -> tuple[Take, ...] | Refusal:
    """Return the places that a visit takes from a slot on, or why it finds none; ``giving`` are places given for it."""
    grids = grids_of(state)
    needs = grids.needs(entries)
    own = {(group, start): places for group, start, places in giving}
    takes: list[Take] = []
    for number, (code, places) in enumerate(needs.items()):
        grid = grids.groups[code]
        start = slot_ms if number == 0 and slot_ms in grid.places else None if number == 0 else grid.slot_at(slot_ms)
        if start is None:
            return refuse("UNKNOWN_SLOT")
        found = _fit_group(state, grid, start, places=places, channel=channel, own=own)
        if isinstance(found, Refusal):
            return found
        takes += found
    return tuple(takes)


def _fit_group(
    state: HallDay, grid: Grid, start: Ms, *, places: int, channel: str, own: dict[tuple[str, Ms], int]
) -> list[Take] | Refusal:
    takes: list[Take] = []
    while places > 0:
        if start not in grid.places:
            return refuse("TOO_LONG_FOR_SLOT")
        if start in grid.closed:
            return refuse("SLOT_CLOSED")
        wanted = min(places, grid.per_window)
        given = own.get((grid.code, start), 0)
        if wanted > given and wanted > free_places(state, grid, start, channel) + given:
            return refuse("SLOT_FULL")
        takes.append((grid.code, start, wanted))
        places -= wanted
        start += grid.slot_ms
    return takes


def first_fit(
    state: HallDay, entries: Entries, starts: Iterable[Ms], *, channel: str
) -> tuple[Ms, tuple[Take, ...]] | None:
    """Return the first of these slots in which a visit finds its places."""
    for start in starts:
        takes = fit(state, entries, start, channel=channel)
        if not isinstance(takes, Refusal):
            return start, takes
    return None


# ---- people ----


def limit_refusal(
    state: HallDay,
    rules: BookingRules,
    booker: Booker,
    *,
    entries: Entries,
    facts: BookerFacts,
    at_ms: Ms,
    skip: str = "",
) -> Refusal | None:
    """Refuse who is banned, has booked too much, or has booked the same; ``skip`` is the booking that is asked about."""
    own = _own(state, f"p:{booker.person}", skip)
    if not facts.is_exempt:
        missed = [one.slot_ms for one in own if one.state == "NO_SHOW" and not one.is_excused]
        until = ban_until([*facts.no_shows, *missed], rules.no_shows)
        if until > at_ms:
            return refuse("BANNED", until_ms=until, until=local_text(until, state.plan.zone))
    if rules.same_item_once and booker.person:
        held = {code for one in own if one.state in OPEN_STATES for code, _ in one.entries} | set(facts.open_items)
        for code, _ in entries:
            if code in held:
                return refuse("SAME_ITEM_BOOKED", **item_facts(state, code))
    limits = {"p": (rules.person, facts.person), "t": (rules.phone, facts.phone), "d": (rules.device, facts.device)}
    for key in keys_of(booker):
        refusal = _over(*limits[key[0]], _own(state, key, skip))
        if refusal is not None:
            return refusal
    return None


def _own(state: HallDay, key: str, skip: str) -> list[Appointment]:
    return [one for one in state.bookings.of_booker.get(key, ()) if one.id != skip]


def _over(limits: Limits, elsewhere: Counts, own: list[Appointment]) -> Refusal | None:
    counted = sum(1 for one in own if one.state in COUNTED_STATES)
    still_open = sum(1 for one in own if one.state in OPEN_STATES)
    for name, count in (("open", still_open), ("day", counted), ("week", counted), ("month", counted)):
        most = getattr(limits, name)
        if most is not None and count + getattr(elsewhere, name) >= most:
            return refuse(f"LIMIT_{name.upper()}", limit=most)
    return None


def too_many_held(state: HallDay, rules: BookingRules, booker: Booker) -> bool:
    """Return whether a person, phone or device holds as many places as it may."""
    return any(
        sum(1 for one in _own(state, key, "") if one.state == "SLOT_HELD") >= rules.max_held for key in keys_of(booker)
    )


def item_facts(state: HallDay, code: str) -> dict[str, str]:
    """Return the facts that name an item."""
    name = state.index.items[code].name
    return {"item": code, "item_zh": name.zh, "item_en": name.en or name.zh}


# ---- who is affected ----


class SlotChange(msgspec.Struct, frozen=True):
    """What an edit would make of a slot; ``over``: places sold beyond it."""

    group: str
    start_ms: Ms
    before: int
    after: int
    taken: int
    over: int
    appointments: tuple[str, ...]
    """Who has to move, the latest bookings first, until no place is sold beyond."""


def preview(state: HallDay, group: str, starts: Iterable[Ms], places: int) -> list[SlotChange]:
    """Return what giving these slots so many places would change, before anybody does it (-1: as planned)."""
    grid = grids_of(state).groups[group]
    planned = Grids(capacity_of(state), state.sessions).groups[group].places
    changes = []
    for start in starts:
        after = planned[start] if places < 0 else places
        taken = state.bookings.taken.get((group, start), 0)
        over = max(0, taken - after)
        changes.append(
            SlotChange(group, start, grid.places[start], after, taken, over, tuple(_latest(state, group, start, over)))
        )
    return changes


def _latest(state: HallDay, group: str, start_ms: Ms, over: int) -> list[str]:
    """Return the latest bookings of a slot that together take ``over`` places."""
    found: list[str] = []
    for one in reversed(booked_at(state, group, start_ms)):
        if over <= 0:
            break
        found.append(one.id)
        over -= sum(places for code, start, places in one.takes if (code, start) == (group, start_ms))
    return found


def booked_at(state: HallDay, group: str, start_ms: Ms) -> list[Appointment]:
    """Return the bookings that take places of a slot and have not been used, in the order they were made."""
    return [
        one
        for one in state.bookings.appointments.values()
        if one.state in ("SLOT_HELD", "BOOKED", "OFFERED")
        and any((code, start) == (group, start_ms) for code, start, _ in one.takes)
    ]


def starts_between(grid: Grid, from_ms: Ms, to_ms: Ms) -> list[Ms]:
    """Return the slots of a group that begin within a time; ``to_ms`` is not included."""
    return [start for start in grid.starts if from_ms <= start < to_ms]


def stranded_by(state: HallDay, grids: Grids) -> list[Appointment]:
    """Return the bookings that other slots (of a new plan, of new sessions) would leave without their place."""
    return [
        one
        for one in state.bookings.appointments.values()
        if one.state in ("SLOT_HELD", "BOOKED", "OFFERED")
        and not one.is_affected
        and not all(group in grids.groups and start in grids.groups[group].places for group, start, _ in one.takes)
    ]
