"""What is asked of the ticket at a window is not done to the next one, nor to one that has left."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from hall import commands as cmd
from hall.events import Commit
from tests.support.halls import Hall, assert_called, assert_state, assert_window, refused

Act = Callable[..., cmd.AnyCommand]
CALLED: dict[str, tuple[Act, dict[str, Any]]] = {
    "recall": (cmd.RecallTicket, {}),
    "start": (cmd.StartService, {}),
    "miss": (cmd.MissTicket, {}),
    "close": (cmd.CloseWindow, {}),
    "pause": (cmd.PauseWindow, {"reason": "tea"}),
    "drain": (cmd.DrainWindow, {}),
}
SERVED: dict[str, tuple[Act, dict[str, Any]]] = {
    "hold": (cmd.HoldTicket, {"reason": "other"}),
    "finish": (cmd.FinishTicket, {}),
    "finish-and-next": (cmd.FinishTicket, {"and_next": True}),
    "close-and-hand-over": (cmd.CloseWindow, {"hand_over": True}),
    "pause-and-hand-over": (cmd.PauseWindow, {"hand_over": True}),
}
ON_TICKET: dict[str, tuple[Act, dict[str, Any]]] = {
    "transfer": (cmd.TransferTicket, {"to_item": "B"}),
    "item-result": (cmd.SetItemResult, {"entry": 0, "result": "done"}),
    "add-items": (cmd.AddItems, {"items": (cmd.WantedItem("B"),)}),
    "withdraw-call": (cmd.WithdrawCall, {}),
}


def two_called() -> Hall:
    """Return a hall in which A001 is done and A002 is called at window 1."""
    hall = Hall(open="1")
    hall.takes("A", "A", "A")
    hall.serves_next("1")
    hall.finish("1", and_next=True)
    hall.wait(40)
    hall.recall("1")
    hall.wait(40)
    return hall


def two_served() -> Hall:
    """Return a hall in which A001 is done and A002 is served at window 1."""
    hall = two_called()
    hall.start("1")
    return hall


@pytest.mark.parametrize(("make", "fields"), CALLED.values(), ids=CALLED)
def test_a_step_that_means_the_ticket_before_is_not_done_to_the_one_that_is_called(make: Act, fields: dict[str, Any]):
    hall = two_called()

    with refused("TICKET_ELSEWHERE", number="A001"):
        hall.at("1", make, ticket=hall.id_of("A001"), **fields)

    hall.at("1", make, ticket=hall.id_of("A002"), **fields)


@pytest.mark.parametrize(("make", "fields"), SERVED.values(), ids=SERVED)
def test_a_step_that_means_the_ticket_before_is_not_done_to_the_one_that_is_served(make: Act, fields: dict[str, Any]):
    hall = two_served()

    with refused("TICKET_ELSEWHERE", number="A001"):
        hall.at("1", make, ticket=hall.id_of("A001"), **fields)

    hall.at("1", make, ticket=hall.id_of("A002"), **fields)


@pytest.mark.parametrize(("make", "fields"), (CALLED | SERVED).values(), ids=CALLED | SERVED)
def test_a_step_that_means_a_ticket_needs_it_at_the_window(make: Act, fields: dict[str, Any]):
    hall = Hall(open="1")
    hall.take("A")

    with refused("TICKET_ELSEWHERE", number="A001"):
        hall.at("1", make, ticket=hall.id_of("A001"), **fields)
    with refused("UNKNOWN_TICKET"):
        hall.at("1", make, ticket="nobody's", **fields)

    assert_window(hall, "1", "IDLE")


@pytest.mark.parametrize(("make", "fields"), ON_TICKET.values(), ids=ON_TICKET)
def test_what_means_a_ticket_as_that_of_a_window_is_not_done_elsewhere(make: Act, fields: dict[str, Any]):
    """A guide took the call back: the ticket waits again, and waiting tickets are everybody's otherwise."""
    hall = Hall(open="1 2")
    hall.takes("A", "A")
    hall.call("1")
    hall.withdraw("A001")

    with refused("TICKET_ELSEWHERE", number="A001"):
        hall.on("A001", make, at_window="1", actor="clerk:1", **fields)
    hall.call("2")
    with refused("TICKET_ELSEWHERE", number="A001"):
        hall.on("A001", make, at_window="1", actor="guide:g", **fields)
    with refused("UNKNOWN_WINDOW", window="9"):
        hall.on("A001", make, at_window="9", actor="guide:g", **fields)
    with refused("UNKNOWN_TICKET"):
        hall.on("nobody's", make, at_window="2", actor="guide:g", **fields)

    assert_called(hall, "A001", window="2")
    hall.on("A001", make, at_window="2", actor="clerk:2", **fields)


def test_undo_means_a_step_of_its_ticket():
    hall = Hall(open="1")
    hall.takes("A", "A")
    hall.serves_next("1")
    hall.finish("1", and_next=True)
    hall.start("1")

    with refused("UNDO_TOUCHED"):
        hall.at("1", cmd.UndoLast, ticket=hall.id_of("A001"))
    assert_state(hall, "A002", "SERVING")

    hall.at("1", cmd.UndoLast, ticket=hall.id_of("A002"))
    assert_called(hall, "A002", window="1")


def test_undo_of_a_finish_means_the_finished_or_the_one_that_was_called_by_it():
    for number in ("A001", "A002"):
        hall = Hall(open="1")
        hall.takes("A", "A")
        hall.serves_next("1")
        hall.finish("1", and_next=True)

        hall.at("1", cmd.UndoLast, ticket=hall.id_of(number))

        assert_state(hall, "A001", "SERVING", window="1")


def test_commands_of_older_logs_mean_whichever_ticket_is_there():
    row = (
        b'{"seq":9,"command_id":"c","at_ms":1,"actor":"clerk:1","plan":"p","request":"","command":{"type":"%s",'
        b'"command_id":"c","at_ms":1,"actor":"clerk:1",%s},"events":[],"refusal":null,"answer":null}'
    )

    missed = msgspec.json.decode(row % (b"window.miss", b'"window":"1","and_next":false'), type=Commit).command
    added = msgspec.json.decode(row % (b"ticket.add-items", b'"ticket":"t","items":[]'), type=Commit).command

    assert isinstance(missed, cmd.MissTicket)
    assert isinstance(added, cmd.AddItems)
    assert (missed.ticket, added.at_window) == ("", "")
