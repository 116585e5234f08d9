"""The audit of stored days: hash chain, readable rows, and the laws of the hall, with a report for people.

A check that did not run is never shown as passed: the report names what ran, and what did not and why.
"""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Final

import msgspec

from hall.audit import LAWS, Auditor, Finding
from hall.errors import HallError
from hall.events import Commit
from hall.ids import HallId
from hall.policy import Plan
from server.ledger.chain import verified
from server.ledger.port import BrokenChain, Ledger, Row, hall_and_date, stream_name
from server.ledger.sqlite import SqliteLedger
from server.replay import decoded, learn_named

SKIPPED: Final = {
    "S2": "needs what clients were told (the load test keeps it)",
    "S8": "needs when clients asked (the load test keeps it)",
    "S12": "needs what screens showed",
    "S14": "needs what the gateways sent",
    "S15": "is searched in all output by tests",
    "S17": "is fenced by the ledger's version, checked by its contract suite",
}
"""Laws that a log alone cannot prove, and why."""

OPEN_LAWS_SHOWN: Final = 20
"""Findings printed; a row can break several laws, but nobody reads more."""


class AuditReport(msgspec.Struct, frozen=True):
    """What an audit of one day found. ``head`` and ``fingerprint`` are worth keeping: later audits must tell the same."""

    stream: str
    rows: int
    findings: tuple[Finding, ...]
    head: str
    fingerprint: str

    @property
    def exit_code(self) -> int:
        """0 for a sound day, 1 for findings, 2 if there was nothing to audit."""
        if self.findings:
            return 1
        return 0 if self.rows else 2

    def text(self) -> str:
        """Return the report for people, line by line."""
        verdict = {0: "sound", 1: "BROKEN", 2: "nothing to audit"}[self.exit_code]
        lines = [f"{self.stream}: {verdict}, {self.rows} rows checked"]
        lines += [f"  row {one.seq}: {one.law}: {one.reason}" for one in self.findings[:OPEN_LAWS_SHOWN]]
        if self.findings:
            lines.append("  the audit stopped at this row; later rows were not checked")
        lines.append(f"  ran: hash chain, {', '.join(LAWS)}" if self.rows else "  ran: nothing")
        lines += [f"  skipped: {law}: {why}" for law, why in SKIPPED.items()]
        return "\n".join([*lines, f"  head {self.head or '–'}", f"  state {self.fingerprint}"])


def audit_day(database: Path, *, hall: HallId, date: str) -> AuditReport:
    """Audit one day of a ledger file, beside a running server too; raise LedgerError if the file cannot be read."""
    return asyncio.run(_audited(database, [stream_name(hall, date)]))[0]


def audit_all(database: Path | str, *, hall: HallId | None = None, date: str | None = None) -> tuple[AuditReport, ...]:
    """Audit every day of a ledger file, or those of one hall, of one date; other days are not read."""
    return asyncio.run(_audited(database, None, hall=hall, date=date))


async def audit_stream(ledger: Ledger, stream: str) -> AuditReport:
    """Audit one day of an open ledger."""
    auditor: Auditor | None = None
    plans: dict[str, Plan] = {}
    findings: list[Finding] = []
    head = ""
    try:
        async for row, commit in _commits(ledger, stream, plans):
            auditor = auditor or Auditor(plans)
            findings = auditor.check(commit)
            if findings:
                break
            head = row.hash
        if auditor is not None and not findings:
            findings = auditor.finish()
    except BrokenChain as broken:
        findings = [Finding(broken.version, "S9", broken.reason)]
    except HallError as error:
        findings = [Finding(auditor.rows + 1 if auditor is not None else 1, "S10", str(error))]
    rows = auditor.rows if auditor is not None else 0
    return AuditReport(stream, rows, tuple(findings), head, auditor.fingerprint if auditor is not None else "")


async def _commits(ledger: Ledger, stream: str, plans: dict[str, Plan]) -> AsyncIterator[tuple[Row, Commit]]:
    async for row in verified(ledger.read(stream)):
        commit = decoded(row)
        await learn_named(ledger, commit, plans=plans)
        yield row, commit


async def _audited(
    database: Path | str, streams: list[str] | None, *, hall: HallId | None = None, date: str | None = None
) -> tuple[AuditReport, ...]:
    ledger = _opened(database)
    try:
        names = streams if streams is not None else [head.stream for head in await ledger.streams()]
        return tuple([await audit_stream(ledger, name) for name in names if _is_wanted(name, hall, date)])
    finally:
        await ledger.close()


def _opened(database: Path | str) -> Ledger:
    """Open a file, or the log of all nodes by its address, for reading."""
    if isinstance(database, Path):
        return SqliteLedger.open_for_reading(database)
    from server.ledger.postgres import PostgresLedger
    from server.ledger.postgres_schema import check

    check(database)
    return PostgresLedger(database)


def _is_wanted(stream: str, hall: HallId | None, date: str | None) -> bool:
    its_hall, its_date = hall_and_date(stream)
    return bool(its_date) and hall in (None, its_hall) and date in (None, its_date)
