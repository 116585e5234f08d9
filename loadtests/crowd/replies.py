"""What an HTTP answer means to the crowd, and what of it is trouble."""

from typing import Any, Final

import msgspec

from server.demo.history import Outcome

NO_ANSWER: Final = 0
TOO_MANY: Final = 429
REFUSED_FROM: Final = 400
BROKEN_FROM: Final = 500


class Reply(msgspec.Struct, frozen=True):
    """What an operation came to."""

    outcome: Outcome
    code: str = ""
    document: dict[str, Any] = {}

    @property
    def is_ok(self) -> bool:
        """Tell whether it was done."""
        return self.outcome == "ok"


class Trouble(msgspec.Struct, frozen=True):
    """An answer that is not definite: of what, with which status (0: none came), and the code that it named."""

    what: str
    status: int
    code: str = ""


def meaning(status: int, content: bytes) -> Reply:
    """Say what an answer means; only what is not definite must be asked again."""
    if status in (NO_ANSWER, TOO_MANY) or status >= BROKEN_FROM:
        return Reply("unknown", _code(content))
    document = msgspec.json.decode(content or b"{}", type=dict[str, Any])
    if status < REFUSED_FROM:
        return Reply("ok", "", document)
    return Reply("refused", str(document.get("code", status)), document)


def _code(content: bytes) -> str:
    """Return the code of a problem; a proxy's own words have none."""
    try:
        return msgspec.json.decode(content, type=_Problem).code
    except msgspec.DecodeError:
        return ""


class _Problem(msgspec.Struct, frozen=True):
    code: str = ""
