"""What anybody sees: the shapes of section 6 of docs/protocol.md, nothing that names a person, and why a call was made."""

import re
from pathlib import Path
from typing import Any

import msgspec
import pytest

from hall import commands as cmd
from hall.catalog import Serves, Text
from hall.feed import View, answer, text_view
from hall.feed_staff import render
from hall.ids import MINUTE_MS
from hall.patch import compact
from hall.policy import MissedRule, Warnings
from hall.state import HallDay
from tests.support.halls import OPEN_MS, Hall, plan, policy

PROTOCOL = Path(__file__).parents[2] / "docs" / "protocol.md"
CANARY = "pseudonym-of-somebody"
MAPS = {"calls", "windows", "queues", "themes"}
"""Keys whose objects are keyed by data: rings, codes."""
TWO = {"zh", "en"}
AREAS = (View("area", "a1"), View("area", "a2"))


def busy_hall() -> Hall:
    """Return a hall in which everything that a view can show has happened, to people with pseudonyms."""
    hall = Hall(policy(missed=MissedRule(limit=3)), open="1 2 3")
    told = cmd.Told(3, 60_000, 120_000)
    origin = cmd.Origin("futian", "ticket-far", OPEN_MS - 1)
    for item in ("A", "A", "A", "A2", "A", "A", "A"):
        hall.take(item, person=CANARY + hall.state.fingerprint()[:8], told=told, origin=origin)
        hall.wait(1)
    hall.slip("A001", printed=True)
    hall.misses_next("1")
    hall.serves_next("2")
    hall.hold("2", due_ms=hall.now + 1)
    hall.serves_next("2")
    hall.result("A003", 0, "supplement_due", due_date="2026-12-01", materials=("photo",))
    hall.finish("2")
    hall.rate("A003")
    hall.serves_next("2")
    hall.transfer("A004", to_window="1", reason="wrong_counter")
    hall.serves_next("2")
    hall.transfer("A005", to_hall="baoan", linked="ticket-there")
    hall.choose("1", "A001", reason="returning")
    hall.wait(20)
    hall.recall("1")
    hall.call("3")
    return hall


def views_of(hall: Hall) -> dict[str, dict[str, Any]]:
    """Render every view of a hall."""
    state = hall.state
    asked = [View("board"), View("manager")]
    asked += [View("area", code) for code in state.index.areas]
    asked += [View(kind, code) for kind in ("strip", "clerk") for code in state.desks]
    asked += [View("ticket", code) for code in state.tickets]
    found = {}
    for view in asked:
        rendered = render(state, view)
        assert rendered is not None, view
        found[f"{view.kind} {view.key}"] = rendered
    return found


def keys_of(value: object, name: str = "") -> set[str]:
    """Return the names of all keys, at any depth, but those that are data."""
    if isinstance(value, dict):
        own = set() if name in MAPS else set(value)
        return own.union(*(keys_of(one, "" if name in MAPS else key) for key, one in value.items()))
    if isinstance(value, list | tuple):
        return set().union(*(keys_of(one) for one in value))
    return set()


def documented(kind: str) -> set[str]:
    """Return the keys that section 6 of the protocol names for a view, with those of the objects it refers to."""
    section = PROTOCOL.read_text(encoding="utf-8").partition("## 6. Views")[2].partition("## 7.")[0]
    lines = [line for line in section.splitlines() if not line.startswith("Live:")]
    paragraph = section.partition(f"**{kind}**")[2].partition("\n\n")[0]
    paragraph = "\n".join(line for line in paragraph.splitlines() if not line.startswith("Live:"))
    text = paragraph
    if "call" in paragraph:
        text += next(line for line in lines if line.startswith("Common `call`"))
    if "short tickets" in paragraph:
        text += next(line for line in lines if line.startswith("Lists hold"))
    if "taff ticket" in paragraph:
        text += section.partition("**ticket**")[2].partition("\n")[0]
    return set(re.findall(r'"([a-z][a-z_0-9]+)"', text)) - VALUES | {"code", "name", *TWO}


VALUES = {"a1", "general", "printed", "cancel", "delay", "rejoin", "rate"}
"""Quoted values of the section, which are no keys."""


