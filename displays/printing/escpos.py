"""ESC/POS, the language of receipt printers, as far as slips need it: pieces of a slip in, bytes out.

Pure functions. Text is sent in Chinese mode as GB18030, which can write every character of Unicode (rare ones in names,
like 㐂 and 𠮷, take four bytes). Laws: between the commands that this module writes there are only GB18030 characters,
none of which holds a byte below 0x20; and the real-time commands (DLE …), which printers obey even inside data, occur
only in the queries.

The commands are the vendors' public ones: ESC @ initialise, ESC a align, ESC E bold, GS ! size, FS & Chinese mode,
GS ( k QR code, GS V cut, GS r and DLE EOT status.
"""

from typing import assert_never

import msgspec

from displays.printing.slip import COLUMNS_80_MM, Line, Piece, QrCode, Slip, layout, printable

INITIALISE = b"\x1b@"
CHINESE_MODE = b"\x1c&"
CUT_AFTER_FEED = b"\x1dV\x42\x40"
"""GS V 66: feed 64 dots more than the way from head to knife, then cut partly, so that the slip does not fall."""
ASK_WHEN_DONE = b"\x1dr\x01"
"""GS r 1: answered in turn, after all that came before it was printed."""
ASK_OFFLINE_CAUSE = b"\x10\x04\x02"
ASK_ERROR = b"\x10\x04\x03"
ASK_PAPER = b"\x10\x04\x04"
"""DLE EOT 2, 3, 4: answered at once."""


def encode(slip: Slip, columns: int = COLUMNS_80_MM) -> bytes:
    """Return the bytes that print a slip and cut the paper."""
    return encode_pieces(layout(slip, columns))


def encode_pieces(pieces: tuple[Piece, ...]) -> bytes:
    """Return the bytes for any pieces, from initialising to cutting."""
    return b"".join([INITIALISE, CHINESE_MODE, *map(_piece, pieces), CUT_AFTER_FEED])


class DeviceStatus(msgspec.Struct, frozen=True):
    """What a printer says about itself; the fault is empty when it can print."""

    fault: str = ""
    paper_low: bool = False


def read_status(offline_cause: int, error: int, paper: int) -> DeviceStatus:
    """Read the answers to the three queries; each is one byte with fixed bits that ``is_realtime_answer`` checks."""
    paper_low = bool(paper & 0x0C)
    if paper & 0x60 or offline_cause & 0x20:
        return DeviceStatus("PAPER_OUT", paper_low)
    if offline_cause & 0x04:
        return DeviceStatus("COVER_OPEN", paper_low)
    if error & 0x08:
        return DeviceStatus("CUTTER_JAM", paper_low)
    if error & 0x60 or offline_cause & 0x40:
        return DeviceStatus("DEVICE_ERROR", paper_low)
    return DeviceStatus("", paper_low)


def is_realtime_answer(answer: int) -> bool:
    """True for an answer to DLE EOT: its bits 0 and 7 are 0, 1 and 4 are 1."""
    return answer & 0x93 == 0x12


def is_done_answer(answer: int) -> bool:
    """True for an answer to GS r: its bits 4 and 7 are 0."""
    return answer & 0x90 == 0


def text_bytes(text: str) -> bytes:
    """Return a text as GB18030; what cannot be printed is a space."""
    return printable(text).encode("gb18030", "replace")


def _piece(piece: Piece) -> bytes:
    match piece:
        case Line():
            return _line(piece)
        case QrCode():
            return _qr(piece.text)
        case _ as never:
            assert_never(never)


def _line(line: Line) -> bytes:
    assert 1 <= line.scale <= 8, line.scale
    times = line.scale - 1
    size = bytes([0x1D, 0x21, times << 4 | times])
    align = b"\x1ba\x01" if line.align == "center" else b"\x1ba\x00"
    bold = b"\x1bE\x01" if line.bold else b"\x1bE\x00"
    return align + bold + size + text_bytes(line.text) + b"\n"


_QR_MODULE_DOTS = 6
"""0.75 mm a module at 8 dots/mm: old phones read it from 20 cm; a ticket's address makes 33 modules, 25 mm."""


def _qr(text: str) -> bytes:
    data = text.encode("ascii")
    length = len(data) + 3
    steps = [
        b"\x1ba\x01",
        b"\x1d(k\x04\x00\x31\x41\x32\x00",  # model 2
        b"\x1d(k\x03\x00\x31\x43" + bytes([_QR_MODULE_DOTS]),
        b"\x1d(k\x03\x00\x31\x45\x31",  # error correction M: a crease costs up to 15 %
        b"\x1d(k" + length.to_bytes(2, "little") + b"\x31\x50\x30" + data,
        b"\x1d(k\x03\x00\x31\x51\x30",  # print what was stored
        b"\n",
    ]
    return b"".join(steps)
