"""The audit of stored days: hash chain, readable rows, and the laws of the hall, with a report for people.

A check that did not run is never shown as passed: the report names what ran, and what did not and why.
"""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from pathlib import Path
from typing import Final, Protocol

import msgspec

from hall.audit import LAWS, Auditor, Finding, LogAuditor, RuleAuditor
from hall.errors import HallError
from hall.events import Commit
from hall.ids import HallId
from hall.policy import Plan
from server.ledger.chain import check_link
from server.ledger.port import GENESIS, BrokenChain, Ledger, hall_and_date, stream_name
from server.ledger.sqlite import SqliteLedger
from server.replay import decoded, learn_named, plans_named

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


APART_FROM: Final = 50_000
"""Rows: below that another process costs more to start than it saves."""


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


def audit_all(
    database: Path | str, *, hall: HallId | None = None, date: str | None = None, apart_from: int = APART_FROM
) -> tuple[AuditReport, ...]:
    """Audit every day of a ledger file, or those of one hall, of one date; other days are not read.

    From ``apart_from`` rows on the two proofs run in two processes.
    """
    return asyncio.run(_audited(database, None, hall=hall, date=date, apart_from=apart_from))


async def audit_stream(ledger: Ledger, stream: str) -> AuditReport:
    """Audit one day of an open ledger, both proofs in one pass."""
    told = await _told(ledger, stream, Auditor)
    return AuditReport(stream, told.rows, told.findings, told.head, told.fingerprint)


class _Told(msgspec.Struct, frozen=True):
    """What a pass came to; ``head`` is the hash of the last sound row, ``fingerprint`` that of the state at the end."""

    rows: int
    findings: tuple[Finding, ...]
    head: str
    fingerprint: str = ""


class _Proof(Protocol):
    """One proof of :mod:`hall.audit`, or both."""

    @property
    def fingerprint(self) -> str:
        """The fingerprint of the state after the rows so far."""

    def check(self, commit: Commit) -> list[Finding]:
        """Return the findings of the next row."""

    def finish(self) -> list[Finding]:
        """Return what the whole log breaks."""


_Begin = Callable[[Mapping[str, Plan]], _Proof]


async def _told(ledger: Ledger, stream: str, begin: _Begin, *, linked: bool = True) -> _Told:
    """Let a proof see every row, up to its first finding; the hash chain is checked too where it is ``linked``."""
    plans: dict[str, Plan] = {}
    proof = begin(plans)
    rows, previous = 0, GENESIS
    found: Sequence[Finding] = ()
    try:
        async for row in ledger.read(stream):
            if linked:
                check_link(row, previous=previous, version=rows + 1)
            commit = decoded(row)
            if plans_named(commit):
                await learn_named(ledger, commit, plans=plans)
            rows += 1
            if found := proof.check(commit):
                break
            previous = row.hash
        else:
            found = proof.finish()
    except BrokenChain as broken:
        found = [Finding(broken.version, "S9", broken.reason)]
    except HallError as error:
        found = [Finding(rows + 1, "S10", str(error))]
    return _Told(rows, tuple(found), previous if previous != GENESIS else "", proof.fingerprint if rows else "")


async def _audited(
    database: Path | str, streams: list[str] | None, *, hall: HallId | None = None, date: str | None = None,
    apart_from: int = APART_FROM,
) -> tuple[AuditReport, ...]:  # fmt: skip
    ledger = _opened(database)
    try:
        heads = {head.stream: head.version for head in await ledger.streams()}
        names = streams if streams is not None else [name for name in heads if _is_wanted(name, hall, date)]
        if sum(heads.get(name, 0) for name in names) < apart_from:
            return tuple([await audit_stream(ledger, name) for name in names])
        return await _side_by_side(ledger, database, names)
    finally:
        await ledger.close()


async def _side_by_side(ledger: Ledger, database: Path | str, names: list[str]) -> tuple[AuditReport, ...]:
    """Let the rules decide the days again in a process of its own while the log is entered in the books and replayed here.

    The hash chain is checked there only, since that is the shorter way: both must come to one head and one state. A day where
    they do not, where either stumbled, or that grew meanwhile, is audited once more in one pass, which names its first bad row.
    """
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        elsewhere = asyncio.get_running_loop().run_in_executor(pool, _by_rules, database, names)
        kept = [await _told(ledger, name, LogAuditor, linked=False) for name in names]
        try:
            rules = await elsewhere
        except BrokenProcessPool:
            # It was ended from outside, for want of memory perhaps: one process can do it all.
            return tuple([await audit_stream(ledger, name) for name in names])
    reports = []
    for name, here, there in zip(names, kept, rules, strict=True):
        if here == there and not here.findings:
            reports.append(AuditReport(name, here.rows, (), here.head, here.fingerprint))
            continue
        report = await audit_stream(ledger, name)
        found = report.findings or here.findings or there.findings
        reports.append(msgspec.structs.replace(report, findings=found))
    return tuple(reports)


def _by_rules(database: Path | str, names: list[str]) -> list[_Told]:
    """Return what the chain and deciding again come to on each day."""

    async def decide() -> list[_Told]:
        ledger = _opened(database)
        try:
            return [await _told(ledger, name, RuleAuditor) for name in names]
        finally:
            await ledger.close()

    return asyncio.run(decide())


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
