"""Guards and traces in SQL: checked and written inside the transaction of the rows that they go with."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import Connection, RowMapping, Select, and_, bindparam, delete, select
from sqlalchemy.dialects.sqlite import insert

from server.ledger.port import Batch, GuardMoved, Trace, Traced, guard_fault, moves_of
from server.ledger.tables import guards, traces

KEYS_AT_ONCE = 500
"""Keys in one question: SQLite takes 32,766 values in a statement, and a group rarely names more than this."""

_VERSIONS = select(guards.c.key, guards.c.version).where(guards.c.key.in_(bindparam("keys", expanding=True)))
# One statement, so that version and traces of a key are of one moment on every kind of database; a key has no traces
# without a version, since every trace moves it.
_TRACED = (
    select(guards.c.version, traces)
    .join_from(guards, traces, guards.c.key == traces.c.key, isouter=True)
    .add_columns(guards.c.key.label("guard"))
    .where(guards.c.key.in_(bindparam("keys", expanding=True)))
    .order_by(guards.c.key, traces.c.stream, traces.c.appointment)
)
_NEW_GUARD = insert(guards)
_SET_GUARD = _NEW_GUARD.on_conflict_do_update(
    index_elements=[guards.c.key], set_={"version": _NEW_GUARD.excluded.version}
)
_NEW_TRACE = insert(traces)
_SET_TRACE = _NEW_TRACE.on_conflict_do_update(
    index_elements=[traces.c.key, traces.c.stream, traces.c.appointment],
    set_={name: _NEW_TRACE.excluded[name] for name in ("state", "slot_ms", "items", "is_excused")},
)
_DROP_TRACE = delete(traces).where(
    and_(
        traces.c.key == bindparam("of_key"),
        traces.c.stream == bindparam("of_stream"),
        traces.c.appointment == bindparam("of_appointment"),
    )
)


class Guards:
    """Versions of keys during one transaction: read once, moved on by each append that may."""

    def __init__(self, connection: Connection, batches: Iterable[Batch]) -> None:
        """Read the versions of all keys that these batches name; most name none."""
        guarded = [batch for batch in batches if batch.guards or batch.traces]
        self._versions = versions_of(connection, sorted({key for batch in guarded for key in moves_of(batch)}))

    def move(self, batches: Sequence[Batch]) -> GuardMoved | None:
        """Move on the keys of one append; or return the guard that moved meanwhile, and move none."""
        if not self._versions:
            return None
        before = dict(self._versions)
        for batch in batches:
            moves = moves_of(batch)
            fault = guard_fault(moves, self._versions)
            if fault is not None:
                self._versions = before
                return fault
            self._versions.update({key: self._versions.get(key, 0) + 1 for key in moves})
        return None

    def write(self, connection: Connection, batches: Sequence[Batch]) -> None:
        """Write the versions and traces of appends that stand."""
        if not self._versions:
            return
        moved = sorted({key for batch in batches for key in moves_of(batch)})
        if moved:
            connection.execute(_SET_GUARD, [{"key": key, "version": self._versions[key]} for key in moved])
        last = {(one.key, one.stream, one.appointment): one for batch in batches for one in batch.traces}
        kept = [msgspec.structs.asdict(one) for one in last.values() if one.state]
        gone = [_named(one) for one in last.values() if not one.state]
        if kept:
            connection.execute(_SET_TRACE, kept)
        if gone:
            connection.execute(_DROP_TRACE, gone)


def versions_of(connection: Connection, keys: Sequence[str]) -> dict[str, int]:
    """Return the version of each key; 0 for one that never moved."""
    return {**dict.fromkeys(keys, 0), **{one["key"]: one["version"] for one in _asked(connection, _VERSIONS, keys)}}


def traced(connection: Connection, keys: Sequence[str]) -> Traced:
    """Return versions and traces of keys, those of each key of one moment."""
    wanted = sorted(set(keys))
    versions = dict.fromkeys(wanted, 0)
    found: list[Trace] = []
    for one in _asked(connection, _TRACED, wanted):
        versions[one["guard"]] = one["version"]
        if one["appointment"] is not None:
            found.append(_trace(one))
    return versions, tuple(found)


def _asked(connection: Connection, statement: Select[Any], keys: Sequence[str]) -> Iterable[RowMapping]:
    for start in range(0, len(keys), KEYS_AT_ONCE):
        yield from connection.execute(statement, {"keys": list(keys[start : start + KEYS_AT_ONCE])}).mappings()


def _named(trace: Trace) -> dict[str, object]:
    return {"of_key": trace.key, "of_stream": trace.stream, "of_appointment": trace.appointment}


def _trace(found: RowMapping) -> Trace:
    return msgspec.convert(dict(found), Trace)
