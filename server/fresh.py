"""With several nodes: before a request about a hall is handled, its day hears of what other nodes wrote.

So whatever completed on one node before a request came to another is seen there, refused nowhere as unknown. It is one look
at the ledger, shared by all who ask at the same time. If the ledger does not answer, looks go on with what is known, so that
screens stay up; what would change something is refused with 503, since here it might be refused for a reason that is past.
"""

import re
from typing import Any, Final

from server.problems import Problem, body_of, headers_of, status_of

PATH: Final = re.compile(r"/(?:api|ws)/halls/([^/]+)/?")
"""Paths carry the hall."""
LOOKS: Final = ("GET", "HEAD", "OPTIONS")


class Fresh:
    """Pure ASGI, inside the edge."""

    def __init__(self, app: Any) -> None:
        """Go before ``app``."""
        self._app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Let the hall of the path catch up, then go on."""
        if scope["type"] in ("http", "websocket") and (found := PATH.match(scope["path"])):
            code = await scope["app"].state.house.halls.catch_up(found[1])
            if code and scope["type"] == "http" and scope["method"] not in LOOKS:
                await _refuse(send, Problem(code))
                return
        await self._app(scope, receive, send)


async def _refuse(send: Any, problem: Problem) -> None:
    headers = [(name.encode(), value.encode()) for name, value in headers_of(problem).items()]
    await send({"type": "http.response.start", "status": status_of(problem.code), "headers": headers})
    await send({"type": "http.response.body", "body": body_of(problem)})
