"""`onewindow merge`: causes apart on the same people, sums that close, counter-cases, and refusals in both languages."""

from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from hall.catalog import Item, Serves, Text
from simulation.setting import Behaviour, Mix, Setting
from simulation.sizing.asked import with_visits
from simulation.sizing.errors import BadGroups
from simulation.sizing.merge import Merged, Wish, merge
from simulation.sizing.merge_command import merge as merge_command
from simulation.sizing.merge_report import report_of
from simulation.sizing.ranges import Range, range_of
from simulation.sizing.structures import Structure, breadth_of, placed, shared_out, structure_of
from tests.simulation.settings import plan_of, setting_of

MINUTE_MS = 60_000
DAYS = 8


def hall(*, per_hour: float = 54, windows: int = 12) -> Setting:
    """Six items in two themes, with 10 minutes each, at windows that serve all."""
    items = [
        Item(f"item-{number}", Text("事项"), "left" if number < 3 else "right", 10 * MINUTE_MS, 80)
        for number in range(6)
    ]
    plan = plan_of(windows, items=items, serves=[Serves(everything=True)] * windows)
    mix = Mix(items=tuple((item.code, 1.0) for item in items))
    return setting_of(plan, per_hour=per_hour, mix=mix, behaviour=Behaviour(walk_ms=20_000))


def merged(setting: Setting, before: str, after: str, **beliefs: object) -> Merged:
    wish = Wish(
        before=structure_of(before, setting),
        after=structure_of(after, setting),
        **beliefs,  # type: ignore[arg-type]  # ranges by name
    )
    return merge(setting, wish, days=DAYS)


def test_merged_windows_serve_the_same_people_sooner_and_fewer_windows_later() -> None:
    """Pooling by itself shortens waits, fewer windows by themselves lengthen them; steps sum to the whole difference."""
    (case,) = merged(hall(), "12/6", "10").cases
    pooling, windows = case.causes

    assert [one.code for one in case.causes] == ["pooling", "windows"]
    assert pooling.step.high < 0
    assert windows.step.low > 0
    assert windows.alone.low > 0
    assert pooling.step.value + windows.step.value == pytest.approx(case.total_min.value)
    alone = pooling.alone.value + windows.alone.value + case.interaction_min.value
    assert alone == pytest.approx(case.total_min.value)
    assert case.stages[0].visitors == case.stages[-1].visitors


def test_slower_generalists_can_take_away_all_that_pooling_brought() -> None:
    """The claim is never built in: the same merge is better at one end of the range and worse at the other."""
    found = merged(hall(), "12/6", "11", service=Range(0.9, 1.5))
    cautious, hopeful = found.cases

    assert [one.tone for one in report_of(found, version="0").findings] == ["bad", "good"]
    assert cautious.total_min.low > 0
    assert hopeful.total_min.high < 0
    assert [one.step for one in cautious.causes[:2]] == [one.step for one in hopeful.causes[:2]]
    assert cautious.given["service"] == 1.5


def test_a_merge_that_changes_nothing_is_not_told_as_a_change() -> None:
    (finding,) = report_of(merged(hall(), "12/6", "12/6"), version="0").findings

    assert finding.tone == "open"
    assert finding.text.en.endswith("; no difference can be told.")


def test_items_that_are_filed_online_bring_nobody() -> None:
    """Half of one of two equal themes: a quarter of the visitors."""
    (case,) = merged(hall(), "12/6", "12", online=(("left", Range(0.5, 0.5)),)).cases

    assert case.causes[-1].code == "online"
    share = case.stages[-1].visitors.value / case.stages[0].visitors.value
    assert share == pytest.approx(0.75, abs=0.05)
    assert case.causes[-1].alone.high < 0


def test_only_items_whose_windows_serve_more_than_before_are_served_by_generalists() -> None:
    setting = hall()
    before = structure_of("12/6", setting)
    half = Structure(
        Text("一半", "half"),
        (before.groups[0], msgspec.structs.replace(before.groups[1], count=10, serves=Serves(everything=True))),
    )

    wide = breadth_of(half, setting.plan)

    assert breadth_of(before, setting.plan) == {f"item-{number}": 1 for number in range(6)}
    assert wide["item-0"] == 1
    assert wide["item-5"] == 6


