"""Tokens in use, as the look of every second asks for them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from server.accounts.store import NAMED, AccountStore, Device, DeviceRights, NewAccount
from server.cluster import migrate
from server.config.database import Database
from server.config.places import place_of
from server.migrations.upgrade import upgrade
from server.settings import Settings
from tests.support.postgres import shared_postgres


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[AccountStore]:
    """Two boards, one of them revoked; two clerks who are signed in, one of them disabled since."""
    place: Path | str = tmp_path
    if request.param == "postgres":
        url = shared_postgres().database()
        migrate(Settings(data=tmp_path, database_url=url))
        place = place_of(tmp_path, url, "config")
    database = Database(place)
    upgrade(database)
    made = AccountStore(database)
    for name in ("board", "stolen"):
        made.add_device(Device(name, "longgang", "大屏", "strip", window="W01"), f"token-{name}", now_ms=0)
    made.revoke_device("longgang", "stolen")
    clerks = [
        NewAccount(account=name, name="李", role="clerk", halls=("a", "b"), password_hash="") for name in ("li", "wu")
    ]
    made.add_accounts(clerks, now_ms=0)
    for name in ("li", "wu"):
        made.add_session(f"token-{name}", name, expires_ms=900, now_ms=7)
    with database.write() as session:
        session.connection().exec_driver_sql("UPDATE accounts SET disabled = TRUE WHERE account = 'wu'")
    yield made
    database.close()


@pytest.mark.parametrize("others", [0, NAMED])
def test_of_the_tokens_in_use_those_that_still_hold_are_told(store: AccountStore, others: int):
    """Few are named, of many all are read; either way nobody else's token comes out."""
    used = {"token-board", "token-stolen", "token-li", "token-wu", *map(str, range(others))}

    devices, sessions = store.devices_of(used), store.sessions_of(used)

    assert devices == {"token-board": DeviceRights("board", "longgang", "strip", "W01")}
    assert [*sessions] == ["token-li"]
    signed = sessions["token-li"]
    assert (signed.account.account, signed.account.halls, signed.expires_ms, signed.seen_ms) == (
        "li",
        ("a", "b"),
        900,
        7,
    )
    assert store.devices_of(used - {"token-board"}) == {}
    assert store.sessions_of(used - {"token-li"}) == {}


def test_when_devices_and_sessions_were_last_seen_is_noted(store: AccountStore):
    store.saw_devices({"board": 50, "unknown": 60})
    store.saw_sessions({"token-li": 70, "unknown": 80})
    store.saw_devices({})

    assert {one.id: one.last_seen_ms for one in store.devices()} == {"board": 50, "stolen": 0}
    assert store.sessions_of(["token-li"])["token-li"].seen_ms == 70


@pytest.mark.parametrize("name", ["li\x00", "\x00", "", " li", "li\n", "\uff4c\uff49", "x" * 41, "li' or '1'='1"])
def test_what_can_be_no_account_is_none(store: AccountStore, name: str):
    """A stranger types it at the sign-in; PostgreSQL takes no NUL, and would break over it."""
    assert store.find(name) is None
