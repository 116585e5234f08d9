"""Who works when: the people of a schedule, those with the same week together.

Laws:
- nobody is left out: the groups' people are the schedule's, and their shifts its cover;
- the order is fixed: contracts as the rules name them, then whoever begins the week first.
"""

from collections import Counter
from collections.abc import Sequence

import msgspec

from hall.catalog import Text
from simulation.sizing.labour import LabourRules
from simulation.sizing.need import WorkShift
from simulation.sizing.shifts import Person, paid_min_of


class Rostered(msgspec.Struct, frozen=True, kw_only=True):
    """People with the same contract and the same week."""

    contract: str
    name: Text
    """Of the contract."""
    people: int
    days: tuple[WorkShift | None, ...]
    """Monday first; None is a day off."""
    work_min: int
    """Of each of them, a week."""
    paid_min: int


def rota_of(people: Sequence[Person], rules: LabourRules) -> tuple[Rostered, ...]:
    """Return the groups of equal people."""
    places = {contract.code: place for place, contract in enumerate(rules.contracts)}

    def order(person: Person) -> tuple[int, tuple[tuple[bool, WorkShift], ...]]:
        return places[person.contract], tuple((one is None, one or WorkShift(0, 0)) for one in person.days)

    found = []
    for person, count in sorted(Counter(people).items(), key=lambda own: order(own[0])):
        contract = rules.contracts[places[person.contract]]
        found.append(
            Rostered(
                contract=person.contract, name=contract.name, people=count, days=person.days,
                work_min=person.work_min, paid_min=paid_min_of(person, contract),
            )
        )  # fmt: skip
    return tuple(found)
