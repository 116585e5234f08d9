"""`python -m tests.faults.cluster`: a district day on three nodes, with a node killed, Redis stopped and emptied, PostgreSQL
restarted; then clients' histories and screens against the log of every hall, and every log against the laws.
"""

import argparse
import asyncio
import math
import sys
import time
from collections import Counter
from collections.abc import Callable
from typing import Final

import msgspec

from hall.events import Commit
from hall.policy import Plan
from loadtests.proving import Progress, prove, say
from server.audit import audit_stream
from server.ledger.chain import verified
from server.ledger.port import hall_and_date
from server.ledger.postgres import PostgresLedger
from server.replay import decoded, plans_named
from tests.faults.cluster_people import HallCrowd
from tests.faults.cluster_place import Cluster, cluster_of, restart_postgres, why_not
from tests.faults.eyes import Truth, kept_seqs, seqs_from, state_hash, true_again_s
from tests.faults.history import Compared, compare
from tests.faults.report import Part, is_crowded, status_of, text_of

TICKETS: Final = 60_000
HALLS: Final = 135
LONGEST_S: Final = 3_600.0
"""A slower machine gives fewer tickets, and says so."""
TRUE_S: Final = 5.0
"""Law L1: so soon after the end of a fault a board shows what its hall has done since, without the banner."""
SERVED_S: Final = 10.0
"""Law L3: so soon after the end of a fault every hall has stored and answered a command."""
DOWN_S: Final = 2.0
"""How long a killed node and a stopped Redis stay away."""
PACE_S: Final = 1.0
"""Rest of a kiosk and of a clerk after an answer: a day in ten minutes, about what three nodes on two cores carry."""

SLACK: Final = 6.0
"""How many times as long all may take where seconds are not judged."""
AT_ONCE: Final = 8
"""Halls that are looked around in together."""
RECENT: Final = 20
"""Commands of a hall that are looked at for the first answer: more than its people."""
BROKEN: Final = ("BROKEN", "DECISION_FAILED")
"""Answers that nothing excuses."""

Fault = Callable[[Cluster], None]
Plans = dict[str, Plan]


class Healed(msgspec.Struct, frozen=True):
    """The end of a fault: when it was, and the first row that each hall's people were told of that was stored since."""

    says: str
    at_ns: int
    news: dict[str, int]


def main() -> int:
    """Run the proof; status 0 if every law held."""
    words = argparse.ArgumentParser(prog="python -m tests.faults.cluster", description=__doc__)
    words.add_argument("--halls", type=int, default=HALLS, help="of Baoan's, at most 135")
    words.add_argument("--tickets", type=int, default=TICKETS, help="of all halls together")
    words.add_argument("--pace", type=float, default=PACE_S, help="seconds that everybody rests after an answer")
    words.add_argument("--seconds", type=float, default=LONGEST_S, help="the longest day")
    asked = words.parse_args()
    crowded = is_crowded()
    part = run(halls=asked.halls, tickets=asked.tickets, pace_s=asked.pace, longest_s=asked.seconds, judge=not crowded)
    if crowded:
        says = f"seconds are judged by {SLACK:g} times the bars: {crowded}"
        part = msgspec.structs.replace(part, notes=(says, *part.notes))
    sys.stdout.write(text_of("a district day on three nodes, PostgreSQL, Redis and nginx", [part]) + "\n")
    return status_of([part])


def run(*, halls: int, tickets: int, pace_s: float, longest_s: float = LONGEST_S, judge: bool = True) -> Part:
    """Let a district work through the faults; return what came of it. Seconds are no findings unless they are judged."""
    name = f"{halls} halls, 3 nodes"
    if skipped := why_not():
        return Part(name=name, skipped=skipped)
    with cluster_of(halls=halls) as cluster:
        return asyncio.run(_Day(cluster, tickets, pace_s, longest_s, judge=judge).run(name))


