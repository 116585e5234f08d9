"""Printers: each takes a slip and says whether it came out on paper.

A result is never a guess in the printer's favour: where a device answers status queries, "printed" means that it said,
after the slip, that it is done. Cheap devices answer nothing; then "printed" means that they took every byte, and the
result says that it is unconfirmed. Every wait is bounded.
"""

import socket
from pathlib import Path
from time import monotonic
from typing import Protocol

import msgspec

from displays.printing.escpos import (
    ASK_ERROR,
    ASK_OFFLINE_CAUSE,
    ASK_PAPER,
    ASK_WHEN_DONE,
    DeviceStatus,
    encode,
    is_done_answer,
    is_realtime_answer,
    read_status,
)
from displays.printing.preview import as_page, as_text
from displays.printing.slip import COLUMNS_80_MM, Slip, layout


class PrintResult(msgspec.Struct, frozen=True):
    """What became of a slip; ``reason`` is a stable code, empty after an ordinary success."""

    printed: bool
    reason: str = ""


class Printer(Protocol):
    """Something that puts slips on paper, one at a time."""

    def print_slip(self, slip: Slip) -> PrintResult:
        """Print a slip and wait until that is known to have succeeded or failed."""
        ...

    def status(self) -> DeviceStatus:
        """Ask whether a slip could be printed now."""
        ...


class Timeouts(msgspec.Struct, frozen=True):
    """How long to wait for a device, in seconds."""

    connect_s: float = 2.0
    """A device on the same network answers in milliseconds; a person stands before the screen."""
    answer_s: float = 0.5
    """Status answers come within 100 ms from those devices that answer at all."""
    print_s: float = 8.0
    """A long slip is 25 cm; slow heads make 50 mm/s, and the cut takes half a second."""


class TcpPrinter:
    """A receipt printer on the network (raw port 9100); a connection per slip, so that two kiosks can share it."""

    def __init__(
        self, host: str, port: int = 9100, *, columns: int = COLUMNS_80_MM, timeouts: Timeouts | None = None
    ) -> None:
        self._address = (host, port)
        self._columns = columns
        self._timeouts = timeouts or Timeouts()

    def print_slip(self, slip: Slip) -> PrintResult:
        """Ask for paper, send, ask until done."""
        data = encode(slip, self._columns)
        try:
            with socket.create_connection(self._address, self._timeouts.connect_s) as link:
                return self._print(link, data)
        except TimeoutError:
            return PrintResult(printed=False, reason="TIMEOUT")
        except OSError:
            return PrintResult(printed=False, reason="UNREACHABLE")

    def status(self) -> DeviceStatus:
        """Connect and ask; a device that answers no queries counts as able to print."""
        try:
            with socket.create_connection(self._address, self._timeouts.connect_s) as link:
                return self._ask(link) or DeviceStatus()
        except OSError:
            return DeviceStatus("UNREACHABLE")

    def _print(self, link: socket.socket, data: bytes) -> PrintResult:
        before = self._ask(link)
        if before is not None and before.fault:
            return PrintResult(printed=False, reason=before.fault)
        link.settimeout(self._timeouts.print_s)
        link.sendall(data)
        if before is None:
            link.shutdown(socket.SHUT_WR)
            # Closing over an unread late answer would reset the link and lose what the device has not read yet.
            _received(link, _LATE_ANSWERS, within_s=self._timeouts.answer_s)
            return PrintResult(printed=True, reason="UNCONFIRMED")
        return self._confirmed(link)

    def _confirmed(self, link: socket.socket) -> PrintResult:
        link.sendall(ASK_WHEN_DONE)
        if any(is_done_answer(answer) for answer in _received(link, 1, within_s=self._timeouts.print_s)):
            return PrintResult(printed=True)
        # Paper that ran out in the middle stops the device before it reaches the question.
        after = self._ask(link)
        if after is None:
            return PrintResult(printed=False, reason="TIMEOUT")
        # It knows DLE EOT but not GS r, and is well.
        return PrintResult(printed=not after.fault, reason=after.fault or "UNCONFIRMED")

    def _ask(self, link: socket.socket) -> DeviceStatus | None:
        link.settimeout(self._timeouts.connect_s)
        link.sendall(ASK_OFFLINE_CAUSE + ASK_ERROR + ASK_PAPER)
        answers = _received(link, 3, within_s=self._timeouts.answer_s)
        if len(answers) < 3 or not all(map(is_realtime_answer, answers)):
            return None
        return read_status(answers[0], answers[1], answers[2])


