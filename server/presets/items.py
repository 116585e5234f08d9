"""Items of a preset: those named by hand first, then department × procedure up to the published count.

The order is fixed (all subjects newly applied for, then all changed, …), so that a smaller hall of the same audience
handles a part of what the larger one does, under the same codes.
"""

from collections.abc import Iterator

import msgspec

from hall.catalog import Item, Text, Theme
from hall.ids import MINUTE_MS
from server.config.pinyin import searchable
from server.presets.text import Audience, CatalogueText, Department, ItemsText

SPECIALISED = "specialised"
"""Theme of the items that departments keep at their own windows."""


class Made(msgspec.Struct, frozen=True):
    """An item, whose it is, and whether it was named by hand."""

    item: Item
    department: str
    audience: Audience | None
    named: bool


def made_items(wanted: ItemsText, catalogue: CatalogueText) -> tuple[Made, ...]:
    """Return the items of one catalogue table, exactly as many as it counts."""
    left = dict(wanted.count)
    chosen = []
    for one in _candidates(wanted, catalogue):
        key = "all" if "all" in left else one.audience
        if key is not None and left.get(key, 0) == 0:
            continue
        if key is not None:
            left[key] -= 1
        chosen.append(one)
    if any(left.values()):
        raise ValueError(f"the catalogue has too few items: {left} more are counted")
    return tuple(chosen)


def themes_of(wanted: ItemsText) -> tuple[Theme, ...]:
    """Return the themes of one catalogue table."""
    return tuple(Theme(part.code, Text(part.zh, part.en)) for part in wanted.themes)


def _candidates(wanted: ItemsText, catalogue: CatalogueText) -> Iterator[Made]:
    for extra in wanted.extra:
        item = Item(
            extra.code, Text(extra.zh, extra.en), extra.theme, extra.minutes * MINUTE_MS, catalogue.service_cv_pct
        )
        yield Made(searchable(item), "", None, named=True)
    departments = _departments(wanted, catalogue)
    for department in departments:
        for line in department.named:
            theme = _theme(wanted, department, line.audience)
            item = Item(line.code, Text(line.zh, line.en), theme, line.minutes * MINUTE_MS, catalogue.service_cv_pct)
            yield Made(_findable(item, department), department.code, line.audience, named=True)
    if wanted.generated is not None:
        yield from _generated(wanted, catalogue, departments)


def _generated(wanted: ItemsText, catalogue: CatalogueText, departments: tuple[Department, ...]) -> Iterator[Made]:
    for procedure in catalogue.procedures:
        for department in departments:
            own = len(department.subjects) - wanted.specialised_subjects
            for number, line in enumerate(department.subjects):
                keeps = wanted.specialised_subjects > 0 and number >= own
                item = Item(
                    f"{line.code}-{procedure.code}",
                    Text(f"{line.zh}（{procedure.zh}）", f"{line.en}: {procedure.en}"),
                    SPECIALISED if keeps else _theme(wanted, department, line.audience),
                    line.minutes * MINUTE_MS * procedure.minutes_pct // 100,
                    catalogue.service_cv_pct,
                )
                yield Made(_findable(item, department), department.code, line.audience, named=False)


def _departments(wanted: ItemsText, catalogue: CatalogueText) -> tuple[Department, ...]:
    if isinstance(wanted.departments, int):
        return catalogue.departments[: wanted.departments]
    by_code = {department.code: department for department in catalogue.departments}
    return tuple(by_code[code] for code in wanted.departments)


def _theme(wanted: ItemsText, department: Department, audience: Audience) -> str:
    match wanted.theme_by:
        case "department":
            return department.theme
        case "audience":
            return audience
        case "one":
            return wanted.themes[0].code


def _findable(item: Item, department: Department) -> Item:
    return searchable(msgspec.structs.replace(item, keywords=department.name.zh))
