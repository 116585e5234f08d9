"""How the crowd reaches the nodes: each connection has a node of its own, and goes to the next while that one is gone."""

import time
from collections import Counter
from collections.abc import Sequence
from contextlib import AsyncExitStack
from typing import Any, Final

import httpx

CONNECTIONS: Final = 64
"""Each has a client of its own: a client's pool looks at all its connections for every request."""
ANSWER_S: Final = 20.0
"""Every command has its answer in 10 s (law L3), unless the server is dead; then it is asked again."""
AWAY_S: Final = 2.0
"""So long a connection stays with another node before it tries its own again."""
UNCLEAR: Final = frozenset({429, 500, 502, 503, 504})


class Line:
    """One request at a time. ``answers`` counts the definite answers of each node."""

    def __init__(self, clients: Sequence[httpx.AsyncClient], *, home: int, answers: "Counter[int]") -> None:
        """Reach every node by one client; ``home`` is the place of this line's own."""
        self._clients, self._home, self._answers = clients, home, answers
        self._at = home
        self._left_s = 0.0

    async def post(self, path: str, body: dict[str, Any]) -> httpx.Response | None:
        """Ask once; None if the answer is not definite, and then the next one is asked of another node."""
        if time.monotonic() - self._left_s > AWAY_S:
            self._at = self._home
        try:
            answer = await self._clients[self._at].post(path, json=body)
        except httpx.TransportError:
            answer = None
        if answer is None or answer.status_code in UNCLEAR:
            self._at, self._left_s = (self._at + 1) % len(self._clients), time.monotonic()
            return None
        self._answers[self._at] += 1
        return answer


async def lines_to(stack: AsyncExitStack, ports: Sequence[int], answers: "Counter[int]") -> list[Line]:
    """Open the crowd's connections, spread evenly over the nodes; they are closed with the stack."""
    lines: list[Line] = []
    for number in range(CONNECTIONS):
        clients = [
            await stack.enter_async_context(
                httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=ANSWER_S, verify=False)
            )
            for port in ports
        ]
        lines.append(Line(clients, home=number % len(ports), answers=answers))
    return lines
