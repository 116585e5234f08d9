"""Every command that the documents name exists, with its options and no argument too many."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from loadtests.crowd.__main__ import parser
from server.cli import main
from tests.docs.documents import DOCUMENTS, ROOT, blocks, inline, name_of

PROGRAM = re.compile(r"^(?:\S*/)?onewindow$")
PLACEHOLDER = re.compile(r"[…|]")
CROWDS = ("load", "load-cluster")
JOBS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))


def test_the_documents_name_commands():
    """The search below finds something, or it would prove nothing."""
    named = [words for document in DOCUMENTS for words in onewindow_commands(document)]

    assert {words[0] for words in named} >= {"demo", "serve", "init", "import", "audit", "backup", "restore", "account"}


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_every_command_of_a_document_exists(document: Path):
    """The sub-command is there, takes these options, and has room for these arguments."""
    faults = [
        f"onewindow {shlex.join(words)}: {fault}"
        for words in onewindow_commands(document)
        if (fault := fault_of(words))
    ]

    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("document", DOCUMENTS, ids=name_of)
def test_every_job_of_a_document_is_in_the_makefile(document: Path):
    """`make <job>` is no invention; words with `=` are variables."""
    named = [words[1:] for words in command_lines(document) if words[0] == "make"]
    jobs = {word for words in named for word in words if "=" not in word and not word.startswith("-")}

    assert jobs <= JOBS, jobs - JOBS


def test_every_crowd_of_a_document_can_be_asked_for():
    """The words after `make load` are those that the load test takes."""
    asked = [words for document in DOCUMENTS for words in command_lines(document) if words[:2][-1] in CROWDS]
    given = [word.removeprefix("ARGS=") for words in asked for word in words if word.startswith("ARGS=")]

    assert any("--workers" in one for one in given)
    for one in given:
        parser().parse_args(shlex.split(one))


def onewindow_commands(document: Path) -> Iterator[list[str]]:
    """Return the words after `onewindow`, of examples, units and prose."""
    for words in command_lines(document):
        if PROGRAM.match(words[0]) and len(words) > 1:
            yield words[1:]


def command_lines(document: Path) -> Iterator[list[str]]:
    """Return command lines as words."""
    lines = [line for block in blocks(document, "sh", "ini") for line in block.splitlines()]
    for line in [*lines, *inline(document)]:
        text = line.strip().removeprefix("$ ").removeprefix("ExecStart=")
        if re.match(r"(\S*/)?(onewindow|make)( |$)", text) and not PLACEHOLDER.search(text):
            yield shlex.split(text, comments=True)


def fault_of(words: list[str]) -> str:
    """Say what is wrong with a command line, or return an empty text."""
    command: click.Command | None = main
    context = click.Context(main)
    rest = list(words)
    while isinstance(command, click.Group) and rest and not rest[0].startswith("-"):
        command = command.get_command(context, rest.pop(0))
    if command is None:
        return "there is no such command"
    options = {name: one for one in command.params if isinstance(one, click.Option) for name in one.opts}
    given = 0
    while rest:
        word = rest.pop(0)
        name, has_value, _ = word.partition("=")
        if not name.startswith("--"):
            given += 1
        elif name != "--help" and name not in options:
            return f"there is no option {name}"
        elif name != "--help" and not has_value and not options[name].is_flag and rest:
            rest.pop(0)
    arguments = [one for one in command.params if isinstance(one, click.Argument)]
    room = sum(one.nargs for one in arguments) if all(one.nargs > 0 for one in arguments) else given
    return "" if given <= room else f"{given} arguments, {room} are taken"
