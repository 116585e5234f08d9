"""What a manager is told of the longest line: the wait, and for what."""

from server.waits import longest_wait
from tests.support.halls import Hall

SHORT = {"p50_ms": 60_000, "p80_ms": 120_000}
LONG = {"p50_ms": 300_000, "p80_ms": 900_000}
UNKNOWN = {"p50_ms": None, "p80_ms": None}


def test_the_longest_wait_names_the_first_of_its_items_and_how_many_share_it() -> None:
    """Both ends are of one line; lines without a wait to tell do not count."""
    table = {"groups": [SHORT, LONG, UNKNOWN], "items": {"A": 0, "B": 1, "B2": 1, "C": 2}}

    told = longest_wait(Hall().state, table)

    assert told == {**LONG, "item": {"zh": "发票", "en": "Invoices"}, "items": 2}


def test_of_equal_waits_the_first_line_is_named() -> None:
    told = longest_wait(Hall().state, {"groups": [SHORT, SHORT], "items": {"A": 0, "B": 1}})

    assert told["item"] == {"zh": "身份证", "en": "Identity card"}


def test_without_a_wait_to_tell_no_item_is_named() -> None:
    told = longest_wait(Hall().state, {"groups": [UNKNOWN], "items": {"A": 0}})

    assert told == {**UNKNOWN, "item": None, "items": 0}
