"""The back office's pages on who holds what of a loan, as finance uses them."""

from datetime import timedelta
from typing import Any

import pytest

from partners.actions import books
from partners.models import CompensationClaim, Guarantor, Participation
from tenancy import room as rooms
from tenancy.models import Tenant
from tenancy.roles import Role
from tests.backoffice import house
from tests.lending.servicing import build as servicing
from tests.partners import money, test_claims
from tests.partners.test_settlement_pages import do, get

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def tenant() -> Tenant:
    """A guaranteed loan, 33 days late."""
    tenant = house.tenant()
    house.people(tenant)
    with rooms.enter(tenant.pk):
        test_claims.late()
    return tenant


def only(tenant: Tenant, model: Any) -> Any:
    with rooms.enter(tenant.pk):
        return model.objects.get()


def test_a_claim_is_filed_paid_and_paid_over(tenant: Tenant) -> None:
    browser = house.signed_in(tenant, Role.FINANCE)
    part = only(tenant, Participation)

    assert do(browser, f"partners/participation/{part.pk}/do/claim/") == 302
    claim = only(tenant, CompensationClaim)
    page = f"partners/compensationclaim/{claim.pk}/do/paid/"
    assert do(browser, page, reference="G-1", reversible_until="2026-01-01") == 422
    assert do(browser, page, reference="G-1", reversible_until="2026-03-31") == 302
    assert only(tenant, Participation).holder == "guarantor"

    shield = only(tenant, Guarantor)
    with rooms.enter(tenant.pk):
        money.repay(only_loan(), "1000.00", test_claims.LATE)
        servicing.close_to(test_claims.LATE + timedelta(1))
        books.post_shares(bank=part.bank, on=test_claims.LATE, at=money.NOON)
    pay = f"partners/guarantor/{shield.pk}/do/pay-over/"
    assert do(browser, pay, amount="5000", currency="CNY", reference="P-1") == 409
    assert do(browser, pay, amount="500", currency="CNY", reference="P-1") == 302

    for language in ("en", "zh-hans"):
        browser.post("/language", {"language": language, "next": "/admin/"})
        shown = get(browser, f"partners/participation/{part.pk}/change/")
        get(browser, "partners/participation/")
        get(browser, "partners/compensationclaim/")
    assert claim.number in shown


def test_are_not_for_officers(tenant: Tenant) -> None:
    browser = house.signed_in(tenant, Role.OFFICER)

    pages = ("participation", "compensationclaim")
    assert {browser.get(f"/admin/partners/{each}/").status_code for each in pages} == {403}


def only_loan() -> Any:
    return Participation.objects.select_related("loan").get().loan
