"""Tickets and windows through HTTP: a visit from the kiosk to the rating, and what is told on the way."""

import json
import time
from typing import Any

import httpx
import msgspec
import pytest

from hall.ids import TICKET_ID_PATTERN
from hall.policy import Issuing, MissedRule
from server.links import Links, class_there
from tests.support.plans import small_plan
from tests.support.server import HALL, Served, command_id, serving

LINKED_S = 30.0
"""A linked ticket is made beside the answer, and tried again each second where the other hall is busy."""


def test_a_visit_goes_from_the_kiosk_to_the_rating(served: Served):
    """Take, call, start, finish, rate: each answer shows the ticket in its new state and carries the seq of the log."""
    served.call("windows/W01/open", who="clerk01")
    ticket = served.take()
    answers = [served.call(f"windows/W01/{step}", who="clerk01").json() for step in ("call-next", "start", "finish")]
    rated = served.call(
        f"tickets/{ticket['id']}/rate", {"secret": ticket["secret"], "entry": 0, "level": "very_satisfied"}
    ).json()

    assert [one["ticket"]["state"] if one["ticket"] else None for one in answers[:2]] == ["CALLED", "SERVING"]
    assert rated["ticket"]["state"] == "DONE"
    assert rated["ticket"]["items"][0]["rating"] == "very_satisfied"
    assert [one["seq"] for one in answers] == sorted(one["seq"] for one in answers)


def test_a_ticket_has_a_dated_id_a_secret_and_a_page_that_keeps_it_from_the_server(served: Served):
    ticket = served.take()

    assert ticket["id"].startswith("261123-")
    assert __import__("re").match(TICKET_ID_PATTERN, ticket["id"])
    assert len(ticket["secret"]) == 22
    assert ticket["page"] == f"/t/{HALL}/{ticket['id']}#{ticket['secret']}"


def test_the_holder_sees_the_ticket_by_its_secret_only(served: Served):
    ticket = served.take()
    address = f"/api/halls/{HALL}/tickets/{ticket['id']}"

    assert served.client().get(address, params={"secret": ticket["secret"]}).json()["ticket"]["id"] == ticket["id"]
    assert served.client().get(address, params={"secret": "x" * 22}).json()["code"] == "WRONG_SECRET"
    assert served.client().get(address).status_code == 401


def test_a_slip_that_did_not_come_out_is_printed_again_with_the_same_page(served: Served):
    """Staff cannot know a ticket's secret; what they print must still open its page."""
    ticket = served.take()
    address = f"/api/halls/{HALL}/tickets/{ticket['id']}"

    again = served.client("guide").post(f"{address}/reprint").json()["ticket"]
    told = served.call(f"tickets/{ticket['id']}/print-result", {"printed": False}, who="guide")

    assert [again[name] for name in ("number", "secret", "page")] == [ticket[n] for n in ("number", "secret", "page")]
    assert told.status_code == 200
    assert served.client("kiosk").post(f"{address}/reprint").json()["code"] == "FORBIDDEN"
    unknown = served.client("guide").post(f"/api/halls/{HALL}/tickets/261123-0000000000/reprint")
    assert unknown.json()["code"] == "UNKNOWN_TICKET"


def test_a_hall_says_whether_it_gives_numbers_and_why_not(served: Served, tmp_path):
    giving = served.client().get(f"/api/halls/{HALL}").json()
    with serving(tmp_path) as server:
        server.call("day/stop-issuing", who="manager")
        stopped = server.client().get(f"/api/halls/{HALL}").json()

    assert (giving["taking"], giving["refusal"], giving["training"]) == (True, None, False)
    assert (stopped["taking"], stopped["refusal"]) == (False, "ISSUING_STOPPED")


def test_a_retry_gets_the_first_answer_secret_included(served: Served):
    """S7: the same id with the same body is one command, whoever lost the answer."""
    body = {"command_id": command_id(), "items": [{"code": "invoice"}]}
    first = served.call("tickets", body, who="kiosk")
    again = served.call("tickets", body, who="kiosk")

    assert first.status_code == again.status_code == 201
    assert first.json() == again.json()