class FilePrinter:
    """Writes each slip into a folder: its bytes, its text, and a page to look at."""

    def __init__(self, folder: Path, *, columns: int = COLUMNS_80_MM) -> None:
        self._folder = folder
        self._columns = columns

    def print_slip(self, slip: Slip) -> PrintResult:
        """Write three files named by time and number; a number that exists already gets a counter."""
        pieces = layout(slip, self._columns)
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            stem = self._free_stem(slip)
            stem.with_suffix(".bin").write_bytes(encode(slip, self._columns))
            stem.with_suffix(".txt").write_text(as_text(pieces, self._columns), encoding="utf-8")
            stem.with_suffix(".html").write_text(as_page(pieces, self._columns), encoding="utf-8")
        except OSError:
            return PrintResult(printed=False, reason="STORAGE")
        return PrintResult(printed=True)

    def status(self) -> DeviceStatus:
        """A folder can take slips if it can be made."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            return DeviceStatus("STORAGE")
        return DeviceStatus()

    def _free_stem(self, slip: Slip) -> Path:
        number = "".join(character for character in slip.number[:16] if character.isascii() and character.isalnum())
        base = f"{slip.at_ms}-{number or 'slip'}"
        for copy in range(1, _MOST_COPIES + 1):
            stem = self._folder / (base if copy == 1 else f"{base}-{copy}")
            if not stem.with_suffix(".bin").exists():
                return stem
        raise FileExistsError(base)


_LATE_ANSWERS = 64
"""Bytes; a device sends one for each of three queries."""
_MOST_COPIES = 100
"""Reprints of one slip; nobody wants more, and the search for a free name stays short."""


def printer_from(address: str, *, columns: int = COLUMNS_80_MM) -> Printer:
    """Make a printer from ``tcp://host:port`` or ``file:FOLDER``; ValueError says what is wrong with it."""
    scheme, _, rest = address.partition(":")
    if scheme == "file" and rest:
        return FilePrinter(Path(rest.removeprefix("//")), columns=columns)
    if scheme == "tcp" and rest.startswith("//"):
        host, port = host_and_port(rest[2:], default_port=9100)
        return TcpPrinter(host, port, columns=columns)
    raise ValueError(f"打印机写成 / a printer is tcp://HOST:PORT or file:FOLDER, not {address!r}")


def host_and_port(text: str, *, default_port: int) -> tuple[str, int]:
    """Read ``host``, ``host:port`` or ``[v6]:port``; ValueError if it is neither."""
    host, colon, port = text.rpartition(":")
    if not colon or text.endswith("]"):
        host, port = text, str(default_port)
    host = host.strip("[]")
    if not host or not port.isascii() or not port.isdigit() or not 0 <= int(port) <= 65_535:
        raise ValueError(f"{text!r} 不是主机加端口 / is not HOST:PORT")
    return host, int(port)


def _received(link: socket.socket, count: int, *, within_s: float) -> bytes:
    """Receive up to ``count`` bytes; what did not come in time is missing."""
    until = monotonic() + within_s
    answers = b""
    while len(answers) < count and (left_s := until - monotonic()) > 0:
        link.settimeout(left_s)
        try:
            more = link.recv(count - len(answers))
        except TimeoutError:
            break
        if not more:
            break
        answers += more
    return answers
