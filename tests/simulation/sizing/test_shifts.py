"""Weekly shifts: every rule is checked on the answer by code that knows nothing of the programme, small cases by trying all."""

import builtins
from itertools import combinations_with_replacement, pairwise, product
from pathlib import Path

import msgspec
import pytest

from hall.catalog import Text
from simulation.sizing import solver
from simulation.sizing.errors import BadLabourRules, BadNeed, NoShiftFits, SolverMissing, TooFewPeople
from simulation.sizing.labour import DEFAULT_RULES, Break, Contract, LabourRules, Premium, check_rules, load_rules
from simulation.sizing.need import Need, WorkShift, shifts_of
from simulation.sizing.shifts import Person, Schedule, schedule

WORKDAY = (6, 9, 12, 13, 13, 12, 9, 8, 8, 9, 11, 12, 12, 11, 9, 8, 6, 4, 3, 3, 3, 3)
WEEK = Need(9 * 60, 30, (WORKDAY,) * 5 + ((4,) * 16 + (0,) * 6,) * 2)
NAME = Text("规则", "rules")


def rules_of(*contracts: Contract, **rest: object) -> LabourRules:
    return msgspec.structs.replace(DEFAULT_RULES, contracts=contracts, premiums=(), **rest)


def full(**rest: object) -> Contract:
    return Contract(code="full", name=Text("全职", "full"), **rest)  # type: ignore[arg-type]  # facts by name


def broken_rules(found: Schedule, rules: LabourRules) -> list[str]:
    """Return every labour rule that a schedule breaks, from the texts of the rules alone."""
    broken = []
    contracts = {one.code: one for one in rules.contracts}
    for number, person in enumerate(found.people):
        contract = contracts[person.contract]
        broken += [f"person {number}: {fault}" for fault in _of_person(person, contract, rules.breaks)]
    for contract in rules.contracts:
        count = sum(person.contract == contract.code for person in found.people)
        if count > contract.share_max * len(found.people) + 1e-9:
            broken.append(f"{contract.code}: {count} of {len(found.people)}")
        if contract.people_max is not None and count > contract.people_max:
            broken.append(f"{contract.code}: {count}")
    return broken


def _of_person(person: Person, contract: Contract, rest: Break) -> list[str]:
    broken = []
    worked = [shift for shift in person.days if shift is not None]
    minutes = [(one.to_min - one.from_min) - (one.break_to_min - one.break_from_min) for one in worked]
    if not worked or len(worked) > contract.days_week or sum(minutes) > contract.week_min:
        broken.append("days or minutes of the week")
    if any(not contract.shortest_min <= one <= contract.longest_min for one in minutes):
        broken.append("length of a shift")
    for shift, work in zip(worked, minutes, strict=True):
        has_break = shift.break_to_min > shift.break_from_min
        if has_break != (work > rest.after_min):
            broken.append("a break, or none")
        before = shift.break_from_min - shift.from_min
        inside = rest.from_min <= shift.break_from_min and shift.break_to_min <= rest.to_min
        if has_break and not (inside and rest.earliest_min <= before <= rest.latest_min):
            broken.append("time of the break")
        if has_break and shift.break_to_min - shift.break_from_min not in rest.lengths_min:
            broken.append("length of the break")
    return broken + _of_days(person.days + person.days, contract)


def _of_days(fortnight: tuple[WorkShift | None, ...], contract: Contract) -> list[str]:
    broken = []
    for today, tomorrow in pairwise(fortnight):
        if today and tomorrow and 24 * 60 + tomorrow.from_min - today.to_min < contract.rest_min:
            broken.append("rest between shifts")
    row = longest = 0
    for shift in fortnight:
        row = row + 1 if shift is not None else 0
        longest = max(longest, row)
    if longest > contract.days_in_row:
        broken.append("days in a row")
    return broken


