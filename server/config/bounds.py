"""Limits of settings: what the plan's own check (``hall.policy.faults_of_plan``) leaves open, and its faults in Chinese.

Laws: every text has a length, every number a range, every list a greatest count; codes fit into addresses; no text holds
control or direction marks that could disturb a screen or a slip.
"""

import re
import unicodedata
from collections.abc import Iterator
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from hall.catalog import Item, Package, Text, Window
from hall.ids import CODE_PATTERN, DAY_MS
from hall.opening import WeekHours, faults_of_hours
from hall.policy import Plan, Policy, faults_of_plan
from server.config.booking_bounds import faults_of_booking_rules
from server.config.faults import Fault
from server.config.sections import Content, HallFacts, ItemsSection, WindowsSection
from server.config.tables import NAME

ITEMS_MAX: Final = 5_000
"""Five times the largest published catalogue (1,038 items)."""
WINDOWS_MAX: Final = 500
"""Five times the largest published hall (92 windows)."""
PARTS_MAX: Final = 200
"""Areas, themes, packages, number series, quotas, classes: lists that a person reads."""
LABEL_MAX: Final = 20
"""A number, or a short name over the window."""
KEYWORDS_MAX: Final = 1_000
SERVICE_MIN_MS: Final = 1_000
SERVICE_MAX_MS: Final = DAY_MS // 3
"""Eight hours: nothing at a window takes longer than a working day."""
CV_MAX_PCT: Final = 500
NUMBER_MAX: Final = 366 * DAY_MS
"""No length, count or minute of a policy exceeds a year in milliseconds."""
FAULTS_MAX: Final = 200
"""Faults told at once; more help nobody."""

_CODE = re.compile(CODE_PATTERN)
_PREFIX = re.compile(r"[A-Z]{1,3}\Z")


def faults_of_content(content: Content) -> list[Fault]:
    """List what is out of bounds in one section, whatever the other sections say."""
    match content:
        case ItemsSection():
            return _some(_faults_of_items(content))
        case WindowsSection():
            return _some(_faults_of_windows(content))
        case WeekHours():
            return _some(plan_fault(fault) for fault in faults_of_hours(content))
        case Policy():
            return _some(_faults_of_policy(content))


def faults_of_settings(plan: Plan) -> list[Fault]:
    """List every contradiction of a whole plan, in both languages."""
    return _some(plan_fault(fault) for fault in faults_of_plan(plan))


def is_zone(zone: str) -> bool:
    """Tell whether there is a time zone of this name."""
    try:
        ZoneInfo(zone)
    except (KeyError, ValueError, OSError):  # not found, not a key at all, or the name of a folder
        return False
    return True


def faults_of_facts(facts: HallFacts) -> list[Fault]:
    """List what is out of bounds in a hall's own facts."""
    found = [*_code_faults("hall", facts.code), *_text_faults("name", facts.name)]
    if not is_zone(facts.zone):
        found.append(Fault("zone", f"没有这个时区：{facts.zone[:60]}", f"unknown time zone {facts.zone[:60]}"))
    if facts.parent == facts.code:
        found.append(Fault("parent", "大厅不能是自己的上级", "a hall cannot be its own parent"))
    where = facts.position
    if where is not None and not (-90 <= where.lat <= 90 and -180 <= where.lon <= 180):
        found.append(
            Fault(
                "position",
                "纬度须在 -90 到 90 之间，经度须在 -180 到 180 之间",
                "latitude -90 to 90, longitude -180 to 180",
            )
        )
    return found


