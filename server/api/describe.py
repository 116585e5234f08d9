"""How the API describes itself: the problems that every route may answer with, and a page that lists the routes."""

from html import escape
from typing import Any, Final

from fastapi import APIRouter, FastAPI, Request, Response

from server.problems import MEDIA_TYPE

PROBLEM: Final[dict[str, Any]] = {"$ref": "#/components/schemas/ProblemDetails"}
"""What a refusal looks like (``server.api.described.shown``)."""

_WHEN: Final = {
    400: "The body is not valid JSON",
    401: "Nobody is signed in, or the session has ended",
    403: "Not allowed for this caller, or the ticket's secret is wrong",
    404: "No such hall, window, ticket or device",
    408: "The body came too slowly",
    409: "The rules of the hall refuse",
    413: "The body is too large",
    415: "The body is of a kind that is not taken here",
    422: "A field is out of its bounds",
    429: "Too many requests",
    500: "A fault of the program; nothing was changed",
    503: "Not ready, or the storage takes nothing",
}
PROBLEMS: Final[dict[int | str, dict[str, Any]]] = {
    status: {"description": text, "content": {MEDIA_TYPE: {"schema": PROBLEM}}} for status, text in _WHEN.items()
}

NOT_CHANGED: Final[dict[int | str, dict[str, Any]]] = {
    304: {"description": "Nothing has changed since the ETag in `If-None-Match`"}
}
"""Beside the answer of an operation that has an ETag."""

router = APIRouter(include_in_schema=False)


class DescribedApp(FastAPI):
    """An application that describes the bodies and answers, too, that FastAPI does not see."""

    def openapi(self) -> dict[str, Any]:
        """Return the description, made when it is asked for first."""
        if self.openapi_schema is None:
            # Not at the top: a start needs none of its types.
            from server.api.described.document import completed

            self.openapi_schema = completed(super().openapi())
        return self.openapi_schema


@router.get("/docs")
async def reference(request: Request) -> Response:
    """List every route on one plain page; the description itself is at /openapi.json."""
    rows = [
        f"<tr><td><code>{method.upper()}</code></td><td><code>{escape(path)}</code></td>"
        f"<td>{escape(route.get('description', route.get('summary', '')))}</td></tr>"
        for path, routes in request.app.openapi()["paths"].items()
        for method, route in routes.items()
    ]
    page = (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>OneWindow API</title>'
        '<h1>OneWindow 一窗通 API</h1><p><a href="/openapi.json">openapi.json</a></p>'
        f"<table><tr><th>Method</th><th>Path</th><th></th></tr>{''.join(rows)}</table></html>"
    )
    return Response(page, media_type="text/html")
