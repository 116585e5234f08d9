"""The studio: managers try staffing on the simulated twin of their hall (protocol, section 9)."""

import asyncio
from datetime import date as calendar_date
from datetime import timedelta
from typing import Annotated, Any, Final

import msgspec
from fastapi import APIRouter, Path, Request, Response

from hall.errors import Refusal
from server.accounts.authorise import Caller
from server.api.access import allow
from server.api.bounds import Code
from server.api.describe import PROBLEMS
from server.api.house import House, house_of, wall_ms
from server.api.settings_bodies import body_as
from server.api.submit import Json, invalid, reply
from server.config.database import DatabaseUnavailable
from server.config.sections import UnknownHall
from server.problems import Problem, problem_of
from server.studio.asks import (
    AnyAsk,
    Begin,
    CompareAsk,
    DayAsk,
    Done,
    Draft,
    Id,
    Note,
    RunAsk,
    Saved,
    SizeAsk,
    Words,
    Work,
)
from server.studio.dates import PlannedDay, planned_day, written
from server.studio.desk import SECONDS, StudioBusy
from server.studio.export import workbook_of
from server.studio.store import Job, KeptPlan, TooManyPlans
from server.studio.theatre import FASTEST, DayUnreadable, Play, TheatreFull

router = APIRouter(prefix="/api/halls/{hall}/studio", tags=["studio"], responses=PROBLEMS)

Day = Annotated[str, Path(pattern=r"^\d{4}-\d{2}-\d{2}$", max_length=10)]
Key = Annotated[str, Path(pattern=r"^[0-9a-f]{16}$", max_length=16)]
AHEAD_DAYS: Final = 21
XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
USE: Final = "studio.use"


class KeepBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Keep the plan of a finished run or sizing under a name."""

    name: Words
    job: Id


class SpeedBody(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How fast a day plays: so many of its seconds in a real one."""

    speed: Annotated[float, msgspec.Meta(ge=1, le=FASTEST)]


@router.get("")
async def overview(request: Request, hall: Code) -> Response:
    """Return the days ahead on which the hall opens, jobs, kept plans, and how fast the live hall answers."""
    caller = await allow(request, USE, hall)
    house = house_of(request)
    desk = house.studio
    today = house.halls.today(hall).date
    ahead = await asyncio.to_thread(_ahead, house, hall, today)
    jobs, plans = await _stored(house, hall)
    return reply(
        {
            "today": today,
            "ahead": ahead,
            "jobs": [_brief(one, house, caller) for one in jobs],
            "plans": [msgspec.to_builtins(one) for one in plans],
            "running": desk.running,
            "yours": _yours(desk.job_of(caller.actor)),
            "limits": {"jobs": desk.most, "seconds": SECONDS, "megabytes": desk.megabytes},
            "pace": desk.pulse.pace(60),
        }
    )


@router.get("/dates/{date}")
async def planned(request: Request, hall: Code, date: Day) -> Response:
    """Return how the live hall would open on a date, and which ordinary weekday it is like."""
    await allow(request, USE, hall)
    try:
        calendar_date.fromisoformat(date)
    except ValueError as error:
        raise invalid("date", "no such date") from error
    found = await asyncio.to_thread(_planned, house_of(request), hall, date)
    if isinstance(found, Refusal):
        raise problem_of(found, seq=None)
    return reply(_dated(found))


@router.post("/jobs", status_code=202)
async def begin(request: Request, hall: Code) -> Response:
    """Begin a job in a worker process; the answer names it, and the job tells how far it is."""
    caller = await allow(request, USE, hall)
    ask = (await body_as(request, Begin)).ask
    house = house_of(request)
    try:
        work = await asyncio.to_thread(_work, house, hall, ask)
        job = await house.studio.begin(hall, caller.actor, work)
    except StudioBusy as error:
        raise Problem(error.code, facts={"job": error.job, "most": house.studio.most}) from error
    except UnknownHall as error:
        raise Problem("UNKNOWN_HALL") from error
    except DatabaseUnavailable as error:
        raise Problem("STORAGE_FULL") from error
    return reply({"job": _brief(job, house, caller)}, status=202)


