"""Which methods an address takes: answers 405 list them in ``Allow``, as HTTP wants it."""

from typing import Final

from fastapi import Request
from starlette.routing import Match

METHODS: Final = {"GET": "GET, HEAD", "POST": "POST", "PUT": "PUT", "PATCH": "PATCH", "DELETE": "DELETE"}
"""How each is listed: the edge answers HEAD wherever GET is."""
API: Final = "/api/"


def allow_of(request: Request) -> str:
    """Return the value of ``Allow`` for the address of a request.

    The pages come last and answer whatever looks like a file; below ``/api/`` there is none.
    """
    routes = request.app.router.routes
    served = routes[:-1] if request.url.path.startswith(API) else routes
    return ", ".join(
        listed
        for method, listed in METHODS.items()
        if any(route.matches({**request.scope, "method": method})[0] is Match.FULL for route in served)
    )
