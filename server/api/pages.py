"""The built pages: one HTML file for each screen, and assets whose names change with their content.

Browsers older than Chrome 73 have no constructable style sheets: there components bring ``<style>`` elements, which the
content policy lets in by a nonce that each answer makes anew. So a page is never kept by a cache; its assets are, for ever.
"""

import re
import secrets
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Final

from fastapi import APIRouter, Response
from fastapi.responses import FileResponse, HTMLResponse

from server.middleware import CONTENT_POLICY
from server.problems import Problem

PAGES: Final = {
    "/": "index",
    "/kiosk": "kiosk",
    "/phone": "phone",
    "/t/{hall}/{ticket}": "phone",
    "/a/{hall}/{appointment}": "phone",
    "/clerk": "clerk",
    "/board": "board",
    "/area": "area",
    "/strip": "strip",
    "/manager": "manager",
    "/studio": "studio",
}
"""Address → page. The secret of a ticket or booking is in the address's fragment, which browsers do not send."""
FALLBACK: Final = {"area": "board"}
"""Pages that another one shows as well, where the build has no file of their own."""
FOR_EVER: Final = "public, max-age=31536000, immutable"
ASK_AGAIN: Final = "no-cache"
NEVER: Final = "no-store"
NONCE_BYTES: Final = 16
"""128 bits, as the content policy's standard asks for at least."""
NONCE_PLACE: Final = '<meta name="ow-nonce" content="">'
"""Where the builder leaves room for the nonce."""
_BELOW_TICKET: Final = re.compile(r"^[ta]/[^/]+/(?=assets/)")
"""Pages name their assets relatively; the page of a ticket or booking lies two levels below the others."""
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


def _page(root: Path, page: str) -> Callable[[], Response]:
    # Not a coroutine: reading the file belongs into a worker thread.
    def show() -> Response:
        names = [page, FALLBACK.get(page, page)]
        found = next((path for name in names if (path := root / f"{name}.html").is_file()), None)
        if found is None:
            raise Problem("NOT_FOUND")
        nonce = secrets.token_urlsafe(NONCE_BYTES)
        text = found.read_text(encoding="utf-8").replace(NONCE_PLACE, NONCE_PLACE.replace('""', f'"{nonce}"'))
        policy = f"{CONTENT_POLICY}; style-src 'self' 'nonce-{nonce}'"
        return HTMLResponse(text, headers={"cache-control": NEVER, "content-security-policy": policy})

    return show


def _asset(root: Path) -> Callable[[str], Awaitable[Response]]:
    async def give(path: str) -> Response:
        path = _BELOW_TICKET.sub("", path)
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
