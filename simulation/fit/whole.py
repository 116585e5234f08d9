"""The whole fit of a hall: everything that a scenario says of demand and behaviour, each part with what it rests on.

Nothing is made up: a part of which the logs say nothing is None and named in ``unknown``; a scenario keeps its assumption.
"""

from collections.abc import Mapping
from importlib.metadata import version
from typing import Final

import msgspec

from hall.catalog import Text
from hall.ids import MINUTE_MS, Ms
from simulation.fit.arrivals import ArrivalFit, fit_arrivals
from simulation.fit.coming import BookedFit, PatienceFit, fit_booked, fit_patience
from simulation.fit.counts import MINUTES_A_DAY, Counts, counted
from simulation.fit.errors import NobodyCame, NothingServed, TooFewDays
from simulation.fit.estimate import Estimate, by_days
from simulation.fit.logs import Seen
from simulation.fit.observations import DayObserved
from simulation.fit.shares import Mixed, share_of, shares_of, with_unseen
from simulation.fit.staffing import Staffed, staffed_of
from simulation.fit.times import ServiceFit, ThemeFit, fit_more_units, fit_services, fit_walk

SLOT_MIN: Final = 30
FEW_DAYS: Final = 10
"""With fewer days the spread between them is known to a factor of two at best: said, not refused."""
BOOKED_CLASS: Final = "booked"


class VisitFit(msgspec.Struct, frozen=True):
    """What visits consist of beside their first item."""

    two_items: Estimate
    three_items: Estimate
    packages: Estimate
    """Share of visits for a whole package; the other shares are of those that are none."""
    of_packages: dict[str, Estimate]
    many_units: Estimate
    units_max: int
    """Most cases of one kind, if from 2 on all numbers were as frequent; by their mean."""


class CallFit(msgspec.Struct, frozen=True):
    """How people answer a call; shares of those called, late ones of those who miss the first call, and so on."""

    missed: Estimate
    late: float
    rejoins: float
    return_min: Estimate | None


class WalkFit(msgspec.Struct, frozen=True):
    """The walk from the call to the window, in ms."""

    mean_ms: Estimate
    cv: float


class Unknown(msgspec.Struct, frozen=True):
    """A part of a scenario of which the logs say nothing, or too little."""

    about: str
    text: Text


class HallFit(msgspec.Struct, frozen=True, kw_only=True):
    """All that was learnt of a hall. JSON by msgspec; figures without unit are shares."""

    hall: str
    name: Text
    version: str
    """Of the program that made it."""
    seed: int
    """Of the resampling behind intervals."""
    dates: tuple[str, ...]
    makeup: tuple[str, ...]
    """Of these, workdays by order of the holiday notice."""
    visits: int
    refused: int
    """Numbers asked for and not given: they are no arrivals here."""
    opens: dict[int, tuple[int, int]]
    """Weekday (0 is Monday) → first and last minute of the usual sessions."""
    arrivals: ArrivalFit
    remote: Estimate
    classes: dict[str, Estimate]
    items: Mixed
    visit: VisitFit
    services: dict[str, ServiceFit]
    themes: dict[str, ThemeFit]
    more_units: Estimate | None
    walk: WalkFit | None
    patience: PatienceFit | None
    calls: CallFit
    gap_ms: Estimate | None
    booked_share: Estimate | None
    booked: BookedFit | None
    staffed: tuple[Staffed, ...]
    unknown: tuple[Unknown, ...]


def fit_hall(seen: Seen, *, seed: int = 1) -> HallFit:
    """Learn everything; raises FitError where arrivals or service times cannot be learnt at all."""
    days = tuple(day for day in seen.days if day.arrivals)
    if not days:
        raise NobodyCame(days=len(seen.days))
    themes = {item.code: item.theme for item in seen.plan.catalog.items}
    arrivals = _arrivals(days)
    services, of_themes = _services(days, themes)
    patience = fit_patience(days)
    booked = fit_booked(days, seed=seed)
    found = HallFit(
        hall=seen.hall,
        name=seen.plan.name,
        version=version("onewindow"),
        seed=seed,
        dates=tuple(day.date for day in days),
        makeup=tuple(day.date for day in days if day.kind == "makeup"),
        visits=sum(len(day.arrivals) + len(day.offsets) for day in days),
        refused=sum(day.refused for day in days),
        opens=_opens(days),
        arrivals=arrivals,
        remote=_share([(day.channels.get("phone", 0), sum(day.channels.values())) for day in days]),
        classes=shares_of([day.classes for day in days]),
        items=_items(days, themes),
        visit=_visit(days),
        services=services,
        themes={code: theme for code, theme in of_themes.items() if theme.n},
        more_units=fit_more_units(days, services, seed=seed),
        walk=_walk(days, seed),
        patience=patience,
        calls=_calls(days, patience, seed),
        gap_ms=_mean([day.gaps for day in days], 1.0, seed),
        booked_share=share_of([(day.booked, day.booked + len(day.arrivals)) for day in days]) if booked else None,
        booked=booked,
        staffed=staffed_of(days),
        unknown=(),
    )
    return msgspec.structs.replace(found, unknown=_unknown(found, seen))


