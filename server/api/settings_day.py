"""Settings that change while a hall is open become commands of its day: saved first, then told to the hall.

The log keeps both: the day goes on under the plan it knew until the command, and under the new one after it.
"""

import asyncio
import secrets
from collections.abc import Iterable

from hall.commands import ChangeSessions
from hall.errors import Refusal
from hall.ids import Actor, HallId
from server.api.house import House
from server.outcomes import CommandError, Outcome


async def tell_days(house: House, halls: Iterable[HallId], *, actor: Actor, hours: bool) -> dict[HallId, str]:
    """Tell the days of these halls; return what each said: ``changed``, ``unchanged``, ``later`` or a refusal's code."""
    return {hall: await on_change(house, hall, actor=actor, hours=hours) for hall in halls}


async def on_change(house: House, hall: HallId, *, actor: Actor, hours: bool) -> str:
    """Let today's business day of a hall go by its settings of now; ``hours``: by its opening times, too."""
    command_id = f"settings:{secrets.token_hex(8)}"
    try:
        outcome = await house.halls.use_settings(hall, command_id=command_id, actor=actor, digest=command_id)
        said = _said(outcome)
        if hours:
            said = await _change_sessions(house, hall, actor) or said
    except CommandError:
        # Saved all the same: a hall-day that does not take commands now opens with these settings.
        return "later"
    return said


async def _change_sessions(house: House, hall: HallId, actor: Actor) -> str | None:
    runner = house.halls.today(hall)
    facts = await asyncio.to_thread(house.halls.plans.open_day_facts, hall, runner.date)
    state = runner.view_state()
    if isinstance(facts, Refusal) or not state.is_open or facts.sessions == state.sessions:
        return None
    command_id = f"settings:{secrets.token_hex(8)}"
    command = ChangeSessions(command_id=command_id, at_ms=0, actor=actor, sessions=facts.sessions, reason="settings")
    return _said(await runner.submit(command, command_id))


def _said(outcome: Outcome | Refusal | None) -> str:
    refusal = outcome.refusal if isinstance(outcome, Outcome) else outcome
    if refusal is None:
        return "changed"
    return "unchanged" if refusal.code == "PLAN_UNCHANGED" else refusal.code
