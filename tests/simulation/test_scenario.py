"""Scenario files: what comes with the product can be run, and what contradicts itself is refused with its line."""

from pathlib import Path

import msgspec
import pytest

from hall.ids import MINUTE_MS
from server.forecast.plans import preset_hall
from server.presets.install import init_preset
from simulation.errors import FAULTS, TEXTS, Fault, ScenarioInvalid
from simulation.halls import offered_hall
from simulation.lines import Lines
from simulation.scenario import FOLDER, load_scenario, scenario_names
from simulation.scenario_checks import Report, check_shifts
from simulation.scenario_form import HallForm
from simulation.setting import Setting, Shift
from simulation.twin import Twin
from tests.simulation.settings import plan_of

SOUND = """\
name = { zh = "试验", en = "Trial" }
seed = 3

[hall]
plan = "hall.json"

[days]
first = "2026-11-23"
count = 7
holidays = ["2026-11-25"]

[demand]
visits = 200
until = "17:00"
classes = { ordinary = 0.9, elder = 0.1 }
by_time = { "9" = 0.5, "12:30" = 0.5 }
by_weekday = { "1" = 1.2 }

[service]
items = { visit = { mean_min = 12, cv = 0.8 } }

[behaviour]
patience_min = 60

[policy]
calling = { miss_calls = 1 }

[[staffing.shifts]]
windows = ["W000..W002"]
from = "9:00"
to = "17:00"
breaks = ["12:00-12:30"]

[[staffing.numbers]]
windows = ["W003", "W004"]
from = "10:00"
open = [1, 2, 2, 1]

[[assumptions]]
about = "demand"
zh = "假设"
en = "Assumed"
"""


def scenario(tmp_path: Path, text: str) -> Path:
    (tmp_path / "hall.json").write_bytes(msgspec.json.encode(plan_of(5)))
    path = tmp_path / "trial.toml"
    path.write_text(text, encoding="utf-8")
    return path


def faults(tmp_path: Path, before: str, after: str) -> list[Fault]:
    """Change one place of the sound file and return what is said about it."""
    assert before in SOUND, before
    with pytest.raises(ScenarioInvalid) as caught:
        load_scenario(scenario(tmp_path, SOUND.replace(before, after, 1)))
    for language in ("zh", "en"):
        assert all(fault.text(language).startswith("trial.toml:") for fault in caught.value.faults)
    return list(caught.value.faults)


def line_of(text: str) -> int:
    return next(number for number, line in enumerate(SOUND.splitlines(), 1) if line.startswith(text))


def test_a_sound_file_says_what_it_means(tmp_path: Path) -> None:
    setting = load_scenario(scenario(tmp_path, SOUND))

    assert setting.dates == ("2026-11-23", "2026-11-24", "2026-11-26", "2026-11-27", "2026-11-28", "2026-11-29")
    assert [(one.from_min, one.to_min) for one in setting.demand.pieces] == [(540, 750), (750, 1020)]
    assert sum(one.per_hour * (one.to_min - one.from_min) / 60 for one in setting.demand.pieces) == pytest.approx(200)
    assert setting.plan.policy.calling.miss_calls == 1
    assert setting.service.of_items == (("visit", 12 * MINUTE_MS, 0.8),)
    assert [(one.window, one.from_min, one.to_min) for one in setting.roster.shifts[3:]] == [
        ("W003", 600, 720),
        ("W004", 630, 690),
    ]
    result, _ = Twin(setting).run(0)
    assert result.taken == result.came > 150
    assert result.planned_ms == (3 * 450 + 120 + 60) * MINUTE_MS


@pytest.mark.parametrize(("until", "end"), [("12:45", 765), ("13:30", 810), ("20:00", 1200)])
def test_the_last_rate_ends_where_the_scenario_says_and_brings_no_more_people(
    tmp_path: Path, until: str, end: int
) -> None:
    setting = load_scenario(scenario(tmp_path, SOUND.replace('until = "17:00"', f'until = "{until}"')))

    assert setting.demand.pieces[-1].to_min == end
    assert sum(one.per_hour * (one.to_min - one.from_min) / 60 for one in setting.demand.pieces) == pytest.approx(200)


