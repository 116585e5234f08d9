"""A printer that exists only as a TCP port: decodes what it gets, keeps the slips, and can be made to fail.

For trying a kiosk out without hardware and for tests. It takes ESC/POS as :mod:`displays.printing.escpos` writes it
and answers status queries like a real device; a byte that no slip may hold is kept as a fault.
"""

import socketserver
import threading
from collections import deque
from collections.abc import Callable
from time import monotonic

import msgspec


class Receipt(msgspec.Struct, frozen=True):
    """One slip as it fell from the virtual printer."""

    data: bytes
    lines: tuple[str, ...]
    qr: tuple[str, ...]
    faults: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """All lines, joined."""
        return "\n".join(self.lines)


def decode(data: bytes) -> Receipt:
    """Decode the bytes of one slip; never fails, whatever they are."""
    lines: list[str] = []
    codes: list[str] = []
    faults: list[str] = []
    run, stored, place = bytearray(), "", 0
    while place < len(data):
        byte = data[place]
        if byte >= 0x20:
            run.append(byte)
            place += 1
            continue
        if byte == 0x0A:
            lines.append(run.decode("gb18030", "replace"))
            run.clear()
            place += 1
            continue
        length = _command_length(data, place)
        command = data[place : place + length]
        if length == 0:
            faults.append(f"byte {byte:#04x} at {place}")
            length = 1
        elif command[:3] == b"\x1d(k" and command[5:8] == b"1P0":
            stored = command[8:].decode("ascii", "replace")
        elif command[:3] == b"\x1d(k" and command[5:8] == b"1Q0":
            codes.append(stored)
        place += length
    return Receipt(data, tuple(lines), tuple(codes), tuple(faults))


class VirtualPrinter:
    """Listens on a port; use it as a context manager or call ``serve_forever``."""

    def __init__(self, host: str = "127.0.0.1", port: int = 0, *, on_receipt: Callable[[Receipt], None] | None = None):
        self.receipts: deque[Receipt] = deque(maxlen=_KEPT)
        self.paper_out = False
        self.paper_out_after_bytes: int | None = None
        """Set: the paper ends in the middle of the next slip."""
        self.answers_status = True
        self.answers_when_done = True
        self.delay_s = 0.0
        self._stopping = threading.Event()
        self._on_receipt = on_receipt
        self._server = _Server((host, port), self)
        self._thread: threading.Thread | None = None

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._server.server_address[1])

    def __enter__(self) -> "VirtualPrinter":
        self._thread = threading.Thread(target=self.serve_forever, name="virtual-printer")
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._server.shutdown()
        self._server.server_close()
        if self._thread is not None:
            self._thread.join(timeout=5)

    def serve_forever(self) -> None:
        """Print until stopped."""
        self._server.serve_forever(poll_interval=0.05)

    def realtime_answer(self, query: int) -> int:
        """Answer DLE EOT ``query``: 4 is paper, 2 the cause of being offline."""
        if not self.paper_out:
            return 0x12
        return {4: 0x72, 2: 0x32}.get(query, 0x12)

    def take(self, data: bytes) -> bool:
        """Print one whole slip; False if the paper ended before it was out."""
        self._stopping.wait(self.delay_s)
        if self.paper_out_after_bytes is not None and len(data) > self.paper_out_after_bytes:
            self.paper_out, self.paper_out_after_bytes = True, None
        if self.paper_out or self._stopping.is_set():
            return False
        receipt = decode(data)
        self.receipts.append(receipt)
        if self._on_receipt is not None:
            self._on_receipt(receipt)
        return True


_KEPT = 1_000
"""Receipts remembered; older ones are forgotten."""
_LONGEST_SLIP = 262_144
"""Bytes; a link that sends more without a cut is no kiosk and is closed."""
_IDLE_LINK_S = 60.0

_FIXED_COMMANDS = {
    b"\x1b@": 2, b"\x1ba": 3, b"\x1bE": 3, b"\x1d!": 3, b"\x1c&": 2, b"\x1dV": 4, b"\x1dr": 3, b"\x10\x04": 3,
}  # fmt: skip


def _command_length(data: bytes, place: int) -> int:
    """Return the length of the command at ``place``; 0 if there is none."""
    start = data[place : place + 2]
    if start == b"\x1d(" and data[place + 2 : place + 3] == b"k" and place + 5 <= len(data):
        return 5 + int.from_bytes(data[place + 3 : place + 5], "little")
    return _FIXED_COMMANDS.get(start, 0)


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, address: tuple[str, int], printer: VirtualPrinter) -> None:
        self.printer = printer
        super().__init__(address, _Link)


class _Link(socketserver.BaseRequestHandler):
    """One connection: collects a slip until its cut, answers queries on the way."""

    server: _Server

    def handle(self) -> None:
        self.request.settimeout(_IDLE_LINK_S)
        self._buffer = b""
        self._stuck = False
        until = monotonic() + 10 * _IDLE_LINK_S
        while monotonic() < until and len(self._buffer) < _LONGEST_SLIP:
            try:
                more = self.request.recv(65_536)
                self._buffer += more
                self._work()
            except OSError:
                return  # the other side is gone
            if not more:
                return

    def _work(self) -> None:
        printer = self.server.printer
        self._answer_realtime()
        while not self._stuck and (cut := self._buffer.find(b"\x1dV\x42")) >= 0 and len(self._buffer) >= cut + 4:
            slip, self._buffer = self._buffer[: cut + 4], self._buffer[cut + 4 :]
            # A device without paper goes offline: what was sent after stays in its buffer.
            self._stuck = not printer.take(slip)
        if not self._stuck and self._buffer.startswith(b"\x1dr\x01"):
            self._buffer = self._buffer[3:]
            if printer.answers_when_done:
                self.request.sendall(b"\x00")

    def _answer_realtime(self) -> None:
        while (at := self._buffer.find(b"\x10\x04")) >= 0 and len(self._buffer) >= at + 3:
            query = self._buffer[at + 2]
            self._buffer = self._buffer[:at] + self._buffer[at + 3 :]
            if self.server.printer.answers_status:
                self.request.sendall(bytes([self.server.printer.realtime_answer(query)]))
