"""Jobs and kept plans of the studio in the settings database; every method waits for the disk and belongs into a thread."""

from typing import Any, Final

import msgspec
from sqlmodel import col, delete, select

from hall.ids import HallId, Ms
from server.config.database import Database
from server.studio.asks import AnyAsk, AnyNote, Done, Draft
from server.studio.tables import StudioJobRow, StudioPlanRow

JOBS_KEPT: Final = 40
"""Finished jobs of a hall: some weeks of planning. Grounds of kept plans stay beyond that."""
PLANS_KEPT: Final = 100
"""Plans of a hall; more must first be deleted."""


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """A job as everybody but its worker sees it."""

    id: str
    hall: HallId
    kind: str
    actor: str
    state: str
    """``running``, ``done``, ``failed``."""
    at_ms: Ms
    ended_ms: Ms = 0
    ask: AnyAsk
    note: AnyNote | None = None


class KeptPlan(msgspec.Struct, frozen=True, kw_only=True):
    """A plan that a manager kept, with its figures of then."""

    id: str
    hall: HallId
    name: str
    ground: str
    actor: str
    at_ms: Ms
    draft: Draft
    side: dict[str, Any]


class TooManyPlans(Exception):
    """The hall has as many plans as it may have."""


class StudioStore:
    """Reads and writes jobs and plans."""

    def __init__(self, database: Database) -> None:
        """Remember the database."""
        self._database = database

    def add(self, job: Job) -> None:
        """Write a job that begins, and forget the oldest that nobody needs."""
        with self._database.write() as session:
            session.add(
                StudioJobRow(
                    id=job.id, hall=job.hall, kind=job.kind, actor=job.actor, state=job.state, at_ms=job.at_ms,
                    ended_ms=0, ask=_text(job.ask), note="null", kept="null",
                )
            )  # fmt: skip
            needed = select(StudioPlanRow.ground).where(StudioPlanRow.hall == job.hall)
            newest = (
                select(StudioJobRow.id)
                .where(StudioJobRow.hall == job.hall)
                .order_by(col(StudioJobRow.at_ms).desc(), col(StudioJobRow.id))
                .limit(JOBS_KEPT)
            )
            old = col(StudioJobRow.id).not_in(newest) & col(StudioJobRow.id).not_in(needed)
            session.exec(delete(StudioJobRow).where(col(StudioJobRow.hall) == job.hall, old))

    def end(self, job: str, note: AnyNote, *, at_ms: Ms) -> None:
        """Write how a job ended."""
        with self._database.write() as session:
            row = session.get(StudioJobRow, job)
            if row is not None:
                row.state = "done" if isinstance(note, Done) else "failed"
                row.ended_ms = at_ms
                if isinstance(note, Done):
                    row.kept = bytes(note.kept).decode()
                    note = msgspec.structs.replace(note, kept=msgspec.Raw(b"null"))
                row.note = _text(note)

    def break_off(self, note: AnyNote, *, at_ms: Ms, begun_before_ms: Ms) -> None:
        """End all jobs that an earlier server left running; with several nodes, those too old to be alive on another."""
        statement = select(StudioJobRow).where(StudioJobRow.state == "running", StudioJobRow.at_ms < begun_before_ms)
        with self._database.write() as session:
            for row in session.exec(statement).all():
                row.state, row.ended_ms, row.note = "failed", at_ms, _text(note)

    def job(self, hall: HallId, job: str) -> Job | None:
        """Return a job of a hall."""
        with self._database.read() as session:
            row = session.get(StudioJobRow, job)
            return _job(row) if row is not None and row.hall == hall else None

    def kept(self, hall: HallId, job: str) -> bytes | None:
        """Return what a finished job keeps for others; None if there is no such job or it keeps nothing."""
        with self._database.read() as session:
            row = session.get(StudioJobRow, job)
            usable = row is not None and row.hall == hall and row.kept != "null"
            return row.kept.encode() if row is not None and usable else None

    def jobs(self, hall: HallId) -> list[Job]:
        """Return the jobs of a hall, the newest first."""
        statement = select(StudioJobRow).where(StudioJobRow.hall == hall)
        with self._database.read() as session:
            rows = session.exec(statement.order_by(col(StudioJobRow.at_ms).desc(), col(StudioJobRow.id))).all()
            return [_job(row) for row in rows]

    def keep(self, plan: KeptPlan) -> None:
        """Keep a plan; raises TooManyPlans."""
        with self._database.write() as session:
            known = session.exec(select(StudioPlanRow.id).where(StudioPlanRow.hall == plan.hall)).all()
            if len(known) >= PLANS_KEPT:
                raise TooManyPlans
            session.add(
                StudioPlanRow(
                    id=plan.id, hall=plan.hall, name=plan.name, ground=plan.ground, actor=plan.actor, at_ms=plan.at_ms,
                    draft=_text(plan.draft), side=_text(plan.side),
                )
            )  # fmt: skip

    def plans(self, hall: HallId) -> list[KeptPlan]:
        """Return the kept plans of a hall, the newest first."""
        statement = select(StudioPlanRow).where(StudioPlanRow.hall == hall)
        with self._database.read() as session:
            rows = session.exec(statement.order_by(col(StudioPlanRow.at_ms).desc(), col(StudioPlanRow.id))).all()
            return [_plan(row) for row in rows]

    def drop(self, hall: HallId, plan: str) -> bool:
        """Delete a kept plan; return whether there was one."""
        with self._database.write() as session:
            statement = delete(StudioPlanRow).where(col(StudioPlanRow.id) == plan, col(StudioPlanRow.hall) == hall)
            return int(session.exec(statement).rowcount) > 0


def _text(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _job(row: StudioJobRow) -> Job:
    return Job(
        id=row.id, hall=row.hall, kind=row.kind, actor=row.actor, state=row.state, at_ms=row.at_ms,
        ended_ms=row.ended_ms, ask=msgspec.json.decode(row.ask, type=AnyAsk),
        note=msgspec.json.decode(row.note, type=AnyNote | None),
    )  # fmt: skip


def _plan(row: StudioPlanRow) -> KeptPlan:
    return KeptPlan(
        id=row.id, hall=row.hall, name=row.name, ground=row.ground, actor=row.actor, at_ms=row.at_ms,
        draft=msgspec.json.decode(row.draft, type=Draft), side=msgspec.json.decode(row.side),
    )  # fmt: skip
