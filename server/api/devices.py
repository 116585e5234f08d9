"""Devices of a hall: kiosks, boards and strips, each with a token of its own (protocol, section 4)."""

import asyncio
import secrets

import msgspec
from fastapi import APIRouter, Request, Response

from server.accounts.store import Device
from server.api.access import allow
from server.api.bodies import DeviceBody
from server.api.bounds import Code, NothingBody
from server.api.describe import PROBLEMS
from server.api.house import House, house_of, wall_ms
from server.api.submit import invalid, reply, today_of

router = APIRouter(prefix="/api/halls/{hall}/devices", tags=["devices"], responses=PROBLEMS)


@router.get("")
async def list_devices(request: Request, hall: Code) -> Response:
    """List the devices of a hall, and what their screens have shown."""
    await allow(request, "devices.read", hall)
    house = house_of(request)
    today_of(request, hall)
    here = house.live.online(hall)
    shown = []
    for device in await refresh_devices(house, hall):
        at = here.get(device.id)
        seen = {
            "online": at is not None,
            "shown_seq": at.shown_seq if at else None,
            "last_call_shown": at.has_shown if at else None,
        }
        facts = msgspec.structs.asdict(device)
        del facts["hall"]
        shown.append({**facts, **seen, "last_seen_ms": house.live.seen_ms(device)})
    return reply({"devices": shown})


@router.post("", status_code=201)
async def add(request: Request, hall: Code, body: DeviceBody) -> Response:
    """Make a device; its token is told this once."""
    await allow(request, "devices.write", hall)
    house = house_of(request)
    state = today_of(request, hall).view_state()
    if body.kind == "strip" and body.window not in state.desks:
        raise invalid("window", "a strip belongs to a window of the hall")
    if body.kind == "area" and body.area not in state.index.areas:
        raise invalid("area", "an area board belongs to an area of the hall")
    device = Device(f"{body.kind}-{secrets.token_hex(4)}", hall, body.name, body.kind, body.area, body.window)
    token = await house.desk.add_device(device, now_ms=wall_ms())
    # Not read again: what one more costs must not grow with those that are there.
    house.live.devices.setdefault(hall, []).append(device)
    return reply({"device": device.id, "token": token}, status=201)


@router.post("/{device}/revoke")
async def revoke(request: Request, hall: Code, device: Code, body: NothingBody | None = None) -> Response:
    """Withdraw a device's token for good and cut its screen."""
    await allow(request, "devices.write", hall)
    house = house_of(request)
    await house.desk.revoke_device(hall, device)
    house.hub.cut_device(device)
    await refresh_devices(house, hall)
    return reply({"device": device, "revoked": True})


async def refresh_devices(house: House, hall: str) -> list[Device]:
    """Read a hall's devices, and let the live views know them."""
    return house.live.learn_devices(hall, await asyncio.to_thread(house.desk.store.devices, hall))
