"""A forgotten password, on the pages: the administrator sets one, its owner chooses another, and changes it later."""

import pytest
from playwright.sync_api import Page, expect

from server.accounts.passwords import Passwords
from server.accounts.store import NewAccount
from tests.journeys.test_visit import sign_in
from tests.support.browser import Eyes, seen
from tests.support.journey import PASSWORD, page_address
from tests.support.server import Served

OWN, LATER, BLANKS = "my very own", "another of mine", " " * 12

pytestmark = [pytest.mark.browser]


def fill(page: Page, **fields: str) -> None:
    """Fill the fields of a dialog and confirm it."""
    for name, value in fields.items():
        seen(page, f"ask-{name}").fill(value)
    seen(page, "ask-ok").click()


def choose(page: Page, password: str, again: str) -> None:
    """Choose a password of one's own after a temporary one."""
    seen(page, "password-new").fill(password)
    seen(page, "password-again").fill(again)
    seen(page, "password-save").click()


def test_a_forgotten_password_is_replaced_and_its_owner_chooses_another(hall: Served, eyes: Eyes):
    """Shown once to the administrator, good for one thing only, and told in the list of changes."""
    root = NewAccount(
        account="root", name="系统管理员", role="admin", halls=("*",), password_hash=Passwords().hash_now(PASSWORD)
    )
    hall.house.desk.store.add_accounts([root], now_ms=0)
    admin = eyes.open(hall.url + page_address("manager") + "#accounts", "desk")
    sign_in(admin, "root")
    seen(admin, "password-clerk01").click()
    seen(admin, "ask-ok").click()
    made = seen(admin, "made-password").inner_text()
    seen(admin, "made-done").click()
    expect(seen(admin, "by-clerk01")).to_have_text("临时密码，待本人修改")
    expect(seen(admin, "account-changes").locator("tbody tr").first).to_contain_text("管理员设置临时密码")

    clerk = eyes.open(hall.url + page_address("clerk"), "desk")
    seen(clerk, "account").fill("clerk01")
    seen(clerk, "password").fill(made)
    seen(clerk, "sign-in").click()
    expect(seen(clerk, "password-new")).to_be_visible()
    clerk.reload()
    seen(clerk, "account").fill("clerk01")
    seen(clerk, "password").fill(made)
    seen(clerk, "sign-in").click()
    choose(clerk, OWN, "not the same")
    expect(seen(clerk, "sign-in-fault")).to_have_text("两次输入的新密码不一致")
    choose(clerk, BLANKS, BLANKS)
    expect(seen(clerk, "sign-in-fault")).to_contain_text("不能全是空格")
    choose(clerk, OWN, OWN)

    seen(clerk, "change-password").click()
    fill(clerk, old="wrong", password=LATER, again=LATER)
    expect(seen(clerk, "dialog-password")).to_contain_text("原密码不对")
    fill(clerk, old=OWN, password=LATER, again=LATER)
    expect(seen(clerk, "toast").last).to_have_text("密码已修改")
    admin.reload()
    expect(seen(admin, "by-clerk01")).to_have_text("密码")
