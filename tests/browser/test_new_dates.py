"""New due dates after a drought: an officer asks, a second person and the bank agree."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tenancy import room
from tenancy.models import Tenant
from tests.browser.conftest import DESK, PHONE, Open
from tests.browser.test_back_office import WORDS, is_narrow_enough, sign_in
from tests.partners import money, test_reschedulings
from tests.tasks import SentTasks

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(120)]
HARVEST = [day.isoformat() for day in test_reschedulings.HARVEST]


@pytest.fixture
def loan(tenant: Tenant, sent_tasks: SentTasks) -> Any:
    """A loan in twelve instalments, of which a bank holds a part."""
    with room.enter(tenant.pk):
        lent = money.co_lent()
    sent_tasks.run()
    return lent


def ask(page: Page, dates: str, why: str = "") -> None:
    """Fill in what is asked for and send it."""
    page.fill("#reschedule-due_dates", dates)
    if why:
        page.fill("#reschedule-reason", why)
    page.get_by_role("button", name="Confirm: Put on new dates").click()


def test_are_asked_for_approved_and_agreed_to(
    tenant: Tenant, loan: Any, open_page: Open, sent_tasks: SentTasks, complaints: list[str]
) -> None:
    officer = open_page(PHONE, "en")
    sign_in(officer, WORDS["en"], "officer")
    officer.goto(f"/admin/lending/loan/{loan.pk}/change/")
    officer.locator("summary", has_text="Put on new dates").click()

    # What was typed stays, and what is wrong with it stands beside it.
    ask(officer, "2026-09-20 2026-02-30", "Drought in the county")
    expect(officer.get_by_text("“2026-02-30” is no day")).to_be_visible()
    assert officer.input_value("#reschedule-due_dates") == "2026-09-20 2026-02-30"
    assert officer.input_value("#reschedule-reason") == "Drought in the county"
    ask(officer, " ".join(reversed(HARVEST)))
    expect(officer.get_by_role("alert")).to_contain_text("dates that ascend")
    assert officer.input_value("#reschedule-due_dates") == " ".join(reversed(HARVEST))

    ask(officer, " ".join(HARVEST))
    expect(officer.locator("#loan-requests")).to_contain_text("Waiting for the second person")
    sent_tasks.run()
    officer.reload()
    word = officer.locator("#loan-part")
    expect(word).to_contain_text("Waiting for the bank")
    assert is_narrow_enough(officer)

    second = open_page(DESK, "zh-hans")
    sign_in(second, WORDS["zh-hans"], "supervisor")
    second.goto("/admin/tenancy/approvalrequest/?kind=loan.reschedule")
    second.locator("#result_list a", has_text=loan.number).click()
    expect(second.get_by_text(", ".join(HARVEST)).first).to_be_visible()
    second.locator("summary", has_text="通过").click()
    second.fill("#approve-reason", "看过地块")
    second.get_by_role("button", name="确认: 通过").click()
    expect(second.get_by_text("等待银行答复")).to_be_visible()

    with room.enter(tenant.pk):
        test_reschedulings.says(loan, True)
    officer.reload()
    expect(word).to_contain_text("Agreed")
    days = officer.locator("#schedule tbody tr td:nth-child(2)").all_inner_texts()
    assert days == HARVEST
    assert [said for said in complaints if "status of 422" not in said] == []