def test_a_refusal_is_repeated_to_a_retry_even_when_it_would_be_allowed_now(served: Served):
    body = {"command_id": command_id()}
    refused = served.call("windows/W03/recall", body, who="clerk03")
    served.call("windows/W03/open", who="clerk03")
    again = served.call("windows/W03/recall", body, who="clerk03")
    served.call("windows/W03/close", who="clerk03")

    assert refused.status_code == again.status_code == 409
    assert refused.json() == again.json()


def test_a_repeated_transfer_gets_its_first_answer_though_the_ticket_has_left_the_window(served: Served):
    """S7: the body does not name the ticket, and the window has none any more when the retry comes."""
    served.call("windows/W02/open", who="clerk02")
    served.take()
    served.call("windows/W02/call-next", who="clerk02")
    body = {"command_id": command_id(), "to_window": "W01", "reason": "other"}
    first = served.call("windows/W02/transfer", body, who="clerk02")
    again = served.call("windows/W02/transfer", body, who="clerk02")
    served.call("windows/W02/close", who="clerk02")

    assert first.status_code == again.status_code == 200, first.json()
    assert first.json()["seq"] == again.json()["seq"]
    assert first.json()["ticket"] == again.json()["ticket"]


def test_the_same_command_id_with_another_body_is_refused(served: Served):
    key = command_id()
    served.call("tickets", {"command_id": key, "items": [{"code": "invoice"}]}, who="kiosk")
    other = served.call("tickets", {"command_id": key, "items": [{"code": "id-card"}]}, who="kiosk")

    assert (other.status_code, other.json()["code"]) == (409, "COMMAND_ID_REUSED")


def test_a_person_is_known_again_but_never_named(served: Served):
    """One open ticket per person and item; the log holds a pseudonym only."""
    phone = "138 0013 8000"
    first = served.take("residence", person=phone)
    second = served.call("tickets", {"items": [{"code": "residence"}], "person": "13800138000"}, who="kiosk")

    assert second.json()["code"] == "ALREADY_WAITING"
    assert second.json()["facts"]["number"] == first["number"]
    state = served.house.halls.today(HALL).view_state()
    assert "13800138000" not in json.dumps([ticket.person for ticket in state.tickets.values()])


def test_a_missed_number_of_a_paper_slip_rejoins_at_the_kiosk_and_nowhere_else(tmp_path):
    """By the number alone, once for each command; the answer holds no secret. A number that waits is told so."""
    with serving(tmp_path) as served:
        ticket = _missed(served)
        body = {"command_id": command_id(), "number": ticket["number"].lower()}
        nobody = served.call("tickets/rejoin", body)
        board = served.call("tickets/rejoin", body, who="board")
        done = served.call("tickets/rejoin", body, who="kiosk")
        again = served.call("tickets/rejoin", body, who="kiosk")
        waiting = served.call("tickets/rejoin", {"number": ticket["number"]}, who="kiosk")
        unknown = served.call("tickets/rejoin", {"number": "Z999"}, who="kiosk")

    assert (nobody.status_code, board.status_code) == (401, 403)
    assert (done.status_code, done.json()["ticket"]["state"]) == (200, "WAITING"), done.text
    assert done.json()["ticket"]["id"] == ticket["id"]
    assert "secret" not in done.json()["ticket"]
    assert again.json() == done.json()
    assert (waiting.status_code, waiting.json()["code"]) == (409, "WRONG_STATE")
    assert (unknown.status_code, unknown.json()["code"]) == (404, "UNKNOWN_TICKET")


def test_a_hall_says_whether_it_gives_one_number_per_person_and_item(tmp_path):
    plan = small_plan(HALL)
    policy = msgspec.structs.replace(plan.policy, issuing=Issuing(one_open_per_person=False))
    with serving(tmp_path, plans={HALL: msgspec.structs.replace(plan, policy=policy), "one": small_plan("one")}) as two:
        said = [two.client().get(f"/api/halls/{hall}").json()["one_per_person"] for hall in (HALL, "one")]

    assert said == [False, True]


