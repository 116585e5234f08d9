"""A comparison says whether its plans meet the same people: that is never said of different halls, or of other visitors."""

import msgspec
import pytest
from click.testing import CliRunner

from hall.catalog import Text
from simulation.compare_command import compare
from simulation.meeting import SAME, met_by
from simulation.report.content import both
from simulation.setting import Behaviour, Booked, Roster, ServiceTimes, Setting
from tests.docs.documents import ROOT
from tests.simulation.settings import plan_of, setting_of

STREET, STATION = (str(ROOT / f"docs/districts/futian-{name}.toml") for name in ("street", "station"))


@pytest.fixture
def base() -> Setting:
    return setting_of(plan_of(3), per_hour=12)


def test_other_windows_slower_clerks_and_other_promises_meet_the_same_people(base: Setting) -> None:
    fewer = msgspec.structs.replace(base, roster=Roster(shifts=base.roster.shifts[:2]), target_ms=60_000)
    slower = msgspec.structs.replace(base, service=ServiceTimes(law="exponential", factor=1.4))
    lingering = msgspec.structs.replace(base, behaviour=Behaviour(walk_ms=60_000))

    assert met_by(["a", "b", "c", "d"], [base, fewer, slower, lingering]) == SAME


def test_other_visitors_are_told_by_the_name_of_their_plan(base: Setting) -> None:
    more = setting_of(base.plan, per_hour=13)
    booked = msgspec.structs.replace(base, booked=Booked(share=0.3))

    told = met_by(["a", "b", "c", "d"], [base, base, more, booked])

    assert told == Text(
        "同样的随机数；「c」「d」：谁来、何时来或办什么按其场景不同",
        "the same chance; c, d: who comes, when or for what differs as their scenarios state",
    )


def test_another_hall_has_other_people_even_with_the_same_demand(base: Setting) -> None:
    other = msgspec.structs.replace(base, plan=msgspec.structs.replace(base.plan, hall="elsewhere"))

    told = met_by(["a", "b"], [base, other])

    assert told == Text(
        "同样的随机数；「b」：另一个大厅，来的是另一批人",
        "the same chance; b: another hall, to which other people come",
    )


def test_another_split_of_the_days_brings_other_people(base: Setting) -> None:
    other = msgspec.structs.replace(base, strata=10, demand=msgspec.structs.replace(base.demand, day_cv=0.1))

    assert met_by(["a", "b"], [base, other]) != SAME


def test_the_command_says_it_of_two_halls_in_the_terminal_and_on_its_page(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("compared")
    pages = [folder / "zh.html", folder / "en.html"]

    for page, language in zip(pages, ("zh", "en"), strict=True):
        words = [STREET, STATION, "--days", "4", "--html", str(page), "--language", language]
        done = CliRunner().invoke(compare, words)
        assert done.exit_code == 0, done.output
        assert "另一个大厅" in done.output
        assert both(SAME) not in done.output
    assert "另一个大厅，来的是另一批人；差为" in pages[0].read_text("utf-8")
    assert "another hall, to which other people come; differences from" in pages[1].read_text("utf-8")
