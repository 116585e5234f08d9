"""The release minute of the graduates' shape: what was asked for from the release on, against what was on offer."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

import msgspec

from server.demo.history import Operation

PREPARING_S: Final = 5
"""Putting the slots on sale takes less than this."""
CODES_SHOWN: Final = 5


class Sale(msgspec.Struct, frozen=True):
    """Requests and places from the release on."""

    offered: int
    """Requests that the crowd was to make; 0: as many as it managed."""
    places: int
    made: int
    """Requests that were made."""
    booked: int
    refused: dict[str, int]
    """Refusals by code, the most frequent first."""
    unknown: int


def release_after(now: datetime, ahead_s: float) -> datetime:
    """Return the first full minute so many seconds after the slots have been put on sale."""
    earliest = now + timedelta(seconds=PREPARING_S + ahead_s)
    return earliest.replace(second=0, microsecond=0) + timedelta(minutes=1)


def sale_of(operations: Iterable[Operation], *, offered: int, places: int) -> Sale:
    """Count what everybody was told; a request that was held and confirmed is booked."""
    ops = [one for one in operations if one.op in ("book.hold", "book.confirm")]
    refused = Counter(one.code for one in ops if one.outcome == "refused")
    return Sale(
        offered=offered, places=places, made=sum(one.op == "book.hold" for one in ops),
        booked=sum(one.op == "book.confirm" and one.outcome == "ok" for one in ops),
        refused=dict(refused.most_common()), unknown=sum(one.outcome == "unknown" for one in ops),
    )  # fmt: skip


def said(sale: Sale) -> str:
    """Return the line of the report."""
    codes = ", ".join(f"{count:,} {code}" for code, count in list(sale.refused.items())[:CODES_SHOWN])
    of_offered = f" of {sale.offered:,} offered" if sale.offered else ""
    return (
        f"  release: {sale.made:,} requests{of_offered} for {sale.places:,} places; {sale.booked:,} booked, "
        f"{sum(sale.refused.values()):,} refused ({codes or 'none'}), {sale.unknown:,} unknown"
    )
