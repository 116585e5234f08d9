"""The five districts: published counts exactly, no contradictions, assumptions marked as such."""

import tomllib
from collections import Counter
from pathlib import Path

import msgspec
import pytest

import server.presets
from hall.booking import groups_by_item, rules_for
from hall.capacity import Capacity
from hall.catalog import items_of
from hall.ids import MINUTE_MS
from hall.opening import Session
from hall.slots import starts_of
from server.config.bounds import faults_of_content, faults_of_facts, faults_of_settings
from server.config.database import Database
from server.config.plans import StoredPlans
from server.config.sections import plan_from
from server.config.store import Store
from server.presets.booking_text import BookingText
from server.presets.install import init_preset
from server.presets.loader import PRESETS, Preset, Template, UnknownPreset, item_shares, load_assumptions, load_preset

FOLDER = Path(server.presets.__file__).parent

# What districts.md lists of each district and what the presets must therefore hold.
PUBLISHED = {
    "longgang": {
        "halls": 120,
        "district.windows": 59,
        "district.windows.themed": 30,
        "district.windows.specialised": 29,
        "district.departments": 24,
        "district.items": 528,
        "district.packages": 16,
    },
    "futian": {
        "halls.network": 106,
        "halls.special": 6,
        "halls.sub": 5,
        "network.windows.comprehensive": 150,
        "district.items": 386,
        "special.items": 23,
        "bookings.graduates": 15_000,
        "street.items": 94,
        "community.items": 94,
    },
    "baoan": {
        "halls": 135,
        "street.halls": 10,
        "district.departments": 29,
        "district.items.legal": 702,
        "district.items.natural": 248,
        "district.items.convenience": 88,
        "street.items": 538,
        "community.items": 538,
        "district.packages": 12,
        "district.package.items": 49,
    },
    "nanshan": {"halls": 1, "bookings": 18_200, "bookable.pct": 100, "district.package.talent.items": 11},
    "yuancheng": {"district.windows.comprehensive": 20, "district.departments": 33},
}


@pytest.mark.parametrize("name", PRESETS)
def test_every_template_of_a_preset_is_free_of_faults(name: str):
    """Bounds and the plan's own check are both silent for every template, and for every hall's own facts."""
    preset = load_preset(name)

    for template in preset.templates.values():
        sections = template.sections
        for content in (sections.items, sections.windows, sections.hours, sections.policy):
            assert faults_of_content(content) == []
        assert faults_of_settings(plan_from(preset.halls[0], sections)) == []
    assert [fault for facts in preset.halls for fault in faults_of_facts(facts)] == []


@pytest.mark.parametrize("name", PRESETS)
def test_published_counts_are_exactly_those_of_the_districts(name: str):
    """The preset claims what was published, and holds what it claims."""
    preset = load_preset(name)
    claims = {one.fact: one.value for one in preset.published}

    assert claims == PUBLISHED[name]
    # Bookings were made over a time; a preset holds the places for them (a test of its own), not their number.
    held = {fact: value for fact, value in claims.items() if not fact.startswith("bookings")}
    assert {fact: _counted(preset, fact) for fact in held} == held
    assert all(one.source and one.zh and one.en for one in preset.published)


@pytest.mark.parametrize("name", PRESETS)
def test_what_nobody_published_is_marked_as_assumed(name: str):
    """Demand is an assumption by its place; policies by their mark; generated items by their rule."""
    text = tomllib.loads((FOLDER / f"{name}.toml").read_text("utf-8"))

    assert "demand" in text["assumptions"]
    assert all(policy["assumed"] for policy in text["policies"].values())
    assert all(booking["assumed"] for booking in text["bookings"].values())
    for wanted in text["catalogues"].values():
        assert wanted.get("assumed") or wanted["generated"] == "department × procedure"
    for claim in text["published"]:
        assert claim["source"]


