"""The crowd of the load test in small: nothing that anybody was told is missing in the log, and the check can fail."""

import time
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import pytest

from hall.ids import Ms
from loadtests.crowd.check import Shown, merged, operations_of, rings_of, shown, troubles_of
from loadtests.crowd.judge import shortcomings
from loadtests.crowd.notes import Rang
from loadtests.crowd.place import HALL, OPENED_IN, day_zone
from loadtests.crowd.replies import Trouble, meaning
from loadtests.crowd.report import text_of, write_report
from loadtests.crowd.run import Outcome, Wanted, run
from loadtests.crowd.sale import release_after
from loadtests.crowd.shapes import SHAPES, crowd_at
from server.demo.compare import Comparison, Entry, Log, compared
from server.demo.history import Operation
from tests.faults.cluster_place import why_not
from tests.support.services import missing


@pytest.mark.slow  # a server and three processes of Locust are started
@pytest.mark.timeout(300)
def test_a_crowd_on_two_workers_is_told_nothing_that_the_log_does_not_have(tmp_path: Path) -> None:
    found = run(Wanted(people=40, seconds=14, workers=2, clerks=2, places=460), tmp_path)

    assert found.locust_said == ""
    assert found.comparison.findings == ()
    assert found.shortcomings == ()
    assert found.holds
    operations = operations_of(tmp_path / HALL / "history.jsonl")
    done = {one.op for one in operations if one.outcome == "ok"}
    assert {"take", "book.hold", "book.confirm", "open", "call-next"} <= done
    assert len({one.id.split("-")[1] for one in operations}) == 2, "both workers have people"
    assert found.shown.rings > 0
    page = write_report(found, tmp_path).read_text(encoding="utf-8")
    assert "every promise kept" in page
    assert "<script" not in page
    assert "book.confirm" in text_of(found, tmp_path)


@pytest.mark.slow  # a server and Locust are started, after a full minute has begun
@pytest.mark.timeout(300)
def test_a_release_minute_is_told_as_booked_and_refused_against_what_was_offered(tmp_path: Path) -> None:
    wanted = Wanted(shape="graduates", people=40, seconds=20, clerks=2, places=46, bookings=120)
    found = run(wanted, tmp_path)

    assert found.comparison.findings == ()
    sale = found.sale
    assert sale is not None
    assert (sale.offered, sale.places, sale.made) == (120, 46, 120)
    assert sale.booked > 0
    assert sale.booked + sum(sale.refused.values()) + sale.unknown <= sale.made
    assert "SLOT_FULL" in sale.refused
    operations = operations_of(tmp_path / HALL / "history.jsonl")
    first = {op: min(one.invoked_ns for one in operations if one.op == op) for op in ("take", "book.hold")}
    assert first["take"] < first["book.hold"], "the hall works before the release"
    assert "120 requests of 120 offered for 46 places" in text_of(found, tmp_path)


def test_the_release_is_the_first_full_minute_after_the_hall_is_ready() -> None:
    now = datetime(2026, 11, 27, 9, 0, 30, tzinfo=ZoneInfo(OPENED_IN))

    assert release_after(now, 20).strftime("%H:%M:%S") == "09:01:00"
    assert release_after(now, 30).strftime("%H:%M:%S") == "09:02:00"


@pytest.mark.slow  # PostgreSQL, Redis, nginx, three nodes and Locust are started
@pytest.mark.timeout(500)
def test_a_crowd_in_halls_of_three_nodes_is_told_nothing_that_their_logs_do_not_have(tmp_path: Path) -> None:
    if lacking := why_not():
        missing(lacking)

    found = run(Wanted(people=36, seconds=12, clerks=12, cluster=True), tmp_path)

    assert found.locust_said == ""
    assert found.comparison.findings == ()
    assert (len(found.halls), found.nodes) == (3, 3)
    for hall in found.halls:
        operations = operations_of(tmp_path / hall / "history.jsonl")
        assert {"take", "open"} <= {one.op for one in operations if one.outcome == "ok"}, hall
        assert f"{hall}/" in found.audit
    assert found.shown.rings > 0
    said = text_of(found, tmp_path)
    assert "on 3 nodes" in said
    assert [line.split()[2] for line in said.splitlines() if line.split()[0] == "figures"] == ["0"], said


