"""Drawn plans as scenarios: every contradiction at its field, and the same days as the command line simulates."""

import math
from typing import Any

import msgspec
import pytest

from hall.ids import MINUTE_MS
from hall.opening import WeekHours
from server.studio.asks import (
    CompareAsk,
    Done,
    Draft,
    Failed,
    FileAsk,
    Group,
    Saved,
    SizeAsk,
    StatedAsk,
    Work,
)
from server.studio.worker import sizes
from server.studio.worker.draft import drawn, setting_of
from server.studio.worker.figures import live, side_of
from server.studio.worker.fitted import document_of
from server.studio.worker.grounds import DraftInvalid, Kept, from_file, stated
from server.studio.worker.runs import run
from server.studio.worker.work import done
from simulation.experiment import simulate
from simulation.intervals import Interval
from simulation.scenario import FOLDER
from simulation.setting import Setting
from simulation.sizing.plan import Checked
from simulation.sizing.target import Target
from simulation.summary import summary_of
from simulation.twin import Twin
from simulation.waits import BINS, SLOTS
from tests.server.studio.conftest import TUESDAY
from tests.support.past_days import HALL, past_setting

YUANCHENG = FOLDER / "yuancheng.toml"
SUNDAY = "2026-11-29"
GROUPS = (Group(tuple(f"W{n:03}" for n in range(6)), (1, 2, 2, 2, 2, 1, 1, 1, 2, 2, 2, 2, 1, 1, 1, 1)),)


def work(**facts: Any) -> Work:
    setting = past_setting(2)
    week = WeekHours((*setting.plan.hours.days[:6], ()))
    plan = msgspec.structs.replace(setting.plan, hours=week)
    every = {"ask": StatedAsk(visits=120), **facts}
    return Work(hall=HALL, data="", plan=plan, calendar=setting.calendar, seconds=60, megabytes=999, **every)


@pytest.fixture(scope="module")
def kept() -> Kept:
    return stated(work(), StatedAsk(visits=120))


@pytest.mark.parametrize(
    ("draft", "code", "field"),
    [
        ({"demand_pct": -20}, "NEGATIVE", "demand_pct"),
        ({"demand_pct": 1e8}, "TOO_LARGE", "demand_pct"),
        ({"hours": ["17:00-09:00"]}, "CLOSES_BEFORE_OPENING", "hours"),
        ({"hours": ["09:00-12:00", "11:00-17:00"]}, "SPANS_OVERLAP", "hours"),
        ({"hours": ["nine"]}, "BAD_TIME", "hours"),
        ({"groups": [{"windows": ["W000"], "open": [0] * 16}]}, "NO_WINDOWS", "groups"),
        ({"groups": [{"windows": ["W000"], "open": [-1]}]}, "NEGATIVE", "groups.0.open"),
        ({"groups": [{"windows": ["W000"], "open": [2]}]}, "TOO_MANY_WINDOWS", "groups.0.open"),
        ({"groups": [{"windows": ["X9"], "open": [1]}]}, "UNKNOWN_WINDOW", "groups.0.windows"),
        ({"groups": [{"windows": ["W000"], "open": [1]}] * 2}, "SHIFTS_OVERLAP", "groups.1"),
        ({"skills": [{"windows": ["W000"], "items": ["nothing"]}]}, "UNKNOWN_ITEM", "skills.0.items.nothing"),
        ({"date": "2026-11-31"}, "BAD_DATE", "date"),
        ({"date": SUNDAY}, "STUDIO_CLOSED_DATE", "date"),
        ({"stop_before_min": -1}, "NEGATIVE", "stop_before_min"),
        ({"target_min": -5}, "NEGATIVE", "target_min"),
    ],
)
def test_a_plan_that_contradicts_itself_is_refused_at_its_field(
    kept: Kept, draft: dict[str, Any], code: str, field: str
) -> None:
    told = msgspec.convert({"date": TUESDAY, "start": "09:00", **draft}, Draft)

    with pytest.raises(DraftInvalid) as refused:
        setting_of(kept, told, seed=1, days=4)

    assert (code, field) in {(one.code, one.field) for one in refused.value.faults}
    assert all(one.zh and one.en and "scenario.toml" not in one.zh for one in refused.value.faults)


def test_nobody_and_negative_visits_are_no_ground() -> None:
    for visits, code in ((-5, "NEGATIVE"), (0, "NOBODY_COMES")):
        note = done(work(ask=StatedAsk(visits=visits)), lambda *_: None)
        assert isinstance(note, Failed)
        assert code in {one.code for one in note.faults}


