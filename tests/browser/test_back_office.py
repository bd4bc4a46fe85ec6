"""The officer's day in a real browser: from the queue to an active loan, on desk and phone."""

import pytest
from playwright.sync_api import Page, expect

from tests.backoffice import house
from tests.browser.conftest import DESK, PHONE, Open
from tests.tasks import SentTasks

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(120)]

WORDS = {
    "en": {
        "sign_in": "Sign in", "approve": "Approve", "accept": "Accept for the borrower",
        "draw": "Draw", "reason": "Reason", "active": "Active", "confirm": "Confirm",
    },
    "zh-hans": {
        "sign_in": "登录", "approve": "通过", "accept": "代借款人接受", "draw": "支用",
        "reason": "原因", "active": "生效中", "confirm": "确认",
    },
}  # fmt: skip


def sign_in(page: Page, words: dict[str, str], role: str = "supervisor") -> None:
    page.fill("#id_username", f"riverside-{role}")
    page.fill("#id_password", house.PASSWORD)
    page.get_by_role("button", name=words["sign_in"], exact=True).click()
    page.wait_for_url("**/admin/")


def press(page: Page, words: dict[str, str], verb: str) -> None:
    """Open a verb and confirm it; what it asks for has to be there already, or is filled in."""
    page.locator("summary", has_text=words[verb]).first.click()
    if verb == "approve":
        page.fill("#approve-reason", "Known for ten years")
    if verb == "accept":
        page.check("#accept-confirmed")
    page.get_by_role("button", name=f"{words['confirm']}: {words[verb]}", exact=True).click()


def is_narrow_enough(page: Page) -> bool:
    return bool(
        page.evaluate(
            "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
        )
    )


@pytest.mark.parametrize(("size", "language"), [(DESK, "en"), (PHONE, "zh-hans")])
def test_a_referred_application_becomes_an_active_loan(
    furnished: house.House,
    open_page: Open,
    sent_tasks: SentTasks,
    complaints: list[str],
    size: dict[str, int],
    language: str,
) -> None:
    words = WORDS[language]
    page = open_page(size, language)
    sign_in(page, words)
    page.locator(".bo-stage.bo-has").click()
    page.locator("#result_list a", has_text=furnished.referred.number).click()

    press(page, words, "approve")
    expect(page.get_by_text(words["accept"]).first).to_be_visible()
    press(page, words, "accept")
    press(page, words, "draw")
    page.wait_for_url("**/lending/loan/**")
    sent_tasks.run()
    page.reload()

    expect(page.locator("#loan-status")).to_have_text(words["active"])
    assert is_narrow_enough(page)
    assert complaints == []


def test_every_page_fits_a_phone_and_the_policy_of_its_content(
    furnished: house.House, open_page: Open, complaints: list[str]
) -> None:
    page = open_page(PHONE, "zh-hans")
    sign_in(page, WORDS["zh-hans"])
    wide = []
    rows = {
        "lending/application": furnished.referred.pk,
        "lending/loan": furnished.loan.pk,
        "scoring/scorecard": furnished.card.pk,
        "merchants/merchant": furnished.merchant.pk,
    }
    lists = ("", "lending/application/?standing=all", "lending/product/", "password_change/")
    own = (f"{model}/{key}/change/" for model, key in rows.items())
    for where in (*lists, "ledger/account/trial-balance/", *own):
        page.goto(f"/admin/{where}")
        if not is_narrow_enough(page):
            wide.append(where)

    assert wide == []
    assert complaints == []


def test_buttons_are_large_enough_for_a_thumb_and_work_by_keyboard(
    furnished: house.House, open_page: Open, complaints: list[str]
) -> None:
    page = open_page(PHONE, "en")
    sign_in(page, WORDS["en"], "officer")
    page.goto(f"/admin/lending/application/{furnished.referred.pk}/change/")

    small = page.evaluate(
        """() => [...document.querySelectorAll(".bo-header button, .bo-header summary, "
            + ".bo-verb > summary, .bo-button")]
            .filter(e => e.offsetParent && (e.offsetHeight < 44 || e.offsetWidth < 44))
            .map(e => e.textContent.trim())"""
    )
    page.locator(".bo-verb > summary").first.focus()
    page.keyboard.press("Enter")
    page.locator("#approve-amount").focus()
    page.fill("#approve-amount", "160000")
    page.fill("#approve-reason", "Too much for me")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")

    assert small == []
    expect(page.get_by_role("alert").first).to_contain_text("above your authority")
    assert page.input_value("#approve-amount") == "160000"
    # A refusal is answered with its own status, which Chromium mentions in the console.
    assert [said for said in complaints if "403" not in said] == []


def test_language_and_room_can_be_changed_on_a_phone(
    furnished: house.House, open_page: Open, complaints: list[str]
) -> None:
    page = open_page(PHONE, "en")
    sign_in(page, WORDS["en"])
    page.get_by_label("Language").first.click()
    page.get_by_role("button", name="简体中文").click()
    expect(page.get_by_role("heading", name="信贷流水线")).to_be_visible()
    page.get_by_role("button", name="菜单").click()
    page.locator("#nav-sidebar").get_by_role("link", name="贷款", exact=True).click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("贷款")
    assert complaints == []