def _arrivals(days: tuple[DayObserved, ...]) -> ArrivalFit:
    try:
        return fit_arrivals(counts_of_days(days))
    except ValueError as error:
        raise TooFewDays(days=len(days)) from error


def _services(
    days: tuple[DayObserved, ...], themes: Mapping[str, str]
) -> tuple[dict[str, ServiceFit], dict[str, ThemeFit]]:
    try:
        return fit_services(days, themes)
    except ValueError as error:
        raise NothingServed() from error


def counts_of_days(days: tuple[DayObserved, ...]) -> Counts:
    """Count walk-ins by half-hour, from the first that came or might have come to the last."""
    arrived = [minute for day in days for minute in day.arrivals]
    first = min([day.opens_min for day in days] + [int(min(arrived, default=MINUTES_A_DAY))])
    last = max([day.closes_min for day in days] + [int(max(arrived, default=0)) + 1])
    return counted(
        {day.date: day.arrivals for day in days},
        first_min=max(0, first // SLOT_MIN * SLOT_MIN),
        last_min=max(first // SLOT_MIN + 1, -(-last // SLOT_MIN)) * SLOT_MIN,
        slot_min=SLOT_MIN,
    )


def _opens(days: tuple[DayObserved, ...]) -> dict[int, tuple[int, int]]:
    """Return the most frequent hours of each weekday."""
    counts: dict[int, dict[tuple[int, int], int]] = {}
    for day, weekday in zip(days, counts_of_days(days).weekdays.tolist(), strict=True):
        hours = counts.setdefault(weekday, {})
        hours[day.opens_min, day.closes_min] = hours.get((day.opens_min, day.closes_min), 0) + 1
    return {weekday: max(sorted(hours), key=hours.__getitem__) for weekday, hours in sorted(counts.items())}


def _items(days: tuple[DayObserved, ...], themes: Mapping[str, str]) -> Mixed:
    """Return the mix over the items that the hall has today."""
    counts = [{code: count for code, count in day.items.items() if code in themes} for day in days]
    return with_unseen(shares_of(counts), themes)


def _visit(days: tuple[DayObserved, ...]) -> VisitFit:
    singles = [sum(day.entries.values()) for day in days]
    several = {number: count for day in days for number, count in day.quantities.items() if number > 1}
    totals = {number: sum(day.quantities.get(number, 0) for day in days) for number in several}
    many = sum(totals.values())
    mean = sum(number * count for number, count in totals.items()) / many if many else 2.0
    return VisitFit(
        two_items=_share([(day.entries.get(2, 0), every) for day, every in zip(days, singles, strict=True)]),
        three_items=_share(
            [(sum(count for number, count in day.entries.items() if number > 2), every)
             for day, every in zip(days, singles, strict=True)]
        ),
        packages=_share(
            [(sum(day.packages.values()), sum(day.packages.values()) + every)
             for day, every in zip(days, singles, strict=True)]
        ),
        of_packages=shares_of([day.packages for day in days]),
        many_units=_share(
            [(sum(count for number, count in day.quantities.items() if number > 1), every)
             for day, every in zip(days, singles, strict=True)]
        ),
        units_max=max(2, round(2 * mean - 2)),
    )  # fmt: skip


def _walk(days: tuple[DayObserved, ...], seed: int) -> WalkFit | None:
    if not any(day.walks for day in days):
        return None
    return WalkFit(*fit_walk(days, seed=seed))


def _calls(days: tuple[DayObserved, ...], patience: PatienceFit | None, seed: int) -> CallFit:
    """Divide those who did not come at the first call: late, absent whatever the wait, and (not here) out of patience."""
    called = sum(day.called for day in days)
    late = sum(day.recalled for day in days) / max(1, called)
    gone = sum(day.missed for day in days) / max(1, called)
    absent = patience.absent_share.value if patience is not None else gone
    missed = _share([(day.recalled + day.missed, day.called) for day in days])
    # The interval of the sum, moved by those who are gone because their patience ended.
    shift = max(0.0, gone - absent)
    stays = Estimate(late + absent, max(0.0, missed.low - shift), max(late + absent, missed.high - shift), called)
    rejoined = sum(day.rejoined for day in days)
    return CallFit(
        missed=stays,
        late=late / (late + absent) if late + absent else 0.0,
        rejoins=min(1.0, rejoined / (absent * called)) if absent else 0.0,
        return_min=_mean([day.returns for day in days], MINUTE_MS, seed),
    )


def _share(parts: list[tuple[int, int]]) -> Estimate:
    return share_of(parts) or Estimate(0.0, 0.0, 1.0, 0)


def _mean(days: list[tuple[Ms, ...]], unit: float, seed: int) -> Estimate | None:
    """Return the mean of times in a unit; None of nothing."""
    kept = [day for day in days if day]
    if not kept:
        return None
    n = sum(map(len, kept))
    return by_days(kept, lambda drawn: sum(map(sum, drawn)) / sum(map(len, drawn)) / unit, n=n, seed=seed)


def _unknown(fit: HallFit, seen: Seen) -> tuple[Unknown, ...]:
    """Name what was not learnt, and what rests on little."""
    silent = sum(1 for item in seen.plan.catalog.items if fit.services[item.code].mean_ms.n == 0)
    no_theme = sorted({item.theme for item in seen.plan.catalog.items} - set(fit.themes))
    facts = {
        "days": len(fit.dates),
        "items": silent,
        "themes": "、".join(no_theme),
        "refused": fit.refused,
        "empty": len(seen.days) - len(fit.dates),
    }
    holds = {
        "few_days": len(fit.dates) < FEW_DAYS,
        "empty": len(seen.days) > len(fit.dates),
        "items": silent > 0,
        "themes": bool(no_theme),
        "more_units": fit.more_units is None,
        "walk": fit.walk is None,
        "patience": fit.patience is None,
        "returns": fit.calls.return_min is None,
        "gap": fit.gap_ms is None,
        "booked": fit.booked is None,
        "booked_class": fit.booked is None and BOOKED_CLASS in fit.classes,
        "refused": fit.refused > 0,
        "staffed": not fit.staffed,
    }
    return tuple(
        Unknown(about, Text(zh.format(**facts), en.format(**facts)))
        for name, (about, zh, en) in UNKNOWN.items()
        if holds[name]
    )


UNKNOWN: Final[dict[str, tuple[str, str, str]]] = {
    "few_days": (
        "demand.day_cv",
        "只有 {days} 天，日波动只能粗略估计；建议至少四周",
        "{days} days tell only roughly how days differ; four weeks are better",
    ),
    "empty": (
        "days",
        "{empty} 天没有任何人取号，视为未开放，未计入",
        "on {empty} days nobody took a number; taken as closed and left out",
    ),
    "items": (
        "service.items",
        "{items} 个事项没有办结记录，用所属主题的时长",
        "{items} items have no finished visit of their own; they get their theme's time",
    ),
    "themes": (
        "service.themes",
        "这些主题没有任何办结记录，仍用大厅设置中的时长：{themes}",
        "themes without any finished visit keep the times of the hall's settings: {themes}",
    ),
    "more_units": (
        "service.more_units",
        "没有一次办理多件同类业务的记录，每多一件所需时间仍为假设",
        "nobody brought several cases of a kind; what each further one takes stays assumed",
    ),
    "walk": (
        "behaviour.walk_s",
        "没有叫到即来的记录，步行时间仍为假设",
        "nobody came at a call; the walk stays assumed",
    ),
    "patience": (
        "behaviour.patience_min",
        "离开的人太少，无法得知耐心；按无人离开处理",
        "too few left to know patience; taken as if nobody leaves",
    ),
    "returns": (
        "behaviour.return_min",
        "没有过号后回来的记录，回来所需时间仍为假设",
        "nobody came back after a missed call; the time until then stays assumed",
    ),
    "gap": (
        "behaviour.gap_s",
        "看不出两次办理之间的间隔；按无间隔处理",
        "nothing shows what passes between two visits; taken as nothing",
    ),
    "booked": (
        "appointments",
        "没有足够的预约记录；爽约率和准时程度无从得知",
        "there were too few booked visits; no-shows and punctuality are not known",
    ),
    "booked_class": (
        "appointments",
        "预约群众只按类别记录（本大厅未启用预约规则），计入取号到访",
        "the booked are known by their class alone (the hall has no booking rules) and count as arrivals",
    ),
    "refused": (
        "demand",
        "有 {refused} 次取号被拒绝，这些人未计入到访；实际需求可能更高",
        "{refused} requests for a number were refused and are no arrivals here; the demand may be higher",
    ),
    "staffed": ("staffing", "没有窗口开放记录", "no window was ever open"),
}
"""What can be unknown: (part of the scenario, Chinese, English)."""
