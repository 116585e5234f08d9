"""Work after closing: what it costs, and whose rest it shortens."""

from collections.abc import Sequence
from pathlib import Path

import msgspec
import numpy as np
import pytest

from hall.ids import MINUTE_MS
from simulation.sizing.errors import BadLabourRules
from simulation.sizing.labour import DEFAULT_RULES, load_rules
from simulation.sizing.longer import DayKind
from simulation.sizing.need import Need, WorkShift
from simulation.sizing.overtime import overtime_of
from simulation.sizing.shifts import Person, Schedule, cover_of
from simulation.table import BY_SLOT, FACTS, WIDTH, Days
from simulation.waits import SLOTS, Waits
from tests.simulation.sizing.test_hours import village


@pytest.fixture
def evening() -> tuple[DayKind, Schedule]:
    """Mondays to Tuesdays until 20:00: two people close, one of them begins at 9:00 on the next day, after 13 hours."""
    late, early = WorkShift(960, 1200), WorkShift(540, 780)
    people = (
        Person("full", (late, early, None, None, None, None, None)),
        Person("full", (late, None, None, None, None, None, None)),
    )
    need = Need(540, 30, ((1,) * 22, (1,) * 22, *(((0,) * 22,) * 5)))
    found = Schedule(
        people=people, need=need, cover=cover_of(people, need), paid_min=4800, cost=80, bound=80, gap=0, status="optimal",
        seconds=0, rules=DEFAULT_RULES.name, basis="assumed",
    )  # fmt: skip
    return DayKind((1,), village()), found


def closed_late(minutes: Sequence[tuple[int, ...]]) -> Days:
    """Return Mondays after whose closing windows work so many minutes."""
    rows = np.zeros((len(minutes), WIDTH))
    table = Days(0, rows, Waits.empty(), {}, {})
    for number, windows in enumerate(minutes):
        for slot in range(40, SLOTS):
            own = [min(30, minute - (slot - 40) * 30) for minute in windows if minute > (slot - 40) * 30]
            rows[number, len(FACTS) + BY_SLOT.index("slot_over_ms") * SLOTS + slot] = sum(own) * MINUTE_MS
            rows[number, len(FACTS) + BY_SLOT.index("slot_over") * SLOTS + slot] = len(own)
    return table


def test_overtime_costs_its_premium_and_those_of_its_time(evening: tuple[DayKind, Schedule]) -> None:
    """45 and 15 minutes, then none: half an hour a week on the mean, at 1 + 0.5 + 0.2 hours of pay, or as the rules say."""
    kind, found = evening
    table = closed_late([(45, 15), ()])
    dear = msgspec.structs.replace(DEFAULT_RULES, overtime_premium=1.0, premiums=())

    usual = overtime_of([kind], [table], found, DEFAULT_RULES, pay_per_hour=50)
    other = overtime_of([kind], [table], found, dear, pay_per_hour=1)

    assert usual.hours.value == other.hours.value == 0.5
    assert usual.cost.value == pytest.approx(0.5 * 1.7 * 50)
    assert other.cost.value == pytest.approx(0.5 * 2)


def test_a_rest_is_shortened_only_where_nobody_else_can_stay(evening: tuple[DayKind, Schedule]) -> None:
    """11 hours of rest leave two hours; the other one, who is off on the next day, stays first."""
    kind, found = evening

    spared = overtime_of([kind], [closed_late([(150, 60), (200,), (), ()])], found, DEFAULT_RULES, pay_per_hour=1)
    hit = overtime_of([kind], [closed_late([(150, 140), (200,), (), ()])], found, DEFAULT_RULES, pay_per_hour=1)

    assert (spared.early_people, spared.rest_broken_pct) == (1, 0.0)
    assert hit.rest_broken_pct == 25.0


def test_rules_state_another_premium_for_overtime_but_not_a_negative_one(tmp_path: Path) -> None:
    file = tmp_path / "rules.toml"
    rules = 'name = { zh = "本厅", en = "ours" }\novertime_premium = PREMIUM\n[[contracts]]\ncode = "full"\nname = { zh = "全职", en = "full" }\n'
    file.write_text(rules.replace("PREMIUM", "1.0"), "utf-8")

    assert load_rules(file).overtime_premium == 1.0
    assert DEFAULT_RULES.overtime_premium == 0.5, "Labour Law 1994, article 44"
    file.write_text(rules.replace("PREMIUM", "-0.1"), "utf-8")
    with pytest.raises(BadLabourRules, match="overtime_premium"):
        load_rules(file)