@pytest.mark.parametrize("name", PRESETS)
def test_assumed_demand_is_whole(name: str):
    """Shares sum to 1, every template has its visits, arrivals fall into hours in which the district's hall is open."""
    preset, demand = load_preset(name), load_assumptions(name)

    for shares in (demand.by_hour, demand.by_theme, demand.by_class):
        assert sum(shares.values()) == pytest.approx(1)
    assert set(preset.templates) == set(demand.visits_per_day)
    assert set(demand.by_class) <= {one.code for one in preset.templates["district"].sections.policy.classes}
    themes = {theme.code for theme in preset.templates["district"].sections.items.themes}
    assert set(demand.by_theme) == themes
    assert set(demand.by_weekday) == {str(day) for day in range(1, 8)}


@pytest.mark.parametrize("name", PRESETS)
def test_item_shares_sum_to_one_and_cover_every_item(name: str):
    """A simulation can draw items from them as they are."""
    for code, template in load_preset(name).templates.items():
        shares = item_shares(name, code)

        assert set(shares) == {item.code for item in template.sections.items.items}
        assert sum(shares.values()) == pytest.approx(1)
        assert min(shares.values()) >= 0


def test_no_window_of_the_assumed_day_has_more_work_than_it_can_do():
    """Longgang's themes are loaded to at most 90 % on an ordinary day: a demo shows queues, not collapse."""
    preset, demand = load_preset("longgang"), load_assumptions("longgang")
    sections = preset.templates["district"].sections
    shares = item_shares("longgang", "district")
    minutes_open = sum(span.to_min - span.from_min for span in sections.hours.days[0])

    for theme in sections.items.themes:
        items = [item for item in sections.items.items if item.theme == theme.code]
        work_ms = sum(shares[item.code] * item.service_ms for item in items) * demand.visits_per_day["district"]
        plan = plan_from(preset.halls[0], sections)
        codes = {item.code for item in items}
        windows = [one for one in sections.windows.windows if items_of(one.serves, plan.catalog) & codes]
        assert work_ms / 60_000 / minutes_open / len(windows) < 0.9, theme.code


def test_names_are_in_both_languages_and_nowhere_twice():
    """Items are told apart by their names on the kiosk, in Chinese and in English."""
    for name in PRESETS:
        for template in load_preset(name).templates.values():
            items = template.sections.items.items
            assert all(item.name.zh and item.name.en for item in items)
            assert not _doubles([item.name.zh for item in items])
            assert not _doubles([item.name.en for item in items])


def test_items_are_found_by_pinyin_and_initials():
    """Typing `qyslDJ` in any case, or the full pinyin, finds 企业设立登记."""
    items = load_preset("longgang").templates["district"].sections.items.items

    registration = next(item for item in items if item.code == "company-registration")
    assert {"qysldj", "qiyeshelidengji"} <= set(registration.keywords.split())


def test_smaller_halls_of_baoan_handle_a_part_of_the_district_hall_under_the_same_codes():
    """A ticket can be transferred between any two halls for any of the 538 items."""
    templates = load_preset("baoan").templates
    codes = {name: {item.code for item in one.sections.items.items} for name, one in templates.items()}

    assert codes["street"] == codes["community"] < codes["district"]


def test_baoan_is_open_in_the_evening_and_at_weekends():
    """Published: Monday to Friday to 20:00, Saturday and Sunday as workdays, the district hall through lunch."""
    days = load_preset("baoan").templates["district"].sections.hours.days

    assert [len(spans) for spans in days] == [1] * 7
    assert {spans[-1].to_min for spans in days[:5]} == {20 * 60}


def test_nanshan_is_silent_and_yuancheng_begins_in_training():
    """Published: booking replaced voice in Nanshan; Yuancheng ran a trial month first."""
    assert {hall.voice for hall in load_preset("nanshan").halls} == {"silent"}
    assert {hall.training for hall in load_preset("yuancheng").halls} == {True}


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_is_entered_and_read_back_the_same(name: str, tmp_path: Path):
    """Every hall's plan from the database equals the one of the preset's text."""
    preset = load_preset(name)

    installed = init_preset(tmp_path / "data", name)

    store = Store(Database(tmp_path / "data"))
    plans = StoredPlans(store)
    assert store.halls() == preset.halls
    assert installed.halls == tuple(hall.code for hall in preset.halls)
    for facts in preset.halls:
        assert plans.plan_of(facts.code) == plan_from(facts, preset.templates[str(facts.template)].sections)
    store.database.close()


