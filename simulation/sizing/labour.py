"""Labour rules as data: contracts, breaks, premiums. A hall's own rules come from a TOML file of the same form.

The rules that come with the product follow Chinese law where it speaks (Labour Law 1994, articles 36, 38 and 44; State
Council Decree 174 of 1995: eight hours a day, forty a week, one day of rest in a week) and are assumptions where it does
not (shortest shift, rest between shifts, breaks, pay).
"""

import tomllib
from pathlib import Path
from typing import Final, Literal

import msgspec

from hall.catalog import Text
from simulation.sizing.errors import BadLabourRules

DAY_MIN: Final = 24 * 60
WEEK_DAYS: Final = 7


class Break(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A break that a long shift must have, not paid unless said otherwise."""

    after_min: int = 5 * 60
    """Shifts with more work than this have one."""
    lengths_min: tuple[int, ...] = (60,)
    earliest_min: int = 2 * 60
    """Work before it, at least."""
    latest_min: int = 5 * 60
    """Work before it, at most."""
    from_min: int = 0
    """It lies within this span of the day, in minutes after midnight."""
    to_min: int = DAY_MIN
    paid: bool = False


class Contract(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What may be asked of a person, and what it costs. Minutes are minutes of work, breaks left out."""

    code: str
    name: Text
    shortest_min: int = 4 * 60
    longest_min: int = 8 * 60
    week_min: int = 40 * 60
    days_week: int = 5
    days_in_row: int = 6
    rest_min: int = 11 * 60
    """Between the end of a day's shift and the start of the next day's."""
    per_hour: float = 1.0
    salaried: bool = False
    """Is paid for the whole of ``week_min``, however much of it is scheduled."""
    per_person: float = 0.0
    """Cost of a person and week beside the hours."""
    share_max: float = 1.0
    """At most this part of all people."""
    people_max: int | None = None


class Premium(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """More pay at some times: ``extra`` is the part of an hour's pay that is added."""

    name: Text
    weekdays: tuple[int, ...]
    from_min: int = 0
    to_min: int = DAY_MIN
    extra: float


class LabourRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """All rules of one hall."""

    name: Text
    basis: Literal["assumed", "published", "fitted"] = "assumed"
    start_step_min: int = 30
    """Shifts start at multiples of this."""
    length_step_min: int = 60
    """Work in a shift is the shortest plus multiples of this."""
    edges_while_closed: bool = False
    """Shifts may begin and end while the hall is closed at midday: people do other work then."""
    breaks: Break = Break()
    contracts: tuple[Contract, ...]
    premiums: tuple[Premium, ...] = ()
    overtime_premium: float = 0.5
    """Added to an hour's pay for work after closing, beside the premiums of that time. Labour Law 1994, article 44: at least
    150 % of the wage for longer hours; rules with another agreement say their own."""


FULL_TIME: Final = Contract(code="full", name=Text("全职", "full-time"), salaried=True)
PART_TIME: Final = Contract(
    code="part",
    name=Text("非全日制", "part-time"),
    shortest_min=3 * 60,
    longest_min=4 * 60,
    week_min=24 * 60,  # Labour Contract Law 2008, article 68: four hours a day on average, 24 a week
    days_week=6,
    share_max=0.3,
)
DEFAULT_RULES: Final = LabourRules(
    name=Text("默认用工规则（工时依法，其余假设）", "default rules (hours by law, the rest assumed)"),
    contracts=(FULL_TIME, PART_TIME),
    premiums=(
        Premium(name=Text("晚间", "evening"), weekdays=(1, 2, 3, 4, 5), from_min=18 * 60, extra=0.2),
        Premium(name=Text("周末（另行安排补休）", "weekend (days off are given)"), weekdays=(6, 7), extra=0.2),
    ),
)


def load_rules(path: Path) -> LabourRules:
    """Read labour rules; raises BadLabourRules that names the entry."""
    try:
        rules = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), LabourRules)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
        raise BadLabourRules(entry=path.name, why_zh=str(error), why_en=str(error)) from error
    check_rules(rules)
    return rules


def check_rules(rules: LabourRules) -> None:
    """Raise BadLabourRules for the first entry that nobody can keep."""
    if rules.start_step_min < 5 or rules.length_step_min < 5:
        raise _bad("start_step_min, length_step_min", "至少 5 分钟", "at least 5 minutes")
    if not rules.contracts:
        raise _bad("contracts", "至少一种用工形式", "at least one is needed")
    if len({one.code for one in rules.contracts}) < len(rules.contracts):
        raise _bad("contracts", "代码重复", "a code occurs twice")
    for contract in rules.contracts:
        _check_contract(contract)
    rest = rules.breaks
    if not rest.lengths_min or min(rest.lengths_min) < 0 or rest.latest_min < rest.earliest_min:
        raise _bad("breaks", "休息时长或先后有误", "lengths are negative, or the latest comes before the earliest")
    if rest.to_min <= rest.from_min:
        raise _bad("breaks", "时段结束早于开始", "the span ends before it begins")
    if rules.overtime_premium < 0:
        raise _bad("overtime_premium", "加成为负", "it is negative")
    for premium in rules.premiums:
        if premium.extra < 0 or premium.to_min <= premium.from_min or not set(premium.weekdays) <= set(range(1, 8)):
            raise _bad(
                f"premiums {premium.name.en}", "加成为负、时段或星期有误", "negative, or no such time or weekday"
            )


def _check_contract(contract: Contract) -> None:
    where = f"contracts {contract.code}"
    if not 0 < contract.shortest_min <= contract.longest_min <= DAY_MIN:
        raise _bad(where, "最短班次长于最长班次，或不在一天之内", "the shortest shift exceeds the longest, or a day")
    if contract.week_min < contract.shortest_min:
        raise _bad(where, "每周工时不足一个最短班次", "a week's work is less than the shortest shift")
    if not 1 <= contract.days_week <= WEEK_DAYS or contract.days_in_row < 1:
        raise _bad(where, "每周或连续工作天数须为 1–7", "days of a week or in a row must be 1 to 7")
    if not 0 <= contract.rest_min < DAY_MIN:
        raise _bad(where, "班次间休息须在 24 小时以内", "the rest between shifts must be less than 24 hours")
    if contract.per_hour < 0 or contract.per_person < 0 or not 0 <= contract.share_max <= 1:
        raise _bad(where, "费用为负，或比例不在 0–1", "a cost is negative, or a share is not within 0 to 1")
    if contract.people_max is not None and contract.people_max < 0:
        raise _bad(where, "人数为负", "a number of people is negative")


def _bad(entry: str, why_zh: str, why_en: str) -> BadLabourRules:
    return BadLabourRules(entry=entry, why_zh=why_zh, why_en=why_en)
