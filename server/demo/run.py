"""`onewindow demo`: a whole busy day in a hall, with the real server and a crowd of simulated people.

This process only supervises: the server and the crowd are processes of their own, so that either may be killed and the
day goes on.
"""

import asyncio
import contextlib
import signal
import socket
from pathlib import Path
from typing import Final

import msgspec

from hall.catalog import Text
from hall.ids import HallId
from server.api.demo import FILE_NAME
from server.command_words import no_hall
from server.config.sections import UnknownHall
from server.demo.compare import Comparison, compare
from server.demo.dayfile import (
    BOOKED_FILE,
    HISTORY_FILE,
    PID_FILE,
    DemoDay,
    Link,
    PublicAccount,
    PublicDay,
    Report,
    write_whole,
)
from server.demo.family import Child, ChildFailed
from server.demo.prepare import RESULT_FILE, NoOpenDay, Wanted, prepared
from server.demo.telling import Teller
from server.ledger.port import LedgerError
from server.ledger.sqlite import SqliteLedger

PORTS_TRIED: Final = 20
SOUND, UNSOUND, FAILED = 0, 1, 2
"""Exit statuses: the audit is clean and nothing was found; it is not; the day could not be played."""
LINK_WINDOWS: Final = 1
LEDGER_FILE: Final = "ledger.db"


class Result(msgspec.Struct, frozen=True):
    """What a finished day came to; its file marks the day as finished."""

    stream: str
    rows: int
    fingerprint: str
    head: str
    is_sound: bool
    comparison: Comparison
    findings: tuple[str, ...]
    server_restarts: int


def main(
    *,
    hall: HallId = "longgang",
    seed: int = 1,
    port: int = 8000,
    data: Path | None = None,
    speed: float = 60,
    until: str = "",
    once: bool = False,
) -> int:
    """Play a day; return the exit status."""
    teller = Teller()
    wanted = Wanted(hall=hall, seed=seed, port=_free_port(port), data=data, speed=speed, until=until)
    try:
        folder, day, goes_on = prepared(wanted)
    except UnknownHall as error:
        teller.fail(no_hall(str(error), "any preset"))
        return FAILED
    except (NoOpenDay, LedgerError) as error:
        teller.fail(str(error))
        return FAILED
    teller.begin(day, folder, goes_on=goes_on)
    with contextlib.suppress(KeyboardInterrupt):
        return asyncio.run(Demo(day, folder, teller).play(once=once))
    return SOUND


