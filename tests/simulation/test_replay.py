"""A past day repeats itself exactly; under other rules or windows the same people come, and the difference is told."""

from collections import Counter
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from hall.booking import ChannelLimit
from hall.booking_events import SlotsSet
from hall.events import Commit
from hall.figures import figures_of
from hall.ids import MINUTE_MS, Ms
from hall.policy import Plan
from hall.slots import SlotEdit
from simulation.log import LogSink, read_log
from simulation.people import People
from simulation.replay import PastDay, outcome_of, people_of, remarks_of, repeat, setting_of, shadow
from simulation.replay_command import _plan, replay
from simulation.roster import shifts_from_numbers
from simulation.setting import Roster, Setting
from simulation.twin import Twin
from tests.golden.record import FOLDER, read
from tests.simulation.settings import PATIENT, booked_setting, plan_of
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


@pytest.fixture(scope="module")
def booked_day() -> PastDay:
    """A crowded simulated day on which every other visitor booked; some miss their call or lose patience."""
    behaviour = msgspec.structs.replace(PATIENT, patience_ms=90 * MINUTE_MS, missed=0.1)
    return _lived(booked_setting(by_hall=True, per_hour=36, behaviour=behaviour))


def _lived(setting: Setting) -> PastDay:
    log = LogSink()
    Twin(setting).world(0, log=log).run()
    return PastDay(log.commits, (setting.plan,))


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


def test_the_booked_come_again_as_booked(booked_day: PastDay) -> None:
    """Slots, absences and punctuality are the log's: as many appointments, nobody passed without a reason, the same waits."""
    found = shadow(booked_day)

    real, same = found.real, found.same
    assert real.booked > 60
    assert real.no_shows > 10
    assert (same.booked, same.no_shows) == (real.booked, pytest.approx(real.no_shows, abs=2))
    assert real.overtakes == same.overtakes == 0
    assert same.by_class["booked"].n == pytest.approx(real.by_class["booked"].n, abs=2)
    for klass in ("booked", "ordinary"):
        assert same.by_class[klass].p90_min == pytest.approx(real.by_class[klass].p90_min, rel=0.1)
    assert same.left == pytest.approx(real.left, rel=0.1)


def test_as_walk_ins_the_same_people_would_overtake_nobody(booked_day: PastDay) -> None:
    """The control: what makes the order of a booked day are its appointments, not who came when."""
    people, log = people_of(booked_day), LogSink()
    people.walk_ins, people.shows, people.punctual_ms = len(people), [], []

    Twin(setting_of(booked_day)).world(0, people=people, log=log).run()

    lived = outcome_of(figures_of(log.commits, booked_day.plans))
    assert (lived.booked, lived.no_shows, lived.overtakes) == (0, 0, 0)


def test_every_booking_keeps_its_slot_its_punctuality_and_its_channel(booked_day: PastDay) -> None:
    people, state = people_of(booked_day), booked_day.state
    made = [one for one in state.bookings.appointments.values() if one.state in ("CHECKED_IN", "NO_SHOW")]

    assert len(people) - people.walk_ins == len(made)
    assert people.at_ms[people.walk_ins :] == [one.slot_ms for one in made]
    assert people.shows == [bool(one.ticket) for one in made]
    assert [offset for offset, shows in zip(people.punctual_ms, people.shows, strict=True) if shows] == [
        one.checked_in_ms - one.slot_ms for one in made if one.ticket
    ]
    assert people.sold_by == [one.channel for one in made]


def test_places_of_a_channel_are_sold_by_that_channel() -> None:
    """No place is sold by phone: who booked at the desk is sold one there again."""
    was = booked_setting(by_hall=True)
    people = msgspec.structs.replace(Twin(was).people(0))
    people.sold_by = ["desk"] * len(people.shows)
    booking = was.plan.policy.booking
    assert booking is not None
    group = msgspec.structs.replace(booking.groups[0], channels=(ChannelLimit("phone", 0),))
    rules = msgspec.structs.replace(was.plan.policy, booking=msgspec.structs.replace(booking, groups=(group,)))
    setting = msgspec.structs.replace(was, plan=msgspec.structs.replace(was.plan, policy=rules))

    world = Twin(setting).world(0, people=people)
    world.run()

    assert {one.channel for one in world.state.bookings.appointments.values()} == {"desk"}


