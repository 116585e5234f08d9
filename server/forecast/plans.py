"""How a hall's plan reaches the simulation: from a preset, by name, with the preset's assumed shares of items."""

from server.config.sections import plan_from
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
