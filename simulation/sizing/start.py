"""Where the search begins: the offered load of each group of windows in each half-hour, as if nobody ever waited.

The modified offered load of S. Eick, W. Massey, W. Whitt (:func:`simulation.theory.offered_load`), then the windows that
hold the target in steady state at the highest load of the half-hour. A start, never an answer: days vary, rules matter.
"""

from collections.abc import Callable
from typing import Final

import msgspec
import numpy as np

from hall.ids import MINUTE_MS
from simulation import theory
from simulation.people import People
from simulation.setting import Setting
from simulation.sizing.groups import Frame, Numbers
from simulation.sizing.target import Target
from simulation.waits import SLOT_MIN

MOMENTS_MIN: Final = (0, 10, 20, 30)
"""Where in a half-hour the load is looked at."""
STEPS: Final = 240
REACH: Final = 15
"""Mean services that are looked back."""


class Stream(msgspec.Struct, frozen=True):
    """Visitors whom the same groups may serve: their part of all, and how long they keep a window (minutes)."""

    groups: tuple[int, ...]
    share: float
    mean_min: float
    cv: float


def streams_of(setting: Setting, frame: Frame, days: list[People]) -> tuple[Stream, ...]:
    """Learn from some days' people who is served by whom, and for how long."""
    holds: dict[tuple[int, ...], list[float]] = {}
    able = {
        code: tuple(number for number, group in enumerate(frame.groups) if code in group.items) for code in frame.wanted
    }
    for people in days:
        for items, walk, times in zip(people.items, people.walk_ms, people.service_ms, strict=True):
            minutes = (walk + sum(times) + setting.behaviour.gap_ms) / MINUTE_MS
            holds.setdefault(able.get(items[0].code, ()), []).append(minutes)
    total = sum(map(len, holds.values()))
    return tuple(
        Stream(groups, len(own) / total, float(np.mean(own)), float(np.std(own) / np.mean(own)))
        for groups, own in sorted(holds.items())
        if groups
    )


def start_of(setting: Setting, frame: Frame, target: Target, streams: tuple[Stream, ...]) -> Numbers:
    """Return the first staffing to be tried."""
    rate = _rate(setting, frame)
    loads = np.zeros((len(frame.groups), len(frame.slots)))
    works = np.zeros(len(frame.groups))
    shares = np.zeros(len(frame.groups))
    for stream in streams:
        sizes = np.array([frame.groups[number].size for number in stream.groups], dtype=np.float64)
        own = np.array([_highest(rate, stream, slot) for slot in frame.slots])
        for number, part in zip(stream.groups, sizes / sizes.sum(), strict=True):
            loads[number] += own * part
            works[number] += stream.share * part * stream.mean_min
            shares[number] += stream.share * part
    means = works / np.maximum(shares, 1e-9)
    return tuple(
        tuple(_windows(float(load), float(means[number]), group.size, target) for load in loads[number])
        for number, group in enumerate(frame.groups)
    )


def _windows(load: float, mean_min: float, most: int, target: Target) -> int:
    if load <= 0:
        return 1
    if load >= most:
        return most
    wanted = max(
        theory.servers_for(
            load, service=mean_min, limit=limit.within_min, share=limit.share, use=target.use_max or 1.0
        )[0]
        for limit in target.limits
    )
    return min(wanted, most)


def _highest(rate: Callable[[float], float], stream: Stream, slot: int) -> float:
    service = theory.lognormal_service(stream.mean_min, stream.cv)
    return stream.share * max(
        theory.offered_load(rate, service, at=slot * SLOT_MIN + within, reach=REACH * stream.mean_min, steps=STEPS)
        for within in MOMENTS_MIN
    )


def _rate(setting: Setting, frame: Frame) -> Callable[[float], float]:
    """Return the mean arrivals per minute at a minute of the day, who waits at the door coming just after the opening."""
    demand = setting.demand
    weekday = float(np.mean([demand.by_weekday[one - 1] for one in frame.sessions]))
    minutes = np.zeros(48 * 60)
    for piece in demand.pieces:
        minutes[piece.from_min : piece.to_min] += piece.per_hour * weekday / 60
    opens = min(spans[0][0] for spans in frame.sessions.values() if spans)
    minutes[opens : opens + demand.door_min] += demand.door * weekday / max(1, demand.door_min)
    known = minutes.tolist()
    return lambda minute: known[int(minute)] if 0 <= minute < len(known) else 0.0