def assert_covered(found: Schedule) -> None:
    for day, needs in enumerate(found.need.numbers):
        for slot, wanted in enumerate(needs):
            start = found.need.at_min(slot)
            present = sum(
                one is not None
                and one.from_min <= start
                and start + found.need.step_min <= one.to_min
                and not (one.break_from_min < start + found.need.step_min and start < one.break_to_min)
                for one in (person.days[day] for person in found.people)
            )
            assert present == found.cover[day][slot] >= wanted


STRICT = (
    pytest.param(DEFAULT_RULES, id="as the product comes"),
    pytest.param(
        rules_of(full(days_week=6, week_min=44 * 60, days_in_row=3, rest_min=810, per_person=4)), id="rest and row bind"
    ),
    pytest.param(
        rules_of(full(days_week=6, week_min=36 * 60, rest_min=15 * 60, per_person=3), length_step_min=240),
        id="minutes bind",
    ),
    pytest.param(
        rules_of(
            full(per_person=2),
            Contract(code="part", name=NAME, longest_min=4 * 60, week_min=20 * 60, share_max=0.25, people_max=4),
            breaks=Break(lengths_min=(60, 120), from_min=11 * 60, to_min=18 * 60, latest_min=6 * 60),
        ),
        id="lunch in a span, few part-timers",
    ),
)


@pytest.mark.timeout(400)  # the search ends by its gap; on a crowded machine that takes minutes
@pytest.mark.parametrize("rules", STRICT)
def test_a_schedule_covers_the_need_and_keeps_every_rule(rules: LabourRules) -> None:
    found = schedule(WEEK, rules, time_limit_s=300, gap=0.02)

    assert_covered(found)
    assert broken_rules(found, rules) == []
    assert found.bound <= found.cost + 1e-6
    assert 0 <= found.gap <= 0.02
    assert found.paid_min >= found.needed_min


def test_the_checker_of_rules_sees_each_broken_one() -> None:
    rules = rules_of(full())
    long, late, early = WorkShift(540, 1200), WorkShift(900, 1320), WorkShift(480, 720)
    weeks = {
        "length of a shift": (long, *[None] * 6),
        "a break, or none": (WorkShift(540, 1020), *[None] * 6),
        "time of the break": (WorkShift(540, 1080, 570, 630), *[None] * 6),
        "length of the break": (WorkShift(540, 1050, 720, 750), *[None] * 6),
        "rest between shifts": (late, early, *[None] * 5),
        "days or minutes of the week": (early,) * 6 + (None,),
        "days in a row": (early,) * 7,
    }
    for fault, days in weeks.items():
        assert fault in _of_person(Person("full", days), rules.contracts[0], rules.breaks)


def test_the_rest_after_sunday_counts_for_the_same_monday() -> None:
    """Monday wants an early start only, Sunday a late end only: nobody may do both under a long rest."""
    early, late, none = (1,) * 8 + (0,) * 16, (0,) * 16 + (1,) * 8, (0,) * 24
    need = Need(8 * 60, 30, (early, none, none, none, none, none, late))

    relaxed = schedule(need, rules_of(full(rest_min=0, per_person=1)))
    strict = schedule(need, rules_of(full(rest_min=14 * 60, per_person=1)))

    assert (len(relaxed.people), len(strict.people)) == (1, 2)


def test_one_day_costs_what_trying_all_sets_of_shifts_finds() -> None:
    numbers = (1, 2, 3, 3, 2, 2, 1, 1, 2, 2)
    need = Need(9 * 60, 60, (numbers, *((0,) * 10,) * 6))
    evening = Premium(name=NAME, weekdays=(1,), from_min=17 * 60, extra=0.5)
    rules = rules_of(full(shortest_min=180, longest_min=360, per_person=0.7), start_step_min=60)
    rules = msgspec.structs.replace(rules, premiums=(evening,), breaks=Break(after_min=240))

    found = schedule(need, rules, gap=0.0)

    assert found.cost == pytest.approx(_cheapest(need, rules))
    assert found.status == "optimal"


