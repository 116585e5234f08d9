"""Changes and guesses are limited by address, device, account and person: 429, with the seconds to wait."""

from pathlib import Path

import pytest

from server.accounts.authorise import CITIZEN, NOBODY, Caller
from server.accounts.rates import BoundedStorage, Rates
from server.problems import Problem
from server.settings import Limits
from tests.support.rates import Hand, failed
from tests.support.server import HALL, Served, serving

LOW = Limits(
    changes_per_address=3, changes_per_device=3, changes_per_account=3, changes_per_person=2, guesses_per_address=3
)


def test_everybody_is_counted_apart_and_the_minute_ends():
    hand = Hand()
    rates = Rates(LOW, hand)
    callers = (
        NOBODY,
        Caller("device", "k1", kind="kiosk"),
        Caller("clerk", "li"),
        Caller("device", "k2", kind="kiosk"),
    )

    for caller in callers:
        for _ in range(3):
            rates.changes(caller, "10.0.0.1")
        hand.now_s += 0.5
        with pytest.raises(Problem) as refused:
            rates.changes(caller, "10.0.0.1")
        assert (refused.value.code, refused.value.facts) == ("TOO_MANY", {"retry_s": 60})
    with pytest.raises(Problem):
        rates.changes(CITIZEN, "10.0.0.1")
    rates.changes(NOBODY, "10.0.0.2")
    hand.now_s += 60
    rates.changes(NOBODY, "10.0.0.1")

    assert rates.statistics().refused == 5


def test_failed_sign_ins_are_counted_by_account_and_three_times_as_many_by_address():
    hand = Hand()
    rates = Rates(Limits(logins_per_minute=2), hand)
    for _ in range(5):
        with rates.sign_in("li", "10.0.0.1"):
            hand.now_s += 1

    assert [failed(rates) for _ in range(3)] == ["WRONG_PASSWORD", "WRONG_PASSWORD", "TOO_MANY"]
    assert failed(rates, address="10.0.0.2") == "TOO_MANY"
    assert [failed(rates, f"clerk{number}") for number in range(5)] == ["WRONG_PASSWORD"] * 4 + ["TOO_MANY"]
    assert failed(rates, "wang", "10.0.0.2") == "WRONG_PASSWORD"
    hand.now_s += 60
    assert failed(rates) == "WRONG_PASSWORD"


def test_sign_ins_under_way_count_as_failed_until_they_turn_out_right():
    rates = Rates(Limits(logins_per_minute=2), Hand())
    with rates.sign_in("li", "10.0.0.1"), rates.sign_in("li", "10.0.0.1"):
        assert failed(rates) == "TOO_MANY"

    with rates.sign_in("li", "10.0.0.1"):
        pass
    assert [failed(rates) for _ in range(3)] == ["WRONG_PASSWORD", "WRONG_PASSWORD", "TOO_MANY"]


def test_the_storage_is_bounded_and_forgets_the_oldest():
    hand = Hand()
    storage = BoundedStorage(hand, names=2)
    for name in ("a", "b", "c"):
        assert storage.incr(name, 60) == 1

    assert len(storage) == 2
    assert (storage.get("a"), storage.get("b")) == (0, 1)
    assert storage.get_expiry("b") == hand.now_s + 60
    storage.clear("b")
    assert storage.get("b") == 0
    assert storage.check()
    assert storage.reset() == 1


def test_a_device_an_account_and_an_address_meet_their_limits(tmp_path: Path):
    """Told in the one form, with the time to wait; reading goes on, and others are not concerned."""
    with serving(tmp_path, limits=LOW) as served:
        for who in ("kiosk", "guide", ""):
            body = {"items": [{"code": "id-card"}], "channel": "phone"}
            codes = [served.call("tickets", body, who=who).status_code for _ in range(5)]
            assert codes[3:] == [429, 429], (who, codes)
            assert 429 not in codes[:3]
        refused = served.call("tickets", {"items": [{"code": "id-card"}]}, who="kiosk")
        reading = served.client("kiosk").get(f"/api/halls/{HALL}/feed?view=board")
        other = served.call("tickets", {"items": [{"code": "id-card"}]}, who="clerk01")

    assert refused.json()["code"] == "TOO_MANY"
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert (reading.status_code, other.status_code) == (200, 201)


def test_a_person_is_limited_whichever_device_asks(tmp_path: Path):
    limits = Limits(changes_per_person=2)
    with serving(tmp_path, limits=limits) as served:
        said = [_take(served, who, "440307199001017654") for who in ("kiosk", "clerk01", "clerk02")]
        other = _take(served, "kiosk", "somebody else")

    assert said[2] == 429
    assert 429 not in (*said[:2], other)


def test_wrong_secrets_and_codes_end_in_waiting_and_then_even_the_right_one_waits(tmp_path: Path):
    """A token's holder is not concerned: a kiosk misreads codes all day."""
    with serving(tmp_path, limits=Limits(guesses_per_address=3)) as served:
        ticket = served.take()
        path = f"/api/halls/{HALL}/tickets/{ticket['id']}"
        codes = [served.client().get(path, params={"secret": f"wrong-{n}"}).json()["code"] for n in range(4)]
        right = served.client().get(path, params={"secret": ticket["secret"]})
        code = served.call("check-in", {"code": "ABCD2345"})
        feed = served.client().get(f"/api/halls/{HALL}/feed?view=ticket&ticket={ticket['id']}&secret=x")
        kiosk = [served.call("check-in", {"code": "ABCD2345"}, who="kiosk").json()["code"] for _ in range(5)]

    assert codes == ["WRONG_SECRET"] * 3 + ["TOO_MANY"]
    assert [one.status_code for one in (right, code, feed)] == [429] * 3
    assert set(kiosk) == {"UNKNOWN_BOOKING"}


def _take(served: Served, who: str, person: str) -> int:
    return served.call("tickets", {"items": [{"code": "id-card"}], "person": person}, who=who).status_code
