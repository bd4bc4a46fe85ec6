"""A walk over the pages of banks, settlements and households on a phone."""

import re

import pytest
from playwright.sync_api import Page

from partners.models import (
    Break,
    CompensationClaim,
    Participation,
    ReconRun,
    Settlement,
)
from rural.models import Assessment
from tenancy import room
from tenancy.models import Tenant
from tests.backoffice import house
from tests.browser.conftest import PHONE, Open
from tests.browser.test_back_office import WORDS, is_narrow_enough, sign_in
from tests.partners.test_own_desk import furnish
from tests.rural.capacity import build, households

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.timeout(120)]

LISTS = (
    "", "lending/loan/", "partners/settlement/", "partners/reconrun/", "partners/break/",
    "partners/participation/", "partners/compensationclaim/", "partners/agreement/",
    "partners/fundingrule/", "tenancy/approvalrequest/", "rural/assessment/", "rural/household/",
    "rural/submission/", "rural/benchmark/", "rural/villagerule/coverage/", "rural/visit/",
)  # fmt: skip
# Kinds of files stand under the names that the banks' programs know them by.
CODES = re.compile(r"\b(?!(?:REPAY|SETTLE|REPAYMENT)_)[A-Z]{3,}(?:_[A-Z0-9]+)+\b")
# What people read: not what is quoted as code, nor what a script or a style says.
SEEN = """() => {
  const texts = [], walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const text = walker.currentNode.nodeValue.trim(), above = walker.currentNode.parentElement;
    if (text && !above.closest("pre, code, script, style, template")) texts.push(text);
  }
  return texts;
}"""
# A link or a heading without a word; two links in one another leave such a one behind.
EMPTY = """() => [...document.querySelectorAll(".bo-page :is(h1, h2, h3, a), #result_list a")]
  .filter(e => !e.textContent.trim() && !e.querySelector("img, svg, span"))
  .map(e => e.outerHTML)"""


@pytest.fixture
def walked(transactional_db: None) -> Tenant:
    """A lender with a late co-lent loan, a settled day, a difference, a claim, an assessment."""
    tenant = house.tenant()
    house.people(tenant)
    furnish(tenant)
    with room.enter(tenant.pk):
        Tenant.objects.filter(pk=tenant.pk).update(business_date=build.MAY)
        build.ready()
        build.assess(households.household())
    return tenant


def pages_of(tenant: Tenant) -> list[str]:
    """Every list, and the own page of one row of each kind."""
    models = (Participation, CompensationClaim, Settlement, ReconRun, Break, Assessment)
    with room.enter(tenant.pk):
        rows = [row for model in models if (row := model.objects.first()) is not None]
        loan = Participation.objects.get().loan_id
    own = [f"{row._meta.app_label}/{row._meta.model_name}/{row.pk}/change/" for row in rows]
    assert len(own) == len(models)
    return [*LISTS, *own, f"lending/loan/{loan}/change/"]


def faults(page: Page) -> list[str]:
    """Say what is wrong with the page that is open."""
    raw = [text for text in page.evaluate(SEEN) if CODES.search(text)]
    wide = [] if is_narrow_enough(page) else ["wider than the phone"]
    return [*raw, *page.evaluate(EMPTY), *wide]


def test_no_page_is_wide_raw_or_complained_of(
    walked: Tenant, open_page: Open, complaints: list[str]
) -> None:
    page = open_page(PHONE, "zh-hans")
    sign_in(page, WORDS["zh-hans"])

    found = {}
    for where in pages_of(walked):
        answer = page.goto(f"/admin/{where}")
        assert answer is not None
        assert answer.status == 200, where
        if wrong := faults(page):
            found[where] = wrong

    assert found == {}
    assert complaints == []
