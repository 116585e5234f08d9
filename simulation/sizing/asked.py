"""What the commands of planners read from their options."""

import click
import msgspec

from simulation.setting import Piece, Setting
from simulation.sizing.ranges import Range, range_of


def range_asked(text: str, option: str) -> Range:
    """Read ``LOW..HIGH``; raises BadParameter."""
    found = range_of(text)
    if found is None:
        raise click.BadParameter(f"{text}: 写成 write it like 0.8..0.95, 80%..95%", param_hint=option)
    return found


def ranges_asked(texts: tuple[str, ...], option: str) -> tuple[tuple[str, Range], ...]:
    """Read ``CODE=LOW..HIGH`` of each; raises BadParameter."""
    found: dict[str, Range] = {}
    for text in texts:
        code, _, own = text.rpartition("=")
        if code in found:
            raise click.BadParameter(f"{code}: 重复 given twice", param_hint=option)
        found[code] = range_asked(own, option)
    return tuple(found.items())


def with_visits(setting: Setting, visits: float | None) -> Setting:
    """Return the setting with so many visitors on an average day, at the scenario's times."""
    if visits is None:
        return setting
    demand = setting.demand
    today = demand.door + sum(one.per_hour * (one.to_min - one.from_min) / 60 for one in demand.pieces)
    by = visits / today
    pieces = tuple(Piece(one.from_min, one.to_min, one.per_hour * by) for one in demand.pieces)
    changed = msgspec.structs.replace(demand, pieces=pieces, door=demand.door * by)
    return msgspec.structs.replace(setting, demand=changed)