def test_the_studio_and_the_command_line_simulate_the_same_days(kept: Kept) -> None:
    """One engine: the figures of a run are those of ``simulate`` for the same setting, seed and days."""
    setting = setting_of(kept, Draft(date=TUESDAY), seed=3, days=6)

    told = live([setting], 6, lambda _: None)[0]

    assert summary_of(setting, told.days) == summary_of(setting, simulate(setting, range(6)))


def test_half_hours_have_the_quantiles_and_the_queue_of_their_waits(kept: Kept) -> None:
    """The same quantiles as the summary of all days; the queue is that of Little's law, whoever leaves included."""
    setting = setting_of(kept, Draft(date=TUESDAY, start="09:00", groups=GROUPS), seed=1, days=8)
    hasty = msgspec.structs.replace(setting.behaviour, patience_ms=10 * MINUTE_MS, gives_back=0.7)
    setting = msgspec.structs.replace(setting, behaviour=hasty)
    lived = live([setting], 8, lambda _: None)[0]
    summary = summary_of(setting, lived.days)

    side = side_of(lived, weekday=2, cost_per_hour=None)

    for one, other in zip(side["slots"], summary.slots, strict=True):
        assert one["p90"]["value"] == pytest.approx(other.p90_min, abs=0.01)
        assert one["p50"]["value"] == pytest.approx(other.p50_min, abs=0.01)
    assert lived.waits.shape == (8, SLOTS, BINS)
    called_min = lived.days.fact("wait_ms").mean() / MINUTE_MS
    leave_min = sum(waited_by_who_left(setting, number) for number in range(8)) / 8 / MINUTE_MS
    assert leave_min > 0.1 * called_min
    assert sum(one["queue"] for one in side["slots"]) * 30 == pytest.approx(called_min + leave_min, rel=0.01)
    assert side["figures"]["cost"] is None


def waited_by_who_left(setting: Setting, number: int) -> int:
    """Return the time of a day that people waited who were never called."""
    world = Twin(setting).world(number)
    world.run()
    tickets = world.state.tickets.values()
    return sum(one.finished_ms - one.arrived_ms for one in tickets if not one.first_called_ms)


def test_a_drawn_plan_is_drawn_back_as_it_was(kept: Kept) -> None:
    setting = setting_of(kept, Draft(date=TUESDAY, start="09:00", groups=GROUPS), seed=1, days=4)

    found = drawn(kept.plan, setting.roster.shifts, 2)

    assert (found.start, found.groups[0].open) == ("09:00", GROUPS[0].open)


def test_other_hours_and_closing_rules_say_what_they_assume(kept: Kept) -> None:
    draft = Draft(date=TUESDAY, hours=("09:00-19:00",), at_close="stop", stop_before_min=30, target_min=10)

    setting = setting_of(kept, draft, seed=1, days=4)

    assert setting.plan.hours.days[1][0].to_min == 19 * 60
    assert setting.plan.policy.issuing.stop_before_close_ms == 30 * 60_000
    assert (setting.roster.at_close, setting.target_ms) == ("stop", 600_000)
    assert "hours" in {one.about for one in setting.assumptions}
    as_it_is = setting_of(kept, draft, seed=1, days=4, as_it_is=True)
    assert as_it_is.plan.hours.days == kept.plan.hours.days
    assert as_it_is.plan.policy == kept.plan.policy
    assert as_it_is.target_ms == 600_000


def test_plans_of_other_days_or_grounds_are_not_compared(kept: Kept) -> None:
    ground = msgspec.Raw(msgspec.json.encode(kept))
    first = Saved("a", "1" * 16, Draft(date=TUESDAY))
    for other in (
        Saved("b", "1" * 16, Draft(date="2026-11-25")),
        Saved("b", "2" * 16, Draft(date=TUESDAY)),
        Saved("b", "1" * 16, Draft(date=TUESDAY, demand_pct=110)),
    ):
        ask = CompareAsk(plans=("1" * 16, "2" * 16), days=4)
        note = done(work(ask=ask, ground=ground, saved=(first, other)), lambda *_: None)
        assert isinstance(note, Failed)
        assert note.code == "STUDIO_OTHER_DAY"


