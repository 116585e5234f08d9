"""The audit streams a day of any size, and one flipped byte of its file is found and named."""

import random
from pathlib import Path

import pytest

from tests.faults.big_day import audited_apart, flip_one_byte, make_day

SMALL, LARGE = 2_000, 24_000
KB_PER_ROW = 0.6
"""A row of the file has about this; an audit that kept its rows as objects would need several times as much of each."""


@pytest.mark.slow
def test_a_large_day_is_audited_in_the_memory_of_a_small_one_and_a_flipped_byte_is_named(tmp_path: Path):
    small, large = tmp_path / "small.db", tmp_path / "large.db"
    make_day(small, SMALL)
    rows = make_day(large, LARGE)

    of_small, of_large = audited_apart(small), audited_apart(large)

    assert (of_large.exit_code, of_large.rows) == (0, rows)
    assert of_large.peak_mb - of_small.peak_mb < rows * KB_PER_ROW / 1024, "the rows of a day were kept"

    damaged = flip_one_byte(large, chance=random.Random(7))
    found = audited_apart(large)
    assert (found.exit_code, found.bad_row, found.law) == (1, damaged, "S9")
