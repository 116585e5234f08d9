"""Answers that say whether they have changed: an ETag of the body, and 304 for who has it already."""

import hashlib

import msgspec
from fastapi import Request, Response

from server.api.submit import JSON, Json

CACHED = "private, no-cache"
"""Whoever keeps it asks again every time; nobody in between keeps it."""


def tagged(request: Request, document: Json) -> Response:
    """Return a document with its ETag, or 304 if the client has this very one."""
    body = msgspec.json.encode(document)
    headers = {"etag": f'"{hashlib.blake2b(body, digest_size=16).hexdigest()}"', "cache-control": CACHED}
    if request.headers.get("if-none-match") == headers["etag"]:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=JSON, headers=headers)