def _cheapest(need: Need, rules: LabourRules) -> float:
    """Try all sets of up to five shifts."""
    shifts = shifts_of(need, 0, rules.contracts[0], rules)
    covers = {
        one: [one.works_at(need.at_min(slot), need.at_min(slot + 1)) for slot in range(need.slots)] for one in shifts
    }
    best = float("inf")
    for count in range(3, 6):
        for chosen in combinations_with_replacement(shifts, count):
            cost = sum(
                0.7 + one.work_min / 60 + 0.5 * sum(one.works_at(at, at + 60) for at in (1020, 1080)) for one in chosen
            )
            if cost < best and all(
                sum(column) >= wanted
                for column, wanted in zip(
                    zip(*(covers[one] for one in chosen), strict=True), need.numbers[0], strict=True
                )
            ):
                best = cost
    return best


def test_people_for_five_days_of_seven_are_as_few_as_trying_all_weeks_finds() -> None:
    wanted = (2, 1, 2, 1, 1, 2, 1)
    need = Need(9 * 60, 60, tuple((number,) * 4 for number in wanted))
    rules = rules_of(full(days_week=4, days_in_row=2, longest_min=240, per_person=1, per_hour=0.0))

    found = schedule(need, rules, gap=0.0)

    weeks = [
        week for week in product((0, 1), repeat=7) if 0 < sum(week) <= 4 and "111" not in "".join(map(str, week * 2))
    ]
    fewest = next(
        count
        for count in range(1, 7)
        for chosen in combinations_with_replacement(weeks, count)
        if all(sum(column) >= number for column, number in zip(zip(*chosen, strict=True), wanted, strict=True))
    )
    assert len(found.people) == fewest == found.cost
    assert broken_rules(found, rules) == []


def test_a_morning_shorter_than_any_shift_is_refused_with_its_half_hours() -> None:
    need = Need(9 * 60, 30, (*((5,) * 16,) * 5, (2,) * 5 + (0,) * 11, (0,) * 16))

    with pytest.raises(NoShiftFits) as refused:
        schedule(need, rules_of(full()))

    assert "周六 Sat 09:00–11:30" in refused.value.text("zh")
    assert "shortest shift has 4 h" in refused.value.text("en")


CLOSED_AT_MIDDAY = Need(9 * 60, 30, ((2,) * 6 + (0,) * 3 + (2,) * 8, *((0,) * 17,) * 6))
"""Open 9:00 to 12:00 and 13:30 to 17:30."""


def test_no_shift_begins_or_ends_while_the_hall_is_closed_at_midday() -> None:
    """At 12:30 there is nothing to begin; whoever works on both sides has the closure within the shift."""
    short = full(shortest_min=60)

    shifts = shifts_of(CLOSED_AT_MIDDAY, 0, short, rules_of(short, breaks=Break(lengths_min=(60, 90))))

    assert not [one for one in shifts if 720 <= one.from_min < 810 or 720 < one.to_min <= 810]
    assert {one.from_min for one in shifts} >= {540, 690, 810}
    assert {one.to_min for one in shifts} >= {720, 840, 1050}
    assert WorkShift(540, 1050, 720, 810) in shifts


def test_rules_may_let_shifts_begin_and_end_while_the_hall_is_closed(tmp_path: Path) -> None:
    """Where people do other work meanwhile; by default they do not."""
    file = tmp_path / "rules.toml"
    file.write_text(
        'name = { zh = "本厅", en = "ours" }\nedges_while_closed = true\n[[contracts]]\ncode = "a"\nname = { zh = "甲" }\n',
        "utf-8",
    )
    rules = load_rules(file)

    shifts = shifts_of(CLOSED_AT_MIDDAY, 0, rules.contracts[0], rules)

    assert not DEFAULT_RULES.edges_while_closed
    assert {750, 780} <= {one.from_min for one in shifts} | {one.to_min for one in shifts}