def test_a_hall_says_whether_missed_numbers_may_rejoin(tmp_path):
    plan = small_plan(HALL)
    policy = msgspec.structs.replace(plan.policy, missed=MissedRule(rejoin="void"))
    with serving(
        tmp_path, plans={HALL: msgspec.structs.replace(plan, policy=policy), "free": small_plan("free")}
    ) as two:
        said = [two.client().get(f"/api/halls/{hall}").json()["rejoin"] for hall in (HALL, "free")]

    assert said == [False, True]


def _missed(served: Served) -> dict[str, Any]:
    """Take a number, call it until it may be missed, and miss it."""
    served.call("windows/W01/open", who="clerk01")
    ticket = served.take()
    assert served.call("windows/W01/call-next", who="clerk01").json()["ticket"]["id"] == ticket["id"]
    calling = served.house.halls.today(HALL).view_state().plan.policy.calling
    for _ in range(calling.miss_calls - 1):
        served.clock.at_ms += calling.recall_cooldown_ms
        served.call("windows/W01/recall", who="clerk01")
    served.clock.at_ms += calling.miss_ms
    missed = served.call("windows/W01/miss", who="clerk01")
    assert missed.status_code == 200, missed.text
    return ticket


def test_a_transfer_to_another_hall_makes_a_linked_ticket_there(served: Served):
    served.call("windows/W02/open", who="clerk02")
    ticket = served.take()
    served.call("windows/W02/call", {"ticket": ticket["id"], "reason": "other"}, who="clerk02")
    sent = served.call("windows/W02/transfer", {"to_hall": "futian", "reason": "other"}, who="clerk02")
    served.call("windows/W02/close", who="clerk02")

    assert sent.status_code == 200, sent.text
    linked = sent.json()["ticket"]["linked"]
    assert linked["hall"] == "futian"
    there = served.house.halls.today("futian").view_state
    for _ in range(200):
        if linked["ticket"] in there().tickets:
            break
        served.client().get("/health")
    assert there().tickets[linked["ticket"]].origin.ticket == ticket["id"]


