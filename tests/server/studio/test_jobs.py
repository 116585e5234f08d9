"""Jobs of the studio: fits, runs, comparisons in worker processes that never outlive their purpose."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from io import BytesIO
from pathlib import Path
from typing import Any

import msgspec
import pytest
from openpyxl import Workbook, load_workbook

from server.config.database import Database
from server.migrations.upgrade import upgrade
from server.pulse import Pulse
from server.studio.asks import Draft, RunAsk, StatedAsk, Work
from server.studio.desk import MEGABYTES, StudioDesk
from server.studio.store import Job, StudioStore
from server.studio.theatre import Theatre
from server.studio.worker.grounds import stated
from tests.server.studio.conftest import TUESDAY, WAIT_S, Studio
from tests.support.past_days import HALL, fill, past_setting
from tests.support.server import serving

DRAFT = {"date": TUESDAY}
LONG = {"kind": "run", "draft": DRAFT, "days": 400}

# Worker processes yield to whatever else a test machine does.
pytestmark = pytest.mark.timeout(300)


def three_windows(**more: Any) -> dict[str, Any]:
    """A plan with three of the six windows from nine to five."""
    windows = [f"W{number:03}" for number in range(6)]
    return {"date": TUESDAY, "start": "09:00", "groups": [{"windows": windows, "open": [3] * 16}], **more}


def processes(studio: Studio) -> list[int]:
    """The worker processes that live now."""
    running = studio.served.house.studio._running.values()  # the desk tells nobody else
    return [one.process.pid for one in running if one.process is not None and one.process.returncode is None]


def until(is_true: Any, what: str) -> None:
    end = time.monotonic() + WAIT_S
    while not is_true():
        assert time.monotonic() < end, what
        time.sleep(0.02)


def test_a_fit_says_on_how_much_each_figure_rests(studio: Studio, ground: str):
    result = studio.get(f"/jobs/{ground}").json()["job"]["result"]

    assert result["basis"] == "log"
    assert (result["fit"]["days"], result["fit"]["first"], result["fit"]["last"]) == (10, "2026-11-09", "2026-11-20")
    assert [len(group["windows"]) for group in result["groups"]] == [6]
    assert result["weekdays"]["2"]["hours"] == ["09:00-17:00"]
    assert result["weekdays"]["2"]["open"] == [[6] * 16]
    assert set(result["weekdays"]) == {"1", "2", "3", "4", "5"}
    for one in result["fit"]["services"]:
        assert one["low_min"] <= one["mean_min"] <= one["high_min"]
        assert one["n"] > 0
    assert all(one["zh"] and one["en"] for one in result["fit"]["parameters"])
    assert any(one["about"] == "demand.day_cv" or one["zh"] for one in result["doubts"])


def test_a_run_tells_the_plan_beside_the_windows_as_they_are_and_its_workbook_holds_it(studio: Studio, ground: str):
    job, result = studio.done(kind="run", ground=ground, draft=three_windows(cost_per_hour=80, name="=1+1"), days=8)

    current, plan, change = result["current"], result["plan"], result["change"]
    assert current["figures"]["window_hours"]["value"] == 48
    assert plan["figures"]["window_hours"]["value"] == 24
    assert plan["figures"]["cost"]["value"] == 24 * 80
    assert plan["groups"][0]["open"] == [3] * 16
    assert change["kept_pct"]["high"] < 0, "three windows keep less than six, and the interval says so"
    assert change["p90_min"]["low"] > 0
    assert change["p90_min"]["value"] == pytest.approx(
        plan["figures"]["p90_min"]["value"] - current["figures"]["p90_min"]["value"], abs=0.02
    )
    assert change["use_pct"]["low"] > 0, "fewer windows are busier"
    for one in plan["slots"]:
        assert one["p50"]["low"] <= one["p50"]["value"] <= one["p50"]["high"]
        assert one["p50"]["value"] <= one["p90"]["value"]
    assert max(one["queue"] for one in plan["slots"]) > max(one["queue"] for one in current["slots"])
    assert {one["basis"] for one in result["basis"]} == {"fitted", "assumed"}
    assert "days" not in {one["about"] for one in result["basis"]}, "that one weekday was asked for is no assumption"
    assert studio.get(f"/jobs/{job}").json()["job"]["pace"]["before"].keys() == {"n", "p50_ms", "p99_ms"}

    book = load_workbook(BytesIO(studio.get(f"/jobs/{job}/report.xlsx").content))
    assert book.sheetnames == ["摘要 Summary", "差异 Differences", "半小时 Half-hours", "窗口 Windows", "依据 Basis"]
    summary = {row[0]: row[1:] for row in book["摘要 Summary"].iter_rows(values_only=True)}
    kept = plan["figures"]["kept_pct"]
    assert summary["承诺时间内叫号 Called in time (%)"][3] == pytest.approx(kept["value"], abs=0.001)
    assert summary["承诺时间内叫号 Called in time (%)"][4] == pytest.approx(kept["low"], abs=0.001)
    assert_differences(book, change)
    assert all(cell.data_type != "f" for sheet in book for row in sheet.iter_rows() for cell in row)
    assert book["依据 Basis"].max_row > 4


def assert_differences(book: Workbook, change: dict[str, Any]) -> None:
    """Every difference that the page has a row for is in the workbook, with its interval."""
    rows = {row[0]: row[2:] for row in book["差异 Differences"].iter_rows(min_row=2, values_only=True)}
    titles = {
        "p50_min": "等候 Wait P50 (min)",
        "p90_min": "等候 Wait P90 (min)",
        "longest_min": "最长等候 Longest wait (min)",
        "use_pct": "窗口利用率 Use of windows (%)",
        "cost": "费用 Cost",
        "visitors": "到访人数 Visitors",
    }
    assert len(rows) == len(change)
    for code, title in titles.items():
        one = change[code]
        assert rows[title] == pytest.approx((one["value"], one["low"], one["high"]), abs=0.001)


def test_kept_plans_are_compared_on_the_same_people(studio: Studio, ground: str):
    kept = []
    for name, draft in (("三个窗口", three_windows()), ("照旧", DRAFT)):
        job, _ = studio.done(kind="run", ground=ground, draft=draft, days=4)
        answer = studio.post("/plans", {"name": name, "job": job})
        assert answer.status_code == 201
        kept.append(answer.json()["plan"]["id"])

    job, result = studio.done(kind="compare", plans=kept, days=8)

    first, more = result["plans"]
    assert [first["name"], more["name"]] == ["三个窗口", "照旧"]
    assert first["change"] is None
    assert more["change"]["window_hours"]["value"] == 24
    assert studio.get(f"/jobs/{job}/report.xlsx").status_code == 200
    assert [one["id"] for one in studio.get().json()["plans"]] == kept[::-1]
    assert studio.post(f"/plans/{kept[0]}/delete").status_code == 200
    assert studio.post(f"/plans/{kept[0]}/delete").json()["code"] == "UNKNOWN_STUDIO_PLAN"
    assert studio.post("/jobs", {"ask": {"kind": "compare", "plans": kept}}).json()["code"] == "UNKNOWN_STUDIO_PLAN"


def test_a_sizing_says_how_surely_it_holds_and_what_tells(studio: Studio, ground: str):
    asked = {"kept_pct": 80, "p50_min": 10, "p90_min": 20, "use_pct": 95, "days": 8}
    job, result = studio.done(kind="size", ground=ground, draft={**DRAFT, "demand_pct": 50}, **asked)

    sized, kept = result["sized"], studio.get(f"/jobs/{job}").json()["job"]["ask"]
    assert asked.items() <= kept.items()
    assert sized["within_min"] == result["target_min"]
    assert sized["worst_hour"] in {f"{hour:02}:00" for hour in range(9, 17)}
    assert sized["worst"]["low"] <= sized["worst"]["value"] <= sized["worst"]["high"]
    assert sized["held"] or not sized["sure"]
    assert (sized["tells"] is None) == sized["sure"]
    assert [(one["kind"], one["wanted"]) for one in sized["day"]] == [("use", 0.95)]
    assert result["plan"]["figures"]["p50_min"]["value"] <= 10
    assert result["plan"]["figures"]["p90_min"]["value"] <= 20


# ---- what a scenario may not say ----


def test_a_guarantee_for_the_booked_where_nobody_books_is_refused_in_a_sentence(studio: Studio, ground: str):
    failure = studio.failure(kind="size", ground=ground, draft=DRAFT, booked_pct=95, booked_min=10)

    assert failure["code"] == "BAD_TARGET"
    assert "没有人预约" in failure["zh"]
    assert "nobody has a booking" in failure["en"]


def test_a_sizing_that_asks_nothing_of_waits_is_refused_in_a_sentence(studio: Studio, ground: str):
    failure = studio.failure(kind="size", ground=ground, draft=DRAFT, kept_pct=None, use_pct=85)

    assert failure["code"] == "BAD_TARGET"
    assert "nothing of waits" in failure["en"]


@pytest.mark.parametrize(
    "beyond",
    [
        {"kept_pct": 100}, {"p50_min": 0}, {"p90_min": 241}, {"booked_pct": 0.5}, {"booked_min": 0},
        {"booked_min": None}, {"use_pct": 5},
    ],
)  # fmt: skip
def test_a_requirement_beyond_its_bounds_is_no_ask(studio: Studio, ground: str, beyond: dict[str, Any]):
    answer = studio.post("/jobs", {"ask": {"kind": "size", "ground": ground, "draft": DRAFT, **beyond}})

    assert (answer.status_code, answer.json()["code"]) == (422, "INVALID_INPUT")


def test_a_plan_that_contradicts_itself_is_refused_at_its_field_and_changes_nothing(studio: Studio, ground: str):
    before = studio.get().json()["plans"]

    failure = studio.failure(kind="run", ground=ground, draft={**DRAFT, "hours": ["17:00-09:00"], "demand_pct": -20})

    assert failure["code"] == "SCENARIO_INVALID"
    faults = {one["code"]: one for one in failure["faults"]}
    assert faults["CLOSES_BEFORE_OPENING"]["field"] == "hours"
    assert faults["NEGATIVE"]["field"] == "demand_pct"
    assert studio.get().json()["plans"] == before


def test_what_is_no_ask_is_refused_before_any_process_begins(studio: Studio, ground: str):
    for ask in ({}, {"kind": "nothing"}, {"kind": "run", "ground": ground, "draft": {}}, {**LONG, "ground": "x"}):
        assert studio.post("/jobs", {"ask": ask}).status_code == 422
    assert studio.post("/jobs", {"ask": {**LONG, "ground": "0" * 16}}).json()["code"] == "UNKNOWN_STUDIO_JOB"
    assert studio.get("/jobs/0123456789abcdef").json()["code"] == "UNKNOWN_STUDIO_JOB"
    assert studio.get(f"/jobs/{ground}/report.xlsx").json()["code"] == "STUDIO_NOT_DONE"
    assert not processes(studio)


# ---- processes ----


def test_a_worker_yields_to_everybody_tells_the_remaining_time_and_leaves_no_process_when_cancelled(
    studio: Studio, ground: str
):
    job = studio.begin(**{**LONG, "ground": ground})
    until(lambda: studio.get(f"/jobs/{job}").json()["job"]["progress"], "it told no progress")
    progress = studio.get(f"/jobs/{job}").json()["job"]["progress"]
    assert progress["total"] == 800
    assert progress["left_s"] > 0
    [process] = processes(studio)
    assert os.getpriority(os.PRIO_PROCESS, process) > os.getpriority(os.PRIO_PROCESS, 0)

    cancelled = studio.post(f"/jobs/{job}/cancel").json()["job"]

    assert cancelled["failure"]["code"] == "STUDIO_CANCELLED"
    assert not Path(f"/proc/{process}").exists()
    assert studio.post(f"/jobs/{job}/cancel").json()["job"]["failure"]["code"] == "STUDIO_CANCELLED"


def test_a_manager_has_one_job_and_the_house_two(studio: Studio, ground: str):
    mine = studio.begin(**{**LONG, "ground": ground})
    others = [Studio(studio.served, who) for who in ("network", "admin")]
    theirs = others[0].begin(**{**LONG, "ground": ground})

    second = studio.post("/jobs", {"ask": {**LONG, "ground": ground}})
    third = others[1].post("/jobs", {"ask": {**LONG, "ground": ground}})

    assert (second.status_code, second.json()["code"]) == (409, "STUDIO_YOURS_RUNS")
    assert second.json()["facts"]["job"] == mine
    assert studio.get().json()["yours"] == {"job": mine, "hall": HALL}
    assert others[1].get().json()["yours"] is None
    assert (third.status_code, third.json()["code"]) == (409, "STUDIO_BUSY")
    for job in (mine, theirs):
        studio.post(f"/jobs/{job}/cancel")
    assert studio.served.house.studio.running == 0


def test_a_killed_worker_gives_a_coded_message(studio: Studio, ground: str):
    job = studio.begin(**{**LONG, "ground": ground})
    until(lambda: studio.get(f"/jobs/{job}").json()["job"]["progress"], "it told no progress")

    os.kill(processes(studio)[0], signal.SIGKILL)

    assert studio.ended(job)["failure"]["code"] == "STUDIO_KILLED"


def test_a_job_that_takes_too_long_is_ended(studio: Studio, ground: str):
    desk = studio.served.house.studio
    desk.seconds = 1
    try:
        failure = studio.failure(**{**LONG, "ground": ground})
    finally:
        desk.seconds = 900

    assert failure["code"] == "STUDIO_TOO_LONG"
    assert not processes(studio)


def test_a_job_over_its_memory_says_so_and_the_live_hall_goes_on(studio: Studio):
    """Nearly a million visits do not fit into 300 MB: the worker ends with a code, the hall answers, the next job runs."""
    desk, before = studio.served.house.studio, studio.served.seq(HALL)
    crowd = studio.done(kind="stated", visits=900_000)[0]
    few = studio.done(kind="stated", visits=100)[0]
    desk.megabytes = 300
    try:
        failure = studio.failure(kind="run", ground=crowd, draft=DRAFT, days=4)
        assert failure["code"] == "STUDIO_MEMORY"
        assert "300 MB" in failure["zh"]
        assert "300 MB" in failure["en"]
        assert not processes(studio)
        assert studio.served.client("manager").get(f"/api/halls/{HALL}/state").status_code == 200
        assert studio.done(kind="run", ground=few, draft=DRAFT, days=4)[1]["days"] == 4
    finally:
        desk.megabytes = MEGABYTES

    assert studio.get().json()["limits"]["megabytes"] == MEGABYTES
    assert studio.served.seq(HALL) == before


def test_a_server_that_stops_ends_its_workers_and_says_so_afterwards(tmp_path: Path):
    plan = fill(tmp_path, past_setting(2))
    with serving(tmp_path, plans={HALL: plan}) as served:
        studio = Studio(served)
        ground = studio.done(kind="stated", visits=200)[0]
        job = studio.begin(**{**LONG, "ground": ground})
        until(lambda: processes(studio), "no process began")
        [process] = processes(studio)

    assert not Path(f"/proc/{process}").exists()
    with serving(tmp_path, plans={HALL: plan}) as served:
        jobs = {one["id"]: one for one in Studio(served).get().json()["jobs"]}
    assert jobs[job]["failure"]["code"] == "STUDIO_SERVER_STOPPED"
    assert jobs[ground]["state"] == "done"


def test_a_node_that_starts_ends_only_jobs_that_no_other_node_can_be_running(tmp_path: Path):
    database = Database(tmp_path)
    upgrade(database)
    store, now_ms = StudioStore(database), time.time_ns() // 1_000_000
    for name, at_ms in (("0000000000000001", now_ms - 3_600_000), ("0000000000000002", now_ms - 60_000)):
        store.add(Job(id=name, hall=HALL, kind="stated", actor="manager:m", state="running", at_ms=at_ms,
                      ask=StatedAsk(visits=200)))  # fmt: skip

    asyncio.run(StudioDesk(store, tmp_path, Pulse(), Theatre("1"), is_shared=True).start())

    assert {job.id[-1]: job.state for job in store.jobs(HALL)} == {"1": "failed", "2": "running"}
    database.close()


def test_a_worker_ends_with_a_server_that_is_killed():
    """The server holds the other end of its standard input: with the server's death the worker reads the end of it."""
    setting = past_setting(2)
    ask = StatedAsk(visits=300)
    work = Work(hall=HALL, data="", ask=ask, plan=setting.plan, calendar=setting.calendar, seconds=600, megabytes=1_500)
    kept = msgspec.Raw(msgspec.json.encode(stated(work, ask)))
    run = RunAsk(ground="0" * 16, draft=Draft(date=TUESDAY), days=400)
    command = [sys.executable, "-m", "server.studio.worker"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as worker:
        assert worker.stdin is not None
        assert worker.stdout is not None
        worker.stdin.write(msgspec.json.encode(msgspec.structs.replace(work, ask=run, ground=kept)) + b"\n")
        worker.stdin.flush()
        assert b"progress" in worker.stdout.readline()

        worker.stdin.close()

        assert worker.wait(WAIT_S) == 3


def test_the_server_itself_never_loads_the_simulation():
    code = "import server.app, sys; sys.exit(any(n.partition('.')[0] in ('simulation', 'scipy') for n in sys.modules))"

    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
