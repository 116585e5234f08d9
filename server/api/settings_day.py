"""Settings that change while a hall is open become commands of its day: saved first, then told to the hall.

The log keeps both: the day goes on under the plan it knew until the command, and under the new one after it.
"""

import asyncio
import secrets
from collections.abc import Iterable
from typing import Final

import msgspec

from hall.errors import Refusal
from hall.ids import Actor, HallId
from server.api.house import House
from server.api.submit import Json
from server.config.bounds import is_zone
from server.outcomes import CommandError, Outcome
from server.outlook import hours_command
from server.problems import Problem
from server.turning import local_date


class Said(msgspec.Struct, frozen=True):
    """What a hall's day made of new settings: ``changed``, ``unchanged``, ``later`` or a refusal's code; empty: not asked."""

    day: str = ""
    refusal: Refusal | None = None

    def fields(self) -> Json:
        """Return it as fields of an answer, a refusal with its sentence in both languages."""
        refusal = self.refusal
        return {"day": self.day, "day_refusal": None if refusal is None else {"zh": refusal.zh, "en": refusal.en}}


_NOTHING_NEW: Final = ("PLAN_UNCHANGED", "NO_CHANGE")


async def tell_days(house: House, halls: Iterable[HallId], *, actor: Actor, hours: bool) -> dict[HallId, str]:
    """Tell the days of these halls; return what each said: ``changed``, ``unchanged``, ``later`` or a refusal's code."""
    return {hall: (await on_change(house, hall, actor=actor, hours=hours)).day for hall in halls}


async def on_change(house: House, hall: HallId, *, actor: Actor, hours: bool) -> Said:
    """Let today's business day of a hall go by its settings of now; ``hours``: by its opening times, too."""
    command_id = f"settings:{secrets.token_hex(8)}"
    try:
        outcome = await house.halls.use_settings(hall, command_id=command_id, actor=actor, digest=command_id)
        said = _said(outcome)
        moved = await _change_sessions(house, hall, actor) if hours else None
    except CommandError:
        # Saved all the same: a hall-day that does not take commands now opens with these settings.
        return Said("later")
    # What was refused is told even if the rest changed.
    return said if moved is None or said.refusal is not None else moved


def check_zone(house: House, hall: HallId, zone: str) -> None:
    """Refuse a zone in which it is another date than that of the hall's open day; raises ``ZONE_MOVES_DATE``.

    The day would get no numbers until its date came again, or would be over at once. A zone that does not exist is no
    matter of the day: saving it tells the fault.
    """
    runner = house.halls.day_of(hall)
    if runner is None or not is_zone(zone):
        return
    state, date = runner.view_state(), local_date(house.halls.clock.now_ms(), zone)
    if state.is_open and not state.is_ended and date != runner.date:
        raise Problem("ZONE_MOVES_DATE", facts={"date": date})


async def _change_sessions(house: House, hall: HallId, actor: Actor) -> Said | None:
    runner = house.halls.today(hall)
    facts = await asyncio.to_thread(house.halls.plans.open_day_facts, hall, runner.date)
    state = runner.view_state()
    if isinstance(facts, Refusal) or not state.is_open or facts.sessions == state.sessions:
        return None
    command_id = f"settings:{secrets.token_hex(8)}"
    return _said(await runner.submit(hours_command(facts, command_id=command_id, actor=actor), command_id))


def _said(outcome: Outcome | Refusal | None) -> Said:
    refusal = outcome.refusal if isinstance(outcome, Outcome) else outcome
    if refusal is None:
        return Said("changed")
    return Said("unchanged") if refusal.code in _NOTHING_NEW else Said(refusal.code, refusal)
