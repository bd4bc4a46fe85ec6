"""A bank reads its own loans: its part of each, to the cent, and nothing else."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from partners.actions import buy_backs
from partners.models import Participation, PartnerBank
from tenancy import room
from tenancy.models import AuditEvent, Tenant
from tests.lending.servicing import build as servicing
from tests.partners import build
from tests.partners.api.co_lent import Lent, asked_for, booked, paid
from tests.partners.api.conftest import Connect, bank_of
from tests.partners.api.program import Program
from tests.tasks import SentTasks

DUE = date(2026, 2, 5)
NOBODY = "00000000-0000-7000-8000-000000000000"


@pytest.fixture
def lent(riverside: Tenant, harbour: PartnerBank, program: Program, sent_tasks: SentTasks) -> Lent:
    """10,000 with the borrower, 70 % of it Harbour Bank's, booked as HB-L-1."""
    lent = asked_for(riverside, harbour)
    leg = program.get(f"fundings/{lent.leg_id}").json()
    program.post(f"fundings/{lent.leg_id}/confirmations", paid(leg))
    lent.pay_out()
    program.post(f"loans/{lent.loan_id}/booking-confirmations", booked())
    return lent


def amounts(shown: dict[str, Any], *names: str) -> list[str]:
    return [shown[name]["amount"] for name in names]


class TestOwnPart:
    def test_after_the_first_instalment_is_that_of_the_table(
        self, program: Program, lent: Lent
    ) -> None:
        lent.repay("916.80", DUE)

        [loan] = program.get("loans?status=ACTIVE&bank_loan_number=HB-L-1").json()["results"]

        assert loan["id"] == lent.loan_id
        assert amounts(loan, "funded", "principal", "interest", "penalties") == [
            "7000.00", "6463.24", "0.00", "0.00",
        ]  # fmt: skip
        assert (loan["annual_rate"], loan["next_due_on"]) == ("0.18", "2026-03-05")
        assert (loan["days_past_due"], loan["bucket"], loan["class5"]) == (0, "M0", "NORMAL")

    def test_of_the_schedule_sums_to_what_was_funded(self, program: Program, lent: Lent) -> None:
        lent.repay("916.80", DUE)

        rows = program.get(f"loans/{lent.loan_id}/schedule").json()["rows"]

        assert amounts(rows[0]["due"], "principal", "interest") == ["536.76", "105.00"]
        assert amounts(rows[0]["paid"], "principal", "interest") == ["536.76", "105.00"]
        assert amounts(rows[1]["due"], "principal", "interest") == ["544.81", "96.95"]
        assert amounts(rows[1]["paid"], "principal") == ["0.00"]
        principal = sum(Decimal(row["due"]["principal"]["amount"]) for row in rows)
        assert (len(rows), principal) == (12, Decimal("7000.00"))

    def test_of_each_transaction_is_what_the_file_says(self, program: Program, lent: Lent) -> None:
        lent.repay("916.80", DUE)
        path = f"loans/{lent.loan_id}/transactions"

        receipt, payment = program.get(path).json()["results"]

        assert amounts(receipt, "total", "principal", "interest", "disbursed") == [
            "916.80", "536.76", "105.00", "0.00",
        ]  # fmt: skip
        assert (receipt["kind"], receipt["booked_on"]) == ("repaid", DUE.isoformat())
        assert amounts(payment, "total", "disbursed") == ["10000.00", "7000.00"]
        first = program.get(f"{path}?limit=1").json()
        assert first["results"] == [receipt]
        following = first["next"].partition("/bank/v1/")[2]
        assert program.get(following).json() == {"results": [payment], "next": None}

    def test_is_late_when_the_borrower_is(self, program: Program, lent: Lent) -> None:
        with room.enter(lent.tenant.pk):
            servicing.close_to(date(2026, 3, 10))

        told = program.get(f"loans/{lent.loan_id}/classification").json()

        assert (told["days_past_due"], told["bucket"]) == (33, "M2")
        assert told["class5"] == "SPECIAL_MENTION"
        assert told["source"]

    def test_is_ours_once_we_have_bought_it(self, program: Program, lent: Lent) -> None:
        lent.repay("916.80", DUE)
        with room.enter(lent.tenant.pk):
            part = Participation.objects.get()
            buy_backs.buy_back(
                actor=build.SYSTEM, at=timezone.now(), on=DUE, loan_id=part.loan_id,
                reason="wrong papers",
            )  # fmt: skip

        loan = program.get(f"loans/{lent.loan_id}").json()

        assert (loan["status"], loan["held_by"]) == ("BOUGHT_BACK", "own")
        assert amounts(loan, "principal", "interest") == ["0.00", "0.00"]
        assert loan["buy_back"]["price"]["amount"] == "6463.24"
        assert loan["borrower"] is None
        told = program.get("events").json()["results"][-1]
        assert (told["topic"], told["data"]["price"]) == ("loan.bought_back", "6463.24")


class TestReading:
    def test_names_the_borrower_masked_and_is_noted(self, program: Program, lent: Lent) -> None:
        loan = program.get(f"loans/{lent.loan_id}").json()
        assert loan["borrower"]["reference"] == "F-001"
        assert loan["borrower"]["id_no_enc"] is None
        assert loan["fractions"] == {
            "principal": "0.7", "interest": "0.7", "fee": "0", "penalty": "0.7",
        }  # fmt: skip
        with room.enter(lent.tenant.pk):
            [noted] = AuditEvent.objects.filter(action="bank.read_loan")
            assert noted.actor_id == program.client_id

    @pytest.mark.parametrize("path", ["", "/schedule", "/transactions", "/classification"])
    def test_of_another_bank_s_loan_finds_nothing(
        self, program: Program, lent: Lent, program_of: Connect, riverside: Tenant, path: str
    ) -> None:
        other = program_of(riverside, bank_of(riverside, "coast")).sign_in()
        assert other.get(f"loans/{lent.loan_id}{path}").status_code == 404
        assert program.get(f"loans/{NOBODY}{path}").status_code == 404
        assert program.get(f"loans/{lent.loan_id}{path}").status_code == 200

    def test_before_the_money_is_out_shows_what_is_asked_for(
        self, program: Program, riverside: Tenant, harbour: PartnerBank, sent_tasks: SentTasks
    ) -> None:
        asked_for(riverside, harbour)
        [loan] = program.get("loans").json()["results"]
        assert (loan["status"], loan["disbursed_on"]) == ("PENDING", None)
        assert amounts(loan, "funded", "principal") == ["7000.00", "0.00"]