def test_one_hall_of_a_preset_can_stand_alone(tmp_path: Path):
    """A village needs its own hall only, without the network around it."""
    installed = init_preset(tmp_path, "yuancheng", hall="yuancheng-c003")

    database = Database(tmp_path)
    (hall,) = Store(database).halls()
    database.close()
    assert installed.halls == ("yuancheng-c003",)
    assert hall.parent is None
    assert installed.templates == ("community",)


@pytest.mark.parametrize("name", PRESETS)
def test_rules_of_booking_are_those_seen_in_halls(name: str):
    """Slots of 30 to 60 minutes, 1 to 5 workdays ahead, 1 a day, 2 a week, 6 a month, cancel 2 hours before, number P."""
    for template in _bookable(name):
        policy = template.sections.policy
        assert ("P", ("booked",)) in {(series.prefix, series.classes) for series in policy.series}
        assert policy.booking is not None
        for group in policy.booking.groups:
            rules = rules_for(policy.booking, group)
            assert rules.cancel_before_ms == 2 * 60 * MINUTE_MS
            assert 1 <= rules.release.horizon_days <= 5
            if group.code == "graduates":
                continue
            assert group.slot_ms in (30 * MINUTE_MS, 60 * MINUTE_MS)
            assert (rules.person.day, rules.person.week, rules.person.month) == (1, 2, 6)


@pytest.mark.parametrize("name", PRESETS)
def test_every_slot_has_places_and_walk_ins_keep_their_share(name: str):
    """No group sells nothing, and all groups of a hall together leave time at its windows for who comes without booking."""
    preset = load_preset(name)
    for template in _bookable(name):
        plan = plan_from(preset.halls[0], template.sections)
        assert plan.policy.booking is not None
        work, windows = 0.0, len(plan.catalog.windows)
        for group in plan.policy.booking.groups:
            places = Capacity(plan).places(group)
            assert places > 0, group.code
            assert 0 < group.walk_in_pct < 100
            work += places * Capacity(plan).unit_ms(group) * (100 - group.no_show_pct) / 100 / group.slot_ms
        assert work < windows * 0.75


@pytest.mark.parametrize("name", PRESETS)
def test_windows_can_call_a_full_slot_within_the_promise(name: str):
    """All booked of a slot are due at its start: their windows have served enough of them when the time is over."""
    preset = load_preset(name)
    for template in _bookable(name):
        plan = plan_from(preset.halls[0], template.sections)
        assert plan.policy.booking is not None
        for group in plan.policy.booking.groups:
            work_ms = Capacity(plan).places(group) * Capacity(plan).unit_ms(group) * (100 - group.no_show_pct) // 100
            assert work_ms <= Capacity(plan).windows(group) * rules_for(plan.policy.booking, group).fairness.on_time_ms


