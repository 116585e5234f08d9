"""Every operation says how it refuses, and refusals are as they are described."""

from typing import Any

import pytest

from server.problems import CONFLICT, STATUS
from tests.support.described import PROBLEM, Described
from tests.support.server import HALL, Served

NO_OPERATION = {405}
"""What an operation never answers: the address has no such operation."""


@pytest.fixture(scope="module")
def described(served: Served) -> Described:
    return Described.of(served.client())


def test_every_operation_describes_every_refusal(described: Described):
    """By its status as problem details: a code, a title in both languages, a detail and facts are always there."""
    wanted = {str(status) for status in {*STATUS.values(), CONFLICT} - NO_OPERATION}
    problem = described.document["components"]["schemas"]["ProblemDetails"]

    for operation, route in described.operations():
        refusals = {status: one for status, one in route["responses"].items() if status >= "400" and _is_problem(one)}
        assert wanted - set(refusals) == set(), operation
        assert all(one["description"] for one in refusals.values()), operation
    assert {"type", "status", "code", "title", "detail", "facts"} == set(problem["required"])
    assert described.document["components"]["schemas"]["Texts"]["required"] == ["zh", "en"]


def test_a_refusal_is_what_its_description_says(served: Served):
    """One of each kind that a client can bring about, each object closed."""
    described = Described.of(served.client())
    hall, tickets = f"/api/halls/{HALL}", f"/api/halls/{HALL}/tickets"
    for who in ("", "clerk01", "kiosk"):
        described.watch(served.client(who))
    asked: list[tuple[int, str, str, str, dict[str, Any]]] = [
        (400, "", "POST", tickets, {"content": b"{", "headers": {"content-type": "application/json"}}),
        (401, "", "GET", "/api/me", {}),
        (403, "clerk01", "GET", "/api/accounts", {}),
        (404, "", "GET", "/api/halls/nowhere", {}),
        (409, "kiosk", "POST", tickets, {"json": {"command_id": "refused-1", "items": [{"code": "nothing"}]}}),
        (413, "kiosk", "POST", tickets, {"content": b" " * 10_000_000}),
        (422, "kiosk", "POST", tickets, {"json": {"command_id": "refused-2", "items": 1}}),
    ]

    for status, who, method, path, more in asked:
        answer = served.client(who).request(method, path, **more)
        assert (answer.status_code, answer.headers["content-type"]) == (status, PROBLEM), (path, answer.text)
    assert served.client().get(f"{hall}/slots?item=id-card&from=x").status_code == 422
    assert described.lies == []


def _is_problem(answer: dict[str, Any]) -> bool:
    return answer.get("content", {}).get(PROBLEM, {}).get("schema") == {"$ref": "#/components/schemas/ProblemDetails"}