@router.get("/jobs/{job}")
async def show(request: Request, hall: Code, job: Key) -> Response:
    """Return a job: how far it is, or its result, or why it has none; and the live hall's pace before and during it."""
    caller = await allow(request, USE, hall)
    house = house_of(request)
    found = await _job(house, hall, job)
    result = found.note.result if isinstance(found.note, Done) else None
    return reply({"job": {**_brief(found, house, caller), "result": result}})


@router.post("/jobs/{job}/cancel")
async def cancel(request: Request, hall: Code, job: Key) -> Response:
    """End a job; when this is answered its process is gone. A job that has ended stays as it is."""
    caller = await allow(request, USE, hall)
    house = house_of(request)
    await _job(house, hall, job)
    await house.studio.cancel(hall, job)
    return reply({"job": _brief(await _job(house, hall, job), house, caller)})


@router.get("/jobs/{job}/report.xlsx", responses={200: {"content": {XLSX: {}}}}, response_class=Response)
async def report(request: Request, hall: Code, job: Key) -> Response:
    """Return a finished run, sizing or comparison as a workbook."""
    await allow(request, USE, hall)
    found = await _job(house_of(request), hall, job)
    result = _result(found, "run", "size", "compare")
    book = await asyncio.to_thread(workbook_of, result)
    name = f"{hall}-{result['date']}-{job}.xlsx"
    headers = {"content-disposition": f'attachment; filename="{name}"', "cache-control": "no-store"}
    return Response(book, media_type=XLSX, headers=headers)


@router.post("/plans", status_code=201)
async def keep(request: Request, hall: Code) -> Response:
    """Keep the plan of a finished run or sizing, with its figures, to compare it later."""
    caller = await allow(request, USE, hall)
    body = await body_as(request, KeepBody)
    if not body.name.strip():
        raise invalid("name", "a plan needs a name")
    house = house_of(request)
    found = await _job(house, hall, body.job)
    result = _result(found, "run", "size")
    ask = found.ask
    assert isinstance(ask, RunAsk | SizeAsk)
    draft = msgspec.convert(result["draft"], Draft)
    plan = KeptPlan(
        id=house.studio.new_id(), hall=hall, name=body.name.strip(), ground=ask.ground, actor=caller.actor,
        at_ms=wall_ms(), draft=draft, side=result["plan"],
    )  # fmt: skip
    try:
        await asyncio.to_thread(house.studio.store.keep, plan)
    except TooManyPlans as error:
        raise Problem("STUDIO_TOO_MANY_PLANS") from error
    except DatabaseUnavailable as error:
        raise Problem("STORAGE_FULL") from error
    return reply({"plan": msgspec.to_builtins(plan)}, status=201)


@router.post("/plans/{plan}/delete")
async def drop(request: Request, hall: Code, plan: Key) -> Response:
    """Delete a kept plan."""
    await allow(request, USE, hall)
    try:
        was_there = await asyncio.to_thread(house_of(request).studio.store.drop, hall, plan)
    except DatabaseUnavailable as error:
        raise Problem("STORAGE_FULL") from error
    if not was_there:
        raise Problem("UNKNOWN_STUDIO_PLAN")
    return reply({})


@router.get("/days/{job}")
async def day(request: Request, hall: Code, job: Key) -> Response:
    """Return a simulated day as it plays on the board; the first to ask begins it."""
    await allow(request, USE, hall)
    return reply(_playing(await play_of(house_of(request), hall, job)))


@router.post("/days/{job}/speed")
async def set_speed(request: Request, hall: Code, job: Key) -> Response:
    """Play a simulated day at another speed."""
    await allow(request, USE, hall)
    body = await body_as(request, SpeedBody)
    play = await play_of(house_of(request), hall, job)
    play.clock.change_speed(body.speed)
    return reply(_playing(play))


async def play_of(house: House, hall: str, job: str) -> Play:
    """Return a simulated day that plays; raises why it cannot."""
    _result(await _job(house, hall, job), "day")
    try:
        return await house.studio.theatre.play(hall, job, house.studio.day_file(job))
    except DayUnreadable as error:
        raise Problem("UNKNOWN_STUDIO_JOB") from error
    except TheatreFull as error:
        raise Problem("STUDIO_BUSY", facts={"most": house.studio.most}) from error


# ---- parts ----