BAD = [
    ("visits = 200", "visits = -200", "NEGATIVE", "visits"),
    ('"12:30" = 0.5', '"12:30" = -0.5', "NEGATIVE", "by_time"),
    ("visits = 200", "visits = 0", "NOBODY_COMES", "[demand]"),
    ("classes = {", "door_share = 1.4\nclasses = {", "SHARE_RANGE", "classes"),
    ("elder = 0.1", "hero = 0.1", "UNKNOWN_CLASS", "classes"),
    ("{ visit =", "{ vist =", "UNKNOWN_ITEM", "items"),
    ('from = "9:00"', 'from = "18:00"', "CLOSES_BEFORE_OPENING", "to"),
    ("[demand]", '[hours]\nmonday_to_friday = ["17:00-09:00"]\n[demand]', "CLOSES_BEFORE_OPENING", "visits"),
    ("[demand]", '[hours]\nmonday_to_friday = ["9-12", "11-17"]\n[demand]', "SPANS_OVERLAP", "visits"),
    ("[demand]", '[new_hours]\nmoved = "lots"\n[demand]', "BAD_RANGE", "visits"),
    ("[demand]", '[new_hours]\nmoved = { evening = "9..3" }\n[demand]', "BAD_RANGE", "visits"),
    ("[demand]", '[new_hours]\ninduced = { brunch = "3..5" }\n[demand]', "UNKNOWN_PART", "visits"),
    ("[demand]", "[new_hours]\nmoved = 7\n[demand]", "WRONG_TYPE", "visits"),
    ('["12:00-12:30"]', '["16:50-17:30"]', "PAUSE_OUTSIDE", "[[staffing.shifts]]"),
    ('["12:00-12:30"]', '["12:00-12:61"]', "BAD_TIME", "breaks"),
    ('windows = ["W003", "W004"]', 'windows = ["W002", "W003"]', "SHIFTS_OVERLAP", "[[staffing.numbers]]"),
    ('windows = ["W003", "W004"]', 'windows = ["W003", "W9"]', "UNKNOWN_WINDOW", 'windows = ["W003"'),
    ("open = [1, 2, 2, 1]", "open = [1, 2, 3, 1]", "TOO_MANY_WINDOWS", "open"),
    ('first = "2026-11-23"', 'first = "2026-11-31"', "BAD_DATE", "first"),
    ("count = 7", "count = 900", "TOO_LARGE", "count"),
    ('"1" = 1.2', '"8" = 1.2', "BAD_WEEKDAY", "by_weekday"),
    ('plan = "hall.json"', 'plan = "nothing.json"', "BAD_PLAN", "plan"),
    ('plan = "hall.json"', 'preset = "atlantis"', "UNKNOWN_HALL", "[hall]"),
    ("miss_calls = 1", "miss_calls = 9", "BAD_PLAN", "[hall]"),
    ("miss_calls = 1", 'miss_calls = "one"', "BAD_FORM", "[policy]"),
    ("seed = 3", "replications = 0", "TOO_SMALL", "seed"),
    ("seed = 3", "seed = ", "NOT_TOML", "seed"),
    ("seed = 3", 'seed = "three"', "WRONG_TYPE", "seed"),
    ("patience_min", "patient_min", "UNKNOWN_FIELD", "patience_min"),
    ('about = "demand"\n', "", "MISSING_FIELD", "[[assumptions]]"),
    ("[service]", "[mix]\nitems = { visit = 0 }\n[service]", "SHARES_SUM", "[service]"),
]


@pytest.mark.parametrize(("before", "after", "code", "line"), BAD, ids=[f"{one[2]}-{one[3]}" for one in BAD])
def test_what_is_wrong_is_named_with_its_line(tmp_path: Path, before: str, after: str, code: str, line: str) -> None:
    found = faults(tmp_path, before, after)

    assert code in [one.code for one in found]
    expected = line_of(line)
    assert next(one.line for one in found if one.code == code) == expected


def test_without_windows_nobody_is_served(tmp_path: Path) -> None:
    text = SOUND[: SOUND.index("[[staffing.shifts]]")] + "[staffing]\n"

    with pytest.raises(ScenarioInvalid) as caught:
        load_scenario(scenario(tmp_path, text))

    assert [fault.code for fault in caught.value.faults] == ["NO_WINDOWS"]


def test_an_item_that_no_open_window_serves_is_named(tmp_path: Path) -> None:
    skill = '[[staffing.skills]]\nwindows = ["all"]\nthemes = ["nothing"]\n'

    found = faults(tmp_path, "[[assumptions]]", skill + "\n[[assumptions]]")

    assert [one.code for one in found] == ["UNKNOWN_THEME"]


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    text = SOUND.replace("visits = 200", "visits = -1").replace("patience_min = 60", "patience_min = -60")

    with pytest.raises(ScenarioInvalid) as caught:
        load_scenario(scenario(tmp_path, text))

    lines = [line_of("visits"), line_of("patience_min")]
    assert [fault.line for fault in caught.value.faults if fault.code == "NEGATIVE"] == lines
    assert "不能为负数" in caught.value.text("zh")
    assert "must not be negative" in caught.value.text("en")