def test_the_graduates_of_futian_have_places_of_their_own():
    """About 15,000 booked: small slots with room for all of them in 60 working days of a summer, which are assumed."""
    preset = load_preset("futian")
    plan = plan_from(preset.halls[0], preset.templates["district"].sections)
    assert plan.policy.booking is not None
    group = next(one for one in plan.policy.booking.groups if one.code == "graduates")
    open_ms = sum(span.to_min - span.from_min for span in plan.hours.days[0]) * MINUTE_MS
    published = next(one.value for one in preset.published if one.fact == "bookings.graduates")

    assert groups_by_item(plan.policy.booking, plan.catalog)["graduate-registration"] == "graduates"
    assert group.slot_ms == 15 * MINUTE_MS
    assert Capacity(plan).places(group) * (open_ms // group.slot_ms) * 60 >= published


def test_a_department_of_longgang_sells_only_the_time_of_its_own_windows():
    """Nobody books at a department's one window because the twenty-eight others are free."""
    preset = load_preset("longgang")
    plan = plan_from(preset.halls[0], preset.templates["district"].sections)
    assert plan.policy.booking is not None
    groups = [one for one in plan.policy.booking.groups if one.code.startswith("department-")]

    assert len(groups) == 24
    assert sum(Capacity(plan).windows(group) for group in groups) == 29


def test_baoan_takes_bookings_in_every_hall_in_the_evening_and_at_weekends():
    """Published: one set of rules for all halls; slots follow the hours, to 20:00 and on Sundays."""
    for template in load_preset("baoan").templates.values():
        sections = template.sections
        assert sections.policy.booking is not None
        weekday, sunday = (
            [Session(span.from_min * MINUTE_MS, span.to_min * MINUTE_MS) for span in sections.hours.days[day]]
            for day in (0, 6)
        )
        slot_ms = sections.policy.booking.groups[0].slot_ms
        assert starts_of(weekday, slot_ms)[-1] + slot_ms == 20 * 60 * MINUTE_MS
        assert starts_of(sunday, slot_ms)


def test_only_counters_where_nobody_waits_are_without_booking():
    """Stations of one window and community halls of 14 visits a day; every other hall can be booked."""
    without = {
        (name, code)
        for name in PRESETS
        for code, one in load_preset(name).templates.items()
        if one.sections.policy.booking is None
    }

    assert without == {("longgang", "community"), ("futian", "community")}


def test_an_unknown_word_in_rules_of_booking_is_an_error():
    """A slip of the pen in a preset's text is not lost silently."""
    with pytest.raises(msgspec.ValidationError, match="cancel_befor"):
        msgspec.convert({"groups": [], "rules": {"cancel_befor_min": 5}}, BookingText)


def test_an_unknown_preset_is_refused():
    """Nothing is made from a name that is no preset."""
    with pytest.raises(UnknownPreset):
        load_preset("../catalogue")


def _counted(preset: Preset, fact: str) -> int:
    """Count in the made preset what a published fact speaks of."""
    template, _, rest = fact.partition(".")
    sections = preset.templates[template].sections if template in preset.templates else None
    if sections is None:
        return _counted_over_halls(preset, fact)
    counts = {
        "halls": sum(hall.template == template for hall in preset.halls),
        "windows": len(sections.windows.windows),
        "items": len(sections.items.items),
        "packages": len(sections.items.packages),
        "package.items": sum(len(package.items) for package in sections.items.packages),
        # The department stands among the words that an item is found by.
        "departments": len({item.keywords.split()[0] for item in sections.items.items if "-" in item.code}),
    }
    counts |= Counter(f"windows.{window.kind}" for window in sections.windows.windows)
    counts |= Counter(f"items.{item.theme}" for item in sections.items.items)
    counts |= {f"package.{package.code}.items": len(package.items) for package in sections.items.packages}
    return counts[rest]


def _bookable(name: str) -> list[Template]:
    return [one for one in load_preset(name).templates.values() if one.sections.policy.booking is not None]


def _bookable_pct(preset: Preset) -> int:
    """Return the share of all items, over all templates, that can be booked."""
    items = bookable = 0
    for template in preset.templates.values():
        plan = plan_from(preset.halls[0], template.sections)
        items += len(plan.catalog.items)
        bookable += len(groups_by_item(plan.policy.booking, plan.catalog)) if plan.policy.booking is not None else 0
    return 100 * bookable // items


def _counted_over_halls(preset: Preset, fact: str) -> int:
    kinds = Counter(hall.kind for hall in preset.halls)
    used = [preset.templates[str(hall.template)].sections for hall in preset.halls]
    special = [sections for hall, sections in zip(preset.halls, used, strict=True) if hall.kind == "special"]
    counts = {
        "halls": len(preset.halls),
        "halls.network": kinds["general"],
        "halls.special": kinds["special"],
        "halls.sub": kinds["sub"],
        "bookable.pct": _bookable_pct(preset),
        "special.items": sum(len(sections.items.items) for sections in special),
        "network.windows.comprehensive": sum(
            window.kind == "comprehensive" for sections in used for window in sections.windows.windows
        ),
    }
    return counts[fact]


def _doubles(names: list[str]) -> list[str]:
    return [name for name, count in Counter(names).items() if count > 1]
