"""Who wants what: people with phones and devices, each request with its wished slots. The same seed, the same crowd."""

import random
from typing import Final

import msgspec

POPULARITY: Final = (9, 12, 12, 10, 8, 6, 6, 8, 9, 8, 7, 5)
"""How many in a hundred wish for each slot of the day first: mornings are asked for most (assumed)."""
REPEATED_PCT: Final = 10
FIRST_SECONDS_MEAN: Final = 8.0
"""Most people press at once; the mean delay after the release (assumed)."""


class Sizes(msgspec.Struct, frozen=True):
    """How large the rush is."""

    requests: int = 15_000
    people: int = 12_000
    places: int = 3_000
    seconds: float = 60.0
    """All requests begin within this time."""


class Wish(msgspec.Struct, frozen=True):
    """One request of one person: its command id makes every repeat of it the same request."""

    number: int
    person: str
    phone: str
    device: str
    slot: int
    """Place of the wished slot in the day."""
    delay_s: float
    is_repeated: bool
    """Somebody taps twice, or the network sends it twice: the same request again, at the same time."""


def crowd(sizes: Sizes, *, seed: int) -> list[Wish]:
    """Return all wishes, those that begin first at the front; repeated ones count twice towards the requests."""
    chance = random.Random(seed)
    repeated = sizes.requests * REPEATED_PCT // 100
    distinct = sizes.requests - repeated
    twice = frozenset(chance.sample(range(distinct), repeated))
    # Everybody asks once; who asks more often does so from another phone at the same moment.
    people = [number % sizes.people for number in range(distinct)]
    wishes = [_wish(number, person, chance, sizes, is_repeated=number in twice) for number, person in enumerate(people)]
    return sorted(wishes, key=lambda wish: (wish.delay_s, wish.number))


def _wish(number: int, person: int, chance: random.Random, sizes: Sizes, *, is_repeated: bool) -> Wish:
    return Wish(
        number=number,
        person=f"flash-person-{person:06}",
        phone=f"199{number:08}",
        device=f"flash-device-{number:06}",
        slot=chance.choices(range(len(POPULARITY)), POPULARITY)[0],
        delay_s=min(chance.expovariate(1 / FIRST_SECONDS_MEAN), chance.uniform(0, sizes.seconds)),
        is_repeated=is_repeated,
    )
