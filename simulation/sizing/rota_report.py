"""Who works when, as tables: shifts by weekday, short; and everybody's week, long."""

from collections.abc import Iterator
from typing import Final

from hall.catalog import Text
from simulation.report.content import Cell, Table
from simulation.scenario_checks import clock
from simulation.sizing.hours import Week
from simulation.sizing.labour import WEEK_DAYS
from simulation.sizing.need import WEEKDAYS_EN, WEEKDAYS_ZH, WorkShift
from simulation.sizing.rota import Rostered

GAP_IS_BREAK: Final = Text("“+”之间为休息。", "What lies between two spans is the break.")
WEEKDAYS: Final = tuple(Text(zh, en) for zh, en in zip(WEEKDAYS_ZH, WEEKDAYS_EN, strict=True))


def shifts_table(one: Week) -> Table:
    """Return how many people have each shift on each weekday."""
    counts: dict[tuple[str, WorkShift], list[int]] = {}
    names: dict[str, Text] = {}
    for group, day, shift in _worked(one):
        counts.setdefault((group.contract, shift), [0] * WEEK_DAYS)[day] += group.people
        names[group.contract] = group.name
    rows: list[tuple[Cell, ...]] = []
    for code, name in names.items():
        shifts = sorted(own for contract, own in counts if contract == code)
        rows += [(_spans(shift), name, *(count or None for count in counts[code, shift])) for shift in shifts]
    return Table(
        title=Text(f"班次与人数（{one.name.zh}）", f"shifts and how many have them ({one.name.en})"),
        head=(Text("班次", "shift"), Text("用工形式", "contract"), *WEEKDAYS),
        rows=tuple(rows),
        digits=0,
        note=GAP_IS_BREAK,
    )


def people_table(one: Week) -> Table:
    """Return everybody's week, those with the same one together."""
    rows: list[tuple[Cell, ...]] = []
    first = 1
    for group in one.rota:
        last = first + group.people - 1
        days = (None if shift is None else _spans(shift) for shift in group.days)
        who = f"{first}" if first == last else f"{first}–{last}"
        rows.append((who, group.name, group.people, *days, group.work_min / 60, group.paid_min / 60))
        first = last + 1
    return Table(
        title=Text(f"每人一周的班（{one.name.zh}）", f"who works when ({one.name.en})"),
        head=(
            Text("人员", "person"), Text("用工形式", "contract"), Text("人数", "people"), *WEEKDAYS,
            Text("每人上班小时", "hours of work each"), Text("每人付薪小时", "paid hours each"),
        ),
        rows=tuple(rows),
        note=GAP_IS_BREAK,
        is_long=True,
    )  # fmt: skip


def _worked(one: Week) -> Iterator[tuple[Rostered, int, WorkShift]]:
    for group in one.rota:
        for day, shift in enumerate(group.days):
            if shift is not None:
                yield group, day, shift


def _spans(shift: WorkShift) -> str:
    """Return the times at the window."""
    if shift.break_to_min == shift.break_from_min:
        return f"{clock(shift.from_min)}–{clock(shift.to_min)}"
    before = f"{clock(shift.from_min)}–{clock(shift.break_from_min)}"
    return f"{before} + {clock(shift.break_to_min)}–{clock(shift.to_min)}"
