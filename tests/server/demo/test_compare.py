"""The comparison finds what it is there for: each law is broken once, on purpose."""

from pathlib import Path

import msgspec

from server.demo.compare import Entry, Log, answered, doubled, from_nowhere, invented, out_of_order, stored_by
from server.demo.history import History, Operation, Sighting, read_history
from tests.support.logs import Recorder

LOG = Log({"demo-1": Entry(1, "device:kiosk", ""), "demo-2": Entry(2, "clerk:wang", "NO_TICKET")}, {("t1", "W01")})


def done(name: str, seq: int, **more: object) -> Operation:
    facts: dict[str, object] = {
        "op": "take",
        "who": "v",
        "invoked_ns": seq * 10,
        "completed_ns": seq * 10 + 5,
        "outcome": "ok",
    }
    return Operation(id=name, seq=seq, **{**facts, **more})  # type: ignore[arg-type]


def _stored(answer: dict[str, object]) -> dict[str, object]:
    """What a row with this answer holds."""
    recorder = Recorder()
    raw = msgspec.Raw(msgspec.json.encode(answer))
    return stored_by(msgspec.structs.replace(recorder.log[0], answer=raw))


def test_a_true_history_has_no_findings():
    history = [done("demo-1", 1, number="A001", ticket="t1"), done("demo-2", 2, outcome="refused", code="NO_TICKET")]

    found = [*answered(history, LOG), *from_nowhere(history, LOG), *doubled(history), *out_of_order(history)]

    assert found == []


def test_an_acknowledged_operation_that_the_log_lost_is_found():
    assert "S2" in answered([done("demo-3", 3)], LOG)[0]


def test_an_answer_that_the_log_does_not_have_is_found():
    assert "S2" in answered([done("demo-2", 2)], LOG)[0]


def test_another_number_ticket_or_state_than_the_row_holds_is_found():
    stored = {"ticket": {"id": "t1", "number": "A001", "state": "WAITING"}}
    log = Log({"demo-1": Entry(1, "device:kiosk", "", _stored(stored))}, set())
    honest = done("demo-1", 1, ticket="t1", number="A001", state="WAITING", window="W07")

    assert answered([honest], log) == [], "a window that the row does not hold is not compared"
    for name, other in (("number", "Z999"), ("ticket", "t2"), ("state", "CALLED")):
        told = msgspec.structs.replace(honest, **{name: other})
        assert f"S2: take demo-1 was told {name} {other!r}, the log has" in answered([told], log)[0]


def test_another_booking_than_the_row_holds_and_a_ticket_where_it_holds_none_are_found():
    stored = {"appointment": {"id": "b1", "state": "BOOKED", "slot_ms": 5}, "ticket": None, "window": {"code": "W01"}}
    log = Log({"demo-1": Entry(1, "citizen:", "", _stored(stored))}, set())
    honest = done("demo-1", 1, appointment="b1", booking="BOOKED", slot_ms=5, window="W01")

    assert answered([honest], log) == []
    for name, other in (
        ("appointment", "b2"),
        ("booking", "HELD"),
        ("slot_ms", 6),
        ("ticket", "t1"),
        ("window", "W02"),
    ):
        assert answered([msgspec.structs.replace(honest, **{name: other})], log), name


def test_an_unknown_operation_may_be_in_the_log_or_not():
    assert answered([done("demo-9", 0, outcome="unknown")], LOG) == []


def test_a_retry_with_another_answer_is_found():
    assert "S7" in answered([done("demo-1", 1, repeats="seq 1 then seq 2")], LOG)[0]


def test_a_command_that_nobody_sent_is_found():
    assert "S3" in from_nowhere([done("demo-1", 1)], LOG)[0]


def test_a_number_that_was_given_twice_is_found():
    twice = [done("demo-1", 1, number="A001", ticket="t1"), done("demo-2", 2, number="A001", ticket="t2")]

    assert "S1" in doubled(twice)[0]


def test_an_operation_that_overtakes_one_that_was_answered_before_is_found():
    late = [done("demo-2", 2, invoked_ns=10, completed_ns=15), done("demo-1", 1, invoked_ns=20, completed_ns=25)]

    assert "S8" in out_of_order(late)[0]


def test_operations_under_way_at_once_may_stand_in_either_order():
    together = [done("demo-2", 2, invoked_ns=10, completed_ns=30), done("demo-1", 1, invoked_ns=20, completed_ns=25)]

    assert out_of_order(together) == []


def test_a_call_that_only_a_screen_knows_is_found():
    assert "S12" in invented([Sighting(screen="board", ring=1, ticket="t1", window="W02")], LOG)[0]


def test_history_is_read_back_as_written_and_is_bounded(tmp_path: Path):
    """A crash may cut the last line off; what is beyond the limit is counted."""
    path = tmp_path / "history.jsonl"
    history = History(path, limit=2)
    for number in range(3):
        history.write(done(f"demo-{number}", number + 1))
    history.close()
    with path.open("ab") as file:
        file.write(b'{"type":"op","id":"cut')

    assert [line.id for line in read_history(path) if isinstance(line, Operation)] == ["demo-0", "demo-1"]
    assert history.left_out == 1
