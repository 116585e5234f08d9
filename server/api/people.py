"""Signing in and out, and accounts (protocol, section 2)."""

import asyncio
from typing import Annotated, Final

import msgspec
from fastapi import APIRouter, Query, Request, Response

from server.accounts.authorise import may
from server.accounts.desk import SignedIn, caller_of
from server.accounts.passwords import new_password
from server.accounts.store import NO_PASSWORD, Account, NewAccount
from server.api.access import COOKIE, address_of, allow, check_origin, cookie_of, token_of
from server.api.bodies import AccountBody, LoginBody, NewPasswordBody, OwnPasswordBody
from server.api.bounds import Code, NothingBody
from server.api.describe import PROBLEMS
from server.api.house import house_of, wall_ms
from server.api.submit import Json, invalid, reply, today_of
from server.problems import Problem

router = APIRouter(prefix="/api", tags=["people"], responses=PROBLEMS)

EVERY_HALL_ROLES = frozenset({"admin", "auditor"})
NOT_THEIRS: Final = frozenset({"disabled", "linked"})
"""What of an account its owner is not told: whoever signs in is not disabled."""


@router.post("/login")
async def login(request: Request, body: LoginBody) -> Response:
    """Sign in; the answer holds a token for programs, and the cookie for browsers."""
    check_origin(request)
    house = house_of(request)
    signed = await house.desk.sign_in(body.account, body.password, address=address_of(request), now_ms=wall_ms())
    answer = reply({"token": signed.token, **_shown(signed.account), "expires_ms": signed.expires_ms})
    return await signed_in(request, signed, answer)


async def signed_in(request: Request, signed: SignedIn, answer: Response) -> Response:
    """Give the browser its cookie; a session that it had before ends, so that none is ever taken over."""
    house = house_of(request)
    if before := cookie_of(request):
        await house.desk.sign_out(before)
    answer.set_cookie(
        COOKIE,
        signed.token,
        max_age=house.settings.limits.session_ms // 1000,
        httponly=True,
        samesite="strict",
        secure=house.settings.secure_cookie,
    )
    return answer


@router.post("/logout")
async def logout(request: Request) -> Response:
    """End the session; without one there is nothing to do."""
    check_origin(request)
    token = token_of(request)
    if token:
        await house_of(request).desk.sign_out(token)
    answer = reply({})
    answer.delete_cookie(COOKIE, httponly=True, samesite="strict")
    return answer


@router.get("/me")
async def me(request: Request) -> Response:
    """Say who is signed in."""
    caller = await allow(request, "me.read")
    house = house_of(request)
    if caller.role == "device":
        device = Account(caller.name, caller.name, "device", caller.halls, has_password=False)
        return reply(_shown(device))
    found = await asyncio.to_thread(house.desk.store.find, caller.name)
    if found is None:
        raise Problem("SESSION_EXPIRED")
    return reply(_shown(found[0]))


@router.post("/me/password")
async def change_password(request: Request, body: OwnPasswordBody) -> Response:
    """Change the own password, giving the old one; all other sessions end."""
    caller = await allow(request, "me.password")
    ended = await house_of(request).desk.change_password(
        caller, body.old, body.password, token=token_of(request), address=address_of(request), now_ms=wall_ms()
    )
    return reply({"account": caller.name, "sessions_ended": ended})


@router.get("/accounts")
async def list_accounts(request: Request) -> Response:
    """List the accounts."""
    await allow(request, "accounts.read")
    accounts = await asyncio.to_thread(house_of(request).desk.store.accounts)
    return reply({"accounts": [msgspec.structs.asdict(one) for one in accounts]})


@router.get("/halls/{hall}/staff")
async def list_staff(request: Request, hall: Code) -> Response:
    """Name those who work in a hall: views name accounts only."""
    await allow(request, "staff.read", hall)
    house = house_of(request)
    today_of(request, hall)
    accounts = await asyncio.to_thread(house.desk.store.accounts)
    here = [one for one in accounts if may(caller_of(one), "staff.read", hall=hall)]
    return reply({"staff": [{"account": one.account, "name": one.name} for one in here]})


@router.post("/accounts", status_code=201)
async def add_account(request: Request, body: AccountBody) -> Response:
    """Make an account."""
    caller = await allow(request, "accounts.write")
    house = house_of(request)
    if not body.halls and body.role not in EVERY_HALL_ROLES:
        raise invalid("halls", "name at least one hall")
    halls = tuple(body.halls) or ("*",)
    new = NewAccount(account=body.account, name=body.name, role=body.role, halls=halls, password_hash=NO_PASSWORD)
    await house.desk.add_account(new, body.password, by=(caller.actor, wall_ms()))
    return reply({"account": body.account}, status=201)


@router.post("/accounts/{account}/password")
async def set_password(request: Request, account: Code, body: NewPasswordBody) -> Response:
    """Give an account a temporary password; one that is made here is told this once. Its sessions and live feeds end."""
    caller = await allow(request, "accounts.write")
    if caller.name == account:
        raise Problem("OWN_PASSWORD")
    made = None if body.password is not None else new_password()
    password = body.password or made or ""
    ended = await house_of(request).desk.set_password(account, password, by=(caller.actor, wall_ms()))
    return reply({"account": account, "password": made, "sessions_ended": ended})


@router.get("/accounts/changes")
async def list_changes(request: Request, limit: Annotated[int, Query(ge=1, le=1_000)] = 200) -> Response:
    """List who did what to which account, newest first."""
    await allow(request, "accounts.read")
    changes = await asyncio.to_thread(house_of(request).desk.store.changes, limit)
    return reply({"changes": [msgspec.structs.asdict(one) for one in changes]})


@router.post("/accounts/{account}/disable")
async def disable(request: Request, account: Code, body: NothingBody | None = None) -> Response:
    """Let an account sign in no more; its sessions and live feeds end at once."""
    caller = await allow(request, "accounts.write")
    if caller.name == account:
        raise invalid("account", "nobody can shut themselves out")
    await house_of(request).desk.disable(account, disabled=True, by=(caller.actor, wall_ms()))
    return reply({"account": account, "disabled": True})


@router.post("/accounts/{account}/enable")
async def enable(request: Request, account: Code, body: NothingBody | None = None) -> Response:
    """Let a disabled account sign in again."""
    caller = await allow(request, "accounts.write")
    await house_of(request).desk.disable(account, disabled=False, by=(caller.actor, wall_ms()))
    return reply({"account": account, "disabled": False})


def _shown(account: Account) -> Json:
    return {name: value for name, value in msgspec.structs.asdict(account).items() if name not in NOT_THEIRS}
