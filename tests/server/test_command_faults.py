"""A fault that is none of the program is told at a terminal in one line, in two languages, without a trace."""

import ast
import errno
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing
from functools import lru_cache
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from server.cli import main
from server.config.database import FILE_NAME, Database
from server.migrations.upgrade import VERSION_TABLE, upgrade

ROOT = Path(__file__).resolve().parents[2]
ONEWINDOW = [sys.executable, "-c", "from server.cli import main; main()"]
NOBODY_LISTENS = "postgresql://hall:secret-word@127.0.0.1:1/halls"


def run(*arguments: str | Path) -> Result:
    """Run a command; two equal passwords are typed where it asks."""
    return CliRunner().invoke(main, [str(one) for one in arguments], input="secret-123\nsecret-123\n")


def is_told_in_one_line(done: Result) -> bool:
    """Say whether a command has failed with one line, and not with an exception of Python."""
    told = [line for line in done.output.splitlines() if line.startswith("Error: ")]
    return done.exit_code == 1 and len(told) == 1 and isinstance(done.exception, SystemExit)


def set_version(folder: Path, version: str) -> None:
    """Let settings say that they are of another version."""
    with closing(sqlite3.connect(folder / FILE_NAME)) as connection, connection:
        connection.execute(f"UPDATE {VERSION_TABLE} SET version_num = ?", (version,))


