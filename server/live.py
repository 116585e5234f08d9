"""Facts of the moment beside the views: receipts, links, alarms, waits. Not part of the log, never numbered."""

import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, Protocol

from hall.feed import View
from hall.ids import Ms
from hall.state import HallDay, waiting_lines
from server.accounts.store import Device
from server.alarms import alarms_of, node_alarms, screen_alarms, stopped_alarms
from server.clock import Clock
from server.degraded import Degraded
from server.hub import RECEIPTS_MS, SCREEN_KINDS, Day, Hub, Presence
from server.waits import Waits, longest_wait

Json = dict[str, Any]
TICKET_STEP_MS: Final = 10_000
"""A wait is told in minutes: thousands of phones need no frame every second because ten seconds have passed."""
ALARMS_LISTED: Final = 50
"""More than a person can act on."""


class LiveDay(Day, Protocol):
    """A hall-day that says whether it still takes commands."""

    @property
    def stopped(self) -> str:
        """Why it takes none; empty while it does."""
        ...


class LiveView:
    """Works the facts out, for one view at a time."""

    def __init__(
        self, hub: Hub, waits: Waits, clock: Clock, degraded: Degraded, *, day_of: Callable[[str], LiveDay | None]
    ) -> None:
        """Look at what the hub, the estimates and the halls know, at the devices that were read, and at the node itself."""
        self.devices: dict[str, list[Device]] = {}
        self.degraded = degraded
        self._counts: dict[str, tuple[Ms, Json]] = {}
        self._seen: dict[str, Ms] = {}
        self._hub = hub
        self._waits = waits
        self._clock = clock
        self._day_of = day_of

    def learn_devices(self, hall: str, read: Sequence[Device]) -> list[Device]:
        """Take a hall's devices as they were read; one that was added during the read stays, since none is ever deleted."""
        names = {device.id for device in read}
        self.devices[hall] = [*read, *(one for one in self.devices.get(hall, ()) if one.id not in names)]
        return self.devices[hall]

    def facts(self, hall: str, view: View) -> Json | None:
        """Return the ``live`` object of a view, or None if it has none."""
        day = self._day_of(hall)
        if day is None or not day.view_state().is_open:
            return None
        state = day.view_state()
        match view.kind:
            case "ticket":
                return self._ticket(state, view.key)
            case "clerk":
                return self._clerk(hall, state, view.key)
            case "manager":
                return self._manager(hall, state, is_stopped=bool(day.stopped))
            case _:
                return None

    def online(self, hall: str) -> dict[str, Presence]:
        """Return the devices of a hall that are connected, and remember that they were seen."""
        here = {one.device: one for one in self._hub.presence(hall)}
        self._seen.update(dict.fromkeys(here, self._clock.now_ms()))
        return here

    def seen_ms(self, device: Device) -> Ms | None:
        """Return when a device was last found connected, or None if it never was."""
        return self._seen.get(device.id) or device.last_seen_ms or None

    def _ticket(self, state: HallDay, ticket: str) -> Json:
        told = self._waits.of_ticket(state, ticket)
        if told is None:
            return {"p50_ms": None, "p80_ms": None}
        at_ms = self._clock.now_ms() // TICKET_STEP_MS * TICKET_STEP_MS
        return {"p50_ms": told.p50_ms, "p80_ms": told.p80_ms, "at_ms": at_ms}

    def _clerk(self, hall: str, state: HallDay, window: str) -> Json:
        desk = state.desks.get(window)
        ring = desk.ticket.ring if desk is not None and desk.ticket is not None else 0
        shown, total = (0, 0)
        if desk is not None and ring:
            shown, total = self._hub.receipts(hall, area=desk.area, window=window, ring=ring)
        return {"shown": {"n": shown, "of": total}, "screens": self._screen_counts(hall)}

    def _screen_counts(self, hall: str) -> Json:
        """Count the screens that were ever connected, once for all clerks of a hall."""
        now_ms = time.monotonic_ns() // 1_000_000
        kept = self._counts.get(hall)
        if kept is None or now_ms - kept[0] >= RECEIPTS_MS:
            online = self.online(hall)
            screens = self._screens_of(hall)
            kept = (now_ms, {"online": sum(one.id in online for one in screens), "of": len(screens)})
            self._counts[hall] = kept
        return kept[1]

    def _manager(self, hall: str, state: HallDay, *, is_stopped: bool) -> Json:
        now_ms = max(self._clock.now_ms(), state.at_ms)
        linked = self._hub.clerks_linked(hall)
        open_desks = [desk for desk in state.desks.values() if desk.state != "CLOSED"]
        table = self._waits.table(state)
        screens = self._screens(hall)
        alarms = [
            *(stopped_alarms(state) if is_stopped else ()),
            *node_alarms(self.degraded.since),
            *alarms_of(state, now_ms=now_ms, linked=linked),
            *screen_alarms(screens),
        ]
        return {
            "alarms": alarms[:ALARMS_LISTED],
            "longest_wait_ms": max((now_ms - since for since in _waiting_since(state)), default=0),
            "waits": longest_wait(state, table),
            "screens": screens,
            "clerks_linked": {desk.code: desk.code in linked for desk in open_desks},
        }

    def _screens(self, hall: str) -> list[Json]:
        online = self.online(hall)
        shown: list[Json] = []
        for device in self._screens_of(hall):
            here = online.get(device.id)
            shown.append(
                {
                    "id": device.id,
                    "name": device.name,
                    "kind": device.kind,
                    "online": here is not None,
                    "seq": here.seq if here else None,
                    "last_seen_ms": here.last_seen_ms if here else self.seen_ms(device),
                }
            )
        return shown

    def _screens_of(self, hall: str) -> list[Device]:
        """Return the screens in use: one that was registered and never came yet is not missing."""
        known = self.devices.get(hall, ())
        return [one for one in known if one.kind in SCREEN_KINDS and not one.revoked and self.seen_ms(one)]


def _waiting_since(state: HallDay) -> Iterator[Ms]:
    return (ticket.waiting_since_ms for _, people in waiting_lines(state) for ticket in people)
