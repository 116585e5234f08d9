"""Many days: the same bytes wherever they run, stopped and resumed, and intervals that hold the truth as often as they say."""

from pathlib import Path

import msgspec
import numpy as np
import pytest
from distributed import LocalCluster

from hall.ids import MINUTE_MS
from server.forecast.plans import preset_hall
from simulation.differences import day_waits
from simulation.errors import CheckpointMismatch, SweepCancelled
from simulation.experiment import CHUNK, Machine, Progress, compare, simulate, until_sure
from simulation.intervals import difference_of, mean_of, number_of, share_difference_of, share_of
from simulation.mixing import DRAWN_ITEMS, Mixer
from simulation.roster import shifts_from_numbers
from simulation.scenario import FOLDER, load_scenario
from simulation.setting import Roster, Setting
from simulation.summary import summary_of
from simulation.table import Days
from simulation.twin import Twin
from simulation.variates import Draws
from tests.simulation.settings import booked_setting, plan_of, setting_of

DAYS = 12


def small(windows: int = 5, *, per_hour: float = 24, strata: int = 1) -> Setting:
    made = setting_of(plan_of(windows), per_hour=per_hour)
    demand = msgspec.structs.replace(made.demand, day_cv=0.1, slot_cv=0.1)
    return msgspec.structs.replace(made, demand=demand, strata=strata)


def bytes_of(days: Days) -> bytes:
    return days.rows.tobytes() + days.waits.counts.tobytes() + msgspec.json.encode([days.by_class, days.by_theme])


@pytest.fixture(scope="module")
def alone() -> Days:
    return simulate(small(), range(DAYS))


@pytest.mark.slow  # processes are started
def test_two_cores_give_the_same_bytes(alone: Days) -> None:
    assert bytes_of(simulate(small(), range(DAYS), machine=Machine(jobs=2))) == bytes_of(alone)


@pytest.mark.slow  # a cluster is started
@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning")  # of the cluster's own making
def test_a_cluster_gives_the_same_bytes(alone: Days, tmp_path: Path) -> None:
    with LocalCluster(
        n_workers=1, threads_per_worker=1, dashboard_address=None, host="127.0.0.1", local_directory=str(tmp_path)
    ) as cluster:
        found = simulate(small(), range(DAYS), machine=Machine(dask=cluster.scheduler_address))

    assert bytes_of(found) == bytes_of(alone)


def test_a_stopped_run_goes_on_where_it_was(alone: Days, tmp_path: Path) -> None:
    """Stopped after the first piece, then torn in the middle of a line: the end is the same, and less is left to do."""
    file = tmp_path / "progress.jsonl"
    with pytest.raises(SweepCancelled) as stopped:
        simulate(small(), range(DAYS), progress_file=file, is_cancelled=lambda: True)
    with file.open("ab") as torn:
        torn.write(b'{"number": 1, "fir')
    told: list[Progress] = []

    found = simulate(small(), range(DAYS), progress_file=file, tell=told.append)

    assert stopped.value.done == CHUNK
    assert bytes_of(found) == bytes_of(alone)
    assert [one.done for one in told] == [2 * CHUNK, DAYS]
    assert told[-1].left_s == 0
    again: list[Progress] = []
    assert bytes_of(simulate(small(), range(DAYS), progress_file=file, tell=again.append)) == bytes_of(alone)
    assert again == []


def test_the_progress_of_another_run_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "progress.jsonl"
    simulate(small(), range(5), progress_file=file)

    with pytest.raises(CheckpointMismatch):
        simulate(small(6), range(5), progress_file=file)
    file.write_bytes(b"something else\n")
    with pytest.raises(CheckpointMismatch):
        simulate(small(), range(5), progress_file=file)


def test_plans_meet_the_same_people(alone: Days) -> None:
    """One window more: as many come on each day, and the paired difference is surer than the waits themselves."""
    before, after = compare([small(), small(6)], range(DAYS))

    assert bytes_of(before) == bytes_of(alone)
    assert (before.fact("came") == after.fact("came")).all()
    waits = [one.fact("wait_ms") / one.fact("called") / 60_000 for one in (before, after)]
    saved = difference_of(waits[1], waits[0])
    assert saved.high < 0
    assert saved.half_width < mean_of(waits[0]).half_width * 1.5
    kept = share_difference_of(
        (after.fact("kept"), after.fact("counted")), (before.fact("kept"), before.fact("counted"))
    )
    assert kept.low > 0


def test_what_is_never_negative_has_no_interval_below_none() -> None:
    """A rare long wait widens the interval of a short mean beyond zero; nobody waits less than no time."""
    waits = np.array([0.0, 0.0, 0.0, 9.0])

    assert mean_of(waits).low < 0
    assert number_of(waits).low == 0
    assert (number_of(waits).value, number_of(waits).high) == (mean_of(waits).value, mean_of(waits).high)
    assert np.isnan(number_of(waits[:1]).low), "one day says nothing of how sure it is"


