"""H against L: what clients were told, and the log. Each law that needs both is one small function here."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from hall.events import Commit
from hall.ids import role_of
from server.ledger.chain import verified
from server.ledger.port import Ledger
from server.ledger.postgres import PostgresLedger
from server.ledger.sqlite import SqliteLedger
from server.replay import decoded

SHOWN: Final = 5
"""Findings of one law that are told; a hundred of one kind say no more."""


class Told(msgspec.Struct):
    """One command of one client, its retries included. ``result`` is ok, the code of a refusal, or unknown."""

    command_id: str
    op: str
    path: str
    body: dict[str, Any]
    who: str
    invoked_ns: int
    completed_ns: int = 0
    result: str = "unknown"
    seq: int = 0
    """Place in the log that the answer names; 0: none (a refusal before the rules)."""
    number: str = ""
    """The number that was given out."""
    ring: int = 0
    """The ring of the call that it made."""
    attempts: int = 0
    slowest_s: float = 0.0
    """The longest that one attempt waited for its answer, or for the lack of one."""
    answer: bytes = b"{}"
    """The document that it was answered with."""

    @property
    def is_acknowledged(self) -> bool:
        """Tell whether the answer claims a row of the log."""
        return self.result != "unknown" and self.seq > 0


class Compared(msgspec.Struct, frozen=True):
    """What comparing found."""

    acknowledged: int
    lost: int
    doubled: int
    wrong_order: int
    findings: tuple[str, ...]


def ledger_in(where: Path | str) -> Ledger:
    """Open the log of a data folder, or of a database by its address, for reading."""
    return PostgresLedger(where) if isinstance(where, str) else SqliteLedger.open_for_reading(where / "ledger.db")


async def log_of(where: Path | str) -> list[Commit]:
    """Read the whole log of the one hall in a data folder or database, beside its server too; raise BrokenChain."""
    ledger = ledger_in(where)
    try:
        streams = [head.stream for head in await ledger.streams()]
        assert len(streams) == 1, streams
        return [decoded(row) async for row in verified(ledger.read(streams[0]))]
    finally:
        await ledger.close()


def compare(told: Sequence[Told], log: Sequence[Commit]) -> Compared:
    """Hold S1, S2, S3, S7 and S8 of what clients were told against the log."""
    acknowledged = [one for one in told if one.is_acknowledged]
    lost = list(_lost(acknowledged, log))
    doubled = list(_doubled(acknowledged, log))
    disorder = list(_disorder(acknowledged))
    invented = list(_invented(told, log))
    findings = [text for found in (lost, doubled, disorder, invented) for text in found[:SHOWN]]
    return Compared(len(acknowledged), len(lost), len(doubled), len(disorder), tuple(findings))


def _lost(acknowledged: Iterable[Told], log: Sequence[Commit]) -> Iterator[str]:
    """S2: every answer is in the log, at its place, with its result and with all that the row stores of it."""
    for one in acknowledged:
        row = log[one.seq - 1] if one.seq <= len(log) else None
        if row is None or row.command_id != one.command_id:
            yield f"S2: {one.op} {one.command_id} was answered with seq {one.seq}, where the log has another or none"
        elif (row.refusal.code if row.refusal is not None else "ok") != one.result:
            yield f"S2: {one.op} {one.command_id} was told {one.result}, the log says otherwise"
        elif others := list(differing(stored_by(row), msgspec.json.decode(one.answer))):
            yield f"S2: {one.op} {one.command_id} {'; '.join(others[:SHOWN])}"


def stored_by(row: Commit) -> dict[str, Any]:
    """Return what a row holds of its answer: the document, or the facts of a refusal."""
    if row.refusal is not None:
        return {"code": row.refusal.code, "facts": msgspec.to_builtins(row.refusal.facts)}
    return msgspec.json.decode(row.answer, type=dict[str, Any] | None) or {}


def differing(stored: object, told: object, name: str = "answer") -> Iterator[str]:
    """Name the fields that a client was told otherwise; what is told beside them (place, secret, page) no row stores."""
    if isinstance(stored, dict) and isinstance(told, dict):
        for field, value in stored.items():
            yield from differing(value, told.get(field, "nothing"), f"{name}.{field}")
    elif stored != told:
        yield f"was told {name} {told!r}, the log has {stored!r}"


def _doubled(acknowledged: Iterable[Told], log: Sequence[Commit]) -> Iterator[str]:
    """S1 and S7: a number is told once, a command has one row."""
    numbers = Counter(one.number for one in acknowledged if one.number)
    yield from (f"S1: {number} was given to {count} people" for number, count in numbers.items() if count > 1)
    rows = Counter(commit.command_id for commit in log)
    yield from (f"S7: command {name} has {count} rows" for name, count in rows.items() if count > 1)


def _invented(told: Iterable[Told], log: Iterable[Commit]) -> Iterator[str]:
    """S3: what is in the log was asked for, or the timer did it."""
    asked = {one.command_id for one in told}
    for commit in log:
        if commit.command_id not in asked and role_of(commit.actor) != "timer":
            yield f"S3: row {commit.seq} ({commit.command_id}) was asked for by nobody"


def _disorder(acknowledged: Iterable[Told]) -> Iterator[str]:
    """S8: who began after another had its answer has the greater seq."""
    moments = [(one.invoked_ns, 1, one) for one in acknowledged] + [(one.completed_ns, 0, one) for one in acknowledged]
    newest = 0
    for _, begins, one in sorted(moments, key=lambda moment: moment[:2]):
        if not begins:
            newest = max(newest, one.seq)
        elif one.seq < newest:
            yield f"S8: {one.op} {one.command_id} began after seq {newest} was told, and has seq {one.seq}"
