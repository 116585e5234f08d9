"""Whether compared plans meet the same people: who comes, when and for what, whatever the hall then does with them.

Other windows, rules or clerks leave the people as they are. Where a scenario states other visitors, or is of another hall,
its days share no more than the chance with those of the first, and a difference is not of the plans alone.
"""

from collections.abc import Iterator, Sequence
from typing import Final, Literal

from hall.catalog import Text
from simulation.people import People
from simulation.setting import Setting
from simulation.twin import Twin

Meeting = Literal["same", "others", "hall"]
SAME: Final = Text("同样的人", "the same people")
DAYS: Final = 7
"""Days of which everybody is held against everybody of the other plan: a week."""


def met_by(names: Sequence[str], settings: Sequence[Setting]) -> Text:
    """Return in both languages whom the plans meet, against the first of them."""
    found = [_meeting(settings[0], one) for one in settings]
    others, halls = (
        [name for name, one in zip(names, found, strict=True) if one == kind] for kind in ("others", "hall")
    )
    parts = [*_told(others, "谁来、何时来或办什么按其场景不同", "who comes, when or for what differs as their scenarios state"),
             *_told(halls, "另一个大厅，来的是另一批人", "another hall, to which other people come")]  # fmt: skip
    if not parts:
        return SAME
    zh, en = ([getattr(one, language) for one in parts] for language in ("zh", "en"))
    return Text("；".join(["同样的随机数", *zh]), "; ".join(["the same chance", *en]))


def _told(names: Sequence[str], zh: str, en: str) -> Iterator[Text]:
    if names:
        quoted = "".join(f"「{name}」" for name in names)
        yield Text(f"{quoted}：{zh}", f"{', '.join(names)}: {en}")


def _meeting(first: Setting, other: Setting) -> Meeting:
    if first.plan.hall != other.plan.hall:
        return "hall"
    # What is rare may not show in a week: what is stated has to be the same, too.
    stated = [(one.demand, one.mix, one.booked, one.dates, one.seed, one.strata) for one in (first, other)]
    if stated[0] != stated[1]:
        return "others"
    twins = [Twin(first), Twin(other)]
    days = ([_visits(twin.people(number)) for twin in twins] for number in range(min(DAYS, len(first.dates))))
    return "same" if all(one == two for one, two in days) else "others"


def _visits(people: People) -> tuple[object, ...]:
    return people.at_ms, people.items, people.klass, people.channel, people.walk_ins