@pytest.mark.parametrize("kind", ["board", "strip", "ticket", "clerk", "manager"])
def test_views_have_the_shape_of_the_protocol(kind: str) -> None:
    """Every key is documented, and every documented key occurs: the page and the hall read the same section."""
    hall = busy_hall()
    shown = set().union(*(keys_of(view) for name, view in views_of(hall).items() if name.split()[0] == kind))
    hall.close("1")
    shown |= set().union(*(keys_of(view) for name, view in views_of(hall).items() if name.split()[0] == kind))

    assert shown | TWO == documented(kind)


def test_an_area_shows_only_its_own_windows_and_calls() -> None:
    hall = busy_hall()
    board, area = render(hall.state, View("board")), render(hall.state, View("area", "a2"))
    assert board is not None
    assert area is not None

    assert set(area) == set(board)
    assert list(area["windows"]) == ["4"]
    assert not area["calls"]
    assert board["calls"]


def test_an_area_counts_who_waits_for_its_windows() -> None:
    """Who has windows in two areas waits in both; who is sent to an area or a window waits there; the hall counts all once."""
    hall = Hall()
    for item in ("A", "A2", "A2", "B"):
        hall.take(item)
    hall.transfer("A003", to_area="a2")

    waiting = {view: (render(hall.state, view) or {})["waiting"] for view in (View("board"), *AREAS)}
    assert waiting[View("board")] == {"total": 4, "themes": {"general": 3, "tax": 1}}
    assert waiting[View("area", "a1")] == {"total": 3, "themes": {"general": 2, "tax": 1}}
    assert waiting[View("area", "a2")] == {"total": 2, "themes": {"general": 2}}

    hall.transfer("A002", to_window="1")

    assert [(render(hall.state, view) or {})["waiting"]["total"] for view in AREAS] == [3, 1]


def test_lists_of_staff_name_what_is_still_to_be_done() -> None:
    """An item that has its result, or was taken wrongly and sent on, is not what the next window is for."""
    hall = Hall(open="1")
    hall.take("A", "B")
    hall.serves_next("1")
    hall.result("A001", 0)
    hall.transfer("A001", to_item="B2", instead_of="B")

    view = render(hall.state, View("clerk", "1")) or {}

    assert view["waiting"]["next"][0]["items"] == [{"zh": "完税", "en": "Tax paid"}]


def test_views_and_answers_are_json_and_name_nobody() -> None:
    """S15: the pseudonym that the hall knows a person by leaves it nowhere, and no float, set or object either."""
    hall = busy_hall()

    for name, view in views_of(hall).items():
        text = msgspec.json.encode(compact(view)).decode()
        assert CANARY not in text, name
        assert msgspec.json.decode(text) == compact(view)


def test_there_is_no_view_of_what_the_hall_does_not_have() -> None:
    hall = busy_hall()

    for view in (View("area", "a9"), View("strip", "9"), View("clerk", "9"), View("ticket", "nobody")):
        assert render(hall.state, view) is None
    assert render(HallDay(), View("board")) is None


def test_a_board_shows_number_and_window_together() -> None:
    hall = Hall(open="1")
    hall.take("A")
    hall.call("1")

    board = render(hall.state, View("board"))
    assert board is not None

    (call,) = board["calls"].values()
    assert (call["number"], call["window"], call["label"], call["state"]) == ("A001", "1", "一", "calling")
    assert board["windows"]["1"]["number"] == "A001"
    assert board["waiting"] == {"total": 0, "themes": {}}


def test_a_board_counts_who_waits_by_the_theme_of_what_is_done_next() -> None:
    hall = Hall(open="1")
    hall.takes("A", "B", "B")
    hall.take("B", "A")
    hall.choose("1", "B003")
    hall.start("1")
    hall.result("B003", 0)
    hall.transfer("B003", to_item="A")

    board = render(hall.state, View("board"))
    assert board is not None

    assert board["waiting"] == {"total": 4, "themes": {"general": 2, "tax": 2}}