class _Day:
    def __init__(self, cluster: Cluster, tickets: int, pace_s: float, longest_s: float, *, judge: bool) -> None:
        self.cluster = cluster
        self.tickets = tickets
        self.slack = 1.0 if judge else SLACK
        self.ends = time.monotonic() + longest_s
        self.progress = Progress("tickets", tickets)
        self.crowds = [HallCrowd(hall, cluster.balancer.port, run="day", pace_s=pace_s) for hall in cluster.halls]
        self.recovery_s: list[float] = []
        self.healed: list[Healed] = []
        self.findings: list[str] = []
        self.notes: list[str] = []

    async def run(self, name: str) -> Part:
        gate = asyncio.Semaphore(AT_ONCE)
        await asyncio.gather(*(crowd.look_around(gate) for crowd in self.crowds))
        boards = [asyncio.create_task(crowd.board.follow()) for crowd in self.crowds]
        people = [asyncio.create_task(crowd.work_hall()) for crowd in self.crowds]
        began = time.monotonic()
        for share, fault, says in FAULTS:
            await self._until(lambda share=share: self.taken >= self.tickets * share)  # type: ignore[misc]
            await self._suffer(fault, says)
        await self._until(lambda: self.taken >= self.tickets)
        seconds = time.monotonic() - began
        for crowd in self.crowds:
            crowd.stop()
        await asyncio.gather(*people)
        self.notes.append(f"{self.taken:,} tickets in {seconds:.0f} s, {self.commands / seconds:.0f} commands a second")
        self._note_codes()
        say("histories, boards and logs are compared")
        found = await self._judged()
        for board in boards:
            board.cancel()
        await asyncio.gather(*boards, return_exceptions=True)
        return Part(
            name=name, acknowledged=sum(one.acknowledged for one in found), lost=sum(one.lost for one in found),
            doubled=sum(one.doubled for one in found), wrong_order=sum(one.wrong_order for one in found),
            recovery_s=tuple(self.recovery_s), notes=tuple(self.notes),
            findings=(*self.findings, *(text for one in found for text in one.findings)),
        )  # fmt: skip

    @property
    def taken(self) -> int:
        return sum(crowd.taken for crowd in self.crowds)

    @property
    def commands(self) -> int:
        return sum(len(crowd.told) for crowd in self.crowds)

    def _note_codes(self) -> None:
        """Say which answers left the outcome open; a fault of the program is none that a fault of the place excuses."""
        codes = Counter(code for crowd in self.crowds for code, _ in crowd.unclear)
        self.notes.append(
            "asked again after " + (", ".join(f"{n} {code}" for code, n in codes.most_common()) or "nothing")
        )
        self.findings += [f"500: {codes[code]} answers were {code}" for code in BROKEN if codes[code]]

    async def _until(self, holds: Callable[[], bool]) -> None:
        while not holds() and time.monotonic() < self.ends:  # counted by many, no event
            self.progress.at(min(self.taken, self.tickets))
            await asyncio.sleep(0.1)

    async def _suffer(self, fault: Fault, says: str) -> None:
        """Let a fault happen, and measure from its end until every hall has stored and answered a command."""
        say(says)
        healed_ns = await asyncio.to_thread(_until_healed, fault, self.cluster)
        before = await self._heads()
        news: dict[str, int] = {}
        while len(news) < len(self.crowds) and time.monotonic_ns() - healed_ns < SLACK * SERVED_S * 1e9:
            await asyncio.sleep(0.05)
            news |= {
                crowd.hall: seq
                for crowd in self.crowds
                if crowd.hall not in news and (seq := _first_news(crowd, healed_ns, before[crowd.hall]))
            }
        took = (time.monotonic_ns() - healed_ns) / 1e9
        self.recovery_s.append(took)
        self.healed.append(Healed(says, healed_ns, news))
        self.notes.append(f"{says}: every hall has stored and answered a command {took:.2f} s after its end")
        if took > SERVED_S * self.slack:
            missing = len(self.crowds) - len(news)
            self.findings.append(f"L3: {says}: the last hall answered after {took:.2f} s, {missing} never")

    async def _heads(self) -> dict[str, int]:
        ledger = PostgresLedger(self.cluster.url)
        heads = {hall_and_date(one.stream)[0]: one.version for one in await ledger.streams()}
        await ledger.close()
        return heads

    async def _judged(self) -> list[Compared]:
        ledger = PostgresLedger(self.cluster.url)
        began = time.monotonic()
        logs: dict[str, list[Commit]] = {}
        for head in await ledger.streams():
            hall, _ = hall_and_date(head.stream)
            assert hall not in logs, "a run lies within one day"
            logs[hall] = [decoded(row) async for row in verified(ledger.read(head.stream))]
        plans: Plans = {}
        await self._check_screens(ledger, logs, plans, began)
        await self._audit(ledger)
        await ledger.close()
        return [compare(crowd.told, logs[crowd.hall]) for crowd in self.crowds]

    async def _check_screens(
        self, ledger: PostgresLedger, logs: dict[str, list[Commit]], plans: Plans, began: float
    ) -> None:
        took: dict[str, list[float]] = {one.says: [] for one in self.healed}
        for crowd in self.crowds:
            for name in {name for commit in logs[crowd.hall] for name in plans_named(commit)} - set(plans):
                plan = await ledger.load_plan(name)
                assert plan is not None, name
                plans[name] = plan
            board, marks = crowd.board, [one for one in self.healed if crowd.hall in one.news]
            wanted = kept_seqs([board]).union(*({one.news[crowd.hall]} | seqs_from(board, one.at_ns) for one in marks))
            truth = Truth(logs[crowd.hall], plans.items(), wanted=wanted)
            self.findings += truth.faults_of(board)
            for one in marks:
                again_s = true_again_s(board, truth, head=one.news[crowd.hall], since_ns=one.at_ns)
                took[one.says].append(math.inf if again_s is None else again_s)
            while state_hash(crowd.board.link.state) != truth.last or crowd.board.link.is_stale:
                if time.monotonic() - began > 2 * TRUE_S + 0.1 * len(self.crowds):
                    self.findings.append(f"L1: the {crowd.board.name} did not come to equal the log")
                    break
                await asyncio.sleep(0.05)
        for says, seconds in took.items():
            self._judge_boards(says, seconds)

    def _judge_boards(self, says: str, seconds: list[float]) -> None:
        """L1: the boards are true in time after the end of a fault."""
        last = max(seconds, default=math.inf)
        self.notes.append(f"{says}: every board showed what its hall had done since {_said(last)} after its end")
        if last > TRUE_S * self.slack:
            late = sum(one > TRUE_S * self.slack for one in seconds)
            self.findings.append(
                f"L1: {says}: {late} boards were true later than {TRUE_S * self.slack:g} s after its end"
            )

    async def _audit(self, ledger: PostgresLedger) -> None:
        streams = [head.stream for head in await ledger.streams()]
        for stream in streams:
            report = await audit_stream(ledger, stream)
            self.findings += [f"{one.law}: {stream} row {one.seq}: {one.reason}" for one in report.findings]
        self.notes.append(f"{len(streams)} logs audited")


