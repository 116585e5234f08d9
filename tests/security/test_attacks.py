"""The short forms of the attacks; `make fuzz` and `make attack` are the long ones."""

import re
from collections.abc import Iterator

import pytest

from tests.security.asking import Answer
from tests.security.attack import crowded, malformed
from tests.security.fuzz import CHAINED, fuzz, labels_of, order_of
from tests.security.generated import Prepared
from tests.security.texts import Field, fault_of, fields_of, flood, path_of
from tests.security.victim import Victim, victim
from tests.support.served_process import ServedProcess, process_serving

# Half a minute each on a quiet machine; attacker and server share its cores with whatever else runs.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


@pytest.fixture(scope="module")
def flooded() -> Iterator[Victim]:
    """A server in a process of its own that limits nobody by rate."""
    with victim() as running:
        yield running


def test_generated_requests_break_nothing_that_the_description_promises(flooded: Victim):
    """No 5xx, and every answer has a status, a media type and a form that the description names."""
    order = order_of(flooded.url)
    labels = [
        label for label in labels_of(order.document) if re.search("/(tickets|accounts|oidc|devices|slots)", label)
    ]
    prepared = Prepared(order)

    rows = [prepared.run(label, 4) for label in labels]

    assert [row.line() for row in rows if row.failed] == []
    assert sum(row.drawn for row in rows) > 2 * len(labels)
    assert flooded.broken() == 0
    assert flooded.is_ready()


def test_an_answer_that_the_description_does_not_name_is_found(flooded: Victim):
    """The same requests beside a description that promises less."""
    order = order_of(flooded.url)
    label, path = "POST /api/halls/{hall}/tickets", "/api/halls/{hall}/tickets"
    answers = order.document["paths"][path]["post"]["responses"]
    order.document["paths"][path]["post"]["responses"] = {"201": answers["201"]}

    ran = Prepared(order).run(label, 20)

    assert ran.failed > 0
    assert "Undocumented status code" in ran.line()


def test_an_operation_ends_when_there_is_nothing_new_to_ask(flooded: Victim):
    order = order_of(flooded.url)

    ran = Prepared(order).run("GET /api/demo", 2_000)

    assert (ran.drawn, ran.distinct, ran.is_exhausted) == (1, 1, True)


def test_chains_of_generated_requests_break_nothing(flooded: Victim):
    """What one request made is what the next ones change."""
    verdict = fuzz(flooded.url, examples=2, chains=True, only=CHAINED)

    assert flooded.broken() == 0
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


def test_every_text_field_takes_arbitrary_texts_in_good_order(flooded: Victim):
    """Taken, or refused with a code; never a 5xx. What is not tried is well-formed, so that the text decides."""
    with flooded.client() as client:
        for one in {one.path: one for one in fields_of(client.get("/openapi.json").json())}.values():
            answer = client.post(path_of(client, one.path), json=one.fresh())
            assert answer.status_code != 422, (one, answer.text)
    found = flood(flooded.url, 4)

    assert flooded.is_ready()
    assert flooded.broken() == 0
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