def test_what_is_beyond_all_of_it_lies_in_its_interval_and_a_share_ends_at_all_of_it() -> None:
    """Windows that work after closing are busy for longer than planned; nobody keeps more promises than were made."""
    planned = np.full(8, 10.0)
    beyond = share_of(planned * [1.1, 1.2, 1.0, 1.15, 1.1, 1.2, 1.0, 1.15], planned)
    share = share_of(planned * [1.0, 0.9, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0], planned)

    assert 1 < beyond.low < beyond.value < beyond.high
    assert share.low < share.value < share.high == 1


def test_it_runs_until_it_is_sure() -> None:
    """More days until the share of kept promises is known to two points, or the limit is reached."""

    def half_width(days: Days) -> float:
        return share_of(days.fact("kept"), days.fact("counted"), block=5).half_width

    found = until_sure(small(strata=5), half_width, wanted=0.03, most_days=400)
    capped = until_sure(small(strata=5), half_width, wanted=1e-9, most_days=25)

    assert half_width(found) <= 0.03
    assert found.count > 20
    assert capped.count == 25
    assert (found.rows[:20] == simulate(small(strata=5), range(20)).rows).all()


def test_a_figure_that_no_day_has_is_not_waited_for() -> None:
    """Of days on which nobody came there is no share in time, however many more are simulated."""
    found = until_sure(small(strata=5), lambda _: float("nan"), wanted=0.03, most_days=400)

    assert found.count == 20


@pytest.mark.parametrize("stop_at", [10, 25, 50])
def test_a_run_to_a_precision_goes_on_from_one_file_in_whichever_round_it_was_killed(
    tmp_path: Path, stop_at: int
) -> None:
    """Rounds of 20, 20 and 40 days; what was done is not done again, and the count that is told goes on over the rounds."""

    def half_width(days: Days) -> float:
        return 1.0 if days.count < 50 else 0.0

    def run(file: Path | None = None, *, stop_at: int = 0) -> tuple[Days, list[Progress]]:
        told: list[Progress] = []
        found = until_sure(
            small(strata=5), half_width, wanted=0.5, most_days=400, least_days=18, tell=told.append, progress_file=file,
            is_cancelled=(lambda: told[-1].done >= stop_at) if stop_at else None,
        )  # fmt: skip
        return found, told

    file = tmp_path / "progress.jsonl"
    with pytest.raises(SweepCancelled):
        run(file, stop_at=stop_at)
    with file.open("ab") as torn:
        torn.write(b'{"part":"to')
    whole, all_told = run()
    resumed, told = run(file)
    once_more, nothing = run(file)

    assert whole.count == 80
    assert bytes_of(resumed) == bytes_of(once_more) == bytes_of(whole)
    assert [one.done for one in all_told] == list(range(5, 85, 5))
    assert [one.done for one in told] == list(range(stop_at + 5, 85, 5))
    assert nothing == []
    assert [one.name for one in tmp_path.iterdir()] == ["progress.jsonl"], "one file holds it all"


def test_a_file_of_rounds_belongs_to_one_setting(tmp_path: Path) -> None:
    file = tmp_path / "progress.jsonl"
    until_sure(small(strata=5), lambda days: 0.0, wanted=0.5, most_days=20, progress_file=file)

    with pytest.raises(CheckpointMismatch):
        until_sure(small(strata=10), lambda days: 0.0, wanted=0.5, most_days=20, progress_file=file)


def test_intervals_hold_the_mean_as_often_as_they_say() -> None:
    """Over 400 seeds of skewed figures with and without a control: 95 % intervals hold the mean in 91 to 98 %."""
    plain, controlled, shares = [], [], []
    widths = []
    for seed in range(400):
        chance = np.random.default_rng(seed)
        control = chance.normal(0, 1, 30)
        values = 10 + 2 * control + chance.gamma(4, 0.5, 30) - 2
        one, other = mean_of(values), mean_of(values, control=control)
        plain.append(one.low <= 10 <= one.high)
        controlled.append(other.low <= 10 <= other.high)
        widths.append(other.half_width / one.half_width)
        whole = chance.poisson(200, 30).astype(np.float64)
        part = chance.binomial(whole.astype(int), 0.9).astype(np.float64)
        share = share_of(part, whole)
        shares.append(share.low <= 0.9 <= share.high)

    assert 0.91 <= np.mean(plain) <= 0.98
    assert 0.91 <= np.mean(controlled) <= 0.98
    assert 0.91 <= np.mean(shares) <= 0.98
    assert np.mean(widths) < 0.6