def test_other_booking_rules_change_a_booked_day(booked_day: PastDay, tmp_path: Path) -> None:
    """Booked ones who may pass nobody wait longer, without a grace more of them are late, and fewer places make fewer."""
    plan = booked_day.state.plan
    booking = plan.policy.booking
    assert booking is not None
    few = msgspec.structs.replace(booking, groups=(msgspec.structs.replace(booking.groups[0], places=2),))
    fewer = msgspec.structs.replace(plan, policy=msgspec.structs.replace(plan.policy, booking=few))

    fair = shadow(booked_day, plan=_ruled(plan, tmp_path, "[booking.rules.fairness]\nmax_passed = 0\n"))
    strict = shadow(booked_day, plan=_ruled(plan, tmp_path, "[booking.rules]\ngrace_ms = 0\n"))
    small = shadow(booked_day, plan=fewer)

    assert fair.other.by_class["booked"].p90_min > 1.2 * fair.same.by_class["booked"].p90_min
    assert strict.other.by_class["booked"].n < strict.same.by_class["booked"].n - 10
    assert small.other.booked < small.same.booked
    assert small.other.everybody.n == small.same.everybody.n


def test_slots_that_were_edited_are_edited_again_at_their_place_among_the_bookings() -> None:
    """Ten people want ten o'clock, which has six places: four more after the sixth; three o'clock closes after two bookings."""
    was = booked_setting(by_hall=True)
    people, day = Twin(was).people(0), Twin(was).day(0)
    ten, three = (day.midnight_ms + hour * 60 * MINUTE_MS for hour in (10, 15))
    first = people.walk_ins
    people.at_ms[first : first + 10], people.at_ms[first + 10 : first + 12] = [ten] * 10, [three] * 2
    people.slot_edits = [
        (6, SlotsSet("all", ((ten, 10),), None, False, "more clerks")),
        (12, SlotsSet("all", ((three, 0),), None, True, "training")),
    ]
    log = LogSink()
    Twin(was).world(0, people=people, log=log).run()
    past = PastDay(log.commits, (was.plan,))

    again, bare = people_of(past), people_of(past)
    bare.slot_edits = []

    assert [(at, edit.slots) for at, edit in again.slot_edits] == [(6, ((ten, 10),)), (12, ((three, 0),))]
    assert slots_of(was, again) == Counter(one.slot_ms for one in past.state.bookings.appointments.values())
    assert slots_of(was, again)[ten] == 10
    assert slots_of(was, again)[three] == 2, "sold before it was closed"
    assert slots_of(was, bare)[ten] == 6


def test_edits_of_slots_that_other_rules_do_not_have_are_left_out() -> None:
    was = booked_setting(by_hall=True)
    people = Twin(was).people(0)
    people.slot_edits = [(0, SlotsSet("gone", ((people.at_ms[0], 10),), None, False, "more clerks"))]

    assert sum(slots_of(was, people).values()) == sum(slots_of(was, Twin(was).people(0)).values())


def slots_of(setting: Setting, people: People) -> Counter[Ms]:
    """Return how many appointments each slot gets."""
    world = Twin(setting).world(0, people=people)
    world.run()
    return Counter(one.slot_ms for one in world.state.bookings.appointments.values())


def _ruled(plan: Plan, folder: Path, rules: str) -> Plan | None:
    file = folder / "rules.toml"
    file.write_text(rules, "utf-8")
    return _plan(plan, file)


