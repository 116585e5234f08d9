"""A past day repeats itself exactly; under other rules or windows the same people come, and the difference is told."""

from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from hall.events import Commit
from hall.policy import Plan
from simulation.log import LogSink, read_log
from simulation.replay import PastDay, people_of, repeat, setting_of, shadow
from simulation.replay_command import replay
from simulation.roster import shifts_from_numbers
from simulation.setting import Roster
from simulation.twin import Twin
from tests.golden.record import FOLDER, read
from tests.simulation.settings import plan_of
from tests.simulation.settings import setting_of as simulated

GOLDEN = sorted(path.name for path in FOLDER.glob("*.jsonl"))


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A simulated day of five windows as a log file; it is the real day of these tests."""
    setting = simulated(plan_of(5), per_hour=27)
    log = LogSink()
    world = Twin(setting).world(0, log=log)
    world.run()
    log.fingerprint = world.state.fingerprint()
    path = tmp_path_factory.mktemp("logs") / "day.jsonl"
    log.write(path, setting.plan)
    return path


@pytest.fixture(scope="module")
def past(written: Path) -> PastDay:
    return PastDay(*_read(written))


def _read(path: Path) -> tuple[list[Commit], tuple[Plan, ...]]:

    heading, commits = read_log(path)
    return commits, heading.plans


@pytest.mark.parametrize("name", GOLDEN)
def test_every_recorded_day_repeats_itself(name: str) -> None:
    heading, commits = read(FOLDER / name)

    repeated = repeat(PastDay(commits, heading.plans))

    assert repeated.is_same, repeated.why
    assert repeated.rows == len(commits)


def test_a_decision_that_came_out_otherwise_is_named(past: PastDay) -> None:
    """A log whose stored answer is not what today's rules decide: the first such row is told."""
    commits = list(past.commits)
    place = next(number for number, one in enumerate(commits) if len(one.events) == 1 and one.seq > 20)
    commits[place] = msgspec.structs.replace(commits[place], events=commits[place].events + commits[place - 1].events)
    changed = PastDay(past.commits, past.plans)
    changed.commits = commits

    repeated = repeat(changed)

    assert repeated.first == commits[place].seq


def test_the_day_as_it_was_comes_out_as_it_was(past: PastDay) -> None:
    """The same people, rules and windows in simulated time: the same waits, since the day itself was simulated so."""
    found = shadow(past)

    assert found.same.everybody.n == found.real.everybody.n
    assert found.same.everybody.mean_min == pytest.approx(found.real.everybody.mean_min, rel=0.02)
    assert found.same.last_out == found.real.last_out


def test_the_people_are_those_of_the_log(past: PastDay) -> None:
    people = people_of(past)
    visits = past.figures.visits()

    assert people.at_ms == sorted(one.arrived_ms for one in visits)
    served = [one.service_ms for one in sorted(visits, key=lambda one: (one.arrived_ms, one.ticket))]
    assert [sum(times) for times, real in zip(people.service_ms, served, strict=True) if real is not None] == [
        real for real in served if real is not None
    ]
    assert {shift.window for shift in setting_of(past).roster.shifts} == {f"W{number:03}" for number in range(5)}


def test_fewer_windows_make_the_same_people_wait_longer(past: PastDay) -> None:
    three = Roster(
        shifts=shifts_from_numbers([f"W{number:03}" for number in range(3)], [3], from_min=540, step_min=540)
    )

    found = shadow(past, roster=three)

    assert found.other.everybody.n == found.same.everybody.n
    assert found.other.everybody.mean_min > 2 * found.same.everybody.mean_min


def test_other_rules_change_who_waits(past: PastDay) -> None:
    """A promise of one minute is kept less often; the waits stay."""
    plan = past.state.plan
    warnings = msgspec.structs.replace(plan.policy.warnings, promise_ms=60_000)
    strict = msgspec.structs.replace(plan, policy=msgspec.structs.replace(plan.policy, warnings=warnings))

    found = shadow(past, plan=strict)

    assert found.other.promise_kept_pct < found.same.promise_kept_pct
    assert found.other.everybody == found.same.everybody


def run(*words: str) -> tuple[int, str]:
    done = CliRunner().invoke(replay, list(words))
    return done.exit_code, done.output


def test_the_command_audits_a_day_and_tells_its_figures(written: Path, past: PastDay, tmp_path: Path) -> None:
    """A log whose rows repeat themselves but break a law is named by row and law."""
    status, text = run(str(written), "--json", str(tmp_path / "figures.json"))
    assert status == 0
    assert "audit: 0 findings" in text
    assert "promise kept" in text
    told = msgspec.json.decode((tmp_path / "figures.json").read_bytes())
    assert told == msgspec.json.decode(msgspec.json.encode(past.figures.report()))

    lines = written.read_bytes().splitlines()
    clerk = next(number for number, line in enumerate(lines) if b'"type":"window.start"' in line and number)
    lines[clerk] = lines[clerk].replace(b'"actor":"clerk:', b'"actor":"clerk:not-', 1)
    forged = tmp_path / "forged.jsonl"
    forged.write_bytes(b"\n".join(lines) + b"\n")
    status, text = run(str(forged))
    assert status == 1
    assert f"row {clerk} breaks S13" in text
    assert run(str(written), "--html", str(tmp_path / "page.html"))[0] == 2


def test_the_command_repeats_compares_and_refuses(written: Path, tmp_path: Path) -> None:
    rules = tmp_path / "rules.toml"
    rules.write_text("[warnings]\npromise_ms = 60000\n", "utf-8")
    wrong = tmp_path / "wrong.toml"
    wrong.write_text("[calling]\nmiss_calls = 9\n", "utf-8")
    torn = tmp_path / "torn.jsonl"
    torn.write_bytes(written.read_bytes()[:200])

    assert run(str(written))[0] == 0
    status, text = run(str(written), "--policy", str(rules), "--windows", "09:00=3", "--json", str(tmp_path / "j.json"))
    assert status == 0, text
    assert "mean wait" in text
    assert msgspec.json.decode((tmp_path / "j.json").read_bytes())["same"]["everybody"]["n"] > 100
    assert run(str(written), "--policy", str(wrong))[0] == 1
    assert run(str(written), "--windows", "nine=3")[0] == 2
    status, text = run(str(torn))
    assert status == 1
    assert "[LOG_UNREADABLE]" in text
    assert run(str(tmp_path))[0] == 1