def test_strata_make_the_same_days_say_more() -> None:
    """Demand itself is surer with strata: the spread of block means is a fraction of that of independent days."""

    def spread(strata: int) -> float:
        days = simulate(small(strata=strata), range(60))
        return float(days.fact("came").reshape(-1, 10).mean(axis=1).std(ddof=1))

    assert spread(10) < 0.7 * spread(1)


def test_too_few_days_say_that_they_say_nothing() -> None:
    assert np.isnan(mean_of(np.array([1.0])).low)
    assert np.isnan(share_of(np.zeros(3), np.zeros(3)).value)


def test_memory_does_not_grow_with_what_happened_on_a_day(alone: Days) -> None:
    """A day is a row of fixed width, however many people came."""
    busy = simulate(small(20, per_hour=100), range(2))

    assert busy.rows.nbytes / busy.count == alone.rows.nbytes / alone.count < 4_000


def test_a_roster_of_nobody_is_a_plan_too() -> None:
    made = small()
    nobody = Roster(shifts=shifts_from_numbers(["W000"], [1], from_min=540, step_min=30))
    before, after = compare([made, msgspec.structs.replace(made, roster=nobody)], range(2))

    assert after.fact("planned_ms").sum() < before.fact("planned_ms").sum()


def test_who_misses_the_appointment_and_comes_too_late_is_one_visitor_when_more_or_fewer_are_allowed_for() -> None:
    """A control variate must have the mean zero: each of these counted twice moved the mean wait of every report."""
    setting = booked_setting(by_hall=True, per_hour=30)
    assert setting.booked is not None
    late = msgspec.structs.replace(setting.booked, punctual_mean_ms=60 * MINUTE_MS, no_show=0.1)
    setting = msgspec.structs.replace(setting, booked=late)
    days = simulate(setting, range(30))

    assert days.fact("no_shows").sum() > 1.5 * days.fact("absent").sum() > 0
    drawn = np.array([len(Twin(setting).people(day)) for day in range(30)])
    assert (days.fact("came") + days.fact("absent")).tolist() == drawn.tolist()
    plain = mean_of(day_waits(days))
    told = summary_of(setting, days).mean_wait_min
    assert plain.low < told.value < plain.high
    assert told.low < plain.value < told.high


def test_other_packages_leave_the_times_of_everybody_else_as_they_are() -> None:
    """Plans differ in which packages are taken, the longest of them among these: whoever wants none is served alike."""
    before = load_scenario(FOLDER / "nanshan.toml", resolve=preset_hall)
    packages = sorted(before.plan.catalog.packages, key=lambda package: len(package.items))
    assert len(packages[-1].items) > DRAWN_ITEMS >= len(packages[0].items)
    only_short = msgspec.structs.replace(before.mix, package_weights=((packages[0].code, 1.0),))
    was, now = (Twin(one).people(0) for one in (before, msgspec.structs.replace(before, mix=only_short)))
    assert was.at_ms == now.at_ms
    alike = [place for place, items in enumerate(was.items) if items == now.items[place]]
    assert len(was) > len(alike) > 0.9 * len(was)
    assert [was.service_ms[place] for place in alike] == [now.service_ms[place] for place in alike]


def test_a_package_that_nobody_takes_changes_nobody_however_long_it_is() -> None:
    """Common random numbers: what a person brings does not depend on what the catalogue has besides."""
    before = load_scenario(FOLDER / "nanshan.toml", resolve=preset_hall)
    catalog = before.plan.catalog
    weights = tuple((package.code, 1.0) for package in catalog.packages)
    codes = tuple(item.code for item in catalog.items[:15])
    assert len(codes) > max(len(package.items) for package in catalog.packages) > DRAWN_ITEMS
    longer = msgspec.structs.replace(catalog.packages[0], code="P-long", items=codes)
    more = msgspec.structs.replace(catalog, packages=(*catalog.packages, longer))
    before = msgspec.structs.replace(before, mix=msgspec.structs.replace(before.mix, package_weights=weights))
    after = msgspec.structs.replace(before, plan=msgspec.structs.replace(before.plan, catalog=more))

    was, now = (Twin(one).people(0) for one in (before, after))

    assert max(len(times) for times in was.service_ms) > DRAWN_ITEMS, "somebody takes a long package"
    assert was == now


def test_one_visitor_more_leaves_the_times_of_all_before_as_they_are() -> None:
    setting = load_scenario(FOLDER / "nanshan.toml", resolve=preset_hall)
    mixer = Mixer(setting.plan, setting.mix, setting.service)
    few, more = (
        mixer.visits(mixer.first_items(draws, count), draws)
        for draws, count in ((Draws(1, 0), 800), (Draws(1, 0), 801))
    )

    assert (more.items[:800], more.service_ms[:800]) == (few.items, few.service_ms)
