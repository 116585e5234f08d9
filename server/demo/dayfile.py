"""The demo day on disk: what was agreed when it was set up, so that a stopped demo goes on where it was.

``day.json`` holds tokens and is for this user only; ``public.json`` is what the server tells everybody at ``/api/demo``.
"""

import os
from pathlib import Path
from typing import Final

import msgspec

from hall.catalog import Text
from hall.ids import HallId, Ms

DAY_FILE: Final = "day.json"
PUBLIC_FILE: Final = "demo.json"
HISTORY_FILE: Final = "history.jsonl"
PID_FILE: Final = "server.pid"
BOOKED_FILE: Final = "booked"
"""Made by the crowd when everybody who books has done so: the rest of the early morning may pass."""
FORMAT: Final = 1


class Account(msgspec.Struct, frozen=True):
    """A demo account; ``token`` is a session made at set-up for the simulated person (empty for visitors' accounts)."""

    account: str
    password: str
    role: str
    name: str
    window: str = ""
    token: str = ""


class Device(msgspec.Struct, frozen=True):
    """A registered kiosk, board, area board or strip, with its token."""

    id: str
    kind: str
    token: str
    area: str = ""
    window: str = ""
    area_name: Text = Text("")
    """What people call the area, for the links of the start page."""


class DemoDay(msgspec.Struct, frozen=True, kw_only=True):
    """A demo day as it was set up."""

    format: int = FORMAT
    hall: HallId
    date: str
    seed: int
    port: int
    speed: float
    start_ms: Ms
    close_ms: Ms
    book_ms: Ms = 0
    """From then on people book for the day, before it is shown from ``start_ms`` on; 0: the hall takes no bookings."""
    until: str = ""
    """Closing time ``HH:MM`` of a shortened day, or empty."""
    until_ms: Ms | None = None
    accounts: tuple[Account, ...]
    devices: tuple[Device, ...]

    @property
    def base(self) -> str:
        """Where the server listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def stream(self) -> str:
        """The name of the day's log."""
        return f"{self.hall}/{self.date}"


class Link(msgspec.Struct, frozen=True):
    """A page to open."""

    title: Text
    href: str


class PublicAccount(msgspec.Struct, frozen=True):
    """An account that visitors of the demo may use."""

    account: str
    password: str
    role: str
    name: str
    window: str = ""


class Progress(msgspec.Struct, frozen=True, omit_defaults=True):
    """How far the day is; the clients' process tells it once a second."""

    phase: str = "starting"
    at_ms: Ms = 0
    open_ms: Ms = 0
    close_ms: Ms = 0
    taken: int = 0
    waiting: int = 0
    serving: int = 0
    done: int = 0
    windows_open: int = 0
    longest_wait_ms: Ms = 0
    commands: int = 0
    retries: int = 0
    unknown: int = 0
    findings: int = 0
    booked: int = 0
    """Booked and expected, or here already."""
    checked_in: int = 0
    no_shows: int = 0


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What the clients' process says, one line a second."""

    progress: Progress = Progress()
    findings: tuple[str, ...] = ()
    done: bool = False


class PublicDay(msgspec.Struct, frozen=True):
    """What ``GET /api/demo`` answers."""

    accounts: tuple[PublicAccount, ...]
    links: tuple[Link, ...]
    day: Progress


def read_day(folder: Path) -> DemoDay | None:
    """Return the day of a folder; None where there is none, or one of another format."""
    try:
        day = msgspec.json.decode((folder / DAY_FILE).read_bytes(), type=DemoDay)
    except (FileNotFoundError, msgspec.DecodeError):
        return None
    return day if day.format == FORMAT else None


def write_day(folder: Path, day: DemoDay) -> None:
    """Keep the day, readable for this user only."""
    write_whole(folder / DAY_FILE, msgspec.json.format(msgspec.json.encode(day)), mode=0o600)


def write_whole(path: Path, content: bytes, *, mode: int = 0o644) -> None:
    """Replace a file at once, so that a reader sees the old or the new one."""
    beside = path.with_name(path.name + ".new")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    try:
        os.write(descriptor, content)
    finally:
        os.close(descriptor)
    beside.replace(path)
