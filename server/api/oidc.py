"""Signing in at an identity provider (protocol, section 2): away to it, and back with a code."""

import re
from typing import TYPE_CHECKING, Annotated, Any, Final

from fastapi import APIRouter, Query, Request, Response

from server.api.describe import PROBLEMS
from server.api.house import house_of, wall_ms
from server.api.people import signed_in
from server.api.submit import reply
from server.problems import Problem

if TYPE_CHECKING:
    from server.accounts.oidc import Oidc

router = APIRouter(prefix="/api/oidc", tags=["people"], responses=PROBLEMS)

COOKIE: Final = "ow_oidc"
PATH: Final = "/api/oidc"
COOKIE_S: Final = 600
PAGE: Final = re.compile(r"/[A-Za-z0-9][A-Za-z0-9/_-]{0,60}")
"""Pages of ours that a sign-in may end at; never another site (``//evil.example``)."""
START: Final = "/clerk"
SENT_ON: Final[dict[int | str, dict[str, Any]]] = {302: {"description": "Go on to the address in `Location`"}}

Text = Annotated[str, Query(max_length=2_048)]


@router.get("")
async def offered(request: Request) -> Response:
    """Say whether people may sign in at a provider, and what it is called."""
    oidc = house_of(request).desk.oidc
    name = None if oidc is None else {"zh": oidc.provider.name.zh, "en": oidc.provider.name.en}
    return reply({"enabled": oidc is not None, "name": name})


@router.get("/login", status_code=302, responses=SENT_ON, response_class=Response)
async def leave(request: Request, then: Annotated[str, Query(max_length=64)] = START) -> Response:
    """Send the browser to the provider."""
    house = house_of(request)
    wanted = then if PAGE.fullmatch(then) else START
    departure = await _oidc(request).depart(then=wanted, now_ms=wall_ms())
    answer = _sent_on(departure.address)
    answer.set_cookie(
        COOKIE, departure.sealed, max_age=COOKIE_S, path=PATH, httponly=True, secure=house.settings.secure_cookie,
        samesite="lax",
    )  # fmt: skip
    return answer


@router.get("/callback", status_code=302, responses=SENT_ON, response_class=Response)
async def come_back(request: Request, code: Text = "", state: Text = "", iss: Text = "", error: Text = "") -> Response:
    """Take the provider's answer, begin a session, and go on to the page."""
    house, oidc = house_of(request), _oidc(request)
    if error:
        raise Problem("SIGN_IN_REFUSED")
    sealed, now_ms = request.cookies.get(COOKIE, ""), wall_ms()
    arrival = await oidc.arrive(state=state, code=code, issuer=iss, sealed=sealed, now_ms=now_ms)
    signed = await house.desk.vouched_for(arrival.person, now_ms=now_ms)
    answer = await signed_in(request, signed, _sent_on(arrival.then))
    answer.delete_cookie(COOKIE, path=PATH, httponly=True, samesite="lax")
    return answer


def _oidc(request: Request) -> "Oidc":
    oidc = house_of(request).desk.oidc
    if oidc is None:
        raise Problem("NOT_FOUND")
    return oidc


def _sent_on(address: str) -> Response:
    return Response(status_code=302, headers={"location": address, "cache-control": "no-store"})
