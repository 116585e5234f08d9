"""What a run keeps: a torn beginning is begun again, a torn end is left out, and a file of somebody else stays as it is."""

from pathlib import Path

import pytest

from simulation.errors import CheckpointMismatch
from simulation.journal import KeptFile

HEADING = b'{"experiment":"one"}'


@pytest.mark.parametrize("torn", range(len(HEADING) + 1))
def test_a_file_whose_heading_was_torn_is_begun_again(torn: int, tmp_path: Path) -> None:
    """What is kept afterwards stands under a heading, so that the next run finds it."""
    file = tmp_path / "kept.jsonl"
    file.write_bytes(HEADING[:torn])
    kept = KeptFile(file)
    assert kept.read(HEADING) == []
    kept.add(b"{}")
    assert KeptFile(file).read(HEADING) == [b"{}"]


@pytest.mark.parametrize("torn", [b"", b"{", b'{"a":1'])
def test_a_torn_last_line_is_left_out_and_the_next_one_stands_alone(torn: bytes, tmp_path: Path) -> None:
    file = tmp_path / "kept.jsonl"
    file.write_bytes(HEADING + b"\n{}\n" + torn)
    kept = KeptFile(file)
    assert kept.read(HEADING) == [b"{}"]
    kept.add(b"[]")
    assert KeptFile(file).read(HEADING) == [b"{}", b"[]"]


@pytest.mark.parametrize(
    "text", [b"\nminutes of a meeting\n", b"minutes of a meeting", b"\n", b'{"experiment":"two"}\n']
)
def test_a_file_of_somebody_else_is_refused_and_stays(text: bytes, tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_bytes(text)
    with pytest.raises(CheckpointMismatch):
        KeptFile(file).read(HEADING)
    assert file.read_bytes() == text
