"""A short day on a cluster: three nodes behind nginx, with each of the faults of `make cluster` once."""

import pytest

from tests.faults.cluster import run
from tests.faults.report import text_of
from tests.support.services import missing


@pytest.mark.slow  # PostgreSQL, Redis, nginx and three nodes are started, and three faults healed
@pytest.mark.timeout(400)  # a loaded machine takes a minute alone to start the nodes
def test_a_day_on_three_nodes_outlives_the_loss_of_a_node_of_redis_and_of_postgresql():
    part = run(halls=5, tickets=250, pace_s=0.05, longest_s=150, judge=False)

    if part.skipped:
        missing(part.verdict)
    assert part.holds, text_of("cluster", [part])
    assert part.acknowledged > 250
    assert len(part.recovery_s) == 3
