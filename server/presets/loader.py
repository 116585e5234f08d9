"""Presets read and made: templates with their settings, halls of the network, published figures, assumptions."""

import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Final

import msgspec

from hall.catalog import Area, HelpRule, Package, Serves, Text, Window
from hall.ids import MINUTE_MS, HallId, ItemCode
from hall.opening import Span, WeekHours
from hall.policy import Policy
from server.config.sections import HallFacts, ItemsSection, Sections, WindowsSection
from server.presets.booking import booking_of, with_credit
from server.presets.items import SPECIALISED, Made, made_items, themes_of
from server.presets.text import (
    CatalogueText,
    Demand,
    HallsText,
    HoursText,
    Name,
    PackageText,
    Part,
    PolicyText,
    PresetText,
    Published,
    WindowsText,
)

PRESETS: Final = ("longgang", "futian", "baoan", "nanshan", "yuancheng")


class Template(msgspec.Struct, frozen=True):
    """Settings under a name."""

    name: Text
    sections: Sections


class Preset(msgspec.Struct, frozen=True):
    """A district, ready to be entered into an empty settings database."""

    code: str
    name: Text
    published: tuple[Published, ...]
    templates: dict[str, Template]
    halls: tuple[HallFacts, ...]
    """Parents before their halls; the first is the district's own hall."""
    demand: Demand


class UnknownPreset(Exception):
    """There is no preset of this name."""


@cache
def load_preset(name: str) -> Preset:
    """Read and make one preset."""
    text, catalogue = _text(name), _catalogue()
    made = {code: made_items(wanted, catalogue) for code, wanted in text.catalogues.items()}
    templates = {}
    for code, template in text.templates.items():
        use = template.use
        packages = text.packages.get(use.items, ())
        items = ItemsSection(
            themes_of(text.catalogues[use.items]),
            tuple(one.item for one in made[use.items]),
            tuple(_package(package) for package in packages),
        )
        windows = WindowsSection(_areas(text.areas[use.windows]), _windows(text.windows[use.windows], made[use.items]))
        hours, policy = _hours(text.hours[use.hours]), _policy(text.policies[use.policy])
        if use.booking is not None:
            wanted = text.bookings[use.booking]
            booking = booking_of(wanted, made[use.items], _department_names(catalogue))
            policy = msgspec.structs.replace(policy, booking=booking, classes=with_credit(policy.classes, wanted))
        templates[code] = Template(Text(template.name.zh, template.name.en), Sections(items, windows, hours, policy))
    name_of = Text(text.name.zh, text.name.en)
    return Preset(text.code, name_of, text.published, templates, tuple(_halls(text)), text.assumptions.demand)


def load_assumptions(name: str) -> Demand:
    """Return the assumed demand of a preset."""
    return _text(name).assumptions.demand


def item_shares(name: str, template: str) -> dict[ItemCode, float]:
    """Return the assumed share of each item among the visits of a hall of this template; they sum to 1.

    A theme has its share of ``by_theme``; inside it the items named by hand fall off as 1/rank, the others share alike.
    """
    text = _text(name)
    demand = text.assumptions.demand
    made = made_items(text.catalogues[text.templates[template].use.items], _catalogue())
    by_theme: dict[str, list[Made]] = {}
    for one in made:
        by_theme.setdefault(one.item.theme, []).append(one)
    weights = {theme: demand.by_theme.get(theme, 0.0) for theme in by_theme}
    if not any(weights.values()):
        weights = dict.fromkeys(by_theme, 1.0)
    total = sum(weights.values())
    return {
        code: share * weights[theme] / total
        for theme, group in by_theme.items()
        for code, share in _shares_inside(group, demand.named_share).items()
    }


@cache
def _text(name: str) -> PresetText:
    if name not in PRESETS:
        raise UnknownPreset(name)
    return msgspec.convert(_toml(name), PresetText)


@cache
def _catalogue() -> CatalogueText:
    return msgspec.convert(_toml("catalogue"), CatalogueText)


def _toml(name: str) -> dict[str, object]:
    return tomllib.loads((files("server.presets") / f"{name}.toml").read_text("utf-8"))


def _department_names(catalogue: CatalogueText) -> dict[str, Text]:
    return {one.code: Text(one.name.zh, one.name.en) for one in catalogue.departments}


def _package(text: PackageText) -> Package:
    return Package(text.code, Text(text.zh, text.en), text.items)


