"""The built pages: one HTML file for each screen, and assets whose names change with their content."""

import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from fastapi import APIRouter, Response
from fastapi.responses import FileResponse

from server.problems import Problem

PAGES: Final = {
    "/": "index",
    "/kiosk": "kiosk",
    "/phone": "phone",
    "/t/{hall}/{ticket}": "phone",
    "/clerk": "clerk",
    "/board": "board",
    "/area": "area",
    "/strip": "strip",
    "/manager": "manager",
}
"""Address → page. The ticket's secret is in the address's fragment, which browsers do not send."""
FALLBACK: Final = {"area": "board"}
"""Pages that another one shows as well, where the build has no file of their own."""
FOR_EVER: Final = "public, max-age=31536000, immutable"
ASK_AGAIN: Final = "no-cache"
_HASHED: Final = re.compile(r"-[A-Z0-9]{8}\.\w+(\.map)?$")
"""The builder's names: ``index-SX4AIBAX.js``."""


def pages_of(folder: Path) -> APIRouter:
    """Return the routes of the pages in a folder."""
    root = folder.resolve()
    router = APIRouter(include_in_schema=False)
    for address, page in PAGES.items():
        router.add_api_route(address, _page(root, page), methods=["GET", "HEAD"])
    router.add_api_route("/{path:path}", _asset(root), methods=["GET", "HEAD"])
    return router


def _page(root: Path, page: str) -> Callable[[], Awaitable[Response]]:
    async def show() -> Response:
        names = [page, FALLBACK.get(page, page)]
        found = next((path for name in names if (path := root / f"{name}.html").is_file()), None)
        if found is None:
            raise Problem("NOT_FOUND")
        return FileResponse(found, headers={"cache-control": ASK_AGAIN})

    return show


def _asset(root: Path) -> Callable[[str], Awaitable[Response]]:
    async def give(path: str) -> Response:
        found = _inside(root, path)
        if found is None:
            raise Problem("NOT_FOUND")
        is_fixed = path.startswith("assets/") or _HASHED.search(path) is not None
        return FileResponse(found, headers={"cache-control": FOR_EVER if is_fixed else ASK_AGAIN})

    return give


def _inside(root: Path, path: str) -> Path | None:
    """Return the file that an address names, if it lies inside the folder."""
    if "\0" in path or len(path) > 200:
        return None
    found = (root / path).resolve()
    return found if found.is_relative_to(root) and found.is_file() else None
