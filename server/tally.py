"""What the runner of a hall-day counts, and how it tells."""

from dataclasses import dataclass

import msgspec


class RunnerStatistics(msgspec.Struct, frozen=True):
    """Figures of a hall-day since it was started; ``waiting``, ``seq`` and ``running`` are now."""

    stream: str
    seq: int
    running: bool
    stopped: str
    """Why it does not run; empty while it does."""
    waiting: int
    commands: int
    refusals: int
    repeats: int
    writes: int
    largest_batch: int
    failures: int
    replays: int
    crashes: int


@dataclass
class Figures:
    """Counted since the runner was started."""

    commands: int = 0
    refusals: int = 0
    repeats: int = 0
    writes: int = 0
    largest_batch: int = 0
    failures: int = 0
    replays: int = 0
    crashes: int = 0