def test_a_morning_before_a_closure_that_no_shift_fits_names_what_rules_may_allow() -> None:
    with pytest.raises(NoShiftFits) as refused:
        schedule(CLOSED_AT_MIDDAY, rules_of(full(longest_min=4 * 60)))

    assert "周一 Mon 09:00–10:00" in refused.value.text("zh"), "later ones have a shift to 14:00"
    assert "nor begins or ends while the hall is closed" in refused.value.text("en")


def test_too_few_people_are_told_where_they_are_missing() -> None:
    need = Need(9 * 60, 60, ((1,) * 4 + (4,) * 4, *((0,) * 8,) * 6))

    with pytest.raises(TooFewPeople) as refused:
        schedule(need, rules_of(full(people_max=3)))

    assert "周一 Mon 13:00–17:00" in refused.value.text("zh")
    assert "too few" in refused.value.text("en")


@pytest.mark.parametrize(
    "need",
    [
        Need(540, 30, ((1, 1),) * 6),
        Need(540, 30, ((1, 1),) * 6 + ((1,),)),
        Need(540, 30, ((1, -1),) * 7),
        Need(540, 30, ((0, 0),) * 7),
        Need(540, 1, ((1,),) * 7),
        Need(1_700, 60, ((1, 1, 1),) * 7),
        Need(540, 30, ((5_000,),) * 7),
    ],
)
def test_a_need_that_is_no_week_is_refused(need: Need) -> None:
    with pytest.raises(BadNeed) as refused:
        schedule(need, DEFAULT_RULES)

    assert refused.value.text("zh").startswith("窗口需求有误")


@pytest.mark.parametrize(
    ("rules", "entry"),
    [
        (rules_of(), "contracts"),
        (rules_of(full(), full()), "contracts"),
        (rules_of(full(shortest_min=600)), "contracts full"),
        (rules_of(full(week_min=60)), "contracts full"),
        (rules_of(full(days_week=8)), "contracts full"),
        (rules_of(full(rest_min=1_500)), "contracts full"),
        (rules_of(full(per_hour=-1)), "contracts full"),
        (rules_of(full(people_max=-1)), "contracts full"),
        (rules_of(full(), start_step_min=0), "start_step_min, length_step_min"),
        (rules_of(full(), breaks=Break(lengths_min=())), "breaks"),
        (rules_of(full(), breaks=Break(from_min=600, to_min=600)), "breaks"),
        (
            msgspec.structs.replace(rules_of(full()), premiums=(Premium(name=NAME, weekdays=(8,), extra=1),)),
            "premiums rules",
        ),
    ],
)
def test_rules_that_contradict_themselves_are_refused_by_their_entry(rules: LabourRules, entry: str) -> None:
    with pytest.raises(BadLabourRules) as refused:
        check_rules(rules)

    assert vars(refused.value)["entry"] == entry
    assert "用工规则" in refused.value.text("zh")


def test_labour_rules_come_from_a_file(tmp_path: Path) -> None:
    file = tmp_path / "rules.toml"
    file.write_text(
        'name = { zh = "本厅", en = "ours" }\n[[contracts]]\ncode = "a"\nname = { zh = "甲" }\nweek_min = 2100\n'
    )
    assert load_rules(file).contracts[0].week_min == 2100

    file.write_text('name = { zh = "本厅" }\n[[contracts]]\ncode = "a"\nname = { zh = "甲" }\nweekmin = 2100\n')
    with pytest.raises(BadLabourRules, match="weekmin"):
        load_rules(file)


def test_a_missing_solver_is_named_with_its_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    """The import fails as it does where the optional extra is not installed."""
    real = builtins.__import__

    def without(name: str, *rest: object, **more: object) -> object:
        if name == "highspy":
            raise ImportError(name)
        return real(name, *rest, **more)  # type: ignore[arg-type]  # handed on as it came

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(SolverMissing) as refused:
        solver.solve(solver.Programme([1.0], [1.0], []), time_limit_s=1, gap=0)

    assert "onewindow[simulation]" in refused.value.text("zh")
