"""Random requests to each operation, by the strategies and checks of schemathesis, in several processes.

Its own engine steers every request by what the answers before had, which costs more than drawing and sending it, and more
with each: two thousand took eight minutes. Here every request is drawn by itself.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context
from typing import Any, Final

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.core.failures import FailureGroup
from schemathesis.generation import GenerationMode

TOGETHER: Final = 500
"""Requests of one seed; the next ones begin anew."""
FEW_NEW: Final = 0.02
"""An operation whose last part had fewer requests that were new has been asked all there is."""
WAITS_S: Final = 20
KEPT: Final = 5
"""Failures that are told of one operation."""


@dataclass
class Ran:
    """What came of one operation."""

    label: str
    drawn: int = 0
    distinct: int = 0
    is_exhausted: bool = False
    """There were no more requests that differ."""
    seconds: float = 0.0
    statuses: Counter[int] = field(default_factory=Counter)
    failed: int = 0
    failures: list[str] = field(default_factory=list)

    def line(self) -> str:
        """Return it in one line, and a line for each failure."""
        end = ", exhausted" if self.is_exhausted else ""
        head = (
            f"{self.label}: {self.drawn:,} drawn, {self.distinct:,} distinct{end}, {self.seconds:.0f} s, "
            f"{dict(sorted(self.statuses.items()))}, {self.failed} failed"
        )
        return "\n    ".join([head, *self.failures])

    def fail(self, what: str) -> None:
        """Keep what must not be."""
        self.failed += 1
        if len(self.failures) < KEPT:
            self.failures.append(what.replace("\n", " | ")[:1_500])


@dataclass(frozen=True)
class Order:
    """What each process is told: where the server is, how it describes itself, who asks, what must hold."""

    url: str
    document: dict[str, Any]
    token: str
    checks: tuple[str, ...]


class Prepared:
    """The operations of a description, ready to be asked."""

    def __init__(self, order: Order) -> None:
        load_all_checks()
        self._url = order.url
        self._checks = CHECKS.get_by_names(order.checks)
        self._session = requests.Session()
        self._session.headers["authorization"] = f"Bearer {order.token}"
        schema = schemathesis.openapi.from_dict(order.document)
        self._operations = {one.ok().label: one.ok() for one in schema.get_all_operations()}

    def run(self, label: str, examples: int) -> Ran:
        """Draw and send so many requests to one operation, valid and not, or until there are no new ones."""
        operation, ran, seen = self._operations[label], Ran(label), set[Any]()
        began = time.monotonic()
        cases = st.one_of(*(operation.as_strategy(generation_mode=mode) for mode in GenerationMode))
        for number in range(1, -(-examples // TOGETHER) + 1):
            drawn, distinct = ran.drawn, len(seen)
            _draw(cases, min(TOGETHER, examples - drawn), number, lambda case: self._send(case, ran, seen))
            if len(seen) - distinct <= FEW_NEW * min(TOGETHER, examples - drawn):
                ran.is_exhausted = True
                break
        ran.distinct, ran.seconds = len(seen), time.monotonic() - began
        return ran

    def _send(self, case: Any, ran: Ran, seen: set[Any]) -> None:
        ran.drawn += 1
        try:
            answer = case.call(base_url=self._url, session=self._session, timeout=WAITS_S)
        except requests.RequestException as failure:
            ran.fail(f"{case.method} {case.formatted_path[:200]}: {failure!r}")
            return
        asked = answer.request
        seen.add((asked.url, asked.body if isinstance(asked.body, str | bytes | None) else repr(asked.body)))
        ran.statuses[answer.status_code] += 1
        try:
            case.validate_response(answer, checks=self._checks)
        except FailureGroup as group:
            found = "; ".join(str(one) for one in group.exceptions)
            ran.fail(f"{asked.method} {asked.url[:200]} {str(asked.body)[:300]}: {answer.status_code} {found}")


def _draw(cases: "st.SearchStrategy[Any]", count: int, number: int, send: Callable[[Any], None]) -> None:
    """Draw so many by themselves: nothing is steered, shrunk or kept."""

    @seed(number)
    @settings(
        max_examples=count, phases=(Phase.generate,), database=None, deadline=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=cases)
    def each(case: Any) -> None:
        send(case)

    each()


# ---- several processes ----

_prepared: list[Prepared] = []


def _prepare(order: Order) -> None:
    _prepared.append(Prepared(order))


def _run(label: str, examples: int) -> Ran:
    return _prepared[0].run(label, examples)


def run_all(order: Order, labels: Sequence[str], examples: int, *, processes: int) -> Iterator[Ran]:
    """Run operations in several processes; yield each as it ends, in their order."""
    with ProcessPoolExecutor(processes, get_context("spawn"), initializer=_prepare, initargs=(order,)) as pool:
        yield from pool.map(_run, labels, [examples] * len(labels))