def test_managers_see_from_when_on_a_wait_is_long_in_this_hall() -> None:
    hall = Hall(policy(warnings=Warnings(wait_warn_ms=8 * MINUTE_MS, wait_alarm_ms=12 * MINUTE_MS)))

    manager = render(hall.state, View("manager"))

    assert manager is not None
    assert (manager["day"]["wait_warn_ms"], manager["day"]["wait_alarm_ms"]) == (8 * MINUTE_MS, 12 * MINUTE_MS)


def test_a_call_of_a_window_that_the_plan_no_longer_has_is_still_shown_to_the_manager_or_gone() -> None:
    """The number stands with the code of its window; nothing breaks."""
    hall = Hall(open="2")
    hall.take("A")
    hall.serves_next("2")
    hall.finish("2")
    hall.close("2")
    hall.change_plan(plan(windows=hall.plan.catalog.windows[:1]))

    manager = render(hall.state, View("manager"))
    ticket = render(hall.state, View("ticket", hall.ticket("A001").id))
    assert manager is not None
    assert ticket is not None

    assert "2" not in manager["windows"]
    assert ticket["window"] is None


def test_an_item_that_the_plan_no_longer_has_goes_by_its_code() -> None:
    hall = Hall()
    number = hall.take("C")
    hall.cancel(number)
    catalog = hall.plan.catalog
    fewer = msgspec.structs.replace(catalog, items=catalog.items[:4])
    hall.change_plan(msgspec.structs.replace(hall.plan, catalog=fewer))

    view = render(hall.state, View("ticket", hall.ticket(number).id))
    assert view is not None

    assert view["items"][0]["name"] == {"zh": "C", "en": "C"}


def test_a_strip_says_what_its_window_serves() -> None:
    hall = Hall(open="1")
    hall.serve("3", Serves(themes=("tax",), items=("A", "C")))

    strips = {code: render(hall.state, View("strip", code)) for code in hall.state.desks}

    assert strips["1"] is not None
    assert strips["1"]["window"]["themes"] == [{"zh": "综合窗口", "en": "All services"}]
    assert strips["3"] is not None
    assert [one["zh"] for one in strips["3"]["window"]["themes"]] == ["综合", "税务", "房产"]
    assert strips["1"]["call"] is None
    assert text_view(Text("房产")) == {"zh": "房产", "en": "房产"}


def test_a_strip_forgets_the_call_that_was_hers_when_the_boards_do() -> None:
    hall = Hall(policy(calling=msgspec.structs.replace(policy().calling, recent=1)), open="1 2")
    hall.takes("A", "A")
    hall.call("1")
    hall.call("2")

    strip = render(hall.state, View("strip", "1"))
    assert strip is not None

    assert (strip["number"], strip["call"]) == ("A001", None)


@pytest.mark.parametrize(
    ("state", "can"),
    [
        ("WAITING", ["cancel", "delay"]),
        ("CALLED", []),
        ("SERVING", []),
        ("HELD", ["cancel"]),
        ("MISSED", ["cancel", "rejoin"]),
        ("DONE", ["rate"]),
        ("CANCELLED", []),
    ],
)
def test_a_ticket_says_what_its_holder_may_do(state: str, can: list[str]) -> None:
    hall = Hall(open="1")
    number = hall.take("A")
    if state == "MISSED":
        hall.misses_next("1")
    elif state == "CANCELLED":
        hall.cancel(number)
    elif state != "WAITING":
        hall.call("1")
        for step in {"CALLED": [], "SERVING": ["start"], "HELD": ["start", "hold"], "DONE": ["finish"]}[state]:
            getattr(hall, step)("1")

    view = render(hall.state, View("ticket", hall.ticket(number).id))
    assert view is not None

    assert (view["state"], view["can"]) == (state, can)


def test_what_a_holder_may_no_longer_do_is_not_offered() -> None:
    """Both delays used, no rejoin where the rule is void, nothing left to rate."""
    hall = Hall(policy(missed=MissedRule("void")), open="1")
    number = hall.take("A")
    hall.delay(number, 1)
    hall.delay(number, 1)
    view = render(hall.state, View("ticket", hall.ticket(number).id))
    assert view is not None
    assert (view["can"], view["delays_left"]) == (["cancel"], 0)

    hall.misses_next("1")
    view = render(hall.state, View("ticket", hall.ticket(number).id))
    assert view is not None
    assert (view["can"], view["rejoins_left"]) == (["cancel"], 0)

    other = hall.take("A")
    hall.transfer(other, to_hall="futian", linked="there")
    third = hall.take("A")
    hall.serves_next("1")
    hall.finish("1")
    hall.rate(third)
    for done in (other, third):
        view = render(hall.state, View("ticket", hall.ticket(done).id))
        assert view is not None
        assert view["can"] == []


