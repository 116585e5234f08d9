"""In what the numbers of a description are measured, and how large what is answered may be."""

from collections.abc import Mapping
from typing import Any, Final

from server.api.bounds import SAFE_INTEGER
from server.api.described.limits import FIGURE_MAX

Schema = dict[str, Any]

TEXT_MAX: Final = 4_000
"""No text of an answer is longer; the longest are sentences about faults."""
LIST_MAX: Final = 100_000
"""No list of an answer is longer: a large hall gives out some thousand numbers a day."""
MOMENTS: Final = "Milliseconds: since 1970 (UTC) of a moment, else a length"
UNITS: Final[Mapping[str, str]] = {
    "ms": MOMENTS,
    "s": "Seconds",
    "seconds": "Seconds",
    "min": "Minutes; of a time of day, after local midnight",
    "hours": "Hours",
    "days": "Days",
    "pct": "Percent",
    "megabytes": "Megabytes (1,048,576 bytes)",
    "lat": "Degrees north (WGS 84)",
    "lon": "Degrees east (WGS 84)",
    "seq": "Place in the log of the hall-day",
}
"""By the last part of a field's name; ``wait_ms_p50`` and its kind by the part before."""
OWN: Final[Mapping[tuple[str, str], Schema]] = {
    ("PositionShown", "lat"): {"minimum": -90, "maximum": 90},
    ("PositionShown", "lon"): {"minimum": -180, "maximum": 180},
    ("ProblemDetails", "status"): {"minimum": 400, "maximum": 599},
    ("ProblemDetails", "code"): {"pattern": "^[A-Z][A-Z0-9_]*$", "maxLength": 40},
    ("DateAhead", "weekday"): {"minimum": 1, "maximum": 7},
    ("DateAhead", "like"): {"minimum": 1, "maximum": 7},
}
"""By struct and field."""
_ANY: Final[Mapping[str, Schema]] = {
    "string": {"maxLength": TEXT_MAX},
    "integer": {"minimum": 0, "maximum": SAFE_INTEGER},
    "number": {"minimum": -FIGURE_MAX, "maximum": FIGURE_MAX},
    "array": {"maxItems": LIST_MAX},
}


def measured(name: str, schema: Schema) -> None:
    """Write the unit of each field into a struct's schema, and bounds where nothing says any yet."""
    for field, shape in schema.get("properties", {}).items():
        if (unit := unit_of(field)) is not None and _is_number(shape):
            shape.setdefault("description", unit)
        _bound(shape, OWN.get((name, field), {}))


def unit_of(field: str) -> str | None:
    """Return in what a field of this name is measured; None: it is a count, or no number."""
    parts = [part for part in field.split("_") if part not in {"p50", "p80"}]
    return UNITS.get(parts[-1]) if parts else None


def _is_number(shape: Schema) -> bool:
    return any(one.get("type") in ("integer", "number") for one in shape.get("anyOf", [shape]))


def _bound(shape: Schema, own: Schema) -> None:
    """Bound a field, what is in its lists and what its names stand for."""
    for one in shape.get("anyOf", [shape]):
        kind = str(one.get("type"))
        if kind in _ANY and "enum" not in one and "const" not in one:
            one.update({key: value for key, value in {**_ANY[kind], **own}.items() if key not in one})
        for inner in (one.get("items"), one.get("additionalProperties")):
            if isinstance(inner, dict):
                _bound(inner, {})