def test_the_crowd_comes_by_day_on_the_date_that_the_server_has_opened_whatever_the_hour() -> None:
    for hour in range(24):
        there = datetime(2026, 11, 27, hour, 30, tzinfo=ZoneInfo(OPENED_IN))
        here = there.astimezone(ZoneInfo(day_zone(hour)))

        assert here.date() == there.date()
        assert 6 <= here.hour <= 12


def test_an_answer_that_the_log_does_not_have_is_found() -> None:
    """The check can fail: one answer is missing in the log, one command of the crowd was sent by nobody."""
    told = _operation("crowd-1-000001", seq=1)
    log = Log({"crowd-1-000002": Entry(1, "device:kiosk", "")}, set())

    findings = compared([told], log, prefix="crowd-")

    assert [finding[:2] for finding in findings] == ["S2", "S3"]


def _outcome(operations: list[Operation], troubles: list[Trouble] | None = None) -> Outcome:
    """What a run comes to whose log has nothing against it."""
    short = shortcomings(operations, troubles or [], people=8)
    unknown = sum(one.outcome == "unknown" for one in operations)
    sound = Comparison(len(operations), len(operations) - unknown, 0, unknown, 0, 0, ())
    return Outcome(Wanted(people=8), ("longgang",), 1, sound, Shown(0, 0, 0, 0.0, 0.0), "", "", tuple(short))


def _says(found: Outcome, folder: Path) -> str:
    """The report for the terminal, which must say why a run does not hold; the page says the same."""
    page, text = write_report(found, folder).read_text(encoding="utf-8"), text_of(found, folder)
    assert ("every promise kept" in text, "every promise kept" in page) == (found.holds, found.holds)
    assert all(one in text and one in page for one in found.shortcomings)
    return text


def test_a_run_in_which_people_are_answered_in_time_holds(tmp_path: Path) -> None:
    found = _outcome([_quick(f"crowd-1-{number:06}") for number in range(2)])

    assert found.holds
    _says(found, tmp_path)


def test_the_page_shows_the_audit_of_the_crowds_halls_and_folds_that_of_all_others(tmp_path: Path) -> None:
    """A preset has dozens of halls: in full their audit is forty screens long."""
    audit = "longgang-c001/2026-11-27: sound, 1 rows checked\nlonggang/2026-11-27: sound, 9 rows checked"
    found = msgspec.structs.replace(_outcome([]), audit=audit)

    shown, _, folded = write_report(found, tmp_path).read_text(encoding="utf-8").partition("<details>")

    assert "longgang/2026-11-27: sound, 9 rows checked" in shown
    assert "longgang-c001" not in shown
    assert "longgang-c001/2026-11-27: sound" in folded


def test_a_run_without_operations_does_not_hold(tmp_path: Path) -> None:
    found = _outcome([])

    assert not found.holds
    assert "BROKEN: 1 findings, the first: only 0 of 0 operations were done" in _says(found, tmp_path)


def test_a_run_in_which_everything_ends_unknown_does_not_hold(tmp_path: Path) -> None:
    """500 operations, all answered with 500 until they were given up."""
    given_up = [_quick(f"crowd-1-{number:06}", outcome="unknown", seconds=45) for number in range(500)]
    found = _outcome(given_up, [Trouble("take", 500, "BROKEN")] * 900)

    assert not found.holds
    said = _says(found, tmp_path)
    assert "only 0 of 500 operations were done" in said
    assert "only 0 of 500 operations were answered" in said
    assert "L3: 500 commands waited for more than 10 s, the longest 45.0 s" in said
    assert "900 answers were 500 BROKEN" in said


