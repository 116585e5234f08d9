"""Formulas of queueing theory: starting points for sizing and yardsticks for the twin, never answers by themselves.

Times are in one unit of the caller's choice, rates in its inverse; ``load`` is in erlangs (arrival rate × mean service).
A real hall changes its rates, varies from day to day and calls by rules: only the simulation answers for it.
"""

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

Service = Callable[[float], float]
"""The share of services that last longer than an age: 1 at age 0, falling."""

STEPS = 4_000
"""Steps of the numeric integral; halving them moves no reference value by more than 0.002 persons."""
SERVERS_LIMIT = 100_000
"""No hall has more windows; a search that gets here was asked for the impossible."""


class ErlangA(NamedTuple):
    """Steady state of M/M/s+M: shares of arrivals, wait of all arrivals, use of the servers."""

    wait_share: float
    abandon_share: float
    mean_wait: float
    use: float


# ---- constant rates ----


def erlang_b(servers: int, load: float) -> float:
    """Return the share of arrivals lost by M/G/s/s.

    Recursion B(0) = 1, B(k) = aB(k-1)/(k + aB(k-1)): A. K. Erlang, Post Office Electrical Engineers' Journal 10 (1917).
    """
    blocked = 1.0
    for busy in range(1, servers + 1):
        blocked = load * blocked / (busy + load * blocked)
    return blocked


def erlang_c(servers: int, load: float) -> float:
    """Return the share of arrivals that wait in M/M/s; 1 where the servers cannot keep up (Erlang 1917)."""
    if load >= servers:
        return 1.0
    blocked = erlang_b(servers, load)
    return blocked / (1 - load / servers * (1 - blocked))


def mean_wait(servers: int, load: float, *, service: float) -> float:
    """Return the mean wait of all arrivals in M/M/s: C·S/(s - a)."""
    if load >= servers:
        return math.inf
    return erlang_c(servers, load) * service / (servers - load)


def wait_beyond(servers: int, load: float, *, service: float, limit: float) -> float:
    """Return the share of arrivals that wait longer than a limit in M/M/s: C·exp(-(s - a)·t/S)."""
    if load >= servers:
        return 1.0
    return erlang_c(servers, load) * math.exp(-(servers - load) * limit / service)


def servers_for(
    load: float, *, service: float, limit: float, share: float, use: float = 1.0, shrinkage: float = 0.0
) -> tuple[int, int]:
    """Return the fewest servers of M/M/s that call ``share`` within ``limit`` at most ``use`` busy, and the people needed.

    Of each person's paid time ``shrinkage`` is not spent at the window.
    """
    servers = max(1, math.ceil(load))
    while load / servers > use or 1 - wait_beyond(servers, load, service=service, limit=limit) < share:
        servers += 1
        assert servers < SERVERS_LIMIT, "a share of 1 is never reached"
    return servers, math.ceil(servers / (1 - shrinkage))


def erlang_a(servers: int, rate: float, *, service: float, patience: float) -> ErlangA:
    """Return the steady state of M/M/s with exponential patience.

    Birth and death: C. Palm (1946); sums as in O. Garnett, A. Mandelbaum, M. Reiman, M&SOM 4 (2002). The queue is summed
    until further terms are below one part in 10¹⁵.
    """
    weight, idle_weights, busy = 1.0, [], 0.0
    for inside in range(servers):
        idle_weights.append(weight)
        busy += inside * weight
        weight *= rate * service / (inside + 1)
    total, waiting, queue, queued = math.fsum(idle_weights), 0.0, 0.0, 0
    while weight > 1e-15 * total:
        total += weight
        waiting += weight
        queue += queued * weight
        busy += servers * weight
        queued += 1
        weight *= rate / (servers / service + queued / patience)
    mean_queue = queue / total
    return ErlangA(waiting / total, mean_queue / patience / rate, mean_queue / rate, busy / total / servers)


def wait_percentile(servers: int, load: float, *, service: float, share: float) -> float:
    """Return the wait that ``share`` of all arrivals do not exceed in M/M/s."""
    wait_share = erlang_c(servers, load)
    if load >= servers:
        return math.inf
    return max(0.0, service / (servers - load) * math.log(wait_share / (1 - share))) if wait_share else 0.0


