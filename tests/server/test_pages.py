"""The built pages are served with their assets, also below a ticket's address, and nothing else of the disk is."""

from pathlib import Path

import pytest

from server.api import pages
from server.app import Instead, create_app
from server.settings import Settings
from tests.support.server import Served


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dist")
    (folder / "assets").mkdir()
    (folder / "assets" / "phone-ABCD1234.js").write_text("1")
    (folder / "index.html").write_text("start")
    return folder


def test_the_start_page_asks_again_and_the_built_assets_stay(served: Served):
    page = served.client().get("/")

    assert page.status_code == 200
    assert page.headers["cache-control"] == "no-cache"
    assert "'unsafe-inline'" not in page.headers["content-security-policy"]


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
