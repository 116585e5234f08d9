"""A gateway on this machine: takes webhooks, WeChat template messages and text messages, and does what a test asks of it.

It shows each key once, whatever is repeated, as real ones do; it can answer late, fail, hang up after the effect,
refuse, forget its tokens, or be down. Everything it got is recorded.
"""

import json
import socket
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

WAIT_SECONDS = 10


@dataclass(frozen=True)
class Received:
    """One request."""

    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes

    @property
    def fields(self) -> dict[str, Any]:
        """The body, from JSON or from a form."""
        if "json" in self.headers.get("content-type", ""):
            found: dict[str, Any] = json.loads(self.body)
            return found
        return dict(parse_qsl(self.body.decode()))

    @property
    def key(self) -> str:
        """The idempotency key, wherever the protocol puts it."""
        named = self.headers.get("webhook-id") or self.headers.get("idempotency-key")
        return named or str(self.fields.get("client_msg_id", ""))


@dataclass
class FakeGateway:
    """What it does next, and what it got."""

    port: int
    received: list[Received] = field(default_factory=list)
    effects: dict[str, Received] = field(default_factory=dict)
    """By key: what a visitor saw, once."""
    repeats: Counter[str] = field(default_factory=Counter)
    failures: list[int] = field(default_factory=list)
    """Statuses of the next answers, instead of taking the message."""
    replies: list[dict[str, Any]] = field(default_factory=list)
    """Bodies of the next 200 answers, instead of taking the message."""
    hang_ups: int = 0
    """So many next messages are taken, and the connection cut without an answer."""
    broken: set[str] = field(default_factory=set)
    """Kinds that are always answered 500."""
    delay: threading.Event | None = None
    """Answers wait for it."""
    tokens: int = 0
    valid_token: str = ""
    lock: threading.Lock = field(default_factory=threading.Lock)
    server: ThreadingHTTPServer | None = None
    thread: threading.Thread | None = None

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def of_kind(self, kind: str) -> list[Received]:
        """Return the visible effects of a kind."""
        return [one for key, one in self.effects.items() if f"~{kind}~" in key]

    def start(self) -> None:
        """Listen, on the same port as before."""
        server = _Server(("127.0.0.1", self.port), _Handler)
        server.gateway = self
        self.server = server
        self.thread = threading.Thread(target=server.serve_forever, args=(0.02,), name="gateway")
        self.thread.start()

    def stop(self) -> None:
        """Be down: connections are refused."""
        if self.server is not None and self.thread is not None:
            self.server.shutdown()
            self.server.server_close()
            self.thread.join(WAIT_SECONDS)
            self.server = self.thread = None

    def take(self, request: Received) -> tuple[int, dict[str, Any]] | None:
        """Record a request; return status and body, or None to hang up."""
        with self.lock:
            self.received.append(request)
            if self.failures:
                return self.failures.pop(0), {"error": "asked for"}
            if any(f"~{kind}~" in request.key for kind in self.broken):
                return 500, {"error": "asked for"}
            if self.replies:
                return 200, self.replies.pop(0)
            if request.path == "/cgi-bin/stable_token":
                self.tokens += 1
                self.valid_token = f"token-{self.tokens}"
                return 200, {"access_token": self.valid_token, "expires_in": 7200}
            if request.path.startswith("/cgi-bin/") and request.query.get("access_token") != self.valid_token:
                return 200, {"errcode": 40001, "errmsg": "invalid credential"}
            if request.key in self.effects:
                self.repeats[request.key] += 1
            self.effects.setdefault(request.key, request)
            if self.hang_ups:
                self.hang_ups -= 1
                return None
            return 200, {"errcode": 0, "code": "OK"}


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = 64
    gateway: FakeGateway


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def do_POST(self) -> None:
        gateway = self.server.gateway
        body = self.rfile.read(int(self.headers.get("content-length", "0")))
        address = urlsplit(self.path)
        headers = {name.lower(): value for name, value in self.headers.items()}
        answer = gateway.take(Received(address.path, dict(parse_qsl(address.query)), headers, body))
        if gateway.delay is not None:
            gateway.delay.wait(WAIT_SECONDS)
        if answer is None:
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        status, fields = answer
        text = json.dumps(fields).encode()
        try:
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)
        except OSError:
            # The asker gave up waiting, or was killed.
            return

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@contextmanager
def gateway_running() -> Iterator[FakeGateway]:
    """A gateway that works, until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    gateway = FakeGateway(port)
    gateway.start()
    try:
        yield gateway
    finally:
        if gateway.delay is not None:
            gateway.delay.set()
        gateway.stop()
