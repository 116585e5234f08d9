"""The short forms of the attacks; `make fuzz` and `make attack` are the long ones."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.security.asking import Answer
from tests.security.attack import crowded, malformed
from tests.security.fuzz import CHAINED, fuzz
from tests.security.texts import Field, fault_of, fields_of, flood, path_of
from tests.security.victim import victim
from tests.support.served_process import ServedProcess, process_serving
from tests.support.server import serving

# Half a minute each on a quiet machine; attacker and server share its cores with whatever else runs.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


@pytest.mark.parametrize("chains", [False, True])
def test_generated_requests_break_nothing_that_the_description_promises(tmp_path: Path, chains: bool):
    """No 5xx, and every answer has a status, a media type and a form that the description names."""
    only = CHAINED if chains else "/(tickets|accounts|oidc|devices|slots|settings)"
    with serving(tmp_path) as served:
        verdict = fuzz(served, examples=2, chains=chains, only=only, phases="fuzzing")

        assert served.house.edge.broken == 0
        assert served.client().get("/health").json()["ready"] is True
    assert verdict.ok, verdict.text[-4_000:]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedProcess]:
    """A server in a process of its own, so that its memory can be told from the attacker's."""
    with process_serving(tmp_path_factory.mktemp("attacked")) as running:
        yield running


def test_malformed_feeds_leave_the_server_alive_and_its_memory_small(server: ServedProcess):
    rows = malformed(server, connections=350, warm=140)

    assert [row for row in rows[:2] if not row.ok] == []


def test_slow_requests_and_idle_sockets_do_not_keep_the_kiosk_from_its_numbers(server: ServedProcess):
    """Every number is given (the attack asserts it); how fast is measured by the long form."""
    rows = crowded(server, slow=80, idle=300, seconds=2)

    assert len(rows) == 3


def test_every_text_field_takes_arbitrary_texts_in_good_order():
    """Taken, or refused with a code; never a 5xx. What is not tried is well-formed, so that the text decides."""
    with victim() as served:
        with served.client() as client:
            for one in fields_of(client.get("/openapi.json").json()):
                answer = client.post(path_of(client, one.path), json=one.fresh())
                assert answer.status_code != 422, (one, answer.text)
        found = flood(served.url, 4)

        assert served.is_ready()
        assert served.broken() == 0
    assert found.faults == []
    assert found.statuses[422] > 50
    assert found.statuses.total() == 4 * found.fields > 500


def test_an_answer_that_must_not_come_is_a_fault():
    """Whatever a text does: a server that breaks, refuses without a code, hangs up or speaks of something else."""
    one = Field("/api/halls/{hall}/tickets", "class", {})
    refused = b'{"code":"INVALID_INPUT"}'

    assert fault_of(one, Answer(422, refused, is_kept=True)) == ""
    assert fault_of(one, Answer(500, refused, is_kept=True)) != ""
    assert fault_of(one, Answer(0, b"the connection was cut", is_kept=False)) != ""
    assert fault_of(one, Answer(422, b"<html>", is_kept=True)) != ""
    assert fault_of(one, Answer(422, refused, is_kept=False)) != ""
    assert fault_of(one, Answer(429, refused, is_kept=True)) != ""
