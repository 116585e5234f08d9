"""What clients asked and were told: the history H of the laws."""

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

Kind = Literal["ok", "refused", "declined", "trouble", "reused", "failed"]
"""``ok`` and ``refused`` are answers of the log; ``declined`` is one that is not stored, for nothing was decided yet; ``trouble``: ask again;
``reused`` and ``failed`` must never come."""


class Reply(NamedTuple):
    """What a node said."""

    kind: Kind
    code: str = ""
    stream: str = ""
    seq: int = 0
    answer: bytes = b""

    @property
    def words(self) -> str:
        """Say it."""
        return f"{self.kind} {self.code or self.seq}"


@dataclass(eq=False)
class Act:
    """One thing that a client wanted, under one command id, however often it asked."""

    client: str
    op: str
    key: str
    invoked: float
    completed: float | None = None
    is_given_up: bool = False
    replies: list[Reply] = field(default_factory=list)
    asked: list[float] = field(default_factory=list)
    """When each of the replies was asked for."""
    node: int = 0

    @property
    def first(self) -> Reply | None:
        """The first definite answer."""
        return self.replies[0] if self.replies else None

    def told(self, reply: Reply, asked: float, now: float) -> None:
        """Note a definite answer, and when it was asked for."""
        self.replies.append(reply)
        self.asked.append(asked)
        if self.completed is None:
            self.completed = now


class Read(NamedTuple):
    """Somebody looked: which log, how far it was shown, and when that was asked and told."""

    stream: str
    invoked: float
    completed: float
    seq: int


@dataclass
class History:
    """Everything that all clients asked."""

    acts: list[Act] = field(default_factory=list)
    reads: list[Read] = field(default_factory=list)
    keys: set[str] = field(default_factory=set)
    """Every command id that was ever sent."""

    def begin(self, client: str, op: str, key: str, now: float) -> Act:
        """Note that somebody wants something."""
        assert key not in self.keys, key
        self.keys.add(key)
        act = Act(client, op, key, now)
        self.acts.append(act)
        return act
