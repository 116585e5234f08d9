"""What comes of a command: an outcome, which is a stored answer, or one of these errors.

CommandError
├── CommandIdReused   the same id came with another body: 409
├── HallBusy          the mailbox is full: 429, try again
├── OutcomeUnknown    the storage failed or was too slow: 503; the same id again gives the truth
├── DecisionFailed    the rules broke down on this command (a bug); nothing was stored: 500
├── FactsMoved        what the command was decided on has changed meanwhile: 429, ask again
├── DayRefused        there is no such day to book: closed, too far, its year unpublished: 409
├── HallStopped       the hall-day takes no commands any more, or not yet: 503
└── UnknownHall       there is no such hall here: 404
"""

import msgspec

from hall.errors import Refusal
from hall.events import Commit
from hall.ids import CommandId, HallId


class Outcome(msgspec.Struct, frozen=True):
    """A durable answer; ``repeated`` if it is the first answer to a command that came before."""

    commit: Commit
    repeated: bool = False

    @property
    def refusal(self) -> Refusal | None:
        """Why the hall did not do it, if it did not."""
        return self.commit.refusal

    @property
    def seq(self) -> int:
        """The commit's place in the log."""
        return self.commit.seq


class CommandError(Exception):
    """Root of what can keep a command from getting an answer; ``code`` is stable."""

    code = "COMMAND_ERROR"


class CommandIdReused(CommandError):
    """The id was used before for something else; nothing was done."""

    code = "COMMAND_ID_REUSED"

    def __init__(self, command_id: CommandId) -> None:
        """Remember the id."""
        super().__init__(f"command id {command_id} was used before with another body")
        self.command_id = command_id


class HallBusy(CommandError):
    """More commands wait than the hall takes; nothing was done."""

    code = "TOO_MANY"

    def __init__(self, stream: str, waiting: int) -> None:
        """Remember how many wait."""
        super().__init__(f"{stream}: {waiting} commands wait already")
        self.waiting = waiting


class OutcomeUnknown(CommandError):
    """Whether the command was stored is not known; sent again under the same id it gets its one answer."""

    code = "STORAGE_FULL"

    def __init__(self, reason: str) -> None:
        """Remember the storage's words."""
        super().__init__(f"outcome unknown: {reason}")
        self.reason = reason


class DecisionFailed(CommandError):
    """A bug in the rules; the command left no trace and the hall goes on."""

    code = "DECISION_FAILED"


class FactsMoved(CommandError):
    """The bookings of this person, phone or device changed elsewhere; nothing was done, with new facts it may be."""

    code = "TOO_MANY"

    def __init__(self, key: str) -> None:
        """Remember whose; the key, a pseudonym, is not part of the message."""
        super().__init__("the facts have changed meanwhile")
        self.key = key


class DayRefused(CommandError):
    """The hall has no such day to book, and why; ``code`` is the refusal's."""

    def __init__(self, refusal: Refusal) -> None:
        """Remember the refusal."""
        super().__init__(refusal.code)
        self.code = refusal.code
        self.refusal = refusal


class HallStopped(CommandError):
    """The hall-day takes no commands."""

    code = "NOT_READY"

    def __init__(self, stream: str, reason: str) -> None:
        """Remember why."""
        super().__init__(f"{stream}: {reason}")
        self.stream = stream
        self.reason = reason


class UnknownHall(CommandError):
    """No hall of this code is served here."""

    code = "UNKNOWN_HALL"

    def __init__(self, hall: HallId) -> None:
        """Remember the code."""
        super().__init__(f"there is no hall {hall}")
        self.hall = hall