def test_every_text_is_there_in_both_languages() -> None:
    for chinese, english in [*FAULTS.values(), *TEXTS.values()]:
        assert any("\u4e00" <= sign <= "\u9fff" for sign in chinese), chinese
        assert english.isascii(), english


DISTRICTS = ("baoan", "futian", "futian-graduates", "longgang", "nanshan", "yuancheng")


def shipped(name: str) -> Setting:
    return load_scenario(FOLDER / f"{name}.toml", resolve=preset_hall)


def test_the_five_districts_and_the_graduate_peak_come_with_the_product() -> None:
    assert {*DISTRICTS, "hall-day"} == set(scenario_names())


@pytest.mark.parametrize("name", DISTRICTS)
def test_a_shipped_scenario_runs_and_names_its_assumptions(name: str) -> None:
    setting = shipped(name)

    about = {one.about.partition(".")[0] for one in setting.assumptions}
    assert {"demand", "mix", "service", "behaviour", "appointments", "staffing"} <= about
    assert all(one.text.zh and one.text.en for one in setting.assumptions)
    result, _ = Twin(setting).run(1)
    assert result.done > 0.9 * result.taken > 0
    assert result.booked > result.no_shows > 0
    assert sum(one.called for one in result.by_class.values()) == result.all.called


def test_a_constructed_standard_day_comes_with_the_product_and_says_so() -> None:
    """The last rate ends with the day: nobody is drawn for a time at which the hall is closed."""
    setting = shipped("hall-day")
    result, _ = Twin(setting).run(0)

    assert {one.about for one in setting.assumptions} == {"demand", "service", "behaviour", "staffing"}
    assert setting.demand.pieces[-1].to_min == setting.plan.hours.days[0][0].to_min
    assert result.turned_away == 0
    assert result.done == result.taken > 1_200


def test_lines_are_found_in_tables_lists_and_inline_tables() -> None:
    lines = Lines(
        'a = 1\n[b."c d"]\nx.y = 2\nlist = [\n  { p = 1 },\n  # remark ]\n  { p = 2, q = "]" },\n]\n'
        "[[t]]\nk = 1\n[[t]]\nk = { m = 1, n = 2 }\n"
    )

    assert lines.of("a") == 1
    assert lines.of("b", "c d") == 2
    assert lines.of("b", "c d", "x", "y") == 3
    assert lines.of("b", "c d", "list", 1, "q") == 7
    assert lines.of("t", 1, "k", "n") == 12
    assert lines.of("t", 0, "unknown", "deeper") == 9
    assert lines.of("nowhere") == 1


def test_a_short_shift_inside_a_long_one_overlaps_it_whatever_stands_between_on_other_days() -> None:
    """Sorted by time, a shift of another day stands between the two."""
    shifts = [
        Shift(window="W1", weekdays=(1, 2), from_min=510, to_min=1110),
        Shift(window="W1", weekdays=(3,), from_min=540, to_min=600),
        Shift(window="W1", weekdays=(1,), from_min=720, to_min=780),
    ]
    report = Report(Path("hall.toml"), Lines(""))

    check_shifts([(shift, ("staffing", "shifts", number)) for number, shift in enumerate(shifts)], report)

    [fault] = report.faults
    assert (fault.code, fault.facts["time"]) == ("SHIFTS_OVERLAP", "12:00-13:00")


LIVE = """\
name = { zh = "试验", en = "Trial" }

[hall]
data = "data"
hall = "{hall}"

[days]
first = "2026-11-23"
count = 1

[demand]
visits = 120
until = "17:00"
by_time = { "9" = 1 }

[[staffing.shifts]]
windows = ["{window}"]
from = "9:00"
to = "17:00"
"""


def test_a_scenario_may_name_a_hall_of_a_servers_settings_as_they_are_now(tmp_path: Path) -> None:
    """The folder is seen from the scenario's own file; a hall or a folder that is not there is named with its line."""
    hall = init_preset(tmp_path / "data", "yuancheng").halls[0]
    plan = preset_hall(HallForm(preset="yuancheng", hall=hall)).plan
    file = tmp_path / "live.toml"
    text = LIVE.replace("{hall}", hall).replace("{window}", plan.catalog.windows[0].code)
    file.write_text(text, "utf-8")

    setting = load_scenario(file, resolve=offered_hall)

    assert setting.plan.hall == hall
    assert setting.plan.catalog == plan.catalog
    for wrong in (text.replace(f'"{hall}"', '"atlantis"'), text.replace('"data"', '"nowhere"')):
        file.write_text(wrong, "utf-8")
        with pytest.raises(ScenarioInvalid) as caught:
            load_scenario(file, resolve=offered_hall)
        assert [(one.code, one.line) for one in caught.value.faults] == [("UNKNOWN_HALL", 3)]
