"""What people were told against the log: sold once, to one person, nothing acknowledged lost, nobody left in doubt."""

from collections import Counter
from collections.abc import Iterable

import msgspec

from hall.booking_events import BookingConfirmed, SlotHeld
from hall.events import Commit
from loadtests.flash.rush import Told
from loadtests.flash.setting import Sale
from loadtests.flash.wishes import POPULARITY


class Verdict(msgspec.Struct, frozen=True):
    """What was counted; ``findings`` is empty if everything holds."""

    sold: int
    people: int
    acknowledged: int
    refused: int
    unknown: int
    findings: tuple[str, ...]


def verdict(bodies: Iterable[bytes], sale: Sale, told: list[Told]) -> Verdict:
    """Compare the day's log, the bodies of its rows in their order, with what everybody was told."""
    slots, persons = _sold(bodies)
    acknowledged = [one for one in told if one.booking == "ok"]
    per_slot = Counter(slots.values())
    findings = [
        f"slot {slot}: {count} sold" for slot, count in per_slot.items() if count > sale.places // len(POPULARITY)
    ]
    findings += [
        f"{one.appointment} was acknowledged and is not in the log"
        for one in acknowledged
        if one.appointment not in slots
    ]
    findings += [f"{one.appointment} is booked for {slots[one.appointment]}, told {one.slot_ms}" for one in acknowledged
                 if slots.get(one.appointment, one.slot_ms) != one.slot_ms]  # fmt: skip
    findings += [f"a person holds {count} places" for count in Counter(persons.values()).values() if count > 1]
    findings += [
        f"person {name} was told of {count} places"
        for name, count in Counter(one.person for one in acknowledged).items()
        if count > 1
    ]
    findings += [f"wish {one.wish}: {one.differing}" for one in told if one.differing]
    if len(slots) != sale.places:
        findings.append(f"{len(slots)} sold of {sale.places}")
    unknown = sum(not one.is_definite for one in told)
    if unknown:
        findings.append(f"{unknown} people have no definite answer")
    return Verdict(
        sold=len(slots), people=len(set(persons.values())), acknowledged=len(acknowledged),
        refused=sum(one.is_definite and one.booking != "ok" for one in told), unknown=unknown, findings=tuple(findings),
    )  # fmt: skip


def _sold(bodies: Iterable[bytes]) -> tuple[dict[str, int], dict[str, str]]:
    """Return slot and person of every confirmed booking of a day's log."""
    held: dict[str, int] = {}
    slots: dict[str, int] = {}
    persons: dict[str, str] = {}
    for body in bodies:
        for event in msgspec.json.decode(body, type=Commit).events:
            if isinstance(event, SlotHeld):
                held[event.appointment] = event.slot_ms
            elif isinstance(event, BookingConfirmed):
                slots[event.appointment] = held[event.appointment]
                persons[event.appointment] = event.booker.person
    return slots, persons
