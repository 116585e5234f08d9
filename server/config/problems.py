"""What a change of settings can end with, as the code and the facts of a problem: the same for pages and command lines."""

from collections.abc import Mapping
from typing import Final

from hall.errors import Fact
from server.config.sections import (
    ConfigError,
    HallExists,
    NetworkFull,
    NoTemplate,
    TemplateExists,
    UnknownHall,
    UnknownParent,
    UnknownRevision,
    UnknownTemplate,
    WrongLevel,
)

CODE_SHOWN: Final = 40
"""Characters of a code that are told; none is longer, but what was sent may be."""

CODES: Final[Mapping[type[ConfigError], str]] = {
    UnknownHall: "UNKNOWN_HALL",
    UnknownParent: "UNKNOWN_PARENT",
    UnknownTemplate: "UNKNOWN_TEMPLATE",
    UnknownRevision: "UNKNOWN_REVISION",
    HallExists: "HALL_EXISTS",
    TemplateExists: "TEMPLATE_EXISTS",
    WrongLevel: "WRONG_LEVEL",
    NoTemplate: "NO_TEMPLATE",
    NetworkFull: "NETWORK_FULL",
}
"""Every error but faults and versions, which are told in forms of their own."""


def facts_of_error(error: ConfigError) -> dict[str, Fact]:
    """Return what fills the gaps of the sentence."""
    match error:
        case WrongLevel():
            return {"level": error.level, "parent_level": error.parent_level}
        case NetworkFull():
            return {"most": error.most}
        case _:
            return {"code": str(error)[:CODE_SHOWN]}
