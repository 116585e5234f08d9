"""Figures and report tables follow the log, and are a function of it."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest

from hall.events import Commit, commit_encoder
from hall.figures import figures_of, spread_of
from server.bus import LocalBus
from server.ledger.chain import seal
from server.ledger.memory import MemoryLedger
from server.ledger.port import GENESIS, Batch, Row, stream_name
from server.projector import FiguresUnavailable, Projector
from server.reports import FILE_NAME, TABLES, DayRow, IntervalRow, Reports, TicketRow
from tests.support.logs import PLANS, random_log
from tests.support.plans import DATE, small_plan

STREAM = stream_name("longgang", DATE)


def sealed(commits: list[Commit]) -> list[Row]:
    rows: list[Row] = []
    for commit in commits:
        rows.append(
            seal(
                rows[-1].hash if rows else GENESIS,
                stream=STREAM,
                version=commit.seq,
                at_ms=commit.at_ms,
                command_id=commit.command_id,
                actor=commit.actor,
                body=commit_encoder.encode(commit),
            )
        )
    return rows


async def ledger_with(rows: list[Row]) -> MemoryLedger:
    ledger = MemoryLedger()
    await ledger.save_plan(small_plan())
    await ledger.append_many([Batch(STREAM, tuple(rows))])
    return ledger


@asynccontextmanager
async def projecting(ledger: MemoryLedger, folder: Path) -> AsyncIterator[tuple[Projector, Reports]]:
    reports = Reports(folder)
    projector = Projector(ledger, LocalBus(), reports, wall_ms=lambda: 7)
    await projector.start()
    try:
        yield projector, reports
    finally:
        await projector.stop()


def contents(reports: Reports) -> dict[str, list[tuple[object, ...]]]:
    return {str(table.__tablename__): reports.rows(table) for table in TABLES}


@pytest.mark.anyio
async def test_tables_filled_step_by_step_equal_tables_made_at_once(tmp_path: Path) -> None:
    """Whatever the log holds (misses, holds, undone and withdrawn calls, transfers) and wherever it was cut."""
    for seed in range(3):
        rows = sealed(random_log(seed, 400))
        folders = [tmp_path / f"{seed}-{name}" for name in ("steps", "once")]
        for folder in folders:
            folder.mkdir()
        ledger = await ledger_with(rows[:100])
        async with projecting(ledger, folders[0]) as (projector, reports):
            for start in range(100, len(rows), 37):
                await projector.catch_up()
                await ledger.append_many([Batch(STREAM, tuple(rows[start : start + 37]))])
            await projector.catch_up()
            stepwise = contents(reports)
            await projector.rebuild()
            rebuilt = contents(reports)
        async with projecting(await ledger_with(rows), folders[1]) as (projector, reports):
            await projector.catch_up()
            at_once = contents(reports)

        assert stepwise == rebuilt == at_once
        assert len(at_once["tickets"]) > 20


@pytest.mark.anyio
async def test_a_restart_goes_on_where_the_tables_stopped(tmp_path: Path) -> None:
    rows = sealed(random_log(5, 300))
    ledger = await ledger_with(rows[:150])
    async with projecting(ledger, tmp_path) as (projector, reports):
        await projector.catch_up()
        assert reports.seqs() == {STREAM: 150}
    await ledger.append_many([Batch(STREAM, tuple(rows[150:]))])

    async with projecting(ledger, tmp_path) as (projector, reports):
        await projector.catch_up()
        resumed = contents(reports)
        await projector.rebuild()
        assert contents(reports) == resumed


@pytest.mark.anyio
async def test_it_follows_the_bus(tmp_path: Path) -> None:
    rows = sealed(random_log(6, 100))
    ledger = await ledger_with(rows[:50])
    reports = Reports(tmp_path)
    bus = LocalBus()
    projector = Projector(ledger, bus, reports)
    await projector.start()
    await ledger.append_many([Batch(STREAM, tuple(rows[50:]))])
    bus.publish(STREAM, len(rows))
    for _ in range(100):
        if projector.statistics().commits == len(rows):
            break
        await asyncio.sleep(0.05)
    await projector.catch_up()
    assert reports.seqs() == {STREAM: len(rows)}
    await projector.stop()


@pytest.mark.anyio
async def test_figures_are_those_of_the_log_and_are_kept_until_it_grows(tmp_path: Path) -> None:
    log = random_log(7, 300)
    rows = sealed(log)
    ledger = await ledger_with(rows[:200])
    async with projecting(ledger, tmp_path) as (projector, _):
        first = await projector.figures_of("longgang", DATE)
        again = await projector.figures_of("longgang", DATE)
        await ledger.append_many([Batch(STREAM, tuple(rows[200:]))])
        after = await projector.figures_of("longgang", DATE)
        assert await projector.figures_of("longgang", "2026-11-24") is None

    assert again is first
    assert first == figures_of(log[:200], PLANS.values()).report(rebuilt_ms=7)
    assert after == figures_of(log, PLANS.values()).report(rebuilt_ms=7)


@pytest.mark.anyio
async def test_a_day_that_cannot_be_folded_is_named_and_leaves_the_others_alone(tmp_path: Path) -> None:
    ledger = await ledger_with(sealed(random_log(8, 50)))
    broken = seal(GENESIS, stream="broken/2026-11-23", version=1, at_ms=1, command_id="command-1", actor="", body=b"{")
    await ledger.append_many([Batch("broken/2026-11-23", (broken,))])

    async with projecting(ledger, tmp_path) as (projector, reports):
        await projector.catch_up()
        with pytest.raises(FiguresUnavailable, match="broken/2026-11-23"):
            await projector.figures_of("broken", DATE)

        assert [row[0] for row in reports.rows(DayRow)] == [STREAM]
        assert projector.statistics().failing == ("broken/2026-11-23",)


@pytest.mark.anyio
async def test_tables_of_an_earlier_definition_are_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = await ledger_with(sealed(random_log(9, 80)))
    async with projecting(ledger, tmp_path) as (projector, reports):
        await projector.catch_up()
        before = reports.rows(TicketRow)
    monkeypatch.setattr("server.reports.DEFINITION", "hall.figures/next")

    async with projecting(ledger, tmp_path) as (projector, reports):
        await projector.catch_up()
        assert reports.rows(TicketRow) == before
        assert {row[3] for row in reports.rows(DayRow)} == {"hall.figures/next"}


@pytest.mark.anyio
@pytest.mark.parametrize("is_empty", [True, False], ids=["empty", "filled"])
async def test_tables_with_the_columns_of_an_earlier_version_are_made_again(tmp_path: Path, is_empty: bool) -> None:
    """A table without a column that is written now would refuse every row for ever."""
    ledger = await ledger_with(sealed(random_log(9, 80)))
    async with projecting(ledger, tmp_path) as (projector, reports):
        await projector.catch_up()
        before = contents(reports)
    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as file, file:
        file.execute("ALTER TABLE tickets DROP COLUMN first_window")
        if is_empty:
            file.execute("DELETE FROM days")

    async with projecting(ledger, tmp_path) as (projector, reports):
        await projector.catch_up()
        assert projector.statistics().failing == ()
        assert contents(reports) == before


@pytest.mark.anyio
async def test_waits_by_window_are_in_the_figures_and_follow_from_the_tables(tmp_path: Path) -> None:
    """Each wait is told once, at the window of the first call that stands."""
    ledger = await ledger_with(sealed(random_log(8, 300)))
    async with projecting(ledger, tmp_path) as (projector, reports):
        await projector.catch_up()
        report = await projector.figures_of("longgang", DATE)
        waits = {row[1]: row[3] for row in reports.rows(IntervalRow) if row[2] == "wait"}
        tickets = reports.rows(TicketRow)

    assert report is not None
    column = list(TicketRow.model_fields).index("first_window")
    by_window = {code: row["wait"] for code, row in report["by_window"].items()}
    assert sum(wait["n"] for wait in by_window.values()) == report["wait"]["n"] > 0
    for code, wait in by_window.items():
        assert wait == spread_of(waits[row[1]] for row in tickets if row[column] == code)
