"""The built pages are served with their assets, also below a ticket's address, and nothing else of the disk is."""

import re
from pathlib import Path

import pytest

from server.api import pages
from server.app import Instead, create_app
from server.settings import Settings
from tests.support.server import HALL, Served


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    (folder / "assets").mkdir()
    (folder / "assets" / "phone-ABCD1234.js").write_text("1")
    (folder / "index.html").write_text("start")
    return folder


def test_the_start_page_is_never_kept_and_the_built_assets_stay(served: Served):
    page = served.client().get("/")

    assert page.status_code == 200
    assert page.headers["cache-control"] == "no-store"
    script = re.search(r'src="\./(assets/[^"]+)"', page.text)
    assert script is not None
    assert "immutable" in served.client().get(f"/{script[1]}").headers["cache-control"]


def test_a_page_lets_in_the_styles_of_its_own_answer_and_no_others(served: Served):
    """Old browsers need style elements; the policy names the nonce that this answer alone carries."""
    answers = [served.client().get("/kiosk") for _ in range(2)]

    nonces = [re.search(r'<meta name="ow-nonce" content="([\w-]{22})">', one.text) for one in answers]
    policies = [one.headers["content-security-policy"] for one in answers]
    assert all(found and f"'nonce-{found[1]}'" in policy for found, policy in zip(nonces, policies, strict=True))
    assert policies[0] != policies[1]
    assert not any("'unsafe-inline'" in policy for policy in policies)
    assert [len(one.headers.get_list("content-security-policy")) for one in answers] == [1, 1]


def test_a_ticket_page_works_at_the_address_that_its_slip_carries(served: Served):
    """Its assets are named relatively, so a browser asks for them below the ticket's hall."""
    page = served.client().get(served.take()["page"].partition("#")[0])

    named = re.findall(r'(?:src|href)="(\./assets/[^"]+)"', page.text)
    assert named
    assert [served.client().get(str(page.url.join(name))).status_code for name in named] == [200] * len(named)


def test_a_booking_page_works_at_the_address_that_its_holder_keeps(served: Served):
    """It is the phone page, whose assets a browser asks for below the booking's hall; the secret is never sent."""
    page = served.client().get(f"/a/{HALL}/some-booking")

    named = re.findall(r'(?:src|href)="(\./assets/[^"]+)"', page.text)
    assert named
    assert [served.client().get(str(page.url.join(name))).status_code for name in named] == [200] * len(named)


def test_an_asset_is_found_from_the_root_and_from_below_a_ticket(folder: Path):
    names = ["assets/phone-ABCD1234.js", pages._BELOW_TICKET.sub("", "t/longgang/assets/phone-ABCD1234.js")]

    assert [pages._inside(folder, name) is not None for name in names] == [True, True]


@pytest.mark.parametrize("name", ["../secret", "/etc/passwd", "assets/../../secret", "a\0b", "x" * 300, "assets"])
def test_nothing_outside_the_folder_is_found(folder: Path, name: str):
    (folder.parent / "secret").write_text("secret")

    assert pages._inside(folder, name) is None


def test_building_the_application_opens_nothing(tmp_path: Path):
    """Files, databases and threads come with the start, not with the import or the building."""
    create_app(Settings(data=tmp_path / "none"), Instead())

    assert not (tmp_path / "none").exists()