def priority_waits(servers: int, loads: Sequence[float], *, service: float) -> tuple[float, ...]:
    """Return the mean waits of priority classes, first to last, in non-preemptive M/M/s with one mean service time.

    A. Cobham, Operations Research 2 (1954): W_k = C·S/s / ((1 - r_{k-1})(1 - r_k)), r_k the use by the classes up to k.
    """
    base = erlang_c(servers, sum(loads)) * service / servers
    waits, before = [], 0.0
    for load in loads:
        after = before + load / servers
        waits.append(base / ((1 - before) * (1 - after)))
        before = after
    return tuple(waits)


def general_wait(servers: int, load: float, *, service: float, cv: float) -> float:
    """Return the mean wait in M/G/s, approximately: (1 + cv²)/2 × that of M/M/s.

    A. M. Lee, P. A. Longton, Operational Research Quarterly 10 (1959); exact for one server.
    """
    return mean_wait(servers, load, service=service) * (1 + cv * cv) / 2


# ---- rates that change ----


def exponential_service(mean: float) -> Service:
    """Return the survival function of an exponential service time."""
    return lambda age: math.exp(-age / mean)


def lognormal_service(mean: float, cv: float) -> Service:
    """Return the survival function of a lognormal service time with this mean and coefficient of variation."""
    variance = math.log1p(cv * cv)
    middle, spread = math.log(mean) - variance / 2, math.sqrt(variance)

    def survives(age: float) -> float:
        return 1.0 if age <= 0 else math.erfc((math.log(age) - middle) / spread / math.sqrt(2)) / 2

    return survives


def offered_load(
    rate: Callable[[float], float], service: Service, *, at: float, reach: float, steps: int = STEPS
) -> float:
    """Return the mean number in service at a moment if nobody ever waited: m(t) = ∫ λ(t - u) P(S > u) du.

    The modified offered load (MOL): S. Eick, W. Massey, W. Whitt, Operations Research 41 (1993). ``reach``: how far back
    arrivals still count, at least ten mean services. Midpoint rule.
    """
    width = reach / steps
    ages = [(number + 0.5) * width for number in range(steps)]
    return width * math.fsum(rate(at - age) * service(age) for age in ages)


def servers_at_load(load: float, *, busy_share: float) -> int:
    """Return the least s with P(N ≥ s) ≤ ``busy_share`` for N Poisson with mean ``load``.

    The delay target of Z. Feldman, A. Mandelbaum, W. Massey, W. Whitt, Management Science 54 (2008).
    """
    servers, below, term = 0, 0.0, math.exp(-load)
    while 1 - below > busy_share:
        assert servers < SERVERS_LIMIT, "a share of 0 is never reached"
        below += term
        servers += 1
        term *= load / servers
    return servers


def square_root_staffing(load: float, *, wait_share: float) -> int:
    """Return the servers a + β√a for a wanted share that waits, with Halfin and Whitt's β.

    S. Halfin, W. Whitt, Operations Research 29 (1981): P(wait) = [1 + βΦ(β)/φ(β)]⁻¹, solved by bisection.
    """
    low, high = 0.0, 10.0
    for _ in range(60):
        beta = (low + high) / 2
        if halfin_whitt(beta) > wait_share:
            low = beta
        else:
            high = beta
    return math.ceil(load + high * math.sqrt(load))


def halfin_whitt(beta: float) -> float:
    """Return the share that waits when a large hall has a + β√a servers (Halfin, Whitt 1981)."""
    below = math.erfc(-beta / math.sqrt(2)) / 2
    density = math.exp(-beta * beta / 2) / math.sqrt(2 * math.pi)
    return 1 / (1 + beta * below / density)


def sipp(rates: Sequence[float], *, service: float, limit: float, share: float) -> tuple[int, ...]:
    """Return the servers of each slot as if it stood alone in steady state (stationary independent period by period).

    L. Green, P. Kolesar, J. Soares, Operations Research 49 (2001), who also show where it fails: after peaks.
    """
    return tuple(servers_for(rate * service, service=service, limit=limit, share=share)[0] for rate in rates)