def _areas(parts: tuple[Part, ...]) -> tuple[Area, ...]:
    return tuple(Area(part.code, Text(part.zh, part.en)) for part in parts)


def _windows(groups: tuple[WindowsText, ...], made: tuple[Made, ...]) -> tuple[Window, ...]:
    found: list[Window] = []
    for group in groups:
        helps = Serves(themes=group.helps)
        rule = HelpRule(group.help_when, group.help_after_min * MINUTE_MS)
        for serves in _serves(group, made):
            number = len(found) + 1
            found.append(Window(f"W{number:02}", str(number), group.area, group.kind, serves, helps, rule))
    return tuple(found)


def _serves(group: WindowsText, made: tuple[Made, ...]) -> Iterator[Serves]:
    for _ in range(group.count):
        yield Serves(themes=group.themes, everything=group.kind == "comprehensive")
    for department, count in group.departments.items():
        own = tuple(one.item.code for one in made if one.department == department and one.item.theme == SPECIALISED)
        for _ in range(count):
            yield Serves(items=own)


def _hours(text: HoursText) -> WeekHours:
    weekday = _spans(text.monday_to_friday)
    return WeekHours(
        days=(*[weekday] * 5, _spans(text.saturday), _spans(text.sunday)),
        holiday=_spans(text.holiday),
        makeup=None if text.makeup is None else _spans(text.makeup),
    )


def _spans(texts: tuple[str, ...]) -> tuple[Span, ...]:
    return tuple(Span(*(_minute(end) for end in text.split("-"))) for text in texts)


def _minute(text: str) -> int:
    hour, minute = text.split(":")
    return int(hour) * 60 + int(minute)


def _policy(text: PolicyText) -> Policy:
    return Policy(**{name: getattr(text, name) for name in Policy.__struct_fields__})


def _halls(text: PresetText) -> Iterator[HallFacts]:
    by_template: dict[str, list[HallFacts]] = {}
    for group in text.halls:
        template = text.templates[group.template]
        for number, (name, parent) in enumerate(_names_and_parents(group, by_template), 1):
            hall = HallFacts(
                code=group.code.format(n=number),
                name=name,
                level=template.level,
                kind=template.kind,
                parent=parent,
                zone=text.zone,
                template=group.template,
                voice=text.voice,
                training=text.training,
            )
            by_template.setdefault(group.template, []).append(hall)
            yield hall


def _names_and_parents(
    group: HallsText, by_template: dict[str, list[HallFacts]]
) -> Iterator[tuple[Text, HallId | None]]:
    for zh, en in group.names:
        yield Text(zh, en), group.parent
    if group.name is None:
        return
    parents = by_template[group.parents] if group.parents is not None else []
    if not parents:
        for number in range(1, group.count + 1):
            yield _filled(group.name, number, Text("")), group.parent
    for at, parent in enumerate(parents):
        # As even as whole numbers allow: 111 halls of 8 parents are 13 or 14 each.
        size = (at + 1) * group.count // len(parents) - at * group.count // len(parents)
        for number in range(1, size + 1):
            yield _filled(group.name, number, parent.name), parent.code


def _filled(form: Name, number: int, parent: Text) -> Text:
    zh = form.zh.format(n=number, parent=_place(parent, "zh"))
    return Text(zh, form.en.format(n=number, parent=_place(parent, "en")))


def _place(name: Text, language: str) -> str:
    """Return the place in a hall's name: 布吉街道 of 布吉街道办事大厅, Buji Street of Buji Street Hall."""
    if language == "zh":
        return name.zh.removesuffix("办事大厅").removesuffix("政务服务大厅")
    return name.en.removesuffix(" Hall")


def _shares_inside(group: list[Made], named_share: float) -> dict[ItemCode, float]:
    named = [one.item.code for one in group if one.named]
    others = [one.item.code for one in group if not one.named]
    if not named:
        return dict.fromkeys(others, 1 / len(others))
    if not others:
        return _falling(named)
    shares = {code: share * named_share for code, share in _falling(named).items()}
    return shares | {code: (1 - named_share) / len(others) for code in others}


def _falling(codes: list[ItemCode]) -> dict[ItemCode, float]:
    total = sum(1 / rank for rank in range(1, len(codes) + 1))
    return {code: 1 / rank / total for rank, code in enumerate(codes, 1)}
