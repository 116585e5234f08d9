"""Signing in at an identity provider: the way there and back over real HTTP, and every way in which it must fail."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from server.accounts.provider import BadProvider, load_provider, person_of, provider_of
from tests.support.oidc_provider import CLIENT, SECRET, OidcProvider, providing
from tests.support.server import HALL, Served, serving

PERSON: dict[str, Any] = {
    "preferred_username": "wang.fang", "name": "王芳", "realm_access": {"roles": ["staff", "ow-lead"]}, "unit": ["440307"],
}  # fmt: skip
FILE = """
issuer = "{issuer}"
client_id = "{client}"
client_secret = "env:OIDC_SECRET_OF_TEST"
redirect = "{redirect}"
role_claim = "realm_access.roles"
halls_claim = "unit"
name = {{ zh = "区统一认证", en = "District sign-in" }}

[roles]
ow-admin = "admin"
ow-lead = "manager"
ow-desk = "clerk"

[halls]
440307 = ["{hall}"]
"""
BASE: dict[str, Any] = {
    "issuer": "https://id.example", "client_id": "x", "redirect": "https://hall.example/api/oidc/callback",
    "roles": {"lead": "manager", "desk": "clerk", "audit": "auditor"},
}  # fmt: skip


@pytest.fixture(scope="module")
def provider() -> Iterator[OidcProvider]:
    with providing(dict(PERSON)) as one:
        yield one


@pytest.fixture(scope="module")
def hall(provider: OidcProvider, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server whose people sign in at the provider."""
    folder = tmp_path_factory.mktemp("data")
    file = FILE.format(issuer=provider.url, client=CLIENT, redirect="http://127.0.0.1:1/api/oidc/callback", hall=HALL)
    (folder / "oidc.toml").write_text(file, "utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("OIDC_SECRET_OF_TEST", SECRET)
        with serving(folder) as served:
            yield served


@pytest.fixture(autouse=True)
def _well(provider: OidcProvider) -> None:
    """Each test begins with a provider that does everything right, and a server that remembers nothing of it."""
    provider.faults.clear()
    provider.person = dict(PERSON)


def test_a_person_signs_in_there_and_is_somebody_here(hall: Served):
    with httpx.Client(base_url=hall.url) as browser:
        offered = browser.get("/api/oidc").json()
        back = _go(hall, browser)
        me = browser.get("/api/me").json()

    assert offered == {"enabled": True, "name": {"zh": "区统一认证", "en": "District sign-in"}}
    assert (back.status_code, back.headers["location"]) == (302, "/manager")
    assert me == {
        "account": "wang.fang", "name": "王芳", "role": "manager", "halls": [HALL], "has_password": False, "temporary": False,
    }  # fmt: skip


def test_the_way_there_carries_pkce_and_the_cookie_tells_nothing(hall: Served, provider: OidcProvider):
    with httpx.Client(base_url=hall.url) as browser:
        leaving = browser.get("/api/oidc/login")
    asked = {name: values[0] for name, values in parse_qs(urlsplit(leaving.headers["location"]).query).items()}
    cookie = leaving.headers["set-cookie"]

    assert leaving.headers["location"].startswith(f"{provider.url}/authorize?")
    assert (asked["code_challenge_method"], asked["response_type"], asked["client_id"]) == ("S256", "code", CLIENT)
    assert {"HttpOnly", "SameSite=lax", "Path=/api/oidc", "Max-Age=600"} <= {part.strip() for part in cookie.split(";")}
    assert not any(asked[name] in cookie for name in ("state", "nonce", "code_challenge"))


@pytest.mark.parametrize(
    "fault",
    ["nonce", "audience", "two audiences", "old", "token issuer", "no subject", "unsigned", "shared secret", "foreign key", "no token"],
)  # fmt: skip
def test_a_token_that_is_not_ours_signs_nobody_in(hall: Served, provider: OidcProvider, fault: str):
    provider.faults.add(fault)

    with httpx.Client(base_url=hall.url) as browser:
        back = _go(hall, browser)
        assert browser.get("/api/me").status_code == 401
    assert (back.status_code, back.json()["code"]) == (403, "SIGN_IN_REFUSED")


def test_another_browser_or_another_state_or_a_second_time_is_stale(hall: Served, provider: OidcProvider):
    """A link with somebody's code cannot sign a victim's browser in, and a code counts once."""
    with httpx.Client(base_url=hall.url) as browser, httpx.Client(base_url=hall.url) as victim:
        address = _callback(browser)
        assert victim.get(address).json()["code"] == "SIGN_IN_STALE"
        sealed = browser.cookies["ow_oidc"]
        assert browser.get(address).status_code == 302
        assert browser.get(address).json()["code"] == "SIGN_IN_STALE"
        again = httpx.get(f"{hall.url}{address}", cookies={"ow_oidc": sealed})
        assert again.json()["code"] == "SIGN_IN_REFUSED"
        broken = httpx.get(f"{hall.url}{address}", cookies={"ow_oidc": sealed[:-2] + "AA"})
        assert broken.json()["code"] == "SIGN_IN_STALE"
        provider.faults.add("state")
        assert _go(hall, browser).json()["code"] == "SIGN_IN_STALE"
        assert browser.get("/api/oidc/callback?error=access_denied").json()["code"] == "SIGN_IN_REFUSED"


@pytest.mark.parametrize("then", ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:x", ""])
def test_a_sign_in_never_ends_at_another_site(hall: Served, then: str):
    with httpx.Client(base_url=hall.url) as browser:
        back = browser.get(_callback(browser, then=then))

    assert back.headers["location"] == "/clerk"


def test_who_has_no_role_or_a_disabled_account_stays_outside(hall: Served, provider: OidcProvider):
    with httpx.Client(base_url=hall.url) as browser:
        provider.person = {**PERSON, "sub": "person-2", "realm_access": {"roles": ["staff"]}}
        assert _go(hall, browser).json()["code"] == "NO_ROLE_HERE"
        provider.person = {**PERSON, "sub": "person-3", "preferred_username": "zhao"}
        assert _go(hall, browser).status_code == 302
        hall.client("admin").post("/api/accounts/zhao/disable")
        assert browser.get("/api/me").status_code == 401
        assert _go(hall, browser).json()["code"] == "NO_ROLE_HERE"


def test_nobody_takes_an_account_over_by_its_name(hall: Served, provider: OidcProvider):
    """Bound to issuer and subject: a local account's name, or another person's, is refused."""
    with httpx.Client(base_url=hall.url) as browser:
        for number, name in enumerate(("admin", "wang.fang"), 10):
            provider.person = {**PERSON, "sub": f"person-{number}", "preferred_username": name}
            assert _go(hall, browser).json()["code"] == "ACCOUNT_EXISTS"
    login = httpx.post(f"{hall.url}/api/login", json={"account": "wang.fang", "password": ""})
    assert login.status_code == 401


def test_a_role_that_changes_there_changes_here_at_the_next_sign_in(hall: Served, provider: OidcProvider):
    with httpx.Client(base_url=hall.url) as browser:
        _go(hall, browser)
        provider.person = {**PERSON, "realm_access": {"roles": ["ow-desk"]}}
        _go(hall, browser)
        assert browser.get("/api/me").json()["role"] == "clerk"


def test_new_keys_of_the_provider_are_found(hall: Served, provider: OidcProvider):
    """Asked for again when a signature does not fit, but not at every one."""
    hall.house.desk.oidc._keys = None
    with httpx.Client(base_url=hall.url) as browser:
        assert _go(hall, browser).status_code == 302
        asked = provider.asked.count("/keys")
        provider.faults.add("foreign key")
        for _ in range(5):
            assert _go(hall, browser).status_code == 403
        assert provider.asked.count("/keys") == asked


@pytest.mark.parametrize(
    ("fault", "code"), [("away", "PROVIDER_AWAY"), ("issuer", "SIGN_IN_REFUSED"), ("unsafe", "SIGN_IN_REFUSED")]
)
def test_a_provider_that_is_away_or_not_itself_is_told(hall: Served, provider: OidcProvider, fault: str, code: str):
    provider.faults.add(fault)
    hall.house.desk.oidc._metadata = None

    answer = httpx.get(f"{hall.url}/api/oidc/login")

    assert answer.json()["code"] == code
    assert ("retry-after" in answer.headers) == (code == "PROVIDER_AWAY")


def test_an_endless_answer_is_not_read(hall: Served, provider: OidcProvider):
    provider.faults.add("large")
    hall.house.desk.oidc._keys = None

    with httpx.Client(base_url=hall.url) as browser:
        assert _go(hall, browser).json()["code"] == "SIGN_IN_REFUSED"


def test_without_a_file_nothing_is_offered(tmp_path: Path):
    with serving(tmp_path) as served:
        assert served.client().get("/api/oidc").json() == {"enabled": False, "name": None}
        assert served.client().get("/api/oidc/login").json()["code"] == "NOT_FOUND"
        assert served.client().get("/api/oidc/callback?code=x&state=y").json()["code"] == "NOT_FOUND"


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"issuer": "http://id.example"}, "$.issuer"),
        ({"redirect": "hall.example"}, "$.redirect"),
        ({"scopes": ["profile"]}, "$.scopes"),
        ({"roles": {}}, "$.roles"),
        ({"roles": {"x": "king"}}, "$.roles.x"),
        ({"halls": {"x": ["a b"]}}, "$.halls.x"),
        ({"client_secret": "env:NOT_SET_ANYWHERE"}, "$.client_secret"),
    ],
)
def test_a_file_that_cannot_be_meant_is_told_by_its_place(change: dict[str, Any], where: str):
    with pytest.raises(BadProvider) as fault:
        provider_of({**BASE, **change})

    assert where in str(fault.value)