def test_a_ticket_says_how_many_are_ahead_and_when_the_turn_is_near() -> None:
    hall = Hall(policy(warnings=Warnings(near_places=2)))
    numbers = hall.takes("A", "B", "A", "A")

    views = [render(hall.state, View("ticket", hall.ticket(number).id)) for number in numbers]

    assert [(view["ahead"], view["near"]) for view in views if view] == [(0, True), (1, True), (2, False), (3, False)]


def test_a_clerk_sees_who_comes_next_in_order() -> None:
    hall = Hall(open="2")
    hall.takes("A", "B", "A")
    hall.take("A", klass="priority")

    clerk = render(hall.state, View("clerk", "2"))
    assert clerk is not None

    assert [one["number"] for one in clerk["waiting"]["next"]] == ["A003", "A001", "A002"]
    assert (clerk["waiting"]["total"], clerk["waiting"]["mine"]) == (4, 3)


def test_a_clerk_sees_what_can_be_undone_and_until_when() -> None:
    hall = Hall(open="1")
    hall.take("A")
    hall.call("1")
    clerk = render(hall.state, View("clerk", "1"))
    assert clerk is not None
    assert clerk["undo"] == {"op": "window.call-next", "until_ms": OPEN_MS + 30_000, "ticket": hall.id_of("A001")}
    assert (clerk["recall_at_ms"], clerk["recalls_left"]) == (OPEN_MS + 20_000, 2)

    hall.slip("A001", printed=True)
    clerk = render(hall.state, View("clerk", "1"))
    assert clerk is not None
    assert clerk["undo"] is None


def test_queues_say_who_waits_since_when_and_where() -> None:
    hall = Hall()
    hall.takes("A", "A")

    manager = render(hall.state, View("manager"))
    assert manager is not None

    assert manager["queues"]["general"] == {
        "name": {"zh": "综合", "en": "General"}, "waiting": 2, "oldest_ms": OPEN_MS, "windows": ["1", "2", "4"],
    }  # fmt: skip
    assert manager["queues"]["tax"]["oldest_ms"] is None


# ---- answers ----


def answer_of(hall: Hall, command: cmd.AnyCommand) -> Any:
    """Return the answer to a command that has just happened."""
    made = answer(hall.state, command, hall.events)
    assert CANARY not in msgspec.json.encode(made).decode()
    return made


def test_answers_show_the_window_the_ticket_and_the_child() -> None:
    hall = Hall(open="1")
    number = hall.take("A", "B", person=CANARY, told=cmd.Told(0, 1, 2))
    facts: dict[str, Any] = {"command_id": "command-x", "at_ms": hall.now, "actor": "clerk:1"}
    taken = answer_of(hall, cmd.CancelTicket(ticket=hall.ticket(number).id, **facts))
    assert (taken["ticket"]["number"], taken["ticket"]["wait_ms_p50"], taken["ticket"]["wait_ms_p80"]) == (number, 1, 2)

    child = hall.split(number, 1)
    split = cmd.SplitTicket(ticket=hall.ticket(number).id, child=hall.ticket(child).id, entries=(1,), **facts)
    assert answer_of(hall, split)["child"]["number"] == child
    nobody = answer_of(hall, cmd.CallNext(window="1", **facts))
    assert (nobody["window"]["state"], nobody["ticket"]) == ("IDLE", None)
    hall.call("1")
    assert answer_of(hall, cmd.CallNext(window="1", **facts))["ticket"]["number"] == number
    assert answer_of(hall, cmd.Tick(**facts)) == {}
    hall.end_day()
    ended = answer_of(hall, cmd.EndDay(**facts))
    assert [one["number"] for one in ended["unfinished"]] == [number]
