"""With several nodes: before a request about a hall is handled, its day hears of what other nodes wrote.

So whatever completed on one node before a request came to another is seen there, refused nowhere as unknown. It is one look
at the ledger, shared by all who ask at the same time. If the ledger does not answer, the request goes on with what is known:
screens stay up, and what changes something is told by the write itself.
"""

import re
from typing import Any, Final

PATH: Final = re.compile(r"/(?:api|ws)/halls/([^/]+)/?")
"""Paths carry the hall."""


class Fresh:
    """Pure ASGI, inside the edge."""

    def __init__(self, app: Any) -> None:
        """Go before ``app``."""
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Let the hall of the path catch up, then go on."""
        if scope["type"] in ("http", "websocket") and (found := PATH.match(scope["path"])):
            await scope["app"].state.house.halls.catch_up(found[1])
        await self._app(scope, receive, send)
