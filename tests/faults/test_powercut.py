"""Short forms of the power cuts: the ledger's settings lose nothing, weaker ones and a planted bug are seen to lose."""

import pytest

from tests.faults.image import cut_images
from tests.faults.powercut import simulate
from tests.faults.report import text_of


@pytest.mark.slow
def test_simulated_cuts_take_nothing_that_was_acknowledged():
    part = simulate("FULL", 60)

    assert part.acknowledged > 0
    assert part.holds, text_of("", [part])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("setting", "early"), [("NORMAL", False), ("OFF", False), ("FULL", True)], ids=["NORMAL", "OFF", "told too early"]
)
def test_weaker_settings_and_an_early_answer_are_seen_to_lose(setting: str, early: bool):
    assert simulate(setting, 30, early=early).lost > 0


@pytest.mark.slow
def test_a_real_file_system_keeps_what_was_acknowledged():
    (part,) = cut_images(2, weaker=False)
    if part.skipped:
        pytest.skip(part.skipped)

    assert part.acknowledged > 0
    assert part.holds, text_of("", [part])