def test_the_walk_is_a_cause_of_its_own() -> None:
    (case,) = merged(hall(), "12/6", "12", walk=Range(4, 4)).cases

    assert case.causes[-1].code == "walk"
    assert case.causes[-1].step.value > 0


def test_the_scenario_s_own_windows_can_stand_at_the_end_and_keep_their_groups() -> None:
    setting = hall()
    own = structure_of("plan", setting)

    assert own.windows == 12
    assert own.with_windows(20).windows == 20
    assert len(placed(setting, own.with_windows(20)).plan.catalog.windows) == 20


def test_windows_are_shared_out_wholly_and_every_group_has_one() -> None:
    assert shared_out(92, [1.0] * 23) == [4] * 23
    assert shared_out(5, [100, 1, 1]) == [3, 1, 1]
    assert sum(shared_out(59, [3, 2, 2, 1])) == 59


@pytest.mark.parametrize(
    ("before", "after", "beliefs"),
    [
        ("many", "plan", {}),
        ("3/4", "plan", {}),
        ("12/7", "plan", {}),
        ("0", "plan", {}),
        ("12/6", "5000", {}),
        ("12/6", "4/2", {"service": Range(0, 1)}),
        ("12/6", "4/2", {"online": (("nothing", Range(0, 1)),)}),
        ("12/6", "4/2", {"online": (("left", Range(1, 2)),)}),
        ("12/6", "4", {}),
    ],
)
def test_what_makes_no_hall_is_refused_with_its_reason(before: str, after: str, beliefs: dict[str, object]) -> None:
    with pytest.raises(BadGroups) as refused:
        merged(hall(), before, after, **beliefs)

    assert refused.value.text("zh").startswith("窗口分组有误")
    assert refused.value.text("en").startswith("the groups of windows")


@pytest.mark.parametrize(
    ("text", "ends"),
    [
        ("0.8..0.95", (0.8, 0.95)),
        ("5%..10%", (0.05, 0.1)),
        ("300", (300, 300)),
        ("20%", (0.2, 0.2)),
        ("9..8", None),
        ("5%..10", None),
        ("-1..2", None),
        ("", None),
    ],
)
def test_ranges_are_read_or_refused(text: str, ends: tuple[float, float] | None) -> None:
    found = range_of(text)

    assert (None if found is None else found.ends()) == (None if ends is None else pytest.approx(ends))


def test_visitors_can_be_stated() -> None:
    demand = with_visits(hall(), 300).demand

    assert sum(one.per_hour * (one.to_min - one.from_min) / 60 for one in demand.pieces) == pytest.approx(300)
    assert with_visits(hall(), None) == hall()


def test_the_command_answers_with_tables_files_and_refusals(tmp_path: Path) -> None:
    file = tmp_path / "merged.json"
    words = ["yuancheng", "--before", "20/5", "--after", "16", "--visits", "60", "--days", "4", "--seed", "3"]

    done = CliRunner().invoke(merge_command, [*words, "--json", str(file)])
    figures = msgspec.json.decode(file.read_bytes(), type=Merged)

    assert done.exit_code == 0, done.output
    assert "seed 3" in done.output
    assert "窗口合并" in done.output
    assert "[assumed] merge" in done.output
    assert f"{figures.cases[0].total_min.value:,.2f}" in done.output

    assert "[BAD_GROUPS]" in CliRunner().invoke(merge_command, ["yuancheng", "--before", "20/x"]).output
    wrong = CliRunner().invoke(merge_command, ["yuancheng", "--before", "20/5", "--service", "fast"])
    assert wrong.exit_code == 2
    assert "0.8..0.95" in wrong.output
    twice = CliRunner().invoke(
        merge_command, ["yuancheng", "--before", "20/5", "--online", "general=1", "--online", "general=1"]
    )
    assert twice.exit_code == 2
