"""What the crowd needs to know of the hall: who is who, what is on offer. Written once, read by every Locust process."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

import httpx
import msgspec

from loadtests.crowd.sale import release_after

FILE: Final = "ONEWINDOW_CROWD_PLACE"
"""The environment variable that names the file."""
HALL: Final = "longgang"
PRESET: Final = "longgang"
ITEMS: Final = 40
"""Items that people come for; enough for every theme, few enough to print."""
CLERKS_MOST: Final = 59
PASSWORD: Final = "crowd-of-the-load-test"
WIDE: Final = {"open": 20, "day": 20, "week": 20, "month": 60}
SLOT_MIN: Final = 30
DAY_MIN: Final = 23 * 60
"""The hall is open from midnight for so long; its day ends a little later."""
SLOTS: Final = DAY_MIN // SLOT_MIN


class Clerk(msgspec.Struct, frozen=True):
    """Somebody who is signed in, and the window to sit at."""

    account: str
    token: str
    window: str


OPENED_IN: Final = "Asia/Shanghai"
"""The presets' zone."""
AHEAD_H: Final = 8
FURTHEST_H: Final = 14
"""Hours that it, and the furthest zone there is, lie ahead of UTC."""


class Place(msgspec.Struct, frozen=True):
    """A hall that is ready for the crowd."""

    url: str
    hall: str
    today: str
    tomorrow: str
    items: tuple[str, ...]
    booked_items: tuple[str, ...]
    kiosk: str
    screen: str
    """Tokens of devices."""
    manager: str
    clerks: tuple[Clerk, ...]
    folder: str
    """Where the histories go: each hall has a folder of its own."""
    release_ms: int = 0
    """When tomorrow's places are released; 0: they are on sale from the start."""
    places: int = 0
    """That are then on sale."""
    bookings: int = 0
    """Requests that all bookers together make from then on; 0: as many as they manage."""
    node: str = ""
    """Which node serves the hall, if there are several."""
    workers: int = 1
    """Processes that run people."""
    cut_every_s: float = 0.0
    """All screens lose the hall and come back at once, so often; 0: never."""


def places_of_environment() -> tuple[Place, ...]:
    """Read the file that the run has written: one place for each hall that the crowd goes to."""
    return msgspec.json.decode(Path(os.environ[FILE]).read_bytes(), type=tuple[Place, ...])


def prepare(url: str, password: str, folder: Path, *, clerks: int, places: int, ahead_s: float = 0.0) -> Place:
    """Set the hall up over its public interface: open now and tomorrow, with clerks, devices and slots on sale.

    ``ahead_s`` if the slots are released at one moment: at the first full minute that long from now.
    """
    with httpx.Client(base_url=url, timeout=30) as http:
        http.headers["authorization"] = f"Bearer {_sign_in(http, 'admin', password)}"
        zone = day_zone(datetime.now(ZoneInfo(OPENED_IN)).hour)
        _change(http, "hall", lambda content: {**content, "zone": zone})
        today = datetime.now(ZoneInfo(zone)).date()
        tomorrow = today + timedelta(days=1)
        spans = [{"from_min": 0, "to_min": DAY_MIN}]
        own = [
            {"date": one.isoformat(), "kind": "special", "name": "", "spans": spans}
            for one in (today - timedelta(days=1), today, tomorrow)
        ]
        _change(http, "calendar", lambda _: {"own": own})
        hall = http.get(f"/api/halls/{HALL}").raise_for_status().json()
        items = spread([one["code"] for one in hall["items"] if one["windows"]], ITEMS)
        place = Place(
            url=url, hall=HALL, today=today.isoformat(), tomorrow=tomorrow.isoformat(), items=tuple(items),
            booked_items=tuple(items), kiosk=_device(http, "kiosk"), screen=_device(http, "board"),
            manager=_account(http, "crowd-manager", "manager"),
            clerks=_clerks(http, [one["code"] for one in hall["windows"]], clerks), folder=str(folder),
            places=_per_slot(places) * SLOTS,
        )  # fmt: skip
        # Last, since the release is a full minute: whoever takes long before it need not wait for one more.
        release = release_after(datetime.now(ZoneInfo(zone)), ahead_s) if ahead_s else None
        _change(http, "policy", lambda content: {**content, "booking": _booking(items, places, release)})
        return msgspec.structs.replace(place, release_ms=int(release.timestamp() * 1_000) if release else 0)


def _per_slot(places: int) -> int:
    return -(-places // SLOTS)


def _booking(items: list[str], places: int, release: datetime | None) -> dict[str, Any]:
    daily = {"kind": "daily", "release_min": release.hour * 60 + release.minute} if release else {"kind": "rolling"}
    group = {
        "code": "crowd", "name": {"zh": "预约办理", "en": "Booked"}, "items": items, "slot_ms": SLOT_MIN * 60_000,
        "places": _per_slot(places), "unit_ms": SLOT_MIN * 60_000,
    }  # fmt: skip
    rules = {
        "release": {"horizon_days": 1, **daily}, "person": WIDE, "phone": WIDE, "device": WIDE,
        "max_waitlist": 0, "max_held": 20, "same_item_once": False,
    }  # fmt: skip
    return {"groups": [group], "rules": rules}


def _clerks(http: httpx.Client, windows: list[str], count: int) -> tuple[Clerk, ...]:
    return tuple(
        Clerk(f"crowd{number:02}", _account(http, f"crowd{number:02}", "clerk"), window)
        for number, window in enumerate(windows[: min(count, CLERKS_MOST)], 1)
    )


def _account(http: httpx.Client, account: str, role: str) -> str:
    body = {"account": account, "name": account, "role": role, "halls": [HALL], "password": PASSWORD}
    answer = http.post("/api/accounts", json=body)
    assert answer.is_success, answer.text
    with httpx.Client(base_url=http.base_url, timeout=30) as own:
        return _sign_in(own, account, PASSWORD)


def _sign_in(http: httpx.Client, account: str, password: str) -> str:
    answer = http.post("/api/login", json={"account": account, "password": password})
    assert answer.is_success, answer.text
    return str(answer.json()["token"])


def _device(http: httpx.Client, kind: str) -> str:
    answer = http.post(f"/api/halls/{HALL}/devices", json={"name": f"crowd {kind}", "kind": kind})
    assert answer.is_success, answer.text
    return str(answer.json()["token"])


def _change(http: httpx.Client, section: str, change: Any) -> None:
    path = f"/api/halls/{HALL}/settings/{section}"
    found = http.get(path).raise_for_status().json()
    answer = http.put(path, json={"version": found["version"], "content": change(found["content"])})
    assert answer.is_success, answer.text


def spread(codes: list[str], count: int) -> list[str]:
    """Return so many of them, evenly over the list, so that every theme has some."""
    step = max(1, len(codes) // count)
    return codes[::step][:count]


def day_zone(hour: int) -> str:
    """Return a zone in which it is the date of :data:`OPENED_IN`, where it is this hour, and as near to noon as zones go.

    A server that runs has opened its day by then; a zone of another date would not be in it.
    """
    return _zone_ahead(min(AHEAD_H + 12 - hour, FURTHEST_H))


def noon_zone() -> str:
    """Return a time zone in which it is around noon, so that no run crosses a midnight."""
    return _zone_ahead(12 - datetime.now(UTC).hour)


def _zone_ahead(hours: int) -> str:
    # The names count westwards: Etc/GMT-8 is eight hours ahead of UTC.
    return f"Etc/GMT{-hours:+d}" if hours else "Etc/GMT"
