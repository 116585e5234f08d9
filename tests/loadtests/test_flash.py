"""A release minute in small: everything is sold once, with the server killed while the crowd books."""

import sqlite3
from pathlib import Path

import pytest

from loadtests.flash.check import verdict
from loadtests.flash.naive import sell_naively
from loadtests.flash.run import flash
from loadtests.flash.rush import Told
from loadtests.flash.setting import Sale
from loadtests.flash.wishes import Sizes, crowd


@pytest.mark.slow  # a server is started twice
@pytest.mark.timeout(300)
def test_a_crowd_is_sold_every_place_once_though_the_server_is_killed() -> None:
    """900 requests of 720 people for 120 places: sold out, nobody twice, nothing lost, everybody has an answer."""
    report = flash(Sizes(requests=900, people=720, places=120, seconds=3.0), is_released=True)

    assert report.verdict.findings == ()
    assert report.verdict.sold == report.verdict.people == report.verdict.acknowledged == 120
    assert report.verdict.unknown == 0
    assert "S6" in report.audit


def test_the_same_seed_is_the_same_crowd_and_one_request_in_ten_is_sent_twice() -> None:
    sizes = Sizes()
    wishes = crowd(sizes, seed=7)

    assert wishes == crowd(sizes, seed=7)
    assert len(wishes) + sum(wish.is_repeated for wish in wishes) == 15_000
    assert sum(wish.is_repeated for wish in wishes) == 1_500
    assert len({wish.person for wish in wishes}) == 12_000


def test_reading_checking_and_writing_sells_too_much(tmp_path: Path) -> None:
    """The yardstick really is naive: over some tries it sells more places than there are."""
    wishes = crowd(Sizes(), seed=1)

    oversold = [sell_naively(tmp_path / f"{number}.db", wishes, places=3_000).oversold for number in range(3)]

    assert sum(oversold) > 0


def test_a_booking_that_the_log_does_not_have_is_found(tmp_path: Path) -> None:
    """The check can fail: an acknowledged booking and unsold places are told."""

    with sqlite3.connect(tmp_path / "ledger.db") as ledger:
        ledger.execute("CREATE TABLE commits (stream TEXT, version INTEGER, body BLOB)")
    ledger.close()
    told = [Told(1, "somebody", hold="ok", booking="ok", appointment="B1", slot_ms=5)]

    found = verdict(tmp_path / "ledger.db", Sale("2026-11-27", (5,), 0, 12), told)

    assert "B1 was acknowledged and is not in the log" in found.findings
    assert "0 sold of 12" in found.findings
