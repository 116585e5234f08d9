"""Whose pages may change things: those of our own host and, where it is known to be https, of its scheme too."""

import asyncio
from types import SimpleNamespace

import pytest
from starlette.requests import HTTPConnection
from starlette.types import Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from server.api.access import check_origin
from server.problems import Problem
from server.settings import Settings

PROXY, SOMEBODY = "10.0.0.5", "10.0.0.9"


def is_let_in(origin: str, *, client: str = PROXY, said: str = "", kind: str = "http") -> bool:
    """Ask through what reads a proxy's headers, which is told of one proxy."""
    headers = [(b"host", b"hall.example"), (b"origin", origin.encode())]
    headers += [(b"x-forwarded-proto", said.encode())] if said else []
    house = SimpleNamespace(settings=Settings(data=SimpleNamespace(), origins=("http://screens.example",)))
    app = SimpleNamespace(state=SimpleNamespace(house=house))
    scheme = {"http": "http", "websocket": "ws"}[kind]
    scope: Scope = {"type": kind, "scheme": scheme, "client": (client, 1), "headers": headers, "app": app}
    refused: list[str] = []

    async def inner(scope: Scope, _receive: Receive, _send: Send) -> None:
        try:
            check_origin(HTTPConnection(scope))
        except Problem as problem:
            refused.append(problem.code)

    asyncio.run(ProxyHeadersMiddleware(inner, [PROXY])(scope, None, None))  # type: ignore[arg-type]  # neither is used
    assert refused in ([], ["FOREIGN_ORIGIN"])
    return not refused


@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_a_page_without_tls_changes_nothing_behind_tls(kind: str):
    """Who can write into a connection without TLS has the host's name, but not its certificate."""
    assert is_let_in("https://hall.example", said="https", kind=kind)
    assert not is_let_in("http://hall.example", said="https", kind=kind)
    assert not is_let_in("https://other.example", said="https", kind=kind)


@pytest.mark.parametrize("said", ["", "http"])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_where_tls_is_not_known_of_the_host_alone_counts(said: str, scheme: str):
    """A proxy before the proxy may have ended TLS, and not every one says so."""
    assert is_let_in(f"{scheme}://hall.example", said=said)


def test_only_a_named_proxy_is_believed_that_it_was_tls():
    assert is_let_in("http://hall.example", client=SOMEBODY, said="https")


def test_an_origin_that_the_settings_name_is_taken_as_it_is_written():
    assert is_let_in("http://screens.example", said="https")
    assert not is_let_in("https://screens.example", said="https")
