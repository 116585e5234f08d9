"""The day that everybody wants: a hall whose places for tomorrow come on sale at one moment."""

from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import httpx
import msgspec

from loadtests.flash.serving import Server
from loadtests.flash.wishes import POPULARITY

PRESET: Final = "nanshan"
HALL: Final = "nanshan"
ITEM: Final = "talent-settlement"
GROUP: Final = "flash"
ZONE: Final = ZoneInfo("Asia/Shanghai")
OPEN_MIN: Final = 9 * 60
SLOT_MIN: Final = 30
LEAST_AHEAD_S: Final = 20
"""Preparing the settings takes less than this; the release is at the first full minute after it."""
WIDE: Final = {"open": 20, "day": 1, "week": 20, "month": 60}


class Sale(msgspec.Struct, frozen=True):
    """What comes on sale, and when."""

    date: str
    slots: tuple[int, ...]
    """Starts in ms since the epoch."""
    release_ms: int
    places: int


def prepare(server: Server, *, places: int, is_released: bool = False) -> Sale:
    """Set the hall up over its public settings and return what will be sold, or is on sale already."""
    per_slot, rest = divmod(places, len(POPULARITY))
    assert rest == 0, f"places must be a multiple of {len(POPULARITY)}"
    with httpx.Client(base_url=f"http://127.0.0.1:{server.port}", timeout=30) as http:
        answer = http.post("/api/login", json={"account": "admin", "password": server.password}).raise_for_status()
        http.headers["authorization"] = f"Bearer {answer.json()['token']}"
        ahead = timedelta(seconds=0 if is_released else LEAST_AHEAD_S + 60)
        release = (datetime.now(ZONE) + ahead).replace(second=0, microsecond=0)
        day = release.date() + timedelta(days=1)
        spans = [{"from_min": OPEN_MIN, "to_min": OPEN_MIN + SLOT_MIN * len(POPULARITY)}]
        # Both days are open whatever the calendar says, so that the rush runs on every day of the year.
        own = [
            {"date": one.isoformat(), "kind": "special", "name": "", "spans": spans} for one in (release.date(), day)
        ]
        _change(http, "calendar", {"own": own})
        policy = http.get(f"/api/halls/{HALL}/settings/policy").raise_for_status().json()["content"]
        policy["booking"] = _booking(per_slot, release)
        _change(http, "policy", policy)
    opens = datetime.combine(day, datetime.min.time(), ZONE) + timedelta(minutes=OPEN_MIN)
    starts = [opens + timedelta(minutes=SLOT_MIN * number) for number in range(len(POPULARITY))]
    return Sale(day.isoformat(), tuple(_ms(start) for start in starts), _ms(release), places)


def _booking(per_slot: int, release: datetime) -> dict[str, Any]:
    rules = {
        "release": {"horizon_days": 1, "kind": "daily", "release_min": release.hour * 60 + release.minute},
        "person": WIDE, "phone": WIDE, "device": WIDE, "max_waitlist": 0, "max_held": 20,
    }  # fmt: skip
    group = {
        "code": GROUP, "name": {"zh": "毕业生报到", "en": "Graduates"}, "items": [ITEM],
        "slot_ms": SLOT_MIN * 60_000, "places": per_slot, "unit_ms": SLOT_MIN * 60_000,
    }  # fmt: skip
    return {"groups": [group], "rules": rules}


def _change(http: httpx.Client, section: str, content: dict[str, Any]) -> None:
    path = f"/api/halls/{HALL}/settings/{section}"
    version = http.get(path).raise_for_status().json()["version"]
    answer = http.put(path, json={"version": version, "content": content})
    assert answer.is_success, answer.text


def _ms(moment: datetime) -> int:
    return int(moment.astimezone(UTC).timestamp() * 1_000)
