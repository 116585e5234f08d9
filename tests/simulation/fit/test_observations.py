"""A log shows its people: counts add up with the day's own figures."""

import pytest

from hall.figures import Figures
from simulation.fit.observations import fold_into, observed, observed_log
from tests.golden.record import FOLDER, read


@pytest.mark.parametrize("name", ["booked-2", "booked-5", "crowd-1"])
def test_what_a_log_shows_agrees_with_its_figures(name: str) -> None:
    """Arrivals, walks and services are those of the figures; booked visitors are told apart from walk-ins."""
    heading, commits = read(FOLDER / f"{name}.jsonl")
    figures = Figures(heading.plans)
    notes = fold_into(figures, commits)
    day = observed(figures, notes)
    visits = [one for one in figures.visits() if not one.is_merged]
    booked = figures.report().get("booked") or {"early": 0, "in_grace": 0, "late": 0}

    assert isinstance(booked, dict)
    assert len(day.offsets) == booked["early"] + booked["in_grace"] + booked["late"]
    assert len(day.arrivals) + len(day.offsets) == len(visits)
    assert sum(day.items.values()) + sum(day.packages.values()) == len(visits)
    assert len(day.waits) == day.called
    assert {service for _, _, service in day.services} <= {one.service_ms for one in visits}
    assert all(0 <= minute <= 1_440 for minute in day.arrivals)
    assert observed_log(commits, heading.plans) == day


def test_a_booked_day_shows_no_shows_and_how_late_people_were() -> None:
    heading, commits = read(FOLDER / "booked-5.jsonl")

    day = observed_log(commits, heading.plans)

    assert day.booked == day.no_shows + len(day.offsets)
    assert day.no_shows > 0
    assert min(day.offsets) < 0 < max(day.offsets)
