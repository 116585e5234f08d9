"""The express lane: the commands of a busy hall go from the edge to their endpoint, past the stack that serves everything.

Routing, dependencies and layers for what no command needs take most of the time of a command. Here a request that fits one of
these routes exactly is checked by the route's own fields and handed to the route's own endpoint; what the endpoint raises is
told by the application's own handlers. Whatever does not fit goes on to the application as it came. So there is one
description of the routes, and every refusal of a form is the application's: the lane can only be faster, not different.
"""

from collections.abc import Awaitable, Callable, Sequence
from inspect import isawaitable, signature
from typing import Any, Final, cast

import msgspec
from fastapi import APIRouter, Request, Response
from fastapi.routing import APIRoute

from server.middleware import ANSWER, Application, Give, Receive, Scope, Send, replay

KNOWN: Final = 10_000
"""Addresses that are known to fit, some 300 bytes each: the windows of a district and the tickets of the last minutes."""
JSON_TYPE: Final = (b"content-type", b"application/json")

Endpoint = Callable[..., Awaitable[Response]]


class Fitting(msgspec.Struct, frozen=True):
    """An address that a route takes: the parts of the path as they came, and as the route's fields accept them."""

    route: APIRoute
    parts: dict[str, str]
    accepted: dict[str, object]


class Express:
    """Pure ASGI, before the application and inside the edge, which gives a body whole."""

    def __init__(self, app: Application, routers: Sequence[APIRouter]) -> None:
        """Take the commands of these routers, which the application must ask first and in this order."""
        self._app = app
        self._routes = [
            (route, is_plain(route))
            for router in routers
            for route in router.routes
            if isinstance(route, APIRoute) and "POST" in (route.methods or ())
        ]
        self._known: dict[str, Fitting] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a command that fits; hand on everything else."""
        fitting = self._fitting(scope) if scope["type"] == "http" and scope["method"] == "POST" else None
        if fitting is None:
            await self._app(scope, receive, send)
            return
        content: bytes = (await receive())["body"]
        receive = replay(content, receive)
        body = _body_of(fitting.route, content)
        if body is None:
            await self._app(scope, receive, send)
            return
        scope.update(endpoint=fitting.route.endpoint, path_params=dict(fitting.parts), route=fitting.route)
        response = await _answer(Request(scope, receive, send), fitting, body)
        if not _is_given(scope.get(ANSWER), response):
            await response(scope, receive, send)

    def _fitting(self, scope: Scope) -> Fitting | None:
        """Return the route of a request in JSON whose address it takes."""
        if scope["root_path"] or next((one for one in scope["headers"] if one[0] == JSON_TYPE[0]), None) != JSON_TYPE:
            return None
        return self.find(scope["path"])

    @property
    def known(self) -> int:
        """How many addresses are remembered."""
        return len(self._known)

    def find(self, path: str) -> Fitting | None:
        """Return the route that takes an address, if its endpoint can be reached by the lane and its fields accept the parts."""
        known = self._known.get(path)
        if known is None:
            known = self._match(path)
            if known is not None:
                # Only what fits is kept: the fields bound its length.
                if len(self._known) >= KNOWN:
                    self._known.clear()
                self._known[path] = known
        return known

    def _match(self, path: str) -> Fitting | None:
        for route, is_direct in self._routes:
            found = route.path_regex.match(path)
            if found is not None:
                # The first one that matches is meant, as in the application.
                return _fit(route, found.groupdict()) if is_direct else None
        return None


def is_plain(route: APIRoute) -> bool:
    """Say whether an endpoint asks for the request, parts of the path and a body in JSON, and for nothing else."""
    parts = {field.name for field in route.dependant.path_params}
    is_alone = set(signature(route.endpoint).parameters) == {"request", "body", *parts} and not route.dependencies
    return is_alone and route.body_field is not None


def _fit(route: APIRoute, parts: dict[str, str]) -> Fitting | None:
    """Return the parts of an address if the route's fields accept all of them."""
    accepted: dict[str, object] = {}
    for field in route.dependant.path_params:
        value, faults = field.validate(parts[field.alias], accepted, loc=("path", field.alias))
        if faults:
            return None
        accepted[field.name] = value
    return Fitting(route, parts, accepted)


def _body_of(route: APIRoute, content: bytes) -> object | None:
    """Return a body as the route's field accepts it; None where it does not, or where this is no JSON."""
    assert route.body_field is not None, "a plain route has a body"
    try:
        # Faster than FastAPI's parser and stricter: what it refuses (other encodings, NaN) goes on to FastAPI, and what it
        # takes means the same to both.
        document = msgspec.json.decode(content)
    except (ValueError, RecursionError):
        return None
    body, faults = route.body_field.validate(document, {}, loc=("body",))
    return None if faults else cast(object, body)


async def _answer(request: Request, fitting: Fitting, body: object) -> Response:
    """Return what the endpoint answers, or what the application says to its exception."""
    endpoint = cast(Endpoint, fitting.route.endpoint)
    try:
        return await endpoint(request, **fitting.accepted, body=body)
    except Exception as error:
        # Not swallowed: what the application has no handler for goes on to the edge, the last boundary.
        handler = _handler_of(request, error)
        if handler is None:
            raise
        told = handler(request, error)
        return await told if isawaitable(told) else cast(Response, told)


def _is_given(give: Give | None, response: Response) -> bool:
    """Give an ordinary response at once, if the edge takes it."""
    body = getattr(response, "body", None)
    # What streams has no body, and what goes on afterwards is not over with it.
    if give is None or body is None or response.background is not None:
        return False
    return give(response.status_code, response.raw_headers, bytes(body))


def _handler_of(request: Request, error: Exception) -> Callable[[Request, Exception], Any] | None:
    # That of every exception is left out: the edge answers, and tells the log.
    handlers = request.app.exception_handlers
    return next((handlers[kind] for kind in type(error).__mro__ if kind in handlers and kind is not Exception), None)
