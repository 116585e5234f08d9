"""The command line: it starts quickly, makes a hall, serves it, and says what is wrong in one line."""

import asyncio
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import click
import httpx
import pytest
from click.testing import CliRunner

from server.accounts.store import NO_PASSWORD, Account, AccountStore, NewAccount
from server.cli import main
from server.config.database import Database
from server.ledger.lock import FileLock, lock_path
from server.ledger.sqlite import SqliteLedger
from server.migrations.upgrade import upgrade

ONEWINDOW = [sys.executable, "-c", "from server.cli import main; main()"]


def test_asking_for_the_version_imports_no_server():
    """Sub-commands import lazily: a command that needs nothing loads nothing."""
    code = "import sys; from server.cli import main; print([m for m in ('fastapi','sqlmodel','uvicorn') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60)

    assert done.stdout.strip() == "[]"


def test_every_job_is_listed():
    listed = CliRunner().invoke(main, ["--help"]).output

    for job in (
        "serve",
        "demo",
        "init",
        "import",
        "calendar",
        "audit",
        "backup",
        "restore",
        "verify-backup",
        "account",
        "version",
    ):
        assert re.search(rf"^  {job} ", listed, re.MULTILINE)


def test_a_folder_without_a_ledger_cannot_be_audited(tmp_path: Path):
    done = CliRunner().invoke(main, ["audit", "--data", str(tmp_path)])

    assert done.exit_code == 1
    assert "there is no ledger" in done.output


def test_an_audit_that_finds_nothing_says_so(tmp_path: Path):
    asyncio.run(SqliteLedger.open(tmp_path / "ledger.db").close())

    done = CliRunner().invoke(main, ["audit", "--data", str(tmp_path), "2026-11-23"])

    assert (done.exit_code, done.stderr) == (2, "没有可审计的日子 / there is nothing to audit\n")


def test_an_unknown_preset_is_named(tmp_path: Path):
    done = CliRunner().invoke(main, ["init", "--data", str(tmp_path), "--preset", "atlantis"])

    assert done.exit_code == 2
    assert "atlantis" in done.output
    assert "yuancheng" in done.output


@pytest.mark.parametrize("arguments", [[], ["--help"]])
def test_whoever_asks_for_nothing_is_told_how_to_begin(arguments: list[str]):
    """Each job on a line of its own that is not cut, and the first two commands at the end."""
    listed = CliRunner().invoke(main, arguments, terminal_width=80).output

    assert "..." not in listed.partition("Commands:")[2]
    assert "onewindow demo" in listed.splitlines()[-2]
    assert "onewindow init --preset" in listed.splitlines()[-1]


def test_every_option_says_what_it_is_for():
    jobs = {name: main.get_command(click.Context(main), name) for name in main.list_commands(click.Context(main))}
    silent = [
        (name, option.name)
        for name, job in jobs.items()
        if job is not None
        for option in job.params
        if isinstance(option, click.Option) and not option.help
    ]

    assert silent == []


@pytest.mark.parametrize(
    ("name", "value"), [("SOCKETS_TOTAL", "many"), ("BODY_MS", "-1"), ("LOGINS_PER_MINUTE", ""), ("LOG_JSON", "maybe")]
)
@pytest.mark.parametrize("job", ["serve", "demo"])
def test_a_variable_that_makes_no_sense_is_named_in_one_line(job: str, name: str, value: str, tmp_path: Path):
    variable = f"ONEWINDOW_{name}"
    done = CliRunner().invoke(main, [job, "--data", str(tmp_path / "data")], env={variable: value})

    assert done.exit_code == 2
    assert re.fullmatch(rf"Error: {variable} 的值是 '{value}'，应为.+ / is '{value}'; it must be .+\n", done.output)
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    "job",
    [["account", "boss"], ["init", "--preset", "longgang"], ["import", "--hall", "longgang", "hall.xlsx"]],
    ids=lambda job: job[0],
)
def test_what_writes_settings_is_refused_beside_a_server(job: list[str], tmp_path: Path):
    """The server keeps settings in memory: it would go on without what is written beside it."""
    (tmp_path / "hall.xlsx").write_bytes(b"")
    lock = FileLock(lock_path(tmp_path / "ledger.db"))
    try:
        arguments = [str(tmp_path / one) if one.endswith(".xlsx") else one for one in job]
        done = CliRunner().invoke(main, [*arguments, "--data", str(tmp_path)], input="secret-1\nsecret-1\n")
    finally:
        lock.release()

    assert done.exit_code == 1
    assert f"in use (process {os.getpid()}): stop the server first, or use its pages" in done.output
    assert not (tmp_path / "config.db").exists()


@pytest.fixture
def accounts(tmp_path: Path) -> Iterator[AccountStore]:
    """Wang, a clerk, and Wu, whom the identity provider vouches for."""
    database = Database(tmp_path)
    upgrade(database)
    store = AccountStore(database)
    wang = NewAccount(account="wang", name="王小明", role="clerk", halls=("yuancheng",), password_hash="old")
    wu = NewAccount(account="wu", name="吴", role="guide", halls=("*",), password_hash=NO_PASSWORD, subject="id wu")
    store.add_accounts([wang, wu], now_ms=0)
    yield store
    database.close()


def told(folder: Path, *arguments: str) -> list[str]:
    """Run `onewindow account` with a new password; return what it says below the questions."""
    done = CliRunner().invoke(main, ["account", "--data", str(folder), *arguments], input="secret-123\nsecret-123\n")
    assert done.exit_code == 0, done.output
    return [line for line in done.output.splitlines() if line and not line.startswith(("Password", "Repeat"))]


def account_of(store: AccountStore, name: str) -> Account:
    """Return an account that is there."""
    found = store.find(name)
    assert found is not None
    return found[0]


