"""What steps at a window come to: finishing says at most that a visit is done, and a step is done to the ticket it means."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.support.server import HALL, Served, command_id, serving


def test_finishing_with_another_result_is_refused_in_good_order(tmp_path: Path):
    with serving(tmp_path) as served:
        served.call("windows/W01/open", who="clerk01")
        answers = [
            served.call(f"windows/W01/{operation}", {"result": result}, who="clerk01")
            for operation in ("finish", "finish-and-next")
            for result in ("referred", "supplement_due", "refused", "done", "")
        ]
        broken = served.house.edge.broken

    codes = [(one.status_code, one.json()["code"]) for one in answers]
    assert codes == [*[(422, "INVALID_INPUT")] * 3, *[(409, "NO_TICKET")] * 2] * 2
    assert broken == 0


LANE, STACK = "application/json", "application/json; charset=utf-8"
"""A request in the second words passes the express lane by."""


@pytest.fixture
def at_work(served: Served) -> dict[str, Any]:
    """Return the ticket that is served at window W01, where others wait."""
    served.call("windows/W01/close", {"hand_over": True}, who="clerk01")
    served.call("windows/W01/open", who="clerk01")
    mine = served.take()
    served.take()
    served.call("windows/W01/call", {"ticket": mine["id"], "reason": "other"}, who="clerk01")
    served.call("windows/W01/start", who="clerk01")
    return mine


@pytest.mark.parametrize("content_type", [LANE, STACK], ids=["lane", "stack"])
def test_of_two_pages_that_finish_the_same_visit_one_does_and_the_next_visitor_stays(
    served: Served, at_work: dict[str, Any], content_type: str
):
    with ThreadPoolExecutor(2) as tabs:
        answers = list(tabs.map(lambda _: _finish(served, at_work["id"], content_type), range(2)))

    codes = sorted((one.status_code, one.json().get("code", "")) for one in answers)
    assert codes == [(200, ""), (409, "TICKET_ELSEWHERE")]
    done = next(one.json() for one in answers if one.status_code == 200)
    assert done["ticket"]["state"] == "CALLED"
    assert served.house.halls.today(HALL).view_state().desks["W01"].ticket is not None


def _finish(served: Served, ticket: str, content_type: str) -> Any:
    body = f'{{"command_id": "{command_id()}", "ticket": "{ticket}"}}'
    headers = {"content-type": content_type}
    return served.client("clerk01").post(
        f"/api/halls/{HALL}/windows/W01/finish-and-next", content=body, headers=headers
    )


@pytest.mark.parametrize(
    ("operation", "body"),
    [
        ("transfer", {"to_item": "invoice"}), ("item-result", {"entry": 0, "result": "done"}),
        ("add-items", {"items": [{"code": "invoice"}]}), ("withdraw-call", {}), ("hold", {"reason": "other"}),
        ("pause", {"hand_over": True}), ("close", {"hand_over": True}), ("drain", {}),
    ],
)  # fmt: skip
def test_a_step_that_means_a_ticket_is_refused_when_it_has_left_the_window(
    served: Served, at_work: dict[str, Any], operation: str, body: dict[str, Any]
):
    """It was taken away and waits again, where everybody might act on it."""
    served.call("windows/W01/transfer", {"to_item": "id-card", "place": "back"}, who="clerk01")
    before = served.house.halls.today(HALL).view_state().tickets[at_work["id"]].entries

    refused = served.call(f"windows/W01/{operation}", {**body, "ticket": at_work["id"]}, who="clerk01")

    assert (refused.status_code, refused.json()["code"]) == (409, "TICKET_ELSEWHERE")
    assert refused.json()["facts"] == {"number": at_work["number"]}
    now = served.house.halls.today(HALL).view_state()
    assert (now.tickets[at_work["id"]].state, now.tickets[at_work["id"]].entries) == ("WAITING", before)
    assert now.desks["W01"].state == "IDLE"
