"""Where people read that a bank did not agree to new due dates."""

from typing import Any

import pytest

from partners.models import Participation
from tenancy import room as rooms
from tenancy.models import ApprovalRequest, Tenant
from tenancy.roles import Role
from tests.backoffice import house
from tests.partners import money, test_reschedulings
from tests.partners.test_settlement_pages import get
from tests.tasks import SentTasks

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def tenant(sent_tasks: SentTasks) -> Tenant:
    """New dates that a second person approved, and the bank refused."""
    tenant = house.tenant()
    house.people(tenant)
    with rooms.enter(tenant.pk):
        loan = money.co_lent()
        request = test_reschedulings.asked(loan, sent_tasks)
        test_reschedulings.approved(request)
        test_reschedulings.says(loan, False, reason="the crop is insured")
    return tenant


def test_the_no_and_its_reason_stand_on_the_loan_and_among_the_approvals(tenant: Tenant) -> None:
    browser = house.signed_in(tenant, Role.ADMINISTRATOR)
    with rooms.enter(tenant.pk):
        loan_id = Participation.objects.get().loan_id
        request: Any = ApprovalRequest.objects.get(kind="loan.reschedule")
    pages = (
        f"lending/loan/{loan_id}/change/",
        "tenancy/approvalrequest/",
        f"tenancy/approvalrequest/{request.pk}/change/",
    )

    for language, refused in (("en", "Refused by harbour: "), ("zh-hans", "harbour 已拒绝：")):
        browser.post("/language", {"language": language, "next": "/admin/"})
        loan, approvals, one = (get(browser, page) for page in pages)
        assert f"{refused}the crop is insured" in loan
        assert f"{refused}the crop is insured" in approvals
        assert "the crop is insured" in one
        assert f"{request.pk}/do/approve/" not in one
