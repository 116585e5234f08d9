"""What the studio answers, asked for at a real server, is what the description says, no field more or less."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from hall.opening import Calendar, SpecialDay
from tests.server.studio.conftest import LOG, TUESDAY, Studio
from tests.support.described import Described
from tests.support.past_days import HALL, fill, past_setting
from tests.support.server import serving

SHUT = "2026-11-26"
LATE = "17:00-19:00"
STATED = {"low": 5, "high": 20, "is_percent": False}

# Worker processes yield to whatever else a test machine does.
pytestmark = pytest.mark.timeout(600)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Described]:
    """What was found of a studio that was asked everything once; the hall is shut on one of the days ahead."""
    folder = tmp_path_factory.mktemp("past")
    plan, calendar = fill(folder, past_setting()), Calendar((2026, 2027), (SpecialDay(SHUT, "holiday", "休馆"),))
    with serving(folder, plans={HALL: plan}, calendar=calendar) as served:
        described = Described.of(served.client())
        described.watch(served.client("manager"))
        _ask_for_everything(Studio(served))
        yield described


def test_every_answer_of_the_studio_is_what_its_description_says(told: Described):
    """Checked with every object closed: a field that nobody describes is a lie, in a result as anywhere else."""
    assert told.lies == []


def test_every_answer_of_the_studio_was_asked_for(told: Described):
    assert told.unasked("studio") == set()
    assert told.invented("studio") == set()


def test_a_result_that_is_none_of_the_described_ones_is_a_lie(told: Described):
    """What holds the others: the result is not just anything."""
    schema = told.document["components"]["schemas"]["JobWhole"]["properties"]["result"]

    assert told.faults(schema, None) == []
    assert told.faults(schema, {"basis": "log"}) != []


def _ask_for_everything(studio: Studio) -> None:
    """Grounds, plans at both ends of a range, on an open and on a closed date, sized, compared, failed, cancelled, played."""
    studio.done(**LOG)
    ground = studio.done(kind="stated", visits=60)[0]
    base = {"ground": ground, "days": 4}
    skills = [{"windows": ["W000"], "themes": ["people"], "items": ["tax"]}]
    plain = studio.done(kind="run", draft={"date": TUESDAY, "skills": skills}, **base)[0]
    longer = {"date": TUESDAY, "hours": ["09:00-19:00"], "moved": STATED, "cost_per_hour": 80}
    ranged = studio.done(kind="run", draft=longer, **base)[0]
    studio.done(kind="run", draft={**longer, "date": SHUT, "hours": [LATE]}, **base)
    studio.done(kind="size", draft={"date": TUESDAY}, kept_pct=80, use_pct=95, **base)
    plans = [studio.post("/plans", {"name": name, "job": name}).json()["plan"]["id"] for name in (plain, ranged)]
    for order in (plans, plans[::-1]):
        studio.done(kind="compare", plans=order, days=4)
    studio.failure(kind="run", draft={"date": SHUT}, **base)
    _cancel(studio, ground)
    played = studio.done(kind="day", ground=ground, draft={"date": TUESDAY})[0]
    for path in (f"/days/{played}", f"/dates/{TUESDAY}", f"/dates/{SHUT}", ""):
        studio.get(path)
    studio.post(f"/days/{played}/speed", {"speed": 60})
    studio.post(f"/plans/{plans[0]}/delete")


def _cancel(studio: Studio, ground: str) -> None:
    job = studio.begin(kind="run", ground=ground, draft={"date": TUESDAY}, days=400)
    until = time.monotonic() + 120
    while studio.get(f"/jobs/{job}").json()["job"]["progress"] is None:
        assert time.monotonic() < until, "the job tells how far it is"
        time.sleep(0.05)
    studio.get()
    found: dict[str, Any] = studio.post(f"/jobs/{job}/cancel").json()["job"]
    assert found["failure"]["code"] == "STUDIO_CANCELLED"
