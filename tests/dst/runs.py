"""Runs by their seeds: played to the end, and every law checked."""

import gc
from contextlib import nullcontext

from tests.dst.bugs import BUGS
from tests.dst.laws import check
from tests.dst.loop import NothingLeft, Spinning, VirtualLoop, computer, run
from tests.dst.node import task_factory
from tests.dst.world import World, listening


def tried(seed: int, *, bug: str | None = None, is_traced: bool = False) -> tuple[list[str], World]:
    """Play a seed, perhaps with a planted bug; return what it broke, standing still and breaking down included."""
    loop = VirtualLoop(seed)
    loop.set_task_factory(task_factory)
    # A run's objects are dead after it; collecting in the midst of it costs a fifth of the time.
    gc.disable()
    try:
        with computer(loop, seed), BUGS[bug]() if bug else nullcontext():
            world = World(seed, loop, is_traced)
            with listening(world):
                return _broken_by(world), world
    finally:
        gc.enable()
        gc.collect(0)


def _broken_by(world: World) -> list[str]:
    try:
        return run(world.loop, _whole(world))
    except NothingLeft:
        return ["L3 everybody waits, and nothing will ever happen"]
    except Spinning:
        return ["BUG something is done over and over while no time passes"]
    except Exception as error:
        return [f"BUG the run broke down: {error!r}"]


async def _whole(world: World) -> list[str]:
    await world.live()
    return await check(world)