def _work(house: House, hall: str, ask: AnyAsk) -> Work:
    """Return what the worker is told; raises UNKNOWN_STUDIO_JOB and UNKNOWN_STUDIO_PLAN."""
    plans, store = house.halls.plans, house.studio.store
    saved: tuple[Saved, ...] = ()
    ground = b"null"
    named = ""
    if isinstance(ask, CompareAsk):
        known = {one.id: one for one in store.plans(hall)}
        if any(one not in known for one in ask.plans):
            raise Problem("UNKNOWN_STUDIO_PLAN")
        saved = tuple(Saved(known[one].name, known[one].ground, known[one].draft) for one in ask.plans)
        named = saved[0].ground
    elif isinstance(ask, RunAsk | SizeAsk | DayAsk):
        named = ask.ground
    if named:
        kept = store.kept(hall, named)
        if kept is None:
            raise Problem("UNKNOWN_STUDIO_JOB")
        ground = kept
    return Work(
        hall=hall, data=str(house.settings.data), ask=ask, plan=plans.plan_of(hall), calendar=plans.calendar_of(hall),
        ground=msgspec.Raw(ground), saved=saved, seconds=SECONDS, megabytes=house.studio.megabytes,
    )  # fmt: skip


def _ahead(house: House, hall: str, today: str) -> list[Json]:
    """Return the next dates on which the hall opens; a year that is not published ends the list."""
    found: list[Json] = []
    first = calendar_date.fromisoformat(today)
    for number in range(1, AHEAD_DAYS + 1):
        one = _planned(house, hall, (first + timedelta(days=number)).isoformat())
        if isinstance(one, Refusal):
            break
        if one.spans:
            found.append(_dated(one))
    return found


def _planned(house: House, hall: str, date: str) -> PlannedDay | Refusal:
    plans = house.halls.plans
    try:
        plan = plans.plan_of(hall)
    except UnknownHall as error:
        raise Problem("UNKNOWN_HALL") from error
    return planned_day(date, hours=plan.hours, calendar=plans.calendar_of(hall), zone=plan.zone)


def _dated(day: PlannedDay) -> Json:
    return {
        "date": day.date, "weekday": day.weekday, "kind": day.kind, "name": day.name, "hours": written(day.spans),
        "like": day.like,
    }  # fmt: skip


async def _stored(house: House, hall: str) -> tuple[list[Job], list[KeptPlan]]:
    store = house.studio.store
    try:
        return await asyncio.to_thread(store.jobs, hall), await asyncio.to_thread(store.plans, hall)
    except DatabaseUnavailable as error:
        raise Problem("STORAGE_FULL") from error


async def _job(house: House, hall: str, job: str) -> Job:
    try:
        found = await asyncio.to_thread(house.studio.store.job, hall, job)
    except DatabaseUnavailable as error:
        raise Problem("STORAGE_FULL") from error
    if found is None:
        raise Problem("UNKNOWN_STUDIO_JOB")
    return found


def _result(job: Job, *kinds: str) -> dict[str, Any]:
    """Return the result of a finished job of some kinds; raises STUDIO_NOT_DONE."""
    if job.kind not in kinds or not isinstance(job.note, Done):
        raise Problem("STUDIO_NOT_DONE")
    return job.note.result


def _brief(job: Job, house: House, caller: Caller) -> Json:
    """Return a job without its result."""
    note = job.note
    return {
        "id": job.id,
        "kind": job.kind,
        "state": job.state,
        "mine": job.actor == caller.actor,
        "at_ms": job.at_ms,
        "ended_ms": job.ended_ms,
        "ask": msgspec.to_builtins(job.ask),
        "progress": _plain(house.studio.progress(job.id)),
        "pace": house.studio.pace_of(job.id),
        "failure": None if isinstance(note, Done) else _plain(note),
    }


def _yours(job: Job | None) -> Json | None:
    return None if job is None else {"job": job.id, "hall": job.hall}


def _plain(note: Note | None) -> Json | None:
    """Return the fields of a worker's note, without the mark of its kind."""
    return None if note is None else msgspec.structs.asdict(note)


def _playing(play: Play) -> Json:
    return {
        "simulated": True,
        "hall": play.hall,
        "date": play.view_state().date,
        "first_ms": play.first_ms,
        "last_ms": play.last_ms,
        "at_ms": play.at_ms,
        "speed": play.clock.speed,
    }