class Demo:
    """One run of a demo day."""

    def __init__(self, day: DemoDay, folder: Path, teller: Teller) -> None:
        """Make both children; nothing is started."""
        self._day = day
        self._folder = folder
        self._teller = teller
        self._report = Report()
        self._accounts = tuple(_public_accounts(day))
        self._links = tuple(_links(day))
        self._server = Child(
            "server",
            ("-m", "server.demo.serving", str(folder)),
            log=folder / "server.log",
            on_start=self._server_started,
            has_spare=True,
        )
        self._crowd = Child(
            "crowd", ("-m", "server.demo.crowd", str(folder)), log=folder / "crowd.log", on_line=self._crowd_says
        )

    async def play(self, *, once: bool) -> int:
        """Play the day to its end, audit it, and keep serving unless ``once``; return the exit status."""
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        self._write_public()
        (self._folder / BOOKED_FILE).unlink(missing_ok=True)
        serving = asyncio.create_task(self._server.run())
        living = asyncio.create_task(self._crowd.run())
        stopped = asyncio.create_task(stop.wait())
        status = FAILED
        try:
            await asyncio.wait({serving, living, stopped}, return_when=asyncio.FIRST_COMPLETED)
            self._raise_failure(serving, living)
            if not stop.is_set() and self._report.done:
                status = await self._conclude()
                if not once:
                    self._teller.keeps_serving(self._day)
                    await asyncio.wait({serving, stopped}, return_when=asyncio.FIRST_COMPLETED)
            elif stop.is_set():
                self._teller.stopped()
                status = SOUND
        except ChildFailed as failure:
            self._teller.fail(str(failure))
        finally:
            stopped.cancel()
            await self._crowd.stop()
            await self._server.stop()
            await asyncio.wait({serving, living})
        return status

    def _raise_failure(self, *children: "asyncio.Task[None]") -> None:
        for child in children:
            if child.done():
                child.result()

    async def _conclude(self) -> int:
        """Audit the day, compare it with what the clients saw, and say so."""
        audit, figures = await self._teller.audited(self._folder / LEDGER_FILE, self._day)
        comparison = await compare(
            self._folder / HISTORY_FILE,
            lambda: SqliteLedger.open_for_reading(self._folder / LEDGER_FILE),
            self._day.stream,
        )
        findings = (*comparison.findings, *self._report.findings)
        is_sound = audit.exit_code == 0 and not findings
        result = Result(
            audit.stream,
            audit.rows,
            audit.fingerprint,
            audit.head,
            is_sound,
            comparison,
            findings,
            self._server.restarts,
        )
        write_whole(self._folder / RESULT_FILE, msgspec.json.format(msgspec.json.encode(result)))
        self._teller.conclude(audit, figures, comparison, findings, restarts=self._server.restarts)
        return SOUND if is_sound else UNSOUND

    # ---- what the children say ----

    def _server_started(self, process_id: int) -> None:
        write_whole(self._folder / PID_FILE, f"{process_id}\n".encode())
        if self._server.restarts:
            self._teller.restarted(self._server.restarts)

    def _crowd_says(self, line: bytes) -> None:
        self._report = msgspec.json.decode(line, type=Report)
        self._write_public()
        self._teller.progress(self._report.progress, self._day)

    def _write_public(self) -> None:
        public = PublicDay(self._accounts, self._links, self._report.progress)
        write_whole(self._folder / FILE_NAME, msgspec.json.encode(public))


def _public_accounts(day: DemoDay) -> list[PublicAccount]:
    return [PublicAccount(one.account, one.password, one.role, one.name, one.window) for one in day.accounts]


def _links(day: DemoDay) -> list[Link]:
    """Return the pages in the order in which a visitor tries them."""
    at = f"hall={day.hall}"
    found = [Link(Text("手机：取号与查询", "Phone: take a number, follow it"), f"/phone?{at}")]
    window = next((one.window for one in day.accounts if one.window), "")
    for device in day.devices:
        match device.kind:
            case "kiosk":
                found.insert(0, Link(Text("自助取号机", "Kiosk"), f"/kiosk?{at}&device={device.token}"))
            case "board":
                found.append(Link(Text("大厅屏", "Hall board"), f"/board?{at}&device={device.token}"))
            case "area":
                name = device.area_name
                title = Text(f"区域屏 {name.zh or device.area}", f"Area board {name.en or device.area}")
                found.append(Link(title, f"/area?{at}&area={device.area}&device={device.token}"))
            case "strip" if device.window == window:
                title = Text(f"窗口屏 {device.window}", f"Window strip {device.window}")
                found.append(Link(title, f"/strip?{at}&window={device.window}&device={device.token}"))
            case _:
                pass
    return [
        *found,
        Link(Text("窗口工作台", "Clerk's console"), f"/clerk?{at}&window={window}"),
        Link(Text("大厅管理", "Manager's page"), f"/manager?{at}"),
        Link(Text("排班推演", "Staffing studio"), f"/studio?{at}"),
        Link(Text("接口文档", "API"), "/docs"),
    ]


def _free_port(wanted: int) -> int:
    """Return the port that was asked for, or the next free one."""
    for port in range(wanted, wanted + PORTS_TRIED):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            found: int = probe.getsockname()[1]
            return found
    return wanted