def _said(seconds: float) -> str:
    return "never" if seconds == math.inf else f"{seconds:.2f} s"


def _until_healed(fault: Fault, cluster: Cluster) -> int:
    """Let a fault happen; return when it ended."""
    fault(cluster)
    return time.monotonic_ns()


def _first_news(crowd: HallCrowd, since_ns: int, head: int) -> int:
    """Return the first row beyond a head that people were told of since a moment; 0: none yet."""
    told = [one.seq for one in crowd.told[-RECENT:] if one.completed_ns >= since_ns and one.seq > head]
    return min(told, default=0)


def _kill_a_node(cluster: Cluster) -> None:
    cluster.nodes[0].kill()
    time.sleep(DOWN_S)
    cluster.nodes[0].launch()


def _lose_redis(cluster: Cluster) -> None:
    cluster.redis.flush()
    cluster.redis.stop()
    time.sleep(DOWN_S)
    cluster.redis.start()
    cluster.redis.flush()


FAULTS: Final[tuple[tuple[float, Fault, str], ...]] = (
    (0.2, _kill_a_node, "a node killed"),
    (0.4, _lose_redis, "Redis stopped and emptied"),
    (0.7, restart_postgres, "PostgreSQL restarted"),
)


if __name__ == "__main__":
    prove(main)
