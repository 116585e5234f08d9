"""What owners of tasks share."""

import asyncio


async def dismiss(task: asyncio.Task[None] | None) -> None:
    """Cancel a task, and return when it has ended; without a task do nothing."""
    if task is not None:
        task.cancel()
        await asyncio.wait([task])
