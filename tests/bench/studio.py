"""What a job of the studio costs the live hall: the time of a call with and without one, in turn, as a ratio."""

import asyncio
import statistics
import time
from contextlib import suppress
from typing import Any, Final

import httpx

from tests.bench.crowded import Hall, served
from tests.support.plans import DATE
from tests.support.server import HALL, token_of

CALLS: Final = 60
ROUNDS: Final = 3
REST_S: Final = 0.02
"""One call after the other, with a rest in between: the latency of a hall that is not overrun."""
WINDOWS: Final = 8
READY_S: Final = 60.0
VISITS: Final = 1_500
Pair = tuple[float, float]


class Studio:
    """The studio of the served hall, as its manager uses it."""

    def __init__(self, port: int) -> None:
        """Sign the manager in."""
        headers = {"authorization": f"Bearer {token_of('boss')}"}
        self._client = httpx.Client(
            base_url=f"http://127.0.0.1:{port}/api/halls/{HALL}/studio/", headers=headers, timeout=30
        )

    def begin(self, **ask: Any) -> str:
        """Begin a job."""
        answer = self._client.post("jobs", json={"ask": ask})
        return str(answer.raise_for_status().json()["job"]["id"])

    def until(self, job: str, *states: str) -> dict[str, Any]:
        """Wait until a job has told progress or ended."""
        end = time.monotonic() + READY_S
        while time.monotonic() < end:
            found: dict[str, Any] = self._client.get(f"jobs/{job}").raise_for_status().json()["job"]
            if found["state"] in states or (found["progress"] and "progress" in states):
                return found
            time.sleep(0.05)
        raise TimeoutError(f"job {job} is not {states} after {READY_S} s")

    def cancel(self, job: str) -> None:
        """End a job."""
        with suppress(httpx.HTTPStatusError):
            self._client.post(f"jobs/{job}/cancel", json={}).raise_for_status()


async def call_ms(hall: Hall) -> Pair:
    """Return the median and the 99th percentile of calls; whoever was called is replaced."""
    times = []
    for number in range(CALLS):
        began = time.monotonic_ns()
        await hall.at(number % hall.windows + 1, "finish-and-next")
        times.append((time.monotonic_ns() - began) / 1e6)
        await asyncio.sleep(REST_S)
    await hall.take(CALLS)
    times.sort()
    return statistics.median(times), times[int(0.99 * len(times))]


async def rounds(hall: Hall) -> tuple[list[Pair], list[Pair]]:
    """Measure without and with a job, in turn."""
    studio = Studio(hall.port)
    ground = await asyncio.to_thread(studio.begin, kind="stated", visits=VISITS)
    await asyncio.to_thread(studio.until, ground, "done")
    await hall.open()
    await hall.take(hall.windows + CALLS)
    for window in range(1, hall.windows + 1):
        await hall.at(window, "call-next")
    alone, beside = [], []
    for _ in range(ROUNDS):
        alone.append(await call_ms(hall))
        job = await asyncio.to_thread(studio.begin, kind="run", ground=ground, draft={"date": DATE}, days=400)
        await asyncio.to_thread(studio.until, job, "progress")
        beside.append(await call_ms(hall))
        await asyncio.to_thread(studio.cancel, job)
    return alone, beside


def main() -> None:
    """Print medians of the rounds, and the ratio of a round with a job to the one without just before it."""
    print(f"\nfrom the key to the answer of a call beside a job of the studio (medians of {ROUNDS} × {CALLS} calls)")
    with served(windows=WINDOWS) as hall:
        alone, beside = asyncio.run(rounds(hall))
    for place, name in enumerate(("P50", "P99")):
        without, with_job = ([pair[place] for pair in pairs] for pairs in (alone, beside))
        ratio = statistics.median(after / before for before, after in zip(without, with_job, strict=True))
        print(
            f"  {name}  without {statistics.median(without):7.2f} ms, with {statistics.median(with_job):7.2f} ms   {ratio:.2f} ×"
        )


if __name__ == "__main__":
    main()