def test_what_a_log_has_beyond_its_last_bookings_is_said_in_both_languages(booked_day: PastDay, past: PastDay) -> None:
    """Moved and given-up bookings, the waitlist, open ones and edited slots are counted; a day without bookings says nothing."""
    changed = PastDay(booked_day.commits, booked_day.plans)
    every = changed.state.bookings.appointments
    moved, joined, gone, waited, still = [one for one in every.values() if one.state == "CHECKED_IN"][:5]
    moved.version += 1
    number = changed.state.tickets[joined.ticket]
    number.state, number.linked = "CANCELLED", moved.ticket
    gone.state, waited.state, still.state = "CANCELLED", "EXPIRED", "BOOKED"
    waited.to_ms = waited.slot_ms + 1
    changed.state.bookings.edits["all", moved.slot_ms] = SlotEdit(7, None, is_closed=False)

    told = remarks_of(changed)

    assert remarks_of(past) == ()
    assert len(remarks_of(booked_day)) == 1
    assert [one.en.split(":")[0] for one in told[1:]] == [
        "Edited slots (1)", "Moved bookings (1)", "Bookings whose number was joined to another (1)", "Bookings given up or lapsed (1)", "Waitlist (1)", "Bookings still open at the log's end (1)",
    ]  # fmt: skip
    assert all(one.zh and one.en for one in told)
    assert len(people_of(changed).shows) == len(people_of(booked_day).shows) - 4


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


@pytest.mark.parametrize(
    ("name", "code", "where"),
    [
        ("cut", "LOG_BROKEN", "row 101"),
        ("gap", "LOG_BROKEN", "row 5"),
        ("other", "LOG_UNREADABLE", "other.jsonl:100"),
        ("heading", "LOG_EMPTY", "heading.jsonl"),
        ("empty", "LOG_EMPTY", "empty.jsonl"),
    ],
)
def test_a_file_that_is_no_whole_day_is_refused_with_its_row(
    written: Path, tmp_path: Path, name: str, code: str, where: str
) -> None:
    """A day of which the end is missing looks like a short one; its heading says how many rows there were."""
    lines = written.read_bytes().splitlines(keepends=True)
    odd = {
        "cut": lines[:101],
        "gap": lines[:5] + lines[6:],
        "other": [*lines[:99], b"{}\n", *lines[100:]],
        "heading": lines[:1],
        "empty": [],
    }
    (tmp_path / f"{name}.jsonl").write_bytes(b"".join(odd[name]))

    status, text = run(str(tmp_path / f"{name}.jsonl"))

    assert status == 1
    assert f"[{code}]" in text
    assert where in text


def test_a_file_of_another_hall_or_date_than_asked_for_is_refused(written: Path, past: PastDay) -> None:
    assert run(str(written), "--hall", past.state.hall, "--date", past.state.date)[0] == 0
    for asked in (("--hall", "elsewhere"), ("--date", "2001-01-01")):
        status, text = run(str(written), *asked)
        assert status == 1
        assert "[NO_LOGS]" in text


@pytest.mark.parametrize("windows", ["09:00=3,09:00=2", "09:00=6", "23:00=3"])
def test_windows_that_no_hall_could_open_are_refused(written: Path, windows: str) -> None:
    status, text = run(str(written), "--windows", windows)
    assert status == 2
    assert "--windows" in text


def test_a_day_whose_plan_has_another_name_now_is_repeated(past: PastDay) -> None:
    """A ledger names plans as they were named then; rules that came later give the same plan another hash."""
    name = past.state.plan_hash
    rows = [
        msgspec.json.decode(msgspec.json.encode(one).replace(name.encode(), b"then"), type=Commit)
        for one in past.commits
    ]
    then = PastDay(rows, {"then": past.state.plan})
    assert repeat(then).is_same


def test_the_command_tells_appointments_and_what_it_leaves_out(booked_day: PastDay, tmp_path: Path) -> None:
    log, page, table = LogSink(), tmp_path / "page.html", tmp_path / "told.json"
    log.commits = list(booked_day.commits)
    log.write(tmp_path / "booked.jsonl", booked_day.state.plan)

    status, text = run(
        str(tmp_path / "booked.jsonl"), "--windows", "09:00=4", "--html", str(page), "--json", str(table)
    )

    assert status == 0, text
    assert "appointments" in text
    assert "no-shows" in text
    assert "预约者" in text
    assert "The booked come again" in text
    assert "预约者" in page.read_text("utf-8")
    told = msgspec.json.decode(table.read_bytes())
    assert told["same"]["booked"] == told["real"]["booked"] > 60
    assert told["remarks"][0]["en"].startswith("The booked come again")
