"""The audit of stored days: tampering with the file is found and named."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hall.audit import LAWS
from hall.events import commit_encoder
from server.audit import SKIPPED, audit_all, audit_day, audit_stream
from server.ledger.chain import seal
from server.ledger.memory import MemoryLedger
from server.ledger.port import GENESIS, Batch, Row, StorageFailed
from server.ledger.sqlite import SqliteLedger
from tests.support.live import HALL, call_next, open_window, running, send, take
from tests.support.logs import Recorder
from tests.support.plans import DATE, small_plan

STREAM = f"{HALL}/{DATE}"


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger file with 7 rows."""
    path = tmp_path_factory.mktemp("audit") / "ledger.db"

    async def fill() -> None:
        ledger = SqliteLedger.open(path)
        async with running(ledger) as runner:
            await send(runner, take(1), take(2), take(3, "no-such-item"), open_window(), call_next(1), call_next(2))
        await ledger.close()

    asyncio.run(fill())
    return path


@pytest.fixture
def copy(sound: Path, tmp_path: Path) -> Path:
    path = tmp_path / "ledger.db"
    path.write_bytes(sound.read_bytes())
    return path


def test_a_sound_day_is_reported_as_such(sound: Path):
    report = audit_day(sound, hall=HALL, date=DATE)

    assert (report.exit_code, report.rows, report.findings) == (0, 7, ())
    assert f"{STREAM}: sound, 7 rows checked" in report.text()
    assert "ran: hash chain, S1, S3" in report.text()
    assert "skipped: S2: needs what clients were told" in report.text()


def test_a_day_without_rows_is_not_reported_as_sound(sound: Path):
    report = audit_day(sound, hall=HALL, date="2020-01-01")

    assert report.exit_code == 2
    assert "ran: nothing" in report.text()


def test_a_missing_file_is_an_error(tmp_path: Path):
    with pytest.raises(StorageFailed):
        audit_day(tmp_path / "none.db", hall=HALL, date=DATE)


@pytest.mark.parametrize(
    ("change", "row"),
    [
        ("UPDATE commits SET body = replace(body, 'A002', 'A003') WHERE version = 3", 3),
        ("UPDATE commits SET at_ms = at_ms + 1 WHERE version = 4", 4),
        ("UPDATE commits SET actor = 'clerk:x' WHERE version = 6", 6),
        ("UPDATE commits SET command_id = 'another-id' WHERE version = 2", 2),
        ("UPDATE commits SET hash = '00' || substr(hash, 3) WHERE version = 5", 5),
        ("DELETE FROM commits WHERE version = 1", 1),
        ("DELETE FROM commits WHERE version = 5", 5),
        ("UPDATE commits SET version = 99 WHERE version = 7", 7),
        ("UPDATE commits SET version = -4 WHERE version = 4", 4),
    ],
)
def test_whatever_is_changed_in_the_file_is_named(copy: Path, change: str, row: int):
    with closing(sqlite3.connect(copy)) as connection:
        connection.execute(change)
        connection.commit()

    report = audit_day(copy, hall=HALL, date=DATE)

    assert [(finding.seq, finding.law) for finding in report.findings] == [(row, "S9")]
    assert report.exit_code == 1
    assert f"row {row}: S9" in report.text()


def test_a_plan_that_is_gone_is_named(copy: Path):
    with closing(sqlite3.connect(copy)) as connection:
        connection.execute("DELETE FROM plans")
        connection.commit()

    assert [finding.law for finding in audit_day(copy, hall=HALL, date=DATE).findings] == ["S10"]


def test_a_forger_who_seals_again_is_found_by_the_laws():
    """The whole chain was computed anew around a number given out twice: the chain is right, the log is not."""
    recorder = Recorder()
    for command in (take(1), take(2)):
        recorder.send(command)
    log = recorder.log
    event = msgspec.structs.replace(log[2].events[0], number="A001")
    log[2] = msgspec.structs.replace(log[2], events=(event,))

    async def scene() -> list[tuple[int, str]]:
        ledger = MemoryLedger()
        await ledger.save_plan(small_plan())
        rows: list[Row] = []
        for commit in log:
            rows.append(seal(rows[-1].hash if rows else GENESIS, stream=STREAM, version=commit.seq, at_ms=commit.at_ms,
                             command_id=commit.command_id, actor=commit.actor, body=commit_encoder.encode(commit)))  # fmt: skip
        await ledger.append_many([Batch(STREAM, tuple(rows))])
        return [(finding.seq, finding.law) for finding in (await audit_stream(ledger, STREAM)).findings]

    assert asyncio.run(scene()) == [(3, "S1")]


@given(row=st.integers(1, 7), place=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_one_flipped_bit_anywhere_is_found_and_named(sound: Path, row: int, place: int, bit: int):
    async def scene() -> list[tuple[int, str]]:
        reading, ledger = SqliteLedger.open_for_reading(sound), MemoryLedger()
        rows = [one async for one in reading.read(STREAM)]
        await ledger.save_plan(small_plan())
        await reading.close()
        body = bytearray(rows[row - 1].body)
        body[len(body) * place // 10_001] ^= 1 << bit
        rows[row - 1] = msgspec.structs.replace(rows[row - 1], body=bytes(body))
        await ledger.append_many([Batch(STREAM, tuple(rows))])
        return [(finding.seq, finding.law) for finding in (await audit_stream(ledger, STREAM)).findings]

    assert asyncio.run(scene()) == [(row, "S9")]


def test_two_processes_tell_of_a_sound_day_what_one_tells(sound: Path):
    assert audit_all(sound, apart_from=0) == audit_all(sound)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE commits SET body = replace(body, 'A002', 'A003') WHERE version = 3",
        "UPDATE commits SET body = CAST(body AS TEXT) WHERE version = 5",
        "DELETE FROM commits WHERE version = 5",
        "DELETE FROM plans",
    ],
)
def test_two_processes_name_the_row_that_one_names(copy: Path, change: str):
    with closing(sqlite3.connect(copy)) as connection:
        connection.execute(change)
        connection.commit()

    reports = audit_all(copy, apart_from=0)

    assert reports == audit_all(copy)
    assert reports[0].exit_code == 1


def test_rows_before_one_of_another_kind_are_read(copy: Path):
    """The first bad row is named, not the first of its page that is no row at all."""
    with closing(sqlite3.connect(copy)) as connection:
        connection.execute("UPDATE commits SET actor = 'clerk:x' WHERE version = 3")
        connection.execute("UPDATE commits SET body = CAST(body AS TEXT) WHERE version = 5")
        connection.commit()

    assert [finding.seq for finding in audit_day(copy, hall=HALL, date=DATE).findings] == [3]


def test_all_days_of_a_file_are_audited(sound: Path):
    assert [report.stream for report in audit_all(sound)] == [STREAM]
    assert [report.stream for report in audit_all(sound, hall=HALL, date=DATE)] == [STREAM]
    assert audit_all(sound, date="2020-01-01") == audit_all(sound, hall="elsewhere") == ()


def test_no_law_is_said_to_have_run_and_to_have_been_skipped():
    """A check that was skipped must never read as passed, nor the other way round."""
    assert not set(LAWS) & set(SKIPPED)