def started(folder: Path) -> subprocess.CompletedProcess[str]:
    """Start a server that is not to come up, and wait for its end."""
    return subprocess.run(
        [*ONEWINDOW, "serve", "--data", str(folder), "--port", "0"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    "job", [["init", "--preset", "yuancheng"], ["account", "boss"], ["demo"]], ids=lambda job: job[0]
)
def test_a_folder_that_cannot_be_made_is_named(job: list[str], tmp_path: Path):
    (tmp_path / "file").write_text("no folder")

    done = run(*job, "--data", tmp_path / "file" / "data")

    assert is_told_in_one_line(done)
    assert f"{tmp_path / 'file' / 'data'}: {os.strerror(errno.ENOTDIR)}" in done.output
    assert "文件或文件夹不能使用 / a file or folder cannot be used" in done.output


@pytest.mark.parametrize(
    "job",
    [["hall", "list"], ["calendar", "show"], ["init", "--preset", "yuancheng"], ["account", "boss"]],
    ids=lambda job: job[0],
)
def test_settings_of_a_newer_version_are_refused_and_left_alone(job: list[str], tmp_path: Path):
    database = Database(tmp_path)
    upgrade(database)
    database.close()
    set_version(tmp_path, "9999")

    done = run(*job, "--data", tmp_path)

    assert is_told_in_one_line(done)
    assert "数据由更新的版本写入 / the data are of a newer version: the settings database is at 9999" in done.output


def test_a_server_that_cannot_start_says_why_in_one_line(tmp_path: Path):
    """Other lines of its log may come before; what is a mistake of ours keeps its trace."""
    (tmp_path / "server.key").write_bytes(b"damaged")

    done = started(tmp_path)

    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert done.stderr.splitlines()[-1] == (
        f"Error: {tmp_path}/server.key 已损坏，请从备份恢复 / {tmp_path}/server.key is damaged: restore it from a backup"
    )


@pytest.mark.parametrize("job", [["hall", "list"], ["calendar", "show"]], ids=lambda job: job[0])
def test_settings_that_are_no_database_are_said_to_be_none(job: list[str], tmp_path: Path):
    (tmp_path / FILE_NAME).write_bytes(b"not a database" * 100)

    done = run(*job, "--data", tmp_path)

    assert is_told_in_one_line(done)
    assert "数据库不能使用 / the database cannot be used: file is not a database" in done.output


@pytest.mark.parametrize(
    "job", [["init", "--preset", "yuancheng"], ["hall", "list"], ["account", "boss"]], ids=lambda job: job[0]
)
def test_a_database_that_does_not_answer_is_told_without_its_password(job: list[str], tmp_path: Path):
    done = run(*job, "--data", tmp_path, "--database-url", NOBODY_LISTENS)

    assert is_told_in_one_line(done)
    assert len(done.output.partition("Error: ")[2].splitlines()) == 1
    assert "onnection refused" in done.output
    assert "secret-word" not in done.output


def test_a_terminal_that_has_no_chinese_is_told_to_use_another_encoding(tmp_path: Path):
    assert run("init", "--preset", "yuancheng", "--data", tmp_path).exit_code == 0

    done = subprocess.run(
        [*ONEWINDOW, "hall", "list", "--data", str(tmp_path)],
        env={**os.environ, "PYTHONIOENCODING": "latin-1"},
        capture_output=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 1
    assert b"Traceback" not in done.stderr
    assert b"use UTF-8" in done.stderr


def test_listing_halls_makes_no_settings(tmp_path: Path):
    done = run("hall", "list", "--data", tmp_path)

    assert (done.exit_code, done.output) == (0, "there are no halls yet\n")
    assert list(tmp_path.iterdir()) == []


def test_listing_halls_leaves_settings_of_an_older_server_alone(tmp_path: Path):
    """It may be running: started again, it would refuse settings that were migrated under it."""
    database = Database(tmp_path)
    upgrade(database)
    database.close()
    set_version(tmp_path, "0004")

    done = run("hall", "list", "--data", tmp_path)

    assert is_told_in_one_line(done)
    assert "数据由较旧的版本写入 / the data are of an older version" in done.output
    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as connection:
        assert connection.execute(f"SELECT version_num FROM {VERSION_TABLE}").fetchall() == [("0004",)]


@pytest.mark.parametrize(
    "job",
    [
        ["init", "--preset", "yuancheng", "--hall", "atlantis"],
        ["account", "no name"],
        ["account", "--keep-password", "boss"],
        ["account", "--halls", "no hall", "boss"],
    ],
    ids=" ".join,
)
def test_a_refused_command_leaves_no_data_folder_behind(job: list[str], tmp_path: Path):
    done = run(*job, "--data", tmp_path / "new" / "data")

    assert is_told_in_one_line(done)
    assert list(tmp_path.iterdir()) == []


def test_an_address_whose_port_is_no_number_is_refused(tmp_path: Path):
    done = run("hall", "list", "--data", tmp_path, "--database-url", NOBODY_LISTENS.replace(":1/", ":secret-port/"))

    assert done.exit_code == 2
    assert "Invalid value for '--database-url': " in done.output
    assert "this is no address" in done.output
    assert "secret-" not in done.output


def test_a_backup_that_cannot_be_made_or_read_is_told_in_one_line(tmp_path: Path):
    (tmp_path / "no.tar.gz").write_bytes(b"no archive")

    made = run("backup", "--data", tmp_path / "data", tmp_path / "one.tar.gz")
    read = run("verify-backup", tmp_path / "no.tar.gz")

    assert is_told_in_one_line(made)
    assert f"Error: 没有这个数据文件夹 / there is no data folder {tmp_path / 'data'}\n" == made.output
    assert is_told_in_one_line(read)
    assert "Error: no.tar.gz 无法读取 / cannot be read: " in read.output


REFUSALS = {"ClickException", "BadParameter", "UsageError", "BadStart"}
WORDED_BY_MODULES = ("BackupError", "BadKey", "BadMessages", "BadProvider", "BadVariable", "LedgerError", "NoOpenDay")
"""Kinds of faults whose message commands print as it is."""


def test_a_fault_that_a_command_repeats_is_worded_in_chinese_too() -> None:
    """Either its class words it, whatever it is made with, or everybody who raises it does."""
    nodes = _nodes_of("server")
    classes = {node.name: node for node in nodes if isinstance(node, ast.ClassDef)}
    kinds = {name for name in [*classes, *WORDED_BY_MODULES] if _comes_from(name, WORDED_BY_MODULES, classes)}
    own = {name: words for name in kinds for words in _texts_of(ast.walk(classes[name]), {"__init__"})}
    told = list(_texts_of(nodes, kinds - set(own)))

    assert len(kinds) > 15
    assert len(told) > 30
    assert [words for words in [*own.values(), *told] if not _has_chinese(words)] == []


@pytest.mark.parametrize(
    ("package", "kinds"), [("server", REFUSALS), ("simulation", REFUSALS), ("displays", {*REFUSALS, "ValueError"})]
)
def test_whatever_a_command_refuses_in_its_own_words_is_told_in_chinese_too(package: str, kinds: set[str]) -> None:
    told = list(_texts_of(_nodes_of(package), kinds))

    assert told
    assert [words for words in told if not _has_chinese(words)] == []


def _has_chinese(words: str) -> bool:
    return re.search("[\u4e00-\u9fff]", words) is not None


@lru_cache(maxsize=1)
def _nodes_of(package: str) -> tuple[ast.AST, ...]:
    files = (ROOT / package).rglob("*.py")
    return tuple([node for file in files for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))])


def _comes_from(name: str, roots: Iterable[str], classes: Mapping[str, ast.ClassDef]) -> bool:
    if name in roots or name not in classes:
        return name in roots
    return any(_comes_from(_name(base), roots, classes) for base in classes[name].bases)


def _name(called: ast.expr) -> str:
    return called.attr if isinstance(called, ast.Attribute) else called.id if isinstance(called, ast.Name) else ""


def _texts_of(nodes: Iterable[ast.AST], names: set[str]) -> Iterator[str]:
    """Yield the texts that stand in calls of these names; what others have worded is not among them."""
    for node in nodes:
        if isinstance(node, ast.Call) and node.args and _name(node.func) in names:
            written = [one.value for one in ast.walk(node.args[0]) if isinstance(one, ast.Constant)]
            texts = [one for one in written if isinstance(one, str)]
            if any(len(text.split()) > 1 for text in texts):
                yield "".join(texts)
