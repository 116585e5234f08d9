"""A fault that is none of the program is told at a terminal in one line, in two languages, without a trace."""

import ast
import errno
import os
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
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


@pytest.mark.parametrize("package", ["server", "simulation"])
def test_whatever_a_command_refuses_in_its_own_words_is_told_in_chinese_too(package: str) -> None:
    told = list(_refusals_in(package))

    assert len(told) > 5
    assert [words for words in told if re.search("[\u4e00-\u9fff]", words) is None] == []


def _refusals_in(package: str) -> Iterator[str]:
    """Yield the texts that stand in the calls of click's refusals; what others have worded is not among them."""
    kinds = {"ClickException", "BadParameter", "UsageError", "BadStart"}
    for file in (ROOT / package).rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args and ast.unparse(node.func).rpartition(".")[2] in kinds:
                written = [one.value for one in ast.walk(node.args[0]) if isinstance(one, ast.Constant)]
                texts = [one for one in written if isinstance(one, str)]
                if any(len(text.split()) > 1 for text in texts):
                    yield "".join(texts)
