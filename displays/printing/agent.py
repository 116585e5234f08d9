"""The print service of a kiosk box: the kiosk's page posts slips to it over the loopback address.

``POST /print {"job": id, "slip": {…}}`` → 200 ``{"printed": bool, "reason": code}``; ``GET /status`` → the printer's
state and counts. Standard library only, since kiosk boxes are small.

Who may ask: pages of the allowed origins (checked here, not only by the browser), and programs on the box itself. A
foreign page cannot reach it by a form (only JSON is taken) nor by a name that points to 127.0.0.1 (the Host header must
be the loopback address). Newer browsers ask the person before a page from the network may call a loopback address; a kiosk
browser allows it for the product's origin by policy (LocalNetworkAccessAllowedForUrls).
"""

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Annotated

import msgspec

from displays.printing.jobs import JobIdReused, Jobs
from displays.printing.printers import Printer, PrintResult
from displays.printing.slip import Slip

MOST_BODY_BYTES = 65_536
"""A slip is 1–2 KB."""
MOST_CONNECTIONS = 16
"""One page asks one thing at a time; more is a fault of somebody."""
SLOW_CLIENT_S = 10.0

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})

JobId = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z0-9._:-]{8,128}$")]


class PrintRequest(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The body of POST /print."""

    job: JobId
    slip: Slip


class AgentStatus(msgspec.Struct, frozen=True):
    """The answer of GET /status; the fault is empty when a slip could be printed now."""

    ready: bool
    fault: str
    paper_low: bool
    printed: int
    failed: int
    repeated: int
    waiting: int


class Refused(msgspec.Struct, frozen=True):
    """The answer to a request that is not understood or not allowed."""

    code: str
    zh: str
    en: str


class PrintAgent(ThreadingHTTPServer):
    """The service; serves until ``shutdown`` is called."""

    daemon_threads = True
    allow_reuse_address = True
    request_queue_size = MOST_CONNECTIONS

    def __init__(self, address: tuple[str, int], printer: Printer, jobs: Jobs, *, origins: frozenset[str]) -> None:
        if address[0] not in LOOPBACK:
            raise ValueError(f"打印服务只在本机监听 / the print service listens on this box only, not on {address[0]}")
        self.printer = printer
        self.jobs = jobs
        self.origins = origins
        self._free = threading.BoundedSemaphore(MOST_CONNECTIONS)
        super().__init__(address, _Exchange)

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self.server_address[1])

    # The two methods below hold the number of threads down; their parameters are the library's.

    def process_request(self, request: object, client_address: object) -> None:
        """Start a thread for a connection, or close it if there are too many."""
        if not self._free.acquire(blocking=False):
            self.shutdown_request(request)  # type: ignore[arg-type] # the library's own object, handed back
            return
        super().process_request(request, client_address)  # type: ignore[arg-type] # as above

    def process_request_thread(self, request: object, client_address: object) -> None:
        """Serve a connection and make room for the next."""
        try:
            super().process_request_thread(request, client_address)  # type: ignore[arg-type] # as above
        finally:
            self._free.release()


class _Exchange(BaseHTTPRequestHandler):
    server: PrintAgent
    timeout = SLOW_CLIENT_S
    server_version = "OneWindow-Print"
    sys_version = ""

    def do_OPTIONS(self) -> None:
        """Answer a browser that asks whether it may ask."""
        if self._is_allowed():
            self._send(204, None)

    def do_GET(self) -> None:
        """Answer /status."""
        if not self._is_allowed():
            return
        if self.path != "/status":
            return self._refuse(404, "NOT_FOUND")
        device, counts = self.server.printer.status(), self.server.jobs.statistics()
        status = AgentStatus(
            ready=not device.fault,
            fault=device.fault,
            paper_low=device.paper_low,
            printed=counts.printed,
            failed=counts.failed,
            repeated=counts.repeated,
            waiting=counts.waiting,
        )
        return self._send(200, status)

    def do_POST(self) -> None:
        """Print."""
        if not self._is_allowed():
            return
        if self.path != "/print":
            return self._refuse(404, "NOT_FOUND")
        if self.headers.get_content_type() != "application/json":
            return self._refuse(415, "NOT_JSON")
        length = self.headers.get("Content-Length", "")
        if not (length.isascii() and length.isdigit()):
            return self._refuse(411, "LENGTH_NEEDED")
        if len(length) > 9 or int(length) > MOST_BODY_BYTES:
            return self._refuse(413, "TOO_LARGE")
        return self._print(self.rfile.read(int(length)))

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet: the counts are in /status, and numbers do not belong into logs."""

    def _print(self, body: bytes) -> None:
        try:
            wanted = msgspec.json.decode(body, type=PrintRequest)
        except (msgspec.DecodeError, UnicodeDecodeError):
            return self._refuse(422, "INVALID_INPUT")
        try:
            result: PrintResult = self.server.jobs.run(wanted.job, wanted.slip)
        except JobIdReused:
            return self._refuse(409, "JOB_ID_REUSED")
        return self._send(200, result)

    def _is_allowed(self) -> bool:
        host = self.headers.get("Host", "").rpartition(":")[0] or self.headers.get("Host", "")
        origin = self.headers.get("Origin")
        if host.strip("[]") not in LOOPBACK or (origin is not None and origin not in self.server.origins):
            self._refuse(403, "FOREIGN_ORIGIN")
            return False
        return True

    def _refuse(self, status: int, code: str) -> None:
        zh, en = _REFUSALS[code]
        # What is left of the request is not read, so the connection ends here.
        self.close_connection = True
        self._send(status, Refused(code, zh, en))

    def _send(self, status: int, answer: msgspec.Struct | None) -> None:
        body = b"" if answer is None else msgspec.json.encode(answer)
        self.send_response(status)
        origin = self.headers.get("Origin")
        if origin in self.server.origins:
            self.send_header("Access-Control-Allow-Origin", str(origin))
            self.send_header("Access-Control-Allow-Methods", "GET, POST")
            self.send_header("Access-Control-Allow-Headers", "Content-Type")
            # Browsers ask this of a page on the network that calls a loopback address.
            self.send_header("Access-Control-Allow-Private-Network", "true")
            self.send_header("Access-Control-Max-Age", "600")
        self.send_header("Vary", "Origin")
        self.send_header("Content-Type", "application/json; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


_REFUSALS = {
    "FOREIGN_ORIGIN": ("此来源不允许打印", "This origin may not print"),
    "NOT_FOUND": ("没有这个地址", "There is no such address"),
    "NOT_JSON": ("请求须为 JSON", "The request must be JSON"),
    "LENGTH_NEEDED": ("请求须注明长度", "The request must state its length"),
    "TOO_LARGE": ("请求过大", "The request is too large"),
    "INVALID_INPUT": ("号票内容有误", "The slip or the job id is not valid"),
    "JOB_ID_REUSED": ("该任务编号已用于另一张号票", "This job id belongs to another slip"),
}
