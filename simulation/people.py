"""The visitors of one simulated day, drawn ahead: when they come, for what, how long it takes, how they behave.

Everything is a list by place in the day, so that the world only looks things up. Walk-ins come first, in the order of their
arrival; then those who booked, whose arrival follows from the slot that they get (:mod:`simulation.booking`).
"""

from collections.abc import Sequence

import msgspec
import numpy as np

from hall.booking_events import SlotsSet
from hall.commands import WantedItem
from hall.ids import MINUTE_MS, Ms
from hall.roots import BookingChannel
from simulation.demand import Day, moments_of
from simulation.mixing import Mixer
from simulation.setting import Behaviour, Setting
from simulation.variates import Draws, Floats, lognormal_factors, picks, whole_ms

COMES, LATE, REJOINS, NEVER = 0, 1, 2, 3
"""What somebody does when called: comes; comes at the second call; misses it and comes back; is gone."""
LEAST_SERVICE_MS: Ms = 1
LEAST_WALK_MS: Ms = 0


class People(msgspec.Struct):
    """All visitors of a day, by place."""

    at_ms: list[Ms]
    """When they arrive; of those who booked: when they would like to come."""
    items: list[tuple[WantedItem, ...]]
    service_ms: list[tuple[Ms, ...]]
    """For each item."""
    klass: list[str]
    channel: list[str]
    walk_ms: list[Ms]
    patience_ms: list[Ms]
    """0: waits for ever."""
    gives_back: list[bool]
    turn: list[int]
    return_ms: list[Ms]
    walk_ins: int
    """Places from here on booked."""
    shows: list[bool]
    punctual_ms: list[Ms]
    """Of those who booked, in their order: arrival less slot."""
    factor: float
    """The day's factor of demand."""
    expected: float
    """Mean number of visitors of such a day over all chance, online filers left out (a control variate)."""
    sold_by: list[BookingChannel] = msgspec.field(default_factory=list)
    """Of those who booked, in their order: where; empty: all by phone."""
    slot_edits: list[tuple[int, SlotsSet]] = msgspec.field(default_factory=list)
    """How a manager set places of slots, each after so many of those who booked, in that order."""

    def __len__(self) -> int:
        """Return how many."""
        return len(self.at_ms)


def people_of(setting: Setting, day: Day, draws: Draws, mixer: Mixer) -> People:
    """Draw a day's visitors."""
    moments = moments_of(setting, day, draws)
    count = len(moments.at_ms)
    first = mixer.first_items(draws, count)
    stays = mixer.comes_in_person(first, draws.uniform("online", count))
    wants = mixer.visits(first, draws)
    kept = np.flatnonzero(stays)
    booked = [int(one) for one in kept if moments.is_booked[one]]
    places = [int(one) for one in kept if not moments.is_booked[one]] + booked
    behaves = _behaviour(setting.behaviour, draws, count)
    klasses = _klasses(setting.demand.classes, draws.uniform("klass", count))
    remote = draws.uniform("channel", count) < setting.demand.remote_share
    shows, punctual = _punctuality(setting, draws, count)
    return People(
        at_ms=[moments.at_ms[one] for one in places],
        items=[wants.items[one] for one in places],
        service_ms=[wants.service_ms[one] for one in places],
        klass=[klasses[one] for one in places],
        channel=["phone" if remote[one] else "kiosk" for one in places],
        walk_ms=[behaves.walk_ms[one] for one in places],
        patience_ms=[behaves.patience_ms[one] for one in places],
        gives_back=[behaves.gives_back[one] for one in places],
        turn=[behaves.turn[one] for one in places],
        return_ms=[behaves.return_ms[one] for one in places],
        walk_ins=len(places) - len(booked),
        shows=[shows[one] for one in booked],
        punctual_ms=[punctual[one] for one in booked],
        factor=moments.factor,
        expected=moments.expected * mixer.in_person,
    )


class _Behaves(msgspec.Struct):
    walk_ms: list[Ms]
    patience_ms: list[Ms]
    gives_back: list[bool]
    turn: list[int]
    return_ms: list[Ms]


def _behaviour(rules: Behaviour, draws: Draws, count: int) -> _Behaves:
    walks = rules.walk_ms * lognormal_factors(draws.normal("walk", count), rules.walk_cv)
    patience = [0] * count
    if rules.patience_ms:
        patience = whole_ms(rules.patience_ms * _patience(rules, draws, count), least=1)
    turn = draws.uniform("turn", (count, 4))
    return _Behaves(
        walk_ms=whole_ms(walks, least=LEAST_WALK_MS),
        patience_ms=patience,
        gives_back=(turn[:, 3] < rules.gives_back).tolist(),
        turn=_turns(rules, turn),
        return_ms=whole_ms(rules.return_ms * draws.exponential("return", count), least=MINUTE_MS),
    )


def _patience(rules: Behaviour, draws: Draws, count: int) -> Floats:
    if rules.patience_law == "exponential":
        return draws.exponential("patience", count)
    if rules.patience_law == "fixed":
        return np.ones(count)
    return lognormal_factors(draws.normal("patience", count), rules.patience_cv)


def _turns(rules: Behaviour, uniform: Floats) -> list[int]:
    missed, late, back = (uniform[:, number] for number in range(3))
    turns = np.where(back < rules.rejoins, REJOINS, NEVER)
    turns = np.where(late < rules.late, LATE, turns)
    found: list[int] = np.where(missed < rules.missed, turns, COMES).tolist()
    return found


def _klasses(classes: Sequence[tuple[str, float]], uniform: Floats) -> list[str]:
    names = [code for code, _ in classes]
    shares = np.array([share for _, share in classes])
    return [names[number] for number in picks(uniform, shares).tolist()]


def _punctuality(setting: Setting, draws: Draws, count: int) -> tuple[list[bool], list[Ms]]:
    booked = setting.booked
    if booked is None:
        return [], []
    shows: list[bool] = (draws.uniform("show", count) >= booked.no_show).tolist()
    offsets = booked.punctual_mean_ms + booked.punctual_sd_ms * draws.normal("punctual", count)
    return shows, np.rint(offsets).astype(np.int64).tolist()