def faults_of_text(where: str, text: str, *, longest: int = NAME, needed: bool = False) -> list[Fault]:
    """List the faults of one text: too long, missing, or with characters that no screen shows."""
    if len(text) > longest:
        return [
            Fault(
                where,
                f"太长（{len(text)} 字，最多 {longest} 字）",
                f"too long ({len(text)} characters, at most {longest})",
            )
        ]
    if needed and not text.strip():
        return [Fault(where, "不能为空", "must not be empty")]
    if any(unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"} for char in text):
        return [Fault(where, "含有不可显示的字符", "holds characters that cannot be shown")]
    return []


def faults_of_number(where: str, number: int, *, least: int, most: int) -> list[Fault]:
    """Say so if a number is out of its range."""
    if least <= number <= most:
        return []
    return [Fault(where, f"须在 {least} 到 {most} 之间", f"must be between {least} and {most}")]


def faults_of_item(where: str, item: Item) -> list[Fault]:
    """List what is out of bounds in one item."""
    return [
        *_code_faults(f"{where}.code", item.code),
        *_text_faults(f"{where}.name", item.name),
        *_code_faults(f"{where}.theme", item.theme),
        *faults_of_number(f"{where}.service_ms", item.service_ms, least=SERVICE_MIN_MS, most=SERVICE_MAX_MS),
        *faults_of_number(f"{where}.service_cv_pct", item.service_cv_pct, least=0, most=CV_MAX_PCT),
        *faults_of_text(f"{where}.keywords", item.keywords, longest=KEYWORDS_MAX),
    ]


def faults_of_window(where: str, window: Window) -> list[Fault]:
    """List what is out of bounds in one window."""
    serves = [*window.serves.themes, *window.serves.items]
    helps = [*window.helps.themes, *window.helps.items]
    return [
        *_code_faults(f"{where}.code", window.code),
        *faults_of_text(f"{where}.label", window.label, longest=LABEL_MAX, needed=True),
        *_code_faults(f"{where}.area", window.area),
        *faults_of_number(f"{where}.help_rule.after_ms", window.help_rule.after_ms, least=0, most=DAY_MS),
        *_faults_of_codes(f"{where}.serves", serves),
        *_faults_of_codes(f"{where}.helps", helps),
    ]


def plan_fault(fault: str) -> Fault:
    """Return a fault in the words of the hall's own check, with its Chinese beside it."""
    for pattern, chinese in _CHINESE:
        if found := pattern.fullmatch(fault):
            return Fault(found.group(1), chinese.format(*found.groups()), fault)
    return Fault(fault.partition(":")[0], f"设置自相矛盾（{fault}）", fault)


_CHINESE: Final[tuple[tuple[re.Pattern[str], str], ...]] = tuple(
    (re.compile(pattern), chinese)
    for pattern, chinese in (
        (r"(area (\S+)): defined twice", "区域 {1} 重复"),
        (r"(theme (\S+)): defined twice", "主题 {1} 重复"),
        (r"(item (\S+)): defined twice", "事项 {1} 重复"),
        (r"(window (\S+)): defined twice", "窗口 {1} 重复"),
        (r"(item (\S+)): unknown theme (\S+)", "事项 {1}：没有主题 {2}"),
        (r"(item (\S+)): no window serves it", "事项 {1}：没有窗口办理"),
        (r"(window (\S+)): unknown area (\S+)", "窗口 {1}：没有区域 {2}"),
        (r"(window (\S+)): serves nothing", "窗口 {1}：没有可办理的事项"),
        (r"(window (\S+)(?: helps)?): unknown theme (\S+)", "窗口 {1}：没有主题 {2}"),
        (r"(window (\S+)(?: helps)?): unknown item (\S+)", "窗口 {1}：没有事项 {2}"),
        (r"(package (\S+)): unknown item (\S+)", "一件事 {1}：没有事项 {2}"),
        (r"(hours): (\d+) days instead of 7", "开放时间须有 7 天，现在是 {1} 天"),
        (r"(hours of .+): (\S+) is not a time span", "开放时间 {1} 不是有效时段"),
        (r"(hours of .+): spans overlap or are out of order", "开放时段重叠或次序不对"),
        (r"(policy): series (\S+) has an impossible band (\S+)", "号码段 {1} 的范围 {2} 不对"),
        (r"(policy): bands of series (\S+) overlap", "号码段 {1} 重叠"),
        (r"(policy): series (\S+) has two lengths", "号码段 {1} 的位数不一致"),
        (r"(policy): one number series without themes and classes is needed", "须有一个不限主题和人群的号码段"),
        (r"(policy): a class is defined twice", "人群类别重复"),
        (r"(policy): the class 'ordinary' is missing", "缺少普通人群类别 ordinary"),
        (r"(booking group (\S+)): unknown theme (\S+)", "预约组 {1}：没有主题 {2}"),
        (r"(booking group (\S+)): unknown item (\S+)", "预约组 {1}：没有事项 {2}"),
        (r"(policy): lane of class (\S+) must be 0 to 9", "人群类别 {1} 的通道须在 0 到 9 之间"),
    )
)


def _faults_of_items(section: ItemsSection) -> Iterator[Fault]:
    yield from _count_faults("themes", len(section.themes), PARTS_MAX)
    yield from _count_faults("items", len(section.items), ITEMS_MAX)
    yield from _count_faults("packages", len(section.packages), PARTS_MAX)
    for number, theme in enumerate(section.themes[:PARTS_MAX]):
        yield from _code_faults(f"themes[{number}].code", theme.code)
        yield from _text_faults(f"themes[{number}].name", theme.name)
    for number, item in enumerate(section.items[:ITEMS_MAX]):
        yield from faults_of_item(f"items[{number}]", item)
    for number, package in enumerate(section.packages[:PARTS_MAX]):
        yield from _faults_of_package(f"packages[{number}]", package)
    yield from _double_faults("themes", [theme.code for theme in section.themes])
    yield from _double_faults("items", [item.code for item in section.items])
    yield from _double_faults("packages", [package.code for package in section.packages])


def _faults_of_package(where: str, package: Package) -> Iterator[Fault]:
    yield from _code_faults(f"{where}.code", package.code)
    yield from _text_faults(f"{where}.name", package.name)
    yield from _count_faults(f"{where}.items", len(package.items), PARTS_MAX)
    yield from _double_faults(f"{where}.items", list(package.items))
    if not package.items:
        yield Fault(f"{where}.items", "一件事至少含一个事项", "a package needs at least one item")


def _faults_of_windows(section: WindowsSection) -> Iterator[Fault]:
    yield from _count_faults("areas", len(section.areas), PARTS_MAX)
    yield from _count_faults("windows", len(section.windows), WINDOWS_MAX)
    for number, area in enumerate(section.areas[:PARTS_MAX]):
        yield from _code_faults(f"areas[{number}].code", area.code)
        yield from _text_faults(f"areas[{number}].name", area.name)
    for number, window in enumerate(section.windows[:WINDOWS_MAX]):
        yield from faults_of_window(f"windows[{number}]", window)
    yield from _double_faults("areas", [area.code for area in section.areas])
    yield from _double_faults("windows", [window.code for window in section.windows])
    yield from _double_faults("labels", [window.label for window in section.windows])


def _faults_of_policy(policy: Policy) -> Iterator[Fault]:
    yield from _walk("policy", policy)
    for number, series in enumerate(policy.series):
        if not _PREFIX.match(series.prefix):
            yield Fault(
                f"policy.series[{number}].prefix",
                "号码前缀须为 1 到 3 个大写字母",
                "a prefix is 1 to 3 capital letters",
            )
        yield from faults_of_number(f"policy.series[{number}].digits", series.digits, least=1, most=6)
    for name in ("recall_limit", "miss_calls"):
        yield from faults_of_number(f"policy.calling.{name}", getattr(policy.calling, name), least=1, most=20)
    yield from faults_of_number("policy.calling.recent", policy.calling.recent, least=1, most=200)
    yield from faults_of_number("policy.issuing.max_items", policy.issuing.max_items, least=1, most=100)
    yield from faults_of_number("policy.issuing.max_quantity", policy.issuing.max_quantity, least=1, most=999)
    yield from faults_of_number("policy.issuing.half_day_min", policy.issuing.half_day_min, least=0, most=1440)
    yield from faults_of_number("policy.end_day_min", policy.end_day_min, least=0, most=1440 + 720)
    for number, one in enumerate(policy.classes):
        yield from _code_faults(f"policy.classes[{number}].code", one.code)
        yield from _text_faults(f"policy.classes[{number}].name", one.name)
    for number, group in enumerate(policy.booking.groups if policy.booking is not None else ()):
        yield from _code_faults(f"policy.booking.groups[{number}].code", group.code)
        yield from _text_faults(f"policy.booking.groups[{number}].name", group.name)
    yield from faults_of_booking_rules(policy)


def _walk(where: str, value: object) -> Iterator[Fault]:
    """Check every number, text and list of a policy, however deep: what no rule names still has a bound."""
    match value:
        case bool() | None:
            return
        case int():
            yield from faults_of_number(where, value, least=0, most=NUMBER_MAX)
        case str():
            yield from faults_of_text(where, value)
        case tuple():
            yield from _count_faults(where, len(value), PARTS_MAX)
            for number, part in enumerate(value[:PARTS_MAX]):
                yield from _walk(f"{where}[{number}]", part)
        case msgspec.Struct():
            for name in value.__struct_fields__:
                yield from _walk(f"{where}.{name}", getattr(value, name))
        case _:
            raise AssertionError(where)


def _code_faults(where: str, code: str) -> list[Fault]:
    if _CODE.fullmatch(code):
        return []
    return [
        Fault(
            where,
            f"编码「{code[:40]}」须为 1 到 40 个字母、数字、点、横线或下划线，以字母或数字开头",
            f"code {code[:40]!r} must be 1 to 40 letters, digits, dots, dashes or underscores, a letter or digit first",
        )
    ]


def _faults_of_codes(where: str, codes: list[str]) -> Iterator[Fault]:
    yield from _count_faults(where, len(codes), ITEMS_MAX)
    for code in codes[:ITEMS_MAX]:
        yield from _code_faults(where, code)
    yield from _double_faults(where, codes)


def _text_faults(where: str, text: Text) -> list[Fault]:
    return [*faults_of_text(f"{where}.zh", text.zh, needed=True), *faults_of_text(f"{where}.en", text.en)]


def _count_faults(where: str, count: int, most: int) -> list[Fault]:
    if count <= most:
        return []
    return [Fault(where, f"共 {count} 项，最多 {most} 项", f"{count} entries, at most {most}")]


def _double_faults(where: str, codes: list[str]) -> Iterator[Fault]:
    seen: set[str] = set()
    for code in codes:
        if code in seen:
            yield Fault(where, f"{code[:40]} 重复", f"{code[:40]} is there twice")
        seen.add(code)


def _some(found: Iterator[Fault]) -> list[Fault]:
    faults: list[Fault] = []
    for fault in found:
        faults.append(fault)
        if len(faults) >= FAULTS_MAX:
            break
    return faults