def test_a_new_password_changes_nothing_else_of_an_account(tmp_path: Path, accounts: AccountStore):
    """Its role, halls and name stay, a disabled account stays disabled, and its sessions end; all of it is said."""
    accounts.add_session("token", "wang", expires_ms=2**52, now_ms=0)
    accounts.disable("wang", disabled=True, by=("test", 0))
    before = account_of(accounts, "wang")

    said = told(tmp_path, "wang")

    assert account_of(accounts, "wang") == before
    assert said == [
        "wang (clerk, halls yuancheng): new password",
        "wang is disabled and cannot sign in: --enable lets it",
    ]
    assert accounts.session("token") is None
    assert [one.what for one in accounts.changes(1)] == ["password_by_command"]


def test_what_is_given_of_an_account_is_changed_and_said(tmp_path: Path, accounts: AccountStore):
    accounts.disable("wang", disabled=True, by=("test", 0))
    accounts.add_session("token", "wu", expires_ms=2**52, now_ms=0)

    assert told(tmp_path, "wang", "--role", "guide", "--enable") == [
        "wang (guide, halls yuancheng): new password, role clerk → guide, enabled",
        "wang can sign in",
    ]
    assert told(tmp_path, "wu", "--keep-password", "--halls", "a,b", "--called", "吴小") == [
        "wu (guide, halls a, b): name 吴 → 吴小, halls * → a, b",
        "wu signs in at the identity provider",
    ]
    assert accounts.session("token") is not None
    assert [one.what for one in accounts.changes(4)] == ["changed", "enabled", "changed", "password_by_command"]


def test_the_link_to_the_provider_is_only_cut_where_it_is_asked_for(tmp_path: Path, accounts: AccountStore):
    """With a link a password is a second way in; without one it is the only way."""
    assert told(tmp_path, "wu") == [
        "wu (guide, halls *): new password",
        "wu can sign in, also at the identity provider: --unlink ends that",
    ]
    assert account_of(accounts, "wu").linked
    assert told(tmp_path, "wu", "--keep-password", "--unlink") == [
        "wu (guide, halls *): no longer bound to the identity provider", "wu can sign in",
    ]  # fmt: skip
    assert not account_of(accounts, "wu").linked


def test_an_account_keeps_a_way_in(tmp_path: Path, accounts: AccountStore):
    """Without a password and a link nobody could sign in; a new account has no password to keep."""
    for name, options in (("wu", ["--unlink"]), ("zhao", [])):
        done = CliRunner().invoke(main, ["account", name, "--data", str(tmp_path), "--keep-password", *options])
        assert done.exit_code == 1
        assert "needs a password" in done.output
    assert account_of(accounts, "wu").linked
    assert accounts.find("zhao") is None


def test_a_new_account_says_what_it_is(tmp_path: Path):
    assert told(tmp_path, "boss") == ["boss (admin, halls *): made", "boss can sign in"]


def test_a_preset_is_served_stopped_and_audited(tmp_path: Path):
    """init, serve, one request, SIGTERM, audit: what an operator does on the first day."""
    made = CliRunner().invoke(main, ["init", "--data", str(tmp_path), "--preset", "longgang", "--hall", "longgang"])
    server = subprocess.Popen(
        [*ONEWINDOW, "serve", "--data", str(tmp_path), "--port", "0", "--log-json"],
        stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    assert server.stderr is not None
    line = next(one for one in server.stderr if b"OneWindow at " in one).decode()
    address = re.search(r"http://[\d.]+:\d+", line)
    assert address is not None
    health = _once_up(address[0])
    server.send_signal(signal.SIGTERM)
    server.communicate(timeout=60)
    audit = CliRunner().invoke(main, ["audit", "--data", str(tmp_path)])

    assert made.exit_code == 0, made.output
    assert health["ready"] is True
    assert server.returncode in (0, -signal.SIGTERM)
    assert (audit.exit_code, "sound" in audit.output) == (0, True)


def test_a_folder_without_halls_is_served_and_says_what_to_do(tmp_path: Path):
    """The log and /health say it: screens of such a server would stay empty without a word."""
    server = subprocess.Popen(
        [*ONEWINDOW, "serve", "--data", str(tmp_path), "--port", "0"],
        stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    assert server.stderr is not None
    line = next(one for one in server.stderr if b"OneWindow at " in one).decode()
    address = re.search(r"http://[\d.]+:\d+", line)
    assert address is not None
    health = _once_up(address[0])
    server.send_signal(signal.SIGTERM)
    _, told = server.communicate(timeout=60)

    assert (health["ready"], health["reason"]) == (False, "no halls: run onewindow init")
    assert b"run onewindow init" in told


def _once_up(address: str) -> dict[str, object]:
    for _ in range(600):
        try:
            answer: dict[str, object] = httpx.get(f"{address}/health").json()
        except httpx.TransportError:
            time.sleep(0.1)
        else:
            return answer
    raise AssertionError("the server did not come up in 60 s")


def test_the_workbook_to_fill_in_is_written_once(tmp_path: Path) -> None:
    """`onewindow import --template` writes it, and never over a file that is there."""
    target = tmp_path / "hall.xlsx"

    first = CliRunner().invoke(main, ["import", "--template", str(target)])
    second = CliRunner().invoke(main, ["import", "--template", str(target)])

    assert first.exit_code == 0, first.output
    assert target.read_bytes()[:2] == b"PK"
    assert second.exit_code != 0
    assert "already" in second.output


def test_commands_of_other_packages_are_found() -> None:
    """`onewindow display printer` comes from the displays, which the server never imports."""
    answer = CliRunner().invoke(main, ["display", "printer", "--help"])

    assert answer.exit_code == 0, answer.output
    assert "--printer" in answer.output
