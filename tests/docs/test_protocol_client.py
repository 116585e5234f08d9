"""The protocol's Python client, as the document prints it, against a real server: it resumes after every cut."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from hall.patch import compact
from tests.docs.documents import ROOT, blocks
from tests.support.server import HALL, Served, serving, token_of

LINES = 40


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with serving(tmp_path) as one:
        yield one


def client() -> dict[str, Any]:
    """Return what the document's first Python example defines."""
    source = blocks(ROOT / "docs/protocol.md", "python")[0]
    assert len(source.splitlines()) <= LINES
    names: dict[str, Any] = {}
    exec(compile(source, "docs/protocol.md", "exec"), names)
    return names


def state_of(served: Served) -> dict[str, Any]:
    """Return the board as the server has it."""
    view: dict[str, Any] = httpx.get(f"{served.url}/api/halls/{HALL}/state", timeout=10).json()["view"]
    return compact(view)


def follow(served: Served) -> Iterator[tuple[int, dict[str, Any]]]:
    frames: Iterator[tuple[int, dict[str, Any]]] = client()["follow"](
        f"{served.ws_url}/ws/halls/{HALL}?view=board&device={token_of('board')}"
    )
    return frames


def until(board: Iterator[tuple[int, dict[str, Any]]], wanted: dict[str, Any]) -> bool:
    """Follow until the state is the wanted one; a handful of changes must do."""
    return any(state == wanted for _, (_, state) in zip(range(10), board, strict=False))


def cut_all(served: Served) -> None:
    """End every connection of the board without a word, as a pulled cable would."""
    served.loop.call_soon_threadsafe(served.house.hub.cut_device, "board")


def test_the_client_follows_a_board(served: Served):
    board = follow(served)

    _, first = next(board)
    assert first["waiting"]["total"] == 0
    served.take()

    assert until(board, state_of(served))


def test_the_client_goes_on_after_its_connection_was_cut(served: Served):
    """What happened while it was away arrives, and the state is the server's."""
    board = follow(served)
    next(board)

    cut_all(served)
    served.take()
    served.call("windows/W01/open", who="clerk01")
    served.call("windows/W01/call-next", who="clerk01")

    wanted = state_of(served)
    assert wanted["calls"]
    assert until(board, wanted)


def test_the_client_applies_patches_as_the_server_means_them():
    merged = client()["merged"]

    assert merged({"a": 1, "b": {"c": 2, "d": 3}}, {"a": None, "b": {"d": None}, "e": {"f": None, "g": 4}}) == {
        "b": {"c": 2},
        "e": {"g": 4},
    }
    assert merged({"a": [1]}, {"a": {"b": 1}}) == {"a": {"b": 1}}
