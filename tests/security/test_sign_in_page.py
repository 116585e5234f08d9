"""Somebody signs in at the organisation's provider from the sign-in page, in a real browser, and is back on the page."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
from playwright.sync_api import Browser, expect

from tests.support.browser import seen
from tests.support.journey import page_address
from tests.support.oidc_provider import CLIENT, SECRET, providing
from tests.support.server import HALL, serving

PERSON: dict[str, Any] = {"preferred_username": "wang.fang", "name": "王芳", "roles": ["desk"], "halls": [HALL]}

pytestmark = [pytest.mark.browser]


def test_the_sign_in_page_leads_to_the_provider_and_back(tmp_path: Path, browser: Browser):
    with providing(PERSON) as provider:
        file = (
            f'issuer = "{provider.url}"\nclient_id = "{CLIENT}"\nclient_secret = "{SECRET}"\n'
            'redirect = "http://127.0.0.1:1/api/oidc/callback"\n[roles]\ndesk = "clerk"\n'
        )
        (tmp_path / "oidc.toml").write_text(file, "utf-8")
        with serving(tmp_path) as served:
            oidc = served.house.desk.oidc
            assert oidc is not None
            # The port is drawn when the server starts.
            oidc.provider = msgspec.structs.replace(oidc.provider, redirect=f"{served.url}/api/oidc/callback")
            page = browser.new_page(locale="zh-CN")
            page.goto(served.url + page_address("clerk"))
            expect(seen(page, "sign-in-elsewhere")).to_have_text("统一身份认证登录")

            seen(page, "sign-in-elsewhere").click()

            expect(seen(page, "sign-out")).to_be_visible()
            assert page.url.startswith(f"{served.url}/clerk")
            page.context.close()
