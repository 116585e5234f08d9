"""The form of a scenario file (TOML): each table is read strictly, an unknown word is a fault."""

from typing import Literal

import msgspec

from simulation.setting import Law


class NameForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A text in both languages."""

    zh: str
    en: str


class HallForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Which hall: one of a preset, one of a server's settings (``data`` and ``hall``), or a plan in a file beside this one."""

    preset: str = ""
    hall: str = ""
    plan: str = ""
    data: str = ""
    """A server's data folder, seen from this file, or the address of its database."""


class HoursForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Opening hours instead of the plan's, as ``"09:00-17:00"``."""

    monday_to_friday: tuple[str, ...]
    saturday: tuple[str, ...] = ()
    sunday: tuple[str, ...] = ()


class DaysForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Business dates, taken in turn: ``first`` and so many days on (closed ones are passed over), or a list."""

    first: str = ""
    count: int = 0
    dates: tuple[str, ...] = ()
    holidays: tuple[str, ...] = ()
    makeup: tuple[str, ...] = ()


class DemandForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Who comes: so many visits a day with shares by time, or rates (persons per hour) by time.

    Keys of ``by_time`` and ``rates`` are times (``"9"``, ``"09:30"``), each holds until the next; the last ends at ``until``.
    """

    visits: float = 0.0
    by_time: dict[str, float] = {}
    rates: dict[str, float] = {}
    until: str = ""
    by_weekday: dict[str, float] = {}
    day_cv: float = 0.0
    slot_cv: float = 0.0
    slot_min: int = 30
    door_share: float = 0.0
    door_min: int = 10
    remote_share: float = 0.0
    classes: dict[str, float] = {}


class MixForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What they come for; without shares as the preset assumes, or all items alike."""

    themes: dict[str, float] = {}
    items: dict[str, float] = {}
    online: dict[str, float] = {}
    """Share that files online instead, by item or theme."""
    two_items: float = 0.0
    three_items: float = 0.0
    packages: float = 0.0
    package_weights: dict[str, float] = {}
    many_units: float = 0.0
    units_max: int = 12


class TimeForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A service time."""

    mean_min: float
    cv: float


class ServiceForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How long it takes; what is not named has the plan's times."""

    law: Law = "lognormal"
    factor: float = 1.0
    more_units: float = 0.35
    themes: dict[str, TimeForm] = {}
    items: dict[str, TimeForm] = {}


class BehaviourForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How people and clerks behave."""

    walk_s: float = 25.0
    walk_cv: float = 0.6
    patience_min: float = 0.0
    patience_law: Law = "lognormal"
    patience_cv: float = 0.5
    gives_back: float = 1.0
    missed: float = 0.0
    late: float = 0.5
    rejoins: float = 0.6
    return_min: float = 10.0
    gap_s: float = 0.0
    recall_s: float = 15.0
    overtime_min: float = 120.0


class AppointmentsForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Booked visits."""

    share: float
    no_show: float = 0.0
    punctual_mean_min: float = 0.0
    punctual_sd_min: float = 0.0
    slot_min: int = 30
    places: int = 0


class ShiftForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Clerks at some windows; ``windows`` holds codes, ranges (``"W01..W10"``) or ``"all"``; no times: as the hall is open."""

    windows: tuple[str, ...]
    from_: str = msgspec.field(name="from", default="")
    to: str = ""
    breaks: tuple[str, ...] = ()
    weekdays: tuple[int, ...] = (1, 2, 3, 4, 5, 6, 7)


class NumbersForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """How many of some windows are open in each step of time."""

    windows: tuple[str, ...]
    from_: str = msgspec.field(name="from")
    step_min: int = 30
    open: tuple[int, ...]
    weekdays: tuple[int, ...] = (1, 2, 3, 4, 5, 6, 7)


class SkillForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What some windows serve instead of what the plan says."""

    windows: tuple[str, ...]
    themes: tuple[str, ...] = ()
    items: tuple[str, ...] = ()
    everything: bool = False


class StaffingForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Who works when."""

    name: str = "plan"
    at_close: Literal["serve", "stop"] = "serve"
    cost_per_hour: float = 0.0
    shifts: tuple[ShiftForm, ...] = ()
    numbers: tuple[NumbersForm, ...] = ()
    skills: tuple[SkillForm, ...] = ()


class NewHoursForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Who would come if the hall opened longer: a range (``"5%..10%"``, ``"30..60"`` a week) for all new hours together,
    or one for each part of them (``lunch``, ``evening``, ``saturday``, ``sunday``).
    """

    moved: str | dict[str, str] = {}
    induced: str | dict[str, str] = {}


class AssumptionForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something that nobody measured."""

    about: str
    zh: str
    en: str
    basis: Literal["assumed", "published", "fitted"] = "assumed"


class ScenarioForm(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """The whole file."""

    name: NameForm
    seed: int = 1
    replications: int = 20
    strata: int = 1
    target_min: float = 15.0
    hall: HallForm
    hours: HoursForm | None = None
    days: DaysForm
    demand: DemandForm
    mix: MixForm = MixForm()
    service: ServiceForm = ServiceForm()
    behaviour: BehaviourForm = BehaviourForm()
    appointments: AppointmentsForm | None = None
    staffing: StaffingForm
    new_hours: NewHoursForm = NewHoursForm()
    policy: dict[str, object] = {}
    """Parts of the plan's policy to be replaced, in the names of :class:`hall.policy.Policy`."""
    assumptions: tuple[AssumptionForm, ...] = ()
