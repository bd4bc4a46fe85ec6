"""A bank pays its part of a loan and books it, over HTTP."""

from typing import Any

import pytest
from django.db import DatabaseError, transaction

from partners.models import BankEvent, FundingLeg, Participation, PartnerBank
from tenancy import room
from tenancy.models import AuditEvent, Tenant
from tests.partners.api.co_lent import Lent, asked_for, booked, paid
from tests.partners.api.conftest import Connect, bank_of
from tests.partners.api.program import Program
from tests.tasks import SentTasks


@pytest.fixture
def lent(riverside: Tenant, harbour: PartnerBank, sent_tasks: SentTasks) -> Lent:
    """10,000, of which Harbour Bank is asked for 7,000."""
    return asked_for(riverside, harbour)


@pytest.fixture
def leg(program: Program, lent: Lent) -> dict[str, Any]:
    """Harbour's leg as the API shows it."""
    return dict(program.get(f"fundings/{lent.leg_id}").json())


@pytest.fixture
def other(program_of: Connect, riverside: Tenant, program: Program) -> Program:
    """The program of another bank of the same lender."""
    return program_of(riverside, bank_of(riverside, "coast")).sign_in()


def confirm(program: Program, leg: dict[str, Any], **changes: Any) -> Any:
    return program.post(f"fundings/{leg['id']}/confirmations", paid(leg, **changes))


def book(program: Program, lent: Lent, *told: str, **changes: Any) -> Any:
    return program.post(f"loans/{lent.loan_id}/booking-confirmations", booked(*told, **changes))


class TestFunding:
    def test_is_asked_for_and_seen_by_its_bank_only(
        self, program: Program, other: Program, lent: Lent, leg: dict[str, Any]
    ) -> None:
        assert leg["amount"] == {"amount": "7000.00", "currency": "CNY"}
        assert (leg["status"], leg["loan_id"]) == ("REQUESTED", lent.loan_id)
        assert program.get("fundings?status=REQUESTED").json()["results"] == [leg]
        assert program.get("fundings?status=CONFIRMED").json()["results"] == []
        assert other.get("fundings").json()["results"] == []
        assert other.get(f"fundings/{leg['id']}").status_code == 404
        assert confirm(other, leg).status_code == 404

    def test_releases_the_loan_s_payment(
        self, program: Program, lent: Lent, leg: dict[str, Any], riverside: Tenant
    ) -> None:
        answer = confirm(program, leg)
        assert (answer.status_code, answer.json()["status"]) == (201, "CONFIRMED")
        assert lent.part.status == "FUNDED"
        with room.enter(riverside.pk):
            assert AuditEvent.objects.filter(action="leg.confirm").count() == 1

    def test_told_twice_is_told_once(
        self, program: Program, lent: Lent, leg: dict[str, Any], riverside: Tenant
    ) -> None:
        for _time in range(2):
            assert confirm(program, leg).status_code == 201
        with room.enter(riverside.pk):
            assert AuditEvent.objects.filter(action="leg.confirm").count() == 1

    @pytest.mark.parametrize(
        "changes",
        [{"bank_ref": "another"}, {"value_date": "2026-01-06"},
         {"result": "FAILED", "reason": "No cover"}],
        ids=["reference", "day", "failed"],
    )  # fmt: skip
    def test_told_otherwise_is_refused(
        self, program: Program, leg: dict[str, Any], changes: dict[str, Any]
    ) -> None:
        confirm(program, leg)
        answer = confirm(program, leg, **changes)
        assert (answer.status_code, answer.json()["code"]) == (409, "leg_settled")

    @pytest.mark.parametrize(
        ("changes", "pointer"),
        [
            ({"amount": {"amount": "6999.99", "currency": "CNY"}}, "/amount"),
            ({"amount": {"amount": "7000.00", "currency": "USD"}}, "/amount/currency"),
            ({"bank_ref": ""}, "/bank_ref"),
            ({"value_date": "soon"}, "/value_date"),
            ({"result": "MAYBE"}, "/result"),
            ({"result": "FAILED"}, "/reason"),
            ({"fee": "1"}, "/fee"),
        ],
        ids=str,
    )
    def test_that_does_not_fit_is_refused(
        self, program: Program, leg: dict[str, Any], changes: dict[str, Any], pointer: str
    ) -> None:
        answer = confirm(program, leg, **changes)
        assert answer.status_code == 422, answer.text
        assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]

    def test_that_will_not_come_ends_the_loan(
        self, program: Program, lent: Lent, leg: dict[str, Any]
    ) -> None:
        body = {"result": "FAILED", "reason": "No cover"}
        answer = program.post(f"fundings/{leg['id']}/confirmations", body)
        assert (answer.status_code, answer.json()["status"]) == (201, "FAILED")
        assert lent.part.status == "CANCELLED"
        told = [event["topic"] for event in program.get("events").json()["results"]]
        assert told == ["funding.called_off"]

    def test_of_our_own_leg_is_not_the_bank_s(
        self, program: Program, lent: Lent, leg: dict[str, Any], riverside: Tenant
    ) -> None:
        with room.enter(riverside.pk):
            own = str(FundingLeg.objects.get(side="own").pk)
        assert confirm(program, {**leg, "id": own}).status_code == 404


