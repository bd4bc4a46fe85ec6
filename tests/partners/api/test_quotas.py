"""A bank changes how much it takes: less at once, more when the lender has agreed."""

from typing import Any

import pytest
from django.utils import timezone

from partners.actions import quotas
from partners.models import PartnerBank, Quota
from tenancy import room
from tenancy.actions import approvals
from tenancy.models import ApprovalRequest, Tenant
from tenancy.roles import Role
from tests.partners import build
from tests.partners.api.conftest import Connect, bank_of
from tests.partners.api.program import Program
from tests.tenancy.build import actor


@pytest.fixture
def quota(riverside: Tenant, harbour: PartnerBank, program: Program) -> dict[str, Any]:
    """A million a day."""
    with room.enter(riverside.pk):
        build.quota(build.agreement(), "1000000")
    [shown] = program.get("quotas").json()
    return dict(shown)


def change(program: Program, quota: dict[str, Any], amount: str, **more: Any) -> Any:
    money = {"amount": amount, "currency": more.pop("currency", "CNY")}
    return program.put(f"quotas/{quota['id']}", {"amount": money, "reason": "Spring", **more})


def approve(tenant: Tenant) -> Quota:
    with room.enter(tenant.pk):
        asked = ApprovalRequest.objects.get()
        who: dict[str, Any] = {
            "actor": actor(Role.RISK_MANAGER),
            "at": timezone.now(),
            "request_id": asked.pk,
        }
        approvals.approve(**who)
        return quotas.raise_approved(**who, on=build.ON)


def test_less_binds_at_once(program: Program, quota: dict[str, Any]) -> None:
    answer = change(program, quota, "250000")
    assert answer.status_code == 200, answer.text
    assert answer.json()["amount"]["amount"] == "250000.00"
    assert answer.json()["proposed"] is None
    [told] = program.get("events").json()["results"]
    assert (told["topic"], told["data"]["amount"]) == ("quota.changed", "250000.00")


def test_more_binds_when_the_lender_agrees(
    program: Program, quota: dict[str, Any], riverside: Tenant
) -> None:
    for _time in range(2):
        answer = change(program, quota, "2000000")
        assert answer.status_code == 202, answer.text
        assert answer.json()["amount"]["amount"] == "1000000.00"
        assert answer.json()["proposed"]["amount"] == "2000000.00"
    approve(riverside)
    [shown] = program.get("quotas").json()
    assert (shown["amount"]["amount"], shown["proposed"]) == ("2000000.00", None)


def test_more_that_was_overtaken_is_not_done(
    program: Program, quota: dict[str, Any], riverside: Tenant
) -> None:
    change(program, quota, "2000000")
    change(program, quota, "5000")
    with pytest.raises(quotas.QuotaChanged):
        approve(riverside)
    with room.enter(riverside.pk):
        assert Quota.objects.get().amount == 5000


def test_of_another_bank_is_not_there(
    quota: dict[str, Any], program_of: Connect, riverside: Tenant
) -> None:
    other = program_of(riverside, bank_of(riverside, "coast")).sign_in()
    assert change(other, quota, "1").status_code == 404
    assert other.get("quotas").json() == []


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"amount": {"amount": "-1", "currency": "CNY"}}, "/amount"),
        ({"amount": {"amount": "1", "currency": "USD"}}, "/amount/currency"),
        ({"reason": ""}, "/reason"),
        ({"period": "day"}, "/period"),
    ],
    ids=str,
)
def test_that_does_not_fit_is_refused(
    program: Program, quota: dict[str, Any], body: dict[str, Any], pointer: str
) -> None:
    sent = {"amount": {"amount": "5", "currency": "CNY"}, "reason": "Spring", **body}
    answer = program.put(f"quotas/{quota['id']}", sent)
    assert answer.status_code == 422, answer.text
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
