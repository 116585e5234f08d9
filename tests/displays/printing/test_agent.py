import http.client
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner

from displays.printing.agent import MOST_BODY_BYTES, PrintAgent
from displays.printing.cli import printer_command, virtual_printer_command
from displays.printing.escpos import DeviceStatus
from displays.printing.jobs import LONGEST_QUEUE, JobIdReused, Jobs
from displays.printing.printers import Printer, PrintResult, TcpPrinter
from displays.printing.slip import Slip
from displays.printing.virtual import VirtualPrinter
from tests.displays.printing.slips import a_slip

KIOSK = "https://hall.example"


class RecordingPrinter:
    """Remembers slips; prints when its gate is open, and fails when told to."""

    def __init__(self) -> None:
        self.slips: list[Slip] = []
        self.gate = threading.Event()
        self.gate.set()
        self.result = PrintResult(printed=True)

    def print_slip(self, slip: Slip) -> PrintResult:
        self.slips.append(slip)
        assert self.gate.wait(10)
        return self.result

    def status(self) -> DeviceStatus:
        return DeviceStatus()


@contextmanager
def serving(printer: Printer, journal: Path | None = None) -> Iterator[PrintAgent]:
    with PrintAgent(("127.0.0.1", 0), printer, Jobs(printer, journal=journal), origins=frozenset({KIOSK})) as agent:
        thread = threading.Thread(target=agent.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield agent
        finally:
            agent.shutdown()
            thread.join(5)


def ask(agent: PrintAgent, method: str, path: str, body: bytes | None = None, **headers: str) -> tuple[int, Any, Any]:
    link = http.client.HTTPConnection("127.0.0.1", agent.port, timeout=20)
    link.request(method, path, body, {"Content-Type": "application/json", **headers})
    answer = link.getresponse()
    content = answer.read()
    link.close()
    return answer.status, json.loads(content) if content else None, answer.headers


def a_job(job: str = "job-00000001", **changes: object) -> bytes:
    return msgspec.json.encode({"job": job, "slip": a_slip(**changes)})


def test_a_kiosk_prints_through_the_service_on_a_network_printer():
    with VirtualPrinter() as device, serving(TcpPrinter("127.0.0.1", device.port)) as agent:
        status, answer, headers = ask(agent, "POST", "/print", a_job(), Origin=KIOSK)

        assert (status, answer) == (200, {"printed": True, "reason": ""})
        assert headers["Access-Control-Allow-Origin"] == KIOSK
        assert "A012" in device.receipts[0].text


def test_the_kiosk_is_told_that_the_paper_is_out():
    with VirtualPrinter() as device, serving(TcpPrinter("127.0.0.1", device.port)) as agent:
        device.paper_out = True

        assert ask(agent, "POST", "/print", a_job())[1] == {"printed": False, "reason": "PAPER_OUT"}
        status = ask(agent, "GET", "/status")[1]
        assert (status["ready"], status["fault"], status["failed"]) == (False, "PAPER_OUT", 1)


def test_a_retry_of_a_job_prints_one_slip():
    printer = RecordingPrinter()
    with serving(printer) as agent:
        answers = [ask(agent, "POST", "/print", a_job())[1] for _ in range(5)]

    assert answers == [{"printed": True, "reason": ""}] * 5
    assert len(printer.slips) == 1


def test_a_retry_while_the_job_is_on_its_way_waits_for_its_answer():
    printer = RecordingPrinter()
    printer.gate.clear()
    with serving(printer) as agent:
        answers: list[object] = []
        asking = [
            threading.Thread(target=lambda: answers.append(ask(agent, "POST", "/print", a_job())[1])) for _ in range(3)
        ]
        for thread in asking:
            thread.start()
        printer.gate.set()
        for thread in asking:
            thread.join(10)

    assert answers == [{"printed": True, "reason": ""}] * 3
    assert len(printer.slips) == 1


def test_a_failed_job_keeps_its_answer_and_a_reprint_has_a_new_id():
    printer = RecordingPrinter()
    printer.result = PrintResult(printed=False, reason="PAPER_OUT")
    jobs = Jobs(printer)
    first = jobs.run("job-00000001", a_slip())
    printer.result = PrintResult(printed=True)

    assert jobs.run("job-00000001", a_slip()) == first
    assert jobs.run("job-00000002", a_slip(reprint=True)).printed


def test_a_job_id_belongs_to_one_slip():
    printer = RecordingPrinter()
    with serving(printer) as agent:
        ask(agent, "POST", "/print", a_job())
        status, answer, _ = ask(agent, "POST", "/print", a_job(number="A013"))

    assert (status, answer["code"]) == (409, "JOB_ID_REUSED")
    assert len(printer.slips) == 1


def test_a_full_queue_refuses_and_forgets():
    """Nothing was begun, so the same job may come again when the printer is free."""
    printer = RecordingPrinter()
    printer.gate.clear()
    jobs = Jobs(printer)
    running = [threading.Thread(target=jobs.run, args=(f"job-{n:08}", a_slip())) for n in range(LONGEST_QUEUE)]
    for thread in running:
        thread.start()
    while jobs.statistics().waiting < LONGEST_QUEUE:
        pass

    refused = jobs.run("job-late", a_slip())
    printer.gate.set()
    for thread in running:
        thread.join(10)

    assert refused == PrintResult(printed=False, reason="BUSY")
    assert jobs.run("job-late", a_slip()).printed
    assert jobs.statistics().waiting == 0


def test_a_printer_that_breaks_still_leaves_an_answer_for_the_retry():
    class Broken(RecordingPrinter):
        def print_slip(self, slip: Slip) -> PrintResult:
            raise RuntimeError("head on fire")

    jobs = Jobs(Broken())
    with pytest.raises(RuntimeError):
        jobs.run("job-00000001", a_slip())

    assert jobs.run("job-00000001", a_slip()) == PrintResult(printed=False, reason="PRINTER_ERROR")


def test_a_journal_keeps_the_law_over_a_restart(tmp_path: Path):
    """Finished jobs keep their answer; one that had only begun is not printed again."""
    journal = tmp_path / "jobs.jsonl"
    printer = RecordingPrinter()
    Jobs(printer, journal=journal).run("job-00000001", a_slip())
    begun = journal.read_bytes().splitlines()[0].replace(b"job-00000001", b"job-00000002")
    journal.write_bytes(journal.read_bytes() + begun + b"\n" + b'{"job": "torn')

    after = Jobs(printer, journal=journal)

    assert after.run("job-00000001", a_slip()).printed
    assert after.run("job-00000002", a_slip()) == PrintResult(printed=False, reason="INTERRUPTED")
    assert len(printer.slips) == 1
    with pytest.raises(JobIdReused):
        after.run("job-00000001", a_slip(number="A013"))


def test_foreign_pages_may_not_print():
    printer = RecordingPrinter()
    with serving(printer) as agent:
        foreign = ask(agent, "POST", "/print", a_job(), Origin="https://evil.example")
        rebound = ask(agent, "POST", "/print", a_job(), Host="evil.example")
        form = ask(agent, "POST", "/print", a_job(), **{"Content-Type": "text/plain"})

    assert (foreign[0], rebound[0], form[0]) == (403, 403, 415)
    assert "Access-Control-Allow-Origin" not in foreign[2]
    assert not printer.slips


def test_the_kiosk_s_browser_is_told_that_it_may_ask():
    with serving(RecordingPrinter()) as agent:
        status, _, headers = ask(agent, "OPTIONS", "/print", Origin=KIOSK)

    assert status == 204
    assert headers["Access-Control-Allow-Headers"] == "Content-Type"
    assert headers["Access-Control-Allow-Private-Network"] == "true"


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"\xff\xfe", b'{"job": "short", "slip": {}}', a_job("x" * 200), b'{"job": "job-00000001"}',
     a_job().replace(b'"ahead":7', b'"ahead":-1'), a_job().replace(b'"ahead":7', b'"ahead":99999999999999999999'),
     a_job().replace(b'"number"', b'"nunber"')],
)  # fmt: skip
def test_a_body_that_is_no_job_is_refused(body: bytes):
    printer = RecordingPrinter()
    with serving(printer) as agent:
        status, answer, _ = ask(agent, "POST", "/print", body)

    assert (status, answer["code"]) == (422, "INVALID_INPUT")
    assert answer["zh"]
    assert not printer.slips