def sent_to_futian(served: Served, **visit: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Take a number and send it to the other hall; return the ticket, and the visit there once its number is made."""
    ticket = served.take(**visit)
    answer = served.call(f"tickets/{ticket['id']}/transfer", {"to_hall": "futian", "reason": "other"}, who="guide")
    assert answer.status_code == 200, answer.text
    until = time.monotonic() + LINKED_S
    while time.monotonic() < until:
        found: dict[str, Any] = linked_of(served, ticket, secret=ticket["secret"]).json()["linked"]
        if found["ticket"] is not None:
            return ticket, found
        time.sleep(0.05)
    raise AssertionError("the linked ticket was not made")


def linked_of(served: Served, ticket: dict[str, Any], *, who: str = "", secret: str = "") -> httpx.Response:
    """Ask where a visit went on."""
    return served.client(who).get(f"/api/halls/{HALL}/tickets/{ticket['id']}/linked", params={"secret": secret})


def test_who_holds_the_old_ticket_is_told_the_new_number_and_its_page(served: Served):
    _, found = sent_to_futian(served)

    there = served.house.halls.today("futian").view_state().tickets[found["ticket"]["id"]]
    assert found["hall"]["code"] == "futian"
    assert found["hall"]["name"]["zh"]
    assert found["ticket"]["number"] == there.number
    secret = found["ticket"]["secret"]
    assert found["ticket"]["page"] == f"/t/futian/{there.id}#{secret}"
    shown = served.client().get(f"/api/halls/futian/tickets/{there.id}", params={"secret": secret})
    assert shown.json()["ticket"]["number"] == there.number
    assert linked_of(served, served.take(), who="guide").json() == {"linked": None}


def test_the_new_secret_is_shown_for_the_old_one_only(served: Served):
    """Staff see hall and number; a wrong secret and nobody at all see nothing."""
    ticket, found = sent_to_futian(served)

    for who in ("guide", "clerk01", "kiosk"):
        told = linked_of(served, ticket, who=who).json()["linked"]["ticket"]
        assert told == {"id": found["ticket"]["id"], "number": found["ticket"]["number"]}
    other = served.take()
    assert linked_of(served, ticket, secret=other["secret"]).json()["code"] == "WRONG_SECRET"
    assert linked_of(served, ticket).status_code == 401
    assert linked_of(served, {"id": "no-such-ticket"}, who="guide").json()["code"] == "UNKNOWN_TICKET"


def test_until_the_number_there_is_made_the_hall_is_told_without_it(served: Served, monkeypatch: pytest.MonkeyPatch):
    """The linked ticket is made by a job that may have to try again."""

    async def later(*_: object) -> bool:
        return False

    monkeypatch.setattr(Links, "_sent", later)
    ticket = served.take()
    served.call(f"tickets/{ticket['id']}/transfer", {"to_hall": "futian", "reason": "other"}, who="guide")

    found = linked_of(served, ticket, secret=ticket["secret"]).json()["linked"]

    assert (found["hall"]["code"], found["ticket"]) == ("futian", None)


@pytest.mark.parametrize("klass", ["elder", "priority"])
def test_a_class_goes_along_to_another_hall(served: Served, klass: str):
    _, found = sent_to_futian(served, **{"class": klass})

    there = served.house.halls.today("futian").view_state()
    assert there.tickets[found["ticket"]["id"]].klass == klass


def test_a_class_that_the_other_hall_does_not_have_becomes_ordinary(served: Served):
    there = served.house.halls.today("futian").view_state()

    assert [class_there(there, klass) for klass in ("elder", "guest-of-honour")] == ["elder", "ordinary"]


def test_waits_name_each_item_and_its_group(served: Served):
    table = served.client().get(f"/api/halls/{HALL}/waits").json()

    assert set(table["items"]) == {"id-card", "residence", "invoice"}
    assert all(0 <= group < len(table["groups"]) for group in table["items"].values())
    assert table["refused"] == {}


def test_why_tells_who_came_later_and_was_called_first(tmp_path):
    """A chosen call is an exception to the order: whoever was passed can see it."""
    with serving(tmp_path) as served:
        served.call("windows/W01/open", who="clerk01")
        first = served.take()
        served.clock.at_ms += 1_000
        second = served.take()
        served.call("windows/W01/call", {"ticket": second["id"], "reason": "other"}, who="clerk01")
        served.clock.at_ms += 1_000
        address = f"/api/halls/{HALL}/tickets/{first['id']}/why"
        why = served.client().get(address, params={"secret": first["secret"]}).json()
        calls = served.client("guide").get(f"/api/halls/{HALL}/calls").json()["calls"]

    assert [(one["number"], one["rule"]) for one in why["passed"]] == [(second["number"], "chosen")]
    assert why["call"] is None
    assert [(one["number"], one["chosen_reason"]) for one in calls] == [(second["number"], "other")]


def test_every_call_of_the_day_is_reached_page_by_page(tmp_path):
    """Backwards from the newest, without a gap and without the same call twice."""
    with serving(tmp_path) as served:
        tickets = [served.take() for _ in range(7)]
        for window, number in (("W01", 1), ("W02", 2)):
            served.call(f"windows/{window}/open", who=f"clerk0{number}")
        for ticket in tickets[:5]:
            served.call("windows/W01/call", {"ticket": ticket["id"], "reason": "other"}, who="clerk01")
            for step in ("start", "finish"):
                served.call(f"windows/W01/{step}", who="clerk01")
        pages = [_calls(served, limit=2)]
        while pages[-1]["more"]:
            pages.append(_calls(served, limit=2, before=pages[-1]["calls"][-1]["call"]))
        nothing = _calls(served, before=0)

    numbers = [one["number"] for page in pages for one in page["calls"]]
    assert numbers == [one["number"] for one in reversed(tickets[:5])]
    assert len(pages) == 3
    assert (nothing["calls"], nothing["more"]) == ([], False)


def test_why_lists_every_call_of_a_number_with_its_rule_and_moment(tmp_path):
    with serving(tmp_path) as served:
        served.call("windows/W01/open", who="clerk01")
        ticket = served.take()
        chosen = {"ticket": ticket["id"], "reason": "returning"}
        served.call("windows/W01/call-next", who="clerk01")
        served.call(f"tickets/{ticket['id']}/withdraw-call", {"reason": "clerk_gone"}, who="guide")
        served.clock.at_ms += 60_000
        served.call("windows/W01/call", chosen, who="clerk01")
        why = served.client("guide").get(f"/api/halls/{HALL}/tickets/{ticket['id']}/why").json()

    assert [(one["rule"], one["window"], one["chosen_reason"]) for one in why["calls"]] == [
        ("order", "W01", None), ("chosen", "W01", "returning"),
    ]  # fmt: skip
    assert why["calls"][1]["at_ms"] - why["calls"][0]["at_ms"] == 60_000
    assert why["call"]["rule"] == "chosen"


@pytest.mark.parametrize("route", ["calls?", "tickets?number=A001&"])
def test_a_day_is_named_by_its_date(served: Served, route: str):
    """Today has two names; a date without records and one that does not exist are told apart."""
    client = served.client("guide")

    def ask(date: str) -> int:
        return client.get(f"/api/halls/{HALL}/{route}date={date}").status_code

    assert [ask(date) for date in ("", "2026-11-23", "2026-11-20", "2026-02-30")] == [200, 200, 404, 422]


def test_staff_finds_a_ticket_by_its_number(served: Served):
    ticket = served.take()
    found = served.client("guide").get(f"/api/halls/{HALL}/tickets", params={"number": ticket["number"].lower()})

    assert [one["id"] for one in found.json()["tickets"]] == [ticket["id"]]


@pytest.mark.parametrize("who", ["", "kiosk", "clerk01"])
def test_the_channel_goes_by_who_asks(served: Served, who: str):
    answer = served.call("tickets", {"items": [{"code": "id-card"}]}, who=who)

    assert answer.json()["ticket"]["channel"] == {"": "phone", "kiosk": "kiosk", "clerk01": "desk"}[who]


def test_the_day_is_led_by_the_manager(tmp_path):
    """Stop and resume issuing, longer hours, the end: each is an entry of the log that everybody sees."""
    with serving(tmp_path) as served:
        stopped = served.call("day/stop-issuing", {"items": []}, who="manager")
        refused = served.call("tickets", {"items": [{"code": "id-card"}]}, who="kiosk")
        served.call("day/resume-issuing", who="manager")
        session = {"open_ms": served.clock.at_ms - 1, "close_ms": served.clock.at_ms + 3_600_000}
        longer = served.call("day/sessions", {"sessions": [session], "reason": "extra"}, who="manager")
        hall = served.client().get(f"/api/halls/{HALL}").json()
        ended = served.call("day/end", who="manager")

    assert stopped.status_code == longer.status_code == ended.status_code == 200
    assert refused.json()["code"] == "ISSUING_STOPPED"
    assert hall["sessions"] == [session]
    assert ended.json()["unfinished"] == []


def test_who_shows_the_secret_acts_as_the_holder_in_a_browser_with_somebody_signed_in(served: Served):
    """A clerk's browser opens a ticket's page: the clerk may not rate, the holder of the ticket may."""
    served.call("windows/W01/open", who="clerk01")
    ticket = served.take()
    served.call("windows/W01/call", {"ticket": ticket["id"], "reason": "other"}, who="clerk01")
    served.call("windows/W01/finish", who="clerk01")
    served.call("windows/W01/close", who="clerk01")
    body = {"secret": ticket["secret"], "entry": 0, "level": "satisfied"}

    assert served.call(f"tickets/{ticket['id']}/rate", body, who="clerk01").status_code == 200


def test_a_cookie_whose_session_has_ended_is_nobodys(served: Served):
    """Browsers keep it; what is open to all stays open, and what is not asks to sign in."""
    client = served.client()
    client.cookies.set("ow_session", "x" * 43)

    assert client.get(f"/api/halls/{HALL}").status_code == 200
    assert client.get("/api/me").json()["code"] == "NOT_SIGNED_IN_AT_ALL"
    assert client.get("/api/me", headers={"authorization": "Bearer " + "x" * 43}).json()["code"] == "SESSION_EXPIRED"


def _calls(served: Served, **asked: int) -> dict[str, Any]:
    answer = served.client("guide").get(f"/api/halls/{HALL}/calls", params=asked)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found
