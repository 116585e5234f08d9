"""Which commands of a hall-day have their answer already, so that each gets one only.

The ids of the whole day are known here, the newest answers are at hand, and older ones are read from the ledger.
"""

from collections import OrderedDict

from hall.events import Commit
from hall.ids import CommandId

RECENT_LIMIT = 256
"""Answers at hand per hall-day: retries come within seconds; at 2 KB each a district of 135 halls keeps 70 MB."""

IDS_LIMIT = 200_000
"""Ids known per hall-day, twenty times a very busy hall. Beyond it every unknown id is looked up in the ledger."""


class AnswerIndex:
    """What was answered on one hall-day; holds committed answers only."""

    def __init__(self, *, recent_limit: int = RECENT_LIMIT, ids_limit: int = IDS_LIMIT) -> None:
        self._recent: OrderedDict[CommandId, Commit] = OrderedDict()
        self._ids: set[CommandId] = set()
        self._recent_limit = recent_limit
        self._ids_limit = ids_limit
        self._overflown = False

    def add(self, commit: Commit) -> None:
        """Remember an answer that is durable."""
        self._recent[commit.command_id] = commit
        if len(self._recent) > self._recent_limit:
            self._recent.popitem(last=False)
        if len(self._ids) < self._ids_limit:
            self._ids.add(commit.command_id)
        else:
            self._overflown = True

    def at_hand(self, command_id: CommandId) -> Commit | None:
        """Return the answer if it is one of the newest."""
        return self._recent.get(command_id)

    def must_look_up(self, command_id: CommandId) -> bool:
        """Say whether only the ledger can tell if the command was answered, and how."""
        if command_id in self._recent:
            return False
        return self._overflown or command_id in self._ids