def test_a_body_without_end_is_refused_unread():
    with serving(RecordingPrinter()) as agent:
        assert ask(agent, "POST", "/print", b"", **{"Content-Length": str(MOST_BODY_BYTES + 1)})[0] == 413
        assert ask(agent, "POST", "/print", b"", **{"Content-Length": "9" * 5_000})[0] == 413
        assert ask(agent, "POST", "/print", b"", **{"Content-Length": "-1"})[0] == 411
        assert ask(agent, "GET", "/else")[0] == 404


def test_the_service_refuses_to_listen_to_the_network():
    with pytest.raises(ValueError, match="this box only"):
        PrintAgent(("0.0.0.0", 0), RecordingPrinter(), Jobs(RecordingPrinter()), origins=frozenset())


@pytest.mark.parametrize(
    "options",
    [
        ["--printer", "usb:1"],
        ["--printer", "file:x", "--listen", "0.0.0.0:9200"],
        ["--printer", "file:x", "--listen", "x:y"],
    ],
)
def test_the_command_tells_what_is_wrong_with_its_options(options):
    answer = CliRunner().invoke(printer_command, options)

    assert answer.exit_code == 2
    assert "Error" in answer.output


def test_the_commands_describe_themselves():
    for command in (printer_command, virtual_printer_command):
        assert CliRunner().invoke(command, ["--help"]).exit_code == 0
