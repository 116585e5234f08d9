"""The bounds of settings as a description shows them: the numbers of the checks that hold them, field by field.

What no field says has the bound that the check of a policy gives to whatever is in it (``server.config.bounds``).
"""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from hall.booking import MAX_SLOT_MS, MIN_SLOT_MS
from hall.ids import CODE_PATTERN, DAY_MS, MINUTE_MS
from hall.opening import DAY_MINUTES, WEEKDAYS
from hall.policy import MAX_DIGITS
from server.config import booking_bounds as booking
from server.config import bounds
from server.config.holidays import DAYS_MAX
from server.config.tables import CODE, NAME

Schema = dict[str, Any]

LATEST_MIN: Final = DAY_MINUTES + 360
"""Six in the morning of the next day: the latest that a hall closes (``hall.opening.faults_of_spans``)."""
FIGURE_MAX: Final = 10**9
"""Of numbers that are no whole ones and have no bound of their own."""
EACH: Final = "each"
"""What holds of each entry of a list."""


def _range(least: int, most: int) -> Schema:
    return {"minimum": least, "maximum": most}


_CODE: Final[Schema] = {"pattern": CODE_PATTERN, "maxLength": CODE}
DATE: Final[Schema] = {"pattern": r"^\d{4}-\d{2}-\d{2}$", "maxLength": 10}
_SPANS: Final[Schema] = {"maxItems": LATEST_MIN}
_NEEDED: Final[Schema] = {"minLength": 1}

OWN: Final[Mapping[tuple[str, str], Schema]] = {
    **{
        (kind, "code"): _CODE for kind in ("Area", "Theme", "Item", "Package", "Window", "VisitorClass", "BookingGroup")
    },
    ("Text", "zh"): _NEEDED,
    ("Item", "theme"): _CODE,
    ("Item", "service_ms"): _range(bounds.SERVICE_MIN_MS, bounds.SERVICE_MAX_MS),
    ("Item", "service_cv_pct"): _range(0, bounds.CV_MAX_PCT),
    ("Item", "keywords"): {"maxLength": bounds.KEYWORDS_MAX},
    ("Package", "items"): {"minItems": 1},
    ("Window", "label"): {**_NEEDED, "maxLength": bounds.LABEL_MAX},
    ("Window", "area"): _CODE,
    ("HelpRule", "after_ms"): _range(0, DAY_MS),
    ("Serves", "themes"): {"maxItems": bounds.ITEMS_MAX, EACH: _CODE},
    ("Serves", "items"): {"maxItems": bounds.ITEMS_MAX, EACH: _CODE},
    ("ItemsSection", "items"): {"maxItems": bounds.ITEMS_MAX},
    ("WindowsSection", "windows"): {"maxItems": bounds.WINDOWS_MAX},
    ("Span", "from_min"): _range(0, LATEST_MIN),
    ("Span", "to_min"): _range(1, LATEST_MIN),
    ("WeekHours", "days"): {"minItems": WEEKDAYS, "maxItems": WEEKDAYS, EACH: _SPANS},
    ("WeekHours", "holiday"): _SPANS,
    ("WeekHours", "makeup"): _SPANS,
    ("SpecialDay", "date"): DATE,
    ("SpecialDay", "spans"): _SPANS,
    ("DayBody", "spans"): _SPANS,
    ("YearBody", "days"): {"maxItems": DAYS_MAX},
    ("YearBody", "source"): _NEEDED,
    ("DaysContent", "own"): {"maxItems": DAYS_MAX},
    ("Position", "lat"): _range(-90, 90),
    ("Position", "lon"): _range(-180, 180),
    ("Series", "prefix"): {"pattern": r"^[A-Z]{1,3}$", "maxLength": 3},
    ("Series", "digits"): _range(1, MAX_DIGITS),
    ("VisitorClass", "lane"): _range(0, 9),
    ("Calling", "recall_limit"): _range(1, 20),
    ("Calling", "miss_calls"): _range(1, 20),
    ("Calling", "recent"): _range(1, 200),
    ("Issuing", "max_items"): _range(1, 100),
    ("Issuing", "max_quantity"): _range(1, 999),
    ("Issuing", "half_day_min"): _range(0, DAY_MINUTES),
    ("Policy", "end_day_min"): _range(0, DAY_MINUTES + 720),
    ("Booking", "groups"): {"minItems": 1},
    ("BookingGroup", "slot_ms"): {**_range(MIN_SLOT_MS, MAX_SLOT_MS), "multipleOf": MINUTE_MS},
    ("BookingGroup", "places"): _range(0, booking.PLACES_MAX),
    ("BookingGroup", "windows"): _range(0, booking.WINDOWS_MAX),
    ("BookingGroup", "unit_ms"): _range(0, MAX_SLOT_MS),
    ("BookingGroup", "walk_in_pct"): _range(0, 100),
    ("BookingGroup", "no_show_pct"): _range(0, 90),
    ("ChannelLimit", "places"): _range(0, booking.PLACES_MAX),
    ("Release", "horizon_days"): _range(0, booking.DAYS_AHEAD_MAX),
    ("Release", "release_min"): _range(0, DAY_MINUTES - 1),
    **{("BookingRules", name): _range(least, most) for name, least, most in booking.RANGES},
    **{("Limits", name): _range(1, booking.COUNT_MAX) for name in ("open", "day", "week", "month")},
    ("NoShowRule", "count"): _range(1, booking.COUNT_MAX),
    ("NoShowRule", "within_days"): _range(1, booking.WITHIN_MAX_DAYS),
    ("NoShowRule", "ban_days"): _range(1, booking.WITHIN_MAX_DAYS),
    ("Fairness", "max_passed"): _range(0, booking.COUNT_MAX),
    ("Fairness", "on_time_ms"): _range(MINUTE_MS, DAY_MS),
    ("Fairness", "on_time_pct"): _range(0, 100),
}
"""By struct and field."""

_ANY: Final[Mapping[str, Schema]] = {
    "string": {"maxLength": NAME},
    "integer": _range(0, bounds.NUMBER_MAX),
    "number": _range(-FIGURE_MAX, FIGURE_MAX),
    "array": {"maxItems": bounds.PARTS_MAX},
}


def bound(name: str, schema: Schema) -> None:
    """Write the bounds of a struct's fields into its schema, where the types themselves say none."""
    for field, shape in schema.get("properties", {}).items():
        _bound(shape, OWN.get((name, field), {}))


def _bound(shape: Schema, own: Schema) -> None:
    for one in _choices(shape):
        kind = str(one.get("type"))
        if "enum" in one or kind not in _ANY:
            continue
        said = {**_ANY[kind], **{key: value for key, value in own.items() if key != EACH}}
        one.update({key: value for key, value in said.items() if key not in one})
        if kind == "array" and isinstance(one.get("items"), dict):
            _bound(one["items"], own.get(EACH, {}))


def _choices(shape: Schema) -> Iterator[Schema]:
    yield from shape.get("anyOf", [shape])
