"""Windows are added where fresh weeks missed, to those that were really open, and to those that serve who waited."""

import msgspec
import pytest

from hall.catalog import Item, Serves, Text
from hall.ids import MINUTE_MS
from simulation.intervals import Interval
from simulation.results import Share
from simulation.setting import Mix
from simulation.sizing.labour import DEFAULT_RULES
from simulation.sizing.longer import DayKind
from simulation.sizing.manning import Slots, is_more_where_missed, need_of, with_more
from simulation.sizing.plan import Checked, SizedSlot
from simulation.sizing.shifts import Schedule
from simulation.table import Days
from simulation.waits import Waits
from tests.simulation.settings import plan_of, setting_of

WEEKDAYS = (1, 2)
MORNING = (540, 720)


def kind_of(*windows: str) -> DayKind:
    """Return Mondays and Tuesdays from 9 to 12 at windows that serve these themes."""
    items = [Item(theme, Text(theme), theme, 8 * MINUTE_MS, 60) for theme in ("people", "tax")]
    serves = [Serves(themes=tuple(one.split("+"))) for one in windows]
    plan = plan_of(len(windows), hours=MORNING, items=items, serves=serves)
    mix = Mix(items=(("people", 0.5), ("tax", 0.5)))
    return DayKind(WEEKDAYS, setting_of(plan, per_hour=10, mix=mix, dates=("2026-11-23", "2026-11-24")))


def slots_of(*by_group: int) -> Slots:
    return tuple(SizedSlot(start, start + 30, sum(by_group), by_group) for start in range(*MORNING, 30))


def schedule_of(kind: DayKind, slots: Slots, monday: int, tuesday: int) -> Schedule:
    """Return a schedule with so many people all morning."""
    need = need_of([kind], [slots])
    cover = tuple((people,) * need.slots for people in (monday, tuesday, 0, 0, 0, 0, 0))
    return Schedule(
        people=(), need=need, cover=cover, paid_min=0, cost=0, bound=0, gap=0, status="optimal", seconds=0,
        rules=DEFAULT_RULES.name, basis="assumed",
    )  # fmt: skip


def lived(people: float = 0.9, tax: float = 0.9) -> Days:
    """Return days on which these shares of the themes were called in time."""
    themes = {
        code: Share(called=100, kept=round(100 * share), counted=100)
        for code, share in (("people", people), ("tax", tax))
    }
    return Days(0, Waits.empty().counts[:0], Waits.empty(), {}, themes)


def found(name: str, share: float, kind: str = "hour", wanted: float = 0.9) -> Checked:
    return Checked(kind, name, 15, wanted, Interval(share, share, share, 8), at_most=False, a_day=30)


def windows_of(slots: Slots) -> list[int]:
    return [slot.windows for slot in slots]


ALIKE = ("people+tax",) * 9


def test_a_missed_hour_gets_a_window_and_so_does_the_half_hour_in_which_its_queue_begins() -> None:
    kind, slots = kind_of(*ALIKE), slots_of(3)

    more = with_more(kind, slots, schedule_of(kind, slots, 3, 3), lived(), [found("09:00", 0.97), found("10:00", 0.88)])

    assert windows_of(more) == [3, 4, 4, 4, 3, 3]


def test_what_is_added_comes_to_those_who_were_there() -> None:
    """Five and six people for three windows: the day with five missed, and gets a sixth."""
    kind, slots = kind_of(*ALIKE), slots_of(3)

    more = with_more(kind, slots, schedule_of(kind, slots, 6, 5), lived(), [found("09:00", 0.88)])

    assert windows_of(more) == [6, 6, 3, 3, 3, 3]


def test_more_is_added_where_more_is_missed_and_no_more_than_there_are() -> None:
    kind, slots = kind_of(*(("people+tax",) * 40)), slots_of(30)
    by_much, full = ([found("11:00", share)] for share in (0.5, 0.1))

    assert windows_of(with_more(kind, slots, schedule_of(kind, slots, 30, 30), lived(), by_much))[-2:] == [34, 34]
    assert windows_of(with_more(kind, slots, schedule_of(kind, slots, 39, 39), lived(), full))[-2:] == [40, 40]


def test_an_hour_that_holds_by_a_hair_gets_one_beside_those_that_missed() -> None:
    kind, slots = kind_of(*ALIKE), slots_of(3)

    more = with_more(
        kind, slots, schedule_of(kind, slots, 3, 3), lived(), [found("09:00", 0.88), found("11:00", 0.902)]
    )

    assert windows_of(more) == [4, 4, 3, 4, 4, 4]


def test_nothing_changes_where_all_windows_are_open() -> None:
    kind, slots = kind_of(*ALIKE), slots_of(3)

    assert with_more(kind, slots, schedule_of(kind, slots, 9, 9), lived(), [found("09:00", 0.5)]) == slots


def test_more_for_an_hour_that_holds_is_no_help_to_one_that_has_all_windows_already() -> None:
    """At ten all are open and it misses; at eleven it holds by a hair, and a window there would help nobody at ten."""
    kind = kind_of(*ALIKE)
    slots = tuple(
        SizedSlot(start, start + 30, number, (number,))
        for start, number in zip(range(*MORNING, 30), (3, 9, 9, 9, 3, 3), strict=True)
    )
    need = need_of([kind], [slots])
    full = msgspec.structs.replace(schedule_of(kind, slots, 3, 3), need=need, cover=need.numbers)
    checks = [found("10:00", 0.5), found("11:00", 0.902)]

    more = with_more(kind, slots, full, lived(), checks)

    assert windows_of(more) == [3, 9, 9, 9, 4, 4]
    assert not is_more_where_missed(kind, slots, more, checks)
    assert is_more_where_missed(kind, slots, more, [found("10:00", 0.5), found("11:00", 0.8)])


@pytest.mark.parametrize(("people", "tax", "grown"), [(0.8, 0.95, (3, 2)), (0.95, 0.8, (2, 3))])
def test_the_windows_of_the_theme_that_waited_most_are_added(people: float, tax: float, grown: tuple[int, int]) -> None:
    kind, slots = kind_of(*(("people",) * 4), *(("tax",) * 4)), slots_of(2, 2)

    more = with_more(kind, slots, schedule_of(kind, slots, 4, 4), lived(people, tax), [found("09:00", 0.85)])

    assert more[0].by_group == grown
    assert more[-1].by_group == (2, 2)


def test_a_missed_theme_gets_its_windows_all_day() -> None:
    kind, slots = kind_of(*(("people",) * 4), *(("tax",) * 4)), slots_of(2, 2)

    more = with_more(kind, slots, schedule_of(kind, slots, 4, 4), lived(), [found("tax", 0.75, "theme", 0.8)])

    assert {slot.by_group for slot in more} == {(2, 3)}
