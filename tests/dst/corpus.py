"""Seeds that once broke a law, each with the reason; they are played again with every run of the tests."""

from pathlib import Path
from typing import Final

PATH: Final = Path(__file__).with_name("corpus.txt")


def corpus() -> dict[int, str]:
    """Return the seeds with their reasons."""
    lines = [line.partition(" ") for line in PATH.read_text(encoding="utf-8").splitlines()]
    return {int(seed): reason for seed, _, reason in lines if seed and not seed.startswith("#")}


def keep(seed: int, reason: str) -> None:
    """Add a seed, unless it is there."""
    if seed not in corpus():
        with PATH.open("a", encoding="utf-8") as file:
            file.write(f"{seed} {reason}\n")
