"""How the crowd comes and goes: curves of a day, compressed into a run. Each is a list of (share of the run, crowd's size)."""

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import msgspec

VARIABLE: Final = "ONEWINDOW_CROWD_CURVE"
"""The environment variable that holds the curve as JSON."""


class Step(NamedTuple):
    """Until this share of the run, so large a share of the crowd is there."""

    until: float
    crowd: float


class Weights(NamedTuple):
    """How many of each there are for one another."""

    kiosk: int
    phone: int
    booker: int
    clerk: int
    screen: int


class Shape(msgspec.Struct, frozen=True):
    """A named curve, and the people of whom it is made."""

    name: str
    says: str
    steps: tuple[Step, ...]
    weights: Weights
    release_at: float = 0.0
    """Tomorrow's places are released at this share of the run; 0: they are on sale from the start."""


class Run(msgspec.Struct, frozen=True):
    """A curve with its size and length, as the run hands it to Locust's processes."""

    shape: str
    people: int
    seconds: float


EVERYBODY: Final = Weights(5, 3, 2, 3, 4)
SHAPES: Final[Mapping[str, Shape]] = {
    one.name: one
    for one in (
        Shape(
            "day", "an ordinary day: two humps with a lunch between, compressed",
            (Step(0.15, 0.5), Step(0.35, 1.0), Step(0.5, 0.6), Step(0.6, 0.4), Step(0.8, 0.9), Step(1.0, 0.4)),
            EVERYBODY,
        ),
        Shape("morning", "the morning peak: everybody is at the door when it opens", (Step(1.0, 1.0),),
              Weights(6, 3, 1, 3, 4)),
        Shape("graduates", "the graduate peak: tomorrow's places are released at one moment, and the crowd books",
              (Step(1.0, 1.0),), Weights(1, 1, 12, 1, 2), release_at=0.25),
        Shape("evening", "evening hours: few windows, a steady trickle, phones more than kiosks", (Step(1.0, 0.5),),
              Weights(1, 4, 2, 1, 2)),
        Shape("storm", "all screens lose the hall and come back at once, again and again", (Step(1.0, 1.0),),
              Weights(4, 1, 1, 2, 20)),
    )
}  # fmt: skip


def crowd_at(steps: Sequence[Step], share: float) -> float:
    """Return the share of the crowd that is there at a share of the run."""
    return next((step.crowd for step in steps if share < step.until), 0.0)
