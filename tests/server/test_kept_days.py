"""What followers of the log keep in memory does not grow with the days that a server has run."""

from dataclasses import dataclass

from server.kept_days import KeptDays


@dataclass
class Fold:
    """A day of which only this matters."""

    is_over: bool = False


def kept(limit: int = 100) -> KeptDays[Fold]:
    return KeptDays(lambda one: one.is_over, limit=limit)


def names(days: KeptDays[Fold]) -> list[str]:
    return [name for name, _ in days.items()]


def test_of_each_hall_the_day_that_was_used_last_stays_when_it_is_over():
    days = kept()
    for number in range(1, 29):
        for hall in ("longgang", "futian"):
            days.keep(f"{hall}/2026-02-{number:02}", Fold(is_over=True))

    assert sorted(names(days)) == ["futian/2026-02-28", "longgang/2026-02-28"]
    days.keep("longgang/2026-02-03", Fold(is_over=True))
    assert sorted(names(days)) == ["futian/2026-02-28", "longgang/2026-02-03"]


def test_a_day_that_goes_on_stays_and_is_over_when_it_ends():
    days, today = kept(), Fold()
    days.keep("longgang/2026-02-02", Fold(is_over=True))
    days.keep("longgang/2026-02-03", today)
    days.keep("longgang/2026-02-04", Fold())
    assert len(days) == 3

    today.is_over = True
    days.keep("longgang/2026-02-03", today)

    assert names(days) == ["longgang/2026-02-04", "longgang/2026-02-03"]
    assert days.get("longgang/2026-02-03") is today
    assert days.get("longgang/2026-02-02") is None


def test_beyond_the_limit_the_day_used_longest_ago_goes():
    days = kept(limit=2)
    for name in ("a/2026-02-02", "b/2026-02-02", "a/2026-02-02", "c/2026-02-02"):
        days.keep(name, Fold())

    assert names(days) == ["a/2026-02-02", "c/2026-02-02"]


def test_a_forgotten_day_is_folded_anew_and_takes_its_place_again():
    days = kept()
    days.keep("a/2026-02-02", Fold(is_over=True))
    days.forget("a/2026-02-02")
    days.forget("a/2026-02-02")
    assert days.get("a/2026-02-02") is None

    days.keep("a/2026-02-03", Fold(is_over=True))
    days.clear()

    assert len(days) == 0