def test_a_run_of_refusals_alone_does_not_hold() -> None:
    assert not _outcome([_quick(f"crowd-1-{number:06}", outcome="refused") for number in range(50)]).holds


def test_one_command_that_waited_for_longer_than_the_law_allows_is_a_finding() -> None:
    operations = [_quick(f"crowd-1-{number:06}") for number in range(99)]

    assert not _outcome([*operations, _quick("crowd-1-slow", seconds=11)]).holds
    assert _outcome([*operations, _quick("crowd-1-cut", outcome="unknown", seconds=3)]).holds, "the run ended meanwhile"


def test_every_fault_of_the_server_is_a_finding_but_that_of_a_full_storage() -> None:
    operations = [_quick(f"crowd-1-{number:06}") for number in range(2)]

    for status, code in (
        (500, "BROKEN"),
        (500, "DECISION_FAILED"),
        (502, ""),
        (503, "NOT_READY"),
        (503, ""),
        (504, ""),
    ):
        assert not _outcome(operations, [Trouble("waits", status, code)]).holds, (status, code)
    for status, code in ((503, "STORAGE_FULL"), (429, "TOO_MANY"), (0, "")):
        assert _outcome(operations, [Trouble("waits", status, code)]).holds, (status, code)


def test_only_a_definite_answer_ends_the_asking() -> None:
    assert meaning(201, b'{"seq":1}').outcome == "ok"
    assert meaning(409, b'{"code":"NO_TICKET"}').code == "NO_TICKET"
    for status in (0, 429, 500, 501, 502, 503, 504):
        assert meaning(status, b'{"code":"X"}').outcome == "unknown", status
    assert meaning(502, b"<html>bad gateway").code == ""
    assert meaning(503, b'{"code":"STORAGE_FULL"}').code == "STORAGE_FULL"


def test_keys_and_rings_are_joined_by_ticket_and_window() -> None:
    press = msgspec.structs.replace(_operation("crowd-1-000001", seq=1), op="call-next", ticket="T1", window="W01")
    rings = [Rang("board", 1, "T1", "W01", 21_000_000), Rang("board", 2, "T2", "W01", 99_000_000)]

    found = shown([press], rings)

    assert (found.calls, found.rings, found.screens) == (1, 1, 1)
    assert found.p50_ms == pytest.approx(20.0)


def test_what_a_killed_process_wrote_last_is_passed_over(tmp_path: Path) -> None:
    whole = msgspec.json.encode(Rang("board", 1, "T1", "W01", 5))
    (tmp_path / "rings-1.jsonl").write_bytes(whole + b"\n" + whole[:9])
    (tmp_path / "rings-2.jsonl").write_bytes(whole + b"\n")

    assert len(rings_of(merged(tmp_path, "rings"))) == 2
    (tmp_path / "troubles-1.jsonl").write_bytes(msgspec.json.encode(Trouble("take", 500)) + b"\n{")
    assert troubles_of(merged(tmp_path, "troubles")) == [Trouble("take", 500)]


@pytest.mark.parametrize("name", SHAPES)
def test_every_shape_has_people_until_its_end(name: str) -> None:
    steps = SHAPES[name].steps

    assert all(crowd_at(steps, share / 100) > 0 for share in range(100))
    assert crowd_at(steps, 1.0) == 0
    assert [step.until for step in steps] == sorted(step.until for step in steps)


def _operation(name: str, *, seq: int, at_ns: Ms = 1_000_000) -> Operation:
    return Operation(
        id=name, op="take", who="somebody", invoked_ns=at_ns, completed_ns=time.monotonic_ns(), outcome="ok", seq=seq
    )


def _quick(name: str, *, outcome: str = "ok", seconds: float = 0.1) -> Operation:
    one = _operation(name, seq=0)
    return msgspec.structs.replace(one, outcome=outcome, completed_ns=one.invoked_ns + round(seconds * 1e9))
