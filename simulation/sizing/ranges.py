"""What a manager states as a range: ``0.8..0.95``, ``300..600``, ``5%..10%``; one number is a range of itself."""

import re
from typing import Final

import msgspec

PARTS: Final = ("lunch", "evening", "saturday", "sunday")
"""Parts of a week's new hours."""
_RANGE: Final = re.compile(r"^(\d+(?:\.\d+)?)(%?)(?:\.\.(\d+(?:\.\d+)?)(%?))?$")


class Range(msgspec.Struct, frozen=True):
    """From low to high, both included; percents are of something that the reader names."""

    low: float
    high: float
    is_percent: bool = False

    def ends(self) -> tuple[float, float]:
        """Return both ends, percents as parts of 1."""
        by = 100 if self.is_percent else 1
        return self.low / by, self.high / by


def range_of(text: str) -> Range | None:
    """Read a range; None if it is none, or runs backwards, or mixes percents with numbers."""
    found = _RANGE.match(text.strip())
    if found is None:
        return None
    low, first, high, second = float(found[1]), found[2], found[3], found[4]
    if high is None:
        return Range(low, low, bool(first))
    if float(high) < low or (first and not second):
        return None
    return Range(low, float(high), bool(second))
