"""Malformed WebSocket connections, by the thousand: the server lives, keeps its memory, and answers others meanwhile.

``make attack`` runs the long form. Every kind of malformation is tried in turn; the seed makes a run repeatable.
"""

import base64
import contextlib
import random
import socket
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

TIMEOUT_S: Final = 5.0
UNANSWERED_S: Final = 0.05
"""What may never end may never be answered: the attacker goes on to the next."""
EVERY: Final = 25
FRAME_BYTES: Final = 64 * 1024
GREETED: Final = b"101"

Attack = Callable[["Place", random.Random], None]


@dataclass(frozen=True)
class Place:
    """Where the server listens, and a feed that it would give."""

    port: int
    feed: str


@dataclass(frozen=True)
class Battle:
    """What was done."""

    connections: int
    answers_ms: list[float]


def handshake(place: Place, feed: str = "", *, headers: str = "", version: str = "13") -> bytes:
    """Return the bytes of a handshake."""
    key = base64.b64encode(b"sixteen bytes ok").decode()
    return (
        f"GET {feed or place.feed} HTTP/1.1\r\nHost: 127.0.0.1:{place.port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Version: {version}\r\nSec-WebSocket-Key: {key}\r\n{headers}\r\n"
    ).encode("utf-8", "surrogateescape")


def _cut_short(place: Place, chance: random.Random) -> None:
    whole = handshake(place)
    _send(place, whole[: chance.randrange(len(whole))])


def _noise(place: Place, chance: random.Random) -> None:
    _send(place, chance.randbytes(chance.randrange(1, 4_000)))


def _odd_query(place: Place, chance: random.Random) -> None:
    text = "".join(f"%{chance.randrange(256):02x}" for _ in range(chance.randrange(1, 80)))
    name = chance.choice(("view", "device", "token", "since", "area", "window", "ticket", "secret", text[:6]))
    _send(place, handshake(place, f"{place.feed}&{name}={text}"), answer=True)


def _odd_headers(place: Place, chance: random.Random) -> None:
    lines = (
        f"Origin: {chance.choice(('null', 'https://evil.example', 'http://[', chr(0xE9)))}\r\n", "Cookie: ow_session=%00;=;\r\n",
        "Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=99\r\n", "Sec-WebSocket-Protocol: ,,,\r\n",
        "Content-Length: 99999\r\n", "Transfer-Encoding: chunked\r\n", f"X-Long: {'x' * 30_000}\r\n", ": no name\r\n",
    )  # fmt: skip
    version = chance.choice(("13", "13", "0", "-1", "x"))
    _send(place, handshake(place, headers="".join(chance.sample(lines, 2)), version=version), answer=True)


def _frames(place: Place, chance: random.Random) -> None:
    """Frames with wrong bits, unmasked, too long, cut, or with what is no frame of the feed."""
    opcode, size = chance.randrange(16), chance.choice((0, 1, 125, 126, 4_000))
    body = chance.randbytes(size)
    first = chance.choice((0x80, 0x00, 0xC0, 0xF0)) | opcode
    masked = chance.choice((0x80, 0x80, 0x00))
    length = bytes((masked | size,)) if size < 126 else bytes((masked | 126,)) + struct.pack(">H", size)
    mask = chance.randbytes(4) if masked else b""
    _feed(place, bytes((first,)) + length + mask + body, chance)


def _texts(place: Place, chance: random.Random) -> None:
    """Well-formed frames that say nonsense, or too much."""
    said = chance.choice(
        (b"{", b"[]", b'{"t":"resume"}', b'{"t":"resume","since":1e999}', b'{"t":"shown","seq":-9223372036854775809}',
         b'{"t":"shown","seq":"x"}', b"[" * 20_000, b'{"t":{"t":{}}}', b"\xff\xfe", b"x" * (FRAME_BYTES + 1))
    )  # fmt: skip
    _feed(place, b"".join(_masked(said, chance) for _ in range(chance.choice((1, 1, 30)))), chance)


def _promised(place: Place, chance: random.Random) -> None:
    """A frame that announces gigabytes and brings a little."""
    _feed(place, b"\x82" + bytes((0x80 | 127,)) + struct.pack(">Q", 2**40) + chance.randbytes(100), chance)


ATTACKS: Final[tuple[Attack, ...]] = (_cut_short, _noise, _odd_query, _odd_headers, _frames, _texts, _promised)


def fight(place: Place, *, connections: int, seed: int, ask: Callable[[], object], rest: int = 0) -> Battle:
    """Make so many malformed connections; after every few, and ``rest`` times without any, an honest request is timed."""
    chance = random.Random(seed)
    answers_ms = [_timed(ask) for _ in range(rest)]
    for number in range(connections):
        with contextlib.suppress(OSError):
            ATTACKS[number % len(ATTACKS)](place, chance)
        if number % EVERY == 0:
            answers_ms.append(_timed(ask))
    return Battle(connections, answers_ms)


def _timed(ask: Callable[[], object]) -> float:
    """Return how long an answer took, in milliseconds."""
    began = time.perf_counter()
    ask()
    return (time.perf_counter() - began) * 1_000


def _masked(body: bytes, chance: random.Random) -> bytes:
    key = chance.randbytes(4)
    size = len(body)
    if size < 126:
        length = bytes((0x80 | size,))
    elif size <= 65_535:
        length = bytes((0x80 | 126,)) + struct.pack(">H", size)
    else:
        length = bytes((0x80 | 127,)) + struct.pack(">Q", size)
    mixed = int.from_bytes(body) ^ int.from_bytes((key * (size // 4 + 1))[:size])
    return b"\x81" + length + key + mixed.to_bytes(size)


def _send(place: Place, data: bytes, *, answer: bool = False) -> None:
    with socket.create_connection(("127.0.0.1", place.port), timeout=TIMEOUT_S) as one:
        one.sendall(data)
        if answer:
            one.settimeout(UNANSWERED_S)
            one.recv(1_000)


def _feed(place: Place, data: bytes, chance: random.Random) -> None:
    """Open the feed in good order, then send what is wrong; leave at once, or wait for the farewell."""
    with socket.create_connection(("127.0.0.1", place.port), timeout=TIMEOUT_S) as one:
        one.sendall(handshake(place))
        greeting = one.recv(1_000)
        assert GREETED in greeting, greeting
        one.sendall(data)
        if chance.random() < 0.2:
            one.shutdown(socket.SHUT_WR)
            one.recv(1_000)
