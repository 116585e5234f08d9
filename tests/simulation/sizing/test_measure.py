"""A day's row says what the day's figures say; staffings become rosters with those windows."""

import msgspec
import pytest

from hall.ids import MINUTE_MS
from simulation.roster import duties_of, window_ms
from simulation.setting import Roster
from simulation.sizing.groups import Frame, frame_of
from simulation.sizing.target import Target
from simulation.sizing.trials import Hall
from simulation.twin import Twin
from tests.simulation.sizing.halls import morning, two_themes

LIMIT = Target(share=0.9, within_min=4.0, booked_share=0.95, booked_min=2.0, use_max=0.8)


def test_a_row_counts_what_the_days_figures_count() -> None:
    setting = msgspec.structs.replace(two_themes(windows=5), target_ms=4 * MINUTE_MS)
    hall = Hall(setting, LIMIT)
    for day in range(3):
        row = hall.lived(setting.roster, day)
        result, _ = Twin(setting).run(day)
        counted, kept = row[: hall.layout.cells], row[hall.layout.cells : 2 * hall.layout.cells]

        assert counted.sum() == result.all.counted
        assert kept.sum() == result.all.kept < result.all.counted
        for number, theme in enumerate(hall.layout.themes):
            assert kept[number :: len(hall.layout.themes)].sum() == result.by_theme[theme].kept
        assert row[hall.layout.column("busy_ms")] == result.busy_ms
        assert row[hall.layout.column("planned_ms")] == result.planned_ms
        assert row[hall.layout.column("came")] == result.came
        assert row[hall.layout.column("left")] == result.left + result.abandoned
        assert 0 < row[hall.layout.column("booked_kept")] <= row[hall.layout.column("booked")] <= result.booked


def test_each_requirement_is_a_share_of_the_row() -> None:
    hall = Hall(two_themes(), LIMIT)
    sums = hall.lived(hall.setting.roster, 0)
    kinds = [one.kind for one in hall.layout.demands]

    assert kinds == ["hour"] * 3 + ["theme"] * 2 + ["booked", "use"]
    for one in hall.layout.demands:
        found = one.found(sums)
        assert found is not None
        margin = 0.0 if one.at_most else 0.01
        assert one.slack(sums, margin) == pytest.approx(
            (one.wanted - found) if one.at_most else found - one.wanted - 0.01
        )
    assert hall.layout.demands[0].found(0 * sums) is None


def test_a_staffing_becomes_a_roster_with_so_many_windows() -> None:
    setting = two_themes()
    frame = frame_of(setting)
    numbers = ((6, 4, 4, 0, 2, 1), (3, 3, 5, 5, 1, 1))
    roster = frame.roster(numbers, Roster(shifts=(), cost_per_hour=80.0))
    day = Twin(setting).day(0)
    duties = duties_of(roster, day)

    assert [group.size for group in frame.groups] == [6, 6]
    assert window_ms(duties) / (60 * MINUTE_MS) == frame.hours(numbers) == sum(map(sum, numbers)) / 2
    for place, slot in enumerate(frame.slots):
        moment = day.at_ms(30 * slot + 15)
        working = sum(one.from_ms <= moment < one.to_ms for own in duties.values() for one in own)
        assert working == numbers[0][place] + numbers[1][place]
    assert roster.cost_per_hour == 80.0


def test_a_half_hour_without_a_theme_s_windows_is_not_covered() -> None:
    frame: Frame = frame_of(two_themes())

    assert frame.covers(frame.full)
    assert frame.covers(((1,) * 6, (1,) * 6))
    assert not frame.covers(((1,) * 6, (1, 1, 0, 1, 1, 1)))


def test_windows_alike_are_one_group_and_weekdays_have_their_own_hours() -> None:
    frame = frame_of(morning())

    assert len(frame.groups) == 1
    assert frame.slots == (18, 19, 20, 21, 22, 23)
    assert frame.sessions == {1: ((540, 720),)}