def test_a_scenario_text_is_refused_at_its_lines_and_names_no_file_of_the_server() -> None:
    text = YUANCHENG.read_text("utf-8")
    wrong = text.replace("visits = ", "visits = -", 1) + "\n[mix.items]\nnothing = 1\n"

    note = done(work(ask=FileAsk(text=wrong)), lambda *_: None)

    assert isinstance(note, Failed)
    lines = {fault.code: fault.line for fault in note.faults}
    assert lines["NEGATIVE"] == next(n for n, line in enumerate(wrong.splitlines(), 1) if line.startswith("visits"))
    assert lines["UNKNOWN_ITEM"] == len(wrong.splitlines())
    other = done(work(ask=FileAsk(text="[hall]\nplan = '/etc/passwd'")), lambda *_: None)
    assert isinstance(other, Failed)
    assert [(fault.code, fault.line) for fault in other.faults] == [("UNKNOWN_HALL", 2)]


def test_a_shipped_scenario_is_a_ground_and_the_same_ask_has_the_same_result() -> None:
    kept = from_file(work(), FileAsk(text=YUANCHENG.read_text("utf-8")))
    assert document_of(kept, None)["basis"] == "file"

    first, again = (run(kept, Draft(date=TUESDAY), days=4, seed=9, tell=lambda *_: None) for _ in range(2))

    assert first["current"]["figures"]["visitors"].value > 300
    assert msgspec.json.encode(first) == msgspec.json.encode(again)


def test_the_fewest_windows_keep_the_promise_on_fresh_days_and_cost_less_than_all(kept: Kept) -> None:
    ask = SizeAsk(ground="0" * 16, draft=Draft(date=TUESDAY), kept_pct=80, days=10)
    ground = msgspec.Raw(msgspec.json.encode(kept))

    note = done(work(ask=ask, ground=ground), lambda *_: None)

    assert isinstance(note, Done)
    sized, plan = note.result["sized"], note.result["plan"]
    assert sized["held"]
    assert sized["window_hours"] == plan["figures"]["window_hours"].value
    assert sized["window_hours"] < note.result["current"]["figures"]["window_hours"].value
    assert sized["sure"] == (sized["tells"] is None)
    hopeless = done(
        work(ask=msgspec.structs.replace(ask, draft=Draft(date=TUESDAY, demand_pct=900)), ground=ground),
        lambda *_: None,
    )
    assert isinstance(hopeless, Failed)
    assert hopeless.code == "TARGET_OUT_OF_REACH"


class Enough(Exception):
    """Raised in place of a search: what it was asked for is known."""


def test_all_that_a_manager_asks_is_searched_for(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    targets: list[Target] = []

    def search(_: Any, target: Target, **__: Any) -> None:
        targets.append(target)
        raise Enough

    monkeypatch.setattr(sizes, "size", search)
    draft = Draft(date=TUESDAY, target_min=20)
    whole = {"p50_min": 5, "p90_min": 15, "booked_pct": 95, "booked_min": 8, "use_pct": 85}
    for asked in ({}, {"kept_pct": None, **whole}):
        with pytest.raises(Enough):
            sizes.sized(kept, SizeAsk(ground="0" * 16, draft=draft, **asked), lambda *_: None)

    plain, full = targets
    assert plain == Target(share=0.9, within_min=20)
    assert full == Target(
        share=None, within_min=20, p50_min=5, p90_min=15, booked_share=0.95, booked_min=8, use_max=0.85
    )


def checked(kind: str, wanted: float, found: tuple[float, float, float], *, at_most: bool = False) -> Checked:
    return Checked(kind, "", 10.0, wanted, Interval(*found, 8), at_most, 5.0)


def test_what_tells_is_missed_by_most_or_else_least_sure() -> None:
    sure = checked("hour", 0.9, (0.95, 0.92, 0.98))
    unsure = checked("hour", 0.9, (0.92, 0.88, 0.96))
    less_sure = checked("use", 0.8, (0.78, 0.7, 0.86), at_most=True)
    missed = checked("booked", 0.9, (0.89, 0.85, 0.93))
    missed_more = checked("use", 0.8, (0.84, 0.8, 0.88), at_most=True)
    bare = checked("theme", 0.9, (0.91, math.nan, math.nan))
    unseen = checked("hour", 0.9, (math.nan, math.nan, math.nan))

    assert sizes.telling([sure, unseen]) is None
    assert sizes.telling([sure, unsure, bare]) == unsure
    assert sizes.telling([unsure, less_sure]) == less_sure
    assert sizes.telling([unsure, less_sure, missed]) == missed
    assert sizes.telling([missed, missed_more]) == missed_more