def test_a_file_that_is_no_toml_or_has_unknown_words_is_told(tmp_path: Path):
    path = tmp_path / "oidc.toml"
    assert load_provider(path) is None
    for text in ("= =", 'isuer = "x"'):
        path.write_text(text)
        with pytest.raises(BadProvider, match=r"oidc\.toml"):
            load_provider(path)


@pytest.mark.parametrize(
    ("claims", "expected"),
    [
        ({"roles": ["desk", "lead"], "halls": ["longgang"]}, ("manager", ("longgang",))),
        ({"roles": "desk other", "halls": "longgang futian"}, ("clerk", ("longgang", "futian"))),
        ({"roles": ["audit"]}, ("auditor", ("*",))),
        ({"roles": ["lead"]}, None),
        ({"roles": ["lead"], "halls": ["*", "long*", "<b>"]}, None),
        ({"roles": [1, {"lead": 1}]}, None),
        ({"roles": {"lead": "x"}}, None),
        ({}, None),
    ],
)
def test_claims_mean_what_the_file_says(claims: dict[str, Any], expected: tuple[str, tuple[str, ...]] | None):
    person = person_of(provider_of(BASE), {"sub": "1", **claims})

    assert (None if person is None else (person.role, person.halls)) == expected


def test_a_name_that_is_no_account_of_ours_gets_one():
    person = person_of(
        provider_of(BASE), {"sub": "1", "roles": "audit", "preferred_username": "a b<c>", "name": "a\tb\n"}
    )

    assert person is not None
    assert person.account.startswith("oidc-")
    assert person.name == "ab"


def _callback(browser: httpx.Client, *, then: str = "/manager") -> str:
    """Go to the provider and return the address, on our server, that it sends the browser back to."""
    leaving = browser.get("/api/oidc/login", params={"then": then})
    returned = urlsplit(httpx.get(leaving.headers["location"]).headers["location"])
    return f"{returned.path}?{returned.query}"


def _go(served: Served, browser: httpx.Client) -> httpx.Response:
    return browser.get(_callback(browser))
