"""How a hall's plan reaches the simulation: from a preset, by name, with the preset's assumed shares of items, or from the
settings of a server, as they are now.
"""

from pathlib import Path

from server.config.database import FILE_NAME, Database, DatabaseUnavailable
from server.config.plans import StoredPlans
from server.config.sections import UnknownHall, plan_from
from server.config.store import Store
from server.presets.loader import PRESETS, item_shares, load_preset
from simulation.scenario_build import Resolved
from simulation.scenario_form import HallForm


def preset_hall(form: HallForm) -> Resolved | None:
    """Return the hall of a preset that a scenario names; None if there is none."""
    if form.preset not in PRESETS:
        return None
    preset = load_preset(form.preset)
    facts = next((one for one in preset.halls if one.code == (form.hall or preset.halls[0].code)), None)
    if facts is None or facts.template is None:
        return None
    plan = plan_from(facts, preset.templates[facts.template].sections)
    return Resolved(plan, item_shares(form.preset, facts.template))


def stored_hall(form: HallForm) -> Resolved | None:
    """Return a hall of a server's settings, beside the running server too; None if there is none, or no such settings."""
    if not form.data or ("://" not in form.data and not Path(form.data, FILE_NAME).is_file()):
        return None
    database = Database(form.data)
    try:
        return Resolved(StoredPlans(Store(database)).plan_of(form.hall))
    except (UnknownHall, DatabaseUnavailable):
        return None
    finally:
        database.close()
