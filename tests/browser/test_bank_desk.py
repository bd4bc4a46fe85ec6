"""A bank's people on a phone and at a desk: their page fits, and a file can be fetched."""

import pytest
from playwright.sync_api import expect

from partners.models import PartnerBank
from tenancy import room
from tenancy.models import Tenant
from tests.backoffice import house
from tests.browser.conftest import DESK, PHONE, Open
from tests.browser.test_back_office import WORDS, is_narrow_enough
from tests.partners.test_desk import employ, person
from tests.partners.test_own_desk import furnish

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(120)]
HEADINGS = {"en": "Your loans", "zh-hans": "贵行贷款"}


@pytest.fixture
def clerk(transactional_db: None) -> str:
    """Somebody of a bank with loans, a settled day, a difference and a claim."""
    tenant: Tenant = house.tenant()
    user = person("clerk")
    furnish(tenant)
    with room.enter(tenant.pk):
        employ(user, PartnerBank.objects.get())
    return user.username


@pytest.mark.parametrize(("size", "language"), [(PHONE, "zh-hans"), (DESK, "en")])
def test_the_bank_s_page_fits_and_hands_a_file_out(
    clerk: str,
    open_page: Open,
    complaints: list[str],
    size: dict[str, int],
    language: str,
) -> None:
    page = open_page(size, language)
    page.fill("#id_username", clerk)
    page.fill("#id_password", house.PASSWORD)
    page.get_by_role("button", name=WORDS[language]["sign_in"], exact=True).click()
    page.wait_for_url("**/admin/")

    expect(page.locator("#own-loans h2")).to_contain_text(HEADINGS[language])
    assert is_narrow_enough(page)
    with page.expect_download() as fetched:
        page.get_by_role("link", name="REPAY_DETAIL 1").click()
    assert fetched.value.suggested_filename == "harbour_REPAY_DETAIL_20260205_001.csv"
    assert complaints == []
