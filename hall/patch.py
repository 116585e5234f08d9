"""View states as JSON: their compact form, the difference of two, and their hash.

Laws:
1. ``apply_patch(old, merge_patch(old, new)) == new`` for compact ``old`` and ``new``.
2. Absent and null are the same. A JSON merge patch (RFC 7396) says "remove" with null and can therefore never set a key to
   null; so both ends drop nulls (:func:`compact`) before they compare, hash or send. A screen reads an absent key as null.
3. Nothing given is changed: results share unchanged parts with what they were made from.

Numbers are integers: two languages print fractions differently, and the hash must be the same in both.
"""

import hashlib
from collections.abc import Mapping
from operator import is_

import msgspec

Json = dict[str, "Json"] | list["Json"] | str | int | bool | None
JsonObject = dict[str, Json]


class Compact(dict[str, Json]):
    """An object that is compact already and is never changed: :func:`compact` takes it as it is."""


_MISSING = object()
_PLAIN = frozenset({str, int, bool, Compact})
_encoder = msgspec.json.Encoder(order="sorted")


def compact(view: Mapping[str, object]) -> JsonObject:
    """Return a view's JSON form without nulls in objects, at any depth; tuples become lists, nulls in lists stay."""
    return {
        key: value if type(value) in _PLAIN else _compact(value)  # type: ignore[misc]  # plain values are JSON
        for key, value in view.items()
        if value is not None
    }


def merge_patch(old: JsonObject, new: JsonObject) -> JsonObject:
    """Return the merge patch that leads from one compact object to another; empty if they are the same."""
    patch: JsonObject = {key: None for key in old if key not in new}
    for key, value in new.items():
        before = old.get(key, _MISSING)
        if before is value or _is_same(before, value):
            continue
        both_objects = isinstance(before, dict) and isinstance(value, dict)
        patch[key] = merge_patch(before, value) if both_objects else value  # type: ignore[arg-type]  # narrowed above
    return patch


def apply_patch(old: JsonObject, patch: JsonObject) -> JsonObject:
    """Return what a merge patch makes of an object."""
    new = dict(old)
    for key, value in patch.items():
        if value is None:
            new.pop(key, None)
        elif isinstance(value, dict):
            before = new.get(key)
            new[key] = apply_patch(before if isinstance(before, dict) else {}, value)
        else:
            new[key] = value
    return new


def state_hash(state: JsonObject) -> str:
    """Return the SHA-256 of a compact object's canonical JSON (sorted keys, no spaces, UTF-8), in hex."""
    return hashlib.sha256(_encoder.encode(state)).hexdigest()


def _compact(value: object) -> Json:
    if value is None or isinstance(value, str | int):
        return value
    if isinstance(value, Mapping):
        return compact(value)
    assert isinstance(value, list | tuple), f"{type(value).__name__} has no place in a view"
    return [one if type(one) in _PLAIN else _compact(one) for one in value]


def _is_same(one: object, other: object) -> bool:
    """Python takes True for 1; JSON does not. So what Python calls equal is compared once more as it is written."""
    if one != other:
        return False
    if isinstance(one, list) and isinstance(other, list) and all(map(is_, one, other)):
        return True
    if isinstance(one, dict | list):
        return _encoder.encode(one) == _encoder.encode(other)
    return type(one) is type(other)