@pytest.fixture
def paid_out(program: Program, lent: Lent, leg: dict[str, Any]) -> Lent:
    """The loan, with the borrower."""
    confirm(program, leg)
    lent.pay_out()
    return lent


class TestBooking:
    def test_is_asked_for_by_news_and_names_the_bank_s_number(
        self, program: Program, paid_out: Lent, riverside: Tenant
    ) -> None:
        [told] = program.get("events").json()["results"]
        assert (told["topic"], told["data"]["amount"]) == ("loan.disbursed", "7000.00")
        assert told["data"]["first_due_on"] == "2026-02-05"
        for _time in range(2):
            answer = book(program, paid_out, annual_rate="0.18", first_due_on="2026-02-05")
            assert answer.status_code == 201, answer.text
            assert answer.json()["bank_loan_number"] == "HB-L-1"
        with room.enter(riverside.pk):
            assert AuditEvent.objects.filter(action="participation.book").count() == 1

    def test_before_the_money_is_out_is_refused(self, program: Program, lent: Lent) -> None:
        answer = book(program, lent)
        assert (answer.status_code, answer.json()["code"]) == (409, "loan_not_paid_out")

    def test_of_another_bank_s_loan_finds_nothing(
        self, program: Program, other: Program, paid_out: Lent
    ) -> None:
        assert book(other, paid_out).status_code == 404
        assert other.get("loans").json()["results"] == []

    def test_under_another_number_is_refused(self, program: Program, paid_out: Lent) -> None:
        book(program, paid_out)
        answer = book(program, paid_out, "HB-L-2")
        assert (answer.status_code, answer.json()["code"]) == (409, "booked_otherwise")

    @pytest.mark.parametrize(
        ("changes", "pointer"),
        [
            ({"amount": {"amount": "7000.01", "currency": "CNY"}}, "/amount"),
            ({"annual_rate": "0.17"}, "/annual_rate"),
            ({"first_due_on": "2026-02-06"}, "/first_due_on"),
            ({"bank_loan_number": " "}, "/bank_loan_number"),
        ],
        ids=str,
    )
    def test_of_something_else_than_was_agreed_is_refused(
        self, program: Program, paid_out: Lent, changes: dict[str, Any], pointer: str
    ) -> None:
        answer = book(program, paid_out, **changes)
        assert answer.status_code == 422, answer.text
        assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]

    def test_under_a_number_of_another_loan_names_that_loan(
        self, program: Program, paid_out: Lent, riverside: Tenant, harbour: PartnerBank
    ) -> None:
        book(program, paid_out)
        second = asked_for(riverside, harbour, "draw-2", agreement="harbour-71")
        confirm(program, program.get(f"fundings/{second.leg_id}").json())
        second.pay_out()
        answer = book(program, second)
        assert (answer.status_code, answer.json()["code"]) == (409, "loan_number_taken")
        first = program.get(f"loans/{paid_out.loan_id}").json()["number"]
        assert first in answer.json()["detail"]

    def test_is_told_once_whoever_writes(
        self, program: Program, paid_out: Lent, riverside: Tenant
    ) -> None:
        book(program, paid_out)
        with room.enter(riverside.pk), pytest.raises(DatabaseError), transaction.atomic():
            Participation.objects.update(bank_loan_number="HB-L-9")
        with room.enter(riverside.pk):
            assert BankEvent.objects.count() == 1
