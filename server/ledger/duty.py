"""Who does what one node at a time does for all: write reports, send messages."""

from typing import Protocol


class OnDuty(Protocol):
    """Says whether this node does what one node does for all."""

    @property
    def is_held(self) -> bool:
        """Whether it is this node, as far as it knows."""
        ...


class Alone:
    """There is no other node."""

    is_held = True
