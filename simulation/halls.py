"""Where scenarios find their halls: whoever keeps some offers them as entry points of the group ``onewindow.halls``.

Such a function takes the hall that a scenario names and returns its plan, or None if it has no such hall. The simulation
knows no preset and no settings.
"""

from importlib.metadata import entry_points
from typing import Final

from simulation.scenario_build import Resolved
from simulation.scenario_form import HallForm

GROUP: Final = "onewindow.halls"


def offered_hall(form: HallForm) -> Resolved | None:
    """Return the first hall that somebody has under this name."""
    for offer in sorted(entry_points(group=GROUP), key=lambda one: one.name):
        found: Resolved | None = offer.load()(form)
        if found is not None:
            return found
    return None
