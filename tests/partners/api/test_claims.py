"""A bank claims on a guarantor over HTTP, says that it was paid, or takes the claim back."""

from datetime import date
from typing import Any

import pytest

from partners.models import PartnerBank
from tenancy import room
from tenancy.models import AuditEvent, Tenant
from tests.lending.servicing import build as servicing
from tests.partners.api.co_lent import Lent, asked_for, paid
from tests.partners.api.conftest import Connect, bank_of
from tests.partners.api.program import Program
from tests.tasks import SentTasks

LATE = date(2026, 3, 10)
TERMS: dict[str, Any] = {
    "model": "CO_LEND_G",
    "guarantor_code": "shield",
    "compensation_dpd": 28,
    "compensation_scope": "FULL",
}


@pytest.fixture
def late(riverside: Tenant, harbour: PartnerBank, program: Program, sent_tasks: SentTasks) -> Lent:
    """A guaranteed loan, 33 days past due."""
    lent = asked_for(riverside, harbour, **TERMS)
    leg = program.get(f"fundings/{lent.leg_id}").json()
    program.post(f"fundings/{lent.leg_id}/confirmations", paid(leg))
    lent.pay_out()
    with room.enter(riverside.pk):
        servicing.close_to(LATE)
    return lent


@pytest.fixture
def claim(program: Program, late: Lent) -> dict[str, Any]:
    """Harbour's claim on the guarantor."""
    answer = program.post("compensation-claims", {"loan_id": late.loan_id})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def said_paid(program: Program, claim: dict[str, Any], **changes: Any) -> Any:
    body = {"reference": "G-1", "reversible_until": "2026-03-31", **changes}
    return program.post(f"compensation-claims/{claim['id']}/payments", body)


class TestFiling:
    def test_claims_the_bank_s_part(
        self, program: Program, claim: dict[str, Any], late: Lent
    ) -> None:
        assert (claim["status"], claim["scope"]) == ("FILED", "FULL")
        assert claim["principal"] == {"amount": "7000.00", "currency": "CNY"}
        assert (claim["loan_id"], claim["guarantor"]) == (late.loan_id, "shield")
        assert program.get("compensation-claims?status=FILED").json()["results"] == [claim]
        assert program.get(f"compensation-claims/{claim['id']}").json() == claim
        assert program.get("events").json()["results"][-1]["topic"] == "claim.filed"

    def test_for_the_same_delay_again_is_refused(
        self, program: Program, claim: dict[str, Any], late: Lent
    ) -> None:
        answer = program.post("compensation-claims", {"loan_id": late.loan_id})
        assert (answer.status_code, answer.json()["code"]) == (409, "claimed_already")

    def test_of_another_bank_finds_nothing(
        self, claim: dict[str, Any], late: Lent, program_of: Connect, riverside: Tenant
    ) -> None:
        other = program_of(riverside, bank_of(riverside, "coast")).sign_in()
        assert other.get("compensation-claims").json()["results"] == []
        path = f"compensation-claims/{claim['id']}"
        assert other.get(path).status_code == 404
        assert other.post("compensation-claims", {"loan_id": late.loan_id}).status_code == 404
        assert said_paid(other, claim).status_code == 404
        assert other.post(f"{path}/withdrawal", {"reason": "Ours"}).status_code == 404


class TestPayment:
    def test_puts_the_guarantor_in_the_bank_s_place(
        self, program: Program, claim: dict[str, Any], late: Lent
    ) -> None:
        for _time in range(2):
            answer = said_paid(program, claim)
            assert (answer.status_code, answer.json()["status"]) == (201, "PAID"), answer.text
        loan = program.get(f"loans/{late.loan_id}").json()
        assert (loan["status"], loan["held_by"]) == ("COMPENSATED", "guarantor")
        assert loan["principal"]["amount"] == "0.00"
        with room.enter(late.tenant.pk):
            assert AuditEvent.objects.filter(action="claim.pay").count() == 1

    def test_by_another_reference_is_refused(
        self, program: Program, claim: dict[str, Any]
    ) -> None:
        said_paid(program, claim)
        answer = said_paid(program, claim, reference="G-2")
        assert (answer.status_code, answer.json()["code"]) == (409, "claim_settled")

    @pytest.mark.parametrize(
        ("changes", "pointer"),
        [
            ({"reference": ""}, "/reference"),
            ({"reversible_until": "2026-03-09"}, "/reversible_until"),
        ],
        ids=["reference", "day"],
    )
    def test_that_does_not_fit_is_refused(
        self, program: Program, claim: dict[str, Any], changes: dict[str, Any], pointer: str
    ) -> None:
        answer = said_paid(program, claim, **changes)
        assert answer.status_code == 422, answer.text
        assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


class TestWithdrawal:
    def test_lets_the_delay_be_claimed_anew(
        self, program: Program, claim: dict[str, Any], late: Lent
    ) -> None:
        path = f"compensation-claims/{claim['id']}/withdrawal"
        for _time in range(2):
            answer = program.post(path, {"reason": "Filed by mistake"})
            assert (answer.status_code, answer.json()["status"]) == (200, "REVERSED")
        again = program.post("compensation-claims", {"loan_id": late.loan_id})
        assert again.status_code == 201

    def test_after_the_payment_is_refused(self, program: Program, claim: dict[str, Any]) -> None:
        said_paid(program, claim)
        path = f"compensation-claims/{claim['id']}/withdrawal"
        answer = program.post(path, {"reason": "Too late"})
        assert (answer.status_code, answer.json()["code"]) == (409, "claim_settled")
