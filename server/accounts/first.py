"""The first accounts: an administrator for a new data folder, everybody for a demo."""

import getpass
import secrets
import sys
from collections.abc import Mapping, Sequence
from typing import Final, TextIO

import msgspec

from hall.policy import Plan
from server.accounts.passwords import Passwords, token_hash
from server.accounts.store import AccountStore, Device, NewAccount

ADMINISTRATOR: Final = "admin"
DEMO_PASSWORD: Final = "onewindow"
"""Everybody's in a demo; a demo holds nobody's data."""
SHORTEST: Final = 8
"""So many characters, not all of them blanks."""
ATTEMPTS: Final = 3


class DemoDevice(msgspec.Struct, frozen=True):
    """A screen of the demo and the token in its address."""

    device: Device
    token: str


def ensure_somebody(store: AccountStore, *, now_ms: int, out: TextIO | None = None) -> None:
    """Make the administrator if nobody can sign in yet: ask for a password at a terminal, or print one once."""
    if not store.is_empty():
        return
    screen = out or sys.stderr
    password = _asked() if sys.stdin is not None and sys.stdin.isatty() and out is None else None
    if password is None:
        password = secrets.token_urlsafe(12)
        # Printed and not logged: it is shown this once and stored nowhere.
        screen.write(f"\n  Administrator account: {ADMINISTRATOR}   password: {password}   (shown this once)\n\n")
        screen.flush()
    store.add_accounts([_account(ADMINISTRATOR, "管理员", "admin", ("*",), _hash(password))], now_ms=now_ms)


def add_demo_people(store: AccountStore, plans: Mapping[str, Plan], *, now_ms: int) -> None:
    """Make an account for every window (``clerk01`` …) of each hall, and one of each other role, with one password.

    Of several halls the first one's clerks are ``clerk01`` …, the others' ``<hall>-clerk01`` ….
    """
    password_hash = _hash(DEMO_PASSWORD)
    people: list[NewAccount] = []
    for place, (hall, plan) in enumerate(plans.items()):
        prefix = "" if place == 0 else f"{hall}-"
        for number, window in enumerate(plan.catalog.windows, 1):
            name = f"{window.label} 号窗口"
            people.append(_account(f"{prefix}clerk{number:02}", name, "clerk", (hall,), password_hash))
        people.append(_account(f"{prefix}guide1", "导办员", "guide", (hall,), password_hash))
        people.append(_account(f"{prefix}manager", "大厅主任", "manager", (hall,), password_hash))
    people.append(_account("network", "区中心", "network", tuple(plans), password_hash))
    people.append(_account("auditor", "审计员", "auditor", ("*",), password_hash))
    people.append(_account(ADMINISTRATOR, "管理员", "admin", ("*",), password_hash))
    store.add_accounts(people, now_ms=now_ms, replace=True)


def add_demo_devices(store: AccountStore, plan: Plan, *, now_ms: int) -> list[DemoDevice]:
    """Make a kiosk, a hall board, a board for each area and a strip for each window, with tokens that can be guessed."""
    made = [_device(plan, "kiosk", "自助取号机"), _device(plan, "board", "大厅屏")]
    made += [_device(plan, "area", f"{area.name.zh}屏", area=area.code) for area in plan.catalog.areas]
    made += [_device(plan, "strip", f"{one.label} 号窗屏", window=one.code) for one in plan.catalog.windows]
    for one in made:
        store.add_device(one.device, token_hash(one.token), now_ms=now_ms)
    return made


def _device(plan: Plan, kind: str, name: str, *, area: str = "", window: str = "") -> DemoDevice:
    part = "-".join(one for one in (plan.hall, kind, area or window) if one)
    return DemoDevice(Device(part[:40], plan.hall, name, kind, area, window), f"demo-{part}"[:64])


def _account(account: str, name: str, role: str, halls: Sequence[str], password_hash: str) -> NewAccount:
    return NewAccount(account=account, name=name, role=role, halls=tuple(halls), password_hash=password_hash)


def _hash(password: str) -> str:
    return Passwords().hash_now(password)


def is_weak(password: str) -> bool:
    """Tell whether a password is too short, or nothing but blanks."""
    return len(password) < SHORTEST or not password.strip()


def _asked() -> str | None:
    sys.stderr.write(f"\n  This data folder has no accounts yet. Choose a password for {ADMINISTRATOR!r}.\n")
    for _ in range(ATTEMPTS):
        password = getpass.getpass(f"  Password (at least {SHORTEST} characters, empty: make one): ")
        if not password:
            return None
        if not is_weak(password) and password == getpass.getpass("  Again: "):
            return password
        sys.stderr.write("  Too short, only blanks, or not the same twice.\n")
    return None
