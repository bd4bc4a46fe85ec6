"""A bank that collects itself, over the wire: each receipt told once, and netted the day after."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from partners.actions import daily, feed
from partners.management.sandbox.bank import SandboxBank
from partners.management.sandbox.behaviour import Behaviour, Script
from partners.management.sandbox.book import Book
from partners.management.sandbox.client import BankClient
from partners.models import PartnerBank
from tenancy import room
from tenancy.models import Tenant
from tests.lending.servicing import build as servicing
from tests.partners import build
from tests.partners.api.co_lent import Lent, asked_for, booked, paid
from tests.partners.api.conftest import Connect, bank_of
from tests.partners.api.program import Program
from tests.partners.api.test_loans import NOBODY, amounts
from tests.tasks import SentTasks

DUE = build.ON.replace(month=2)
NEXT = DUE.replace(day=6)


def lend(tenant: Tenant, bank: PartnerBank, program: Program, **changes: Any) -> Lent:
    """10,000 with the borrower, booked as HB-L-1, whose first instalment is due."""
    lent = asked_for(tenant, bank, **{"collected_by": "bank", **changes})
    leg = program.get(f"fundings/{lent.leg_id}").json()
    program.post(f"fundings/{lent.leg_id}/confirmations", paid(leg))
    lent.pay_out()
    program.post(f"loans/{lent.loan_id}/booking-confirmations", booked())
    with room.enter(tenant.pk):
        servicing.close_to(DUE)
    return lent


@pytest.fixture
def lent(riverside: Tenant, harbour: PartnerBank, program: Program, sent_tasks: SentTasks) -> Lent:
    return lend(riverside, harbour, program)


def told(**changes: Any) -> dict[str, Any]:
    body = {
        "amount": {"amount": "916.80", "currency": "CNY"},
        "value_date": DUE.isoformat(),
        "bank_ref": "HB-IN-1",
    }
    return {**body, **changes}


def settle(tenant: Tenant) -> None:
    with room.enter(tenant.pk):
        servicing.close_to(NEXT)
    with room.entered(tenant.pk):
        daily.settle_day(actor=build.SYSTEM, on=DUE, clock=timezone.now)


class TestAReceipt:
    def test_is_booked_and_settled(self, program: Program, lent: Lent) -> None:
        path = f"loans/{lent.loan_id}/repayments"
        assert program.get(f"loans/{lent.loan_id}").json()["collected_by"] == "bank"

        answer = program.post(path, told())

        assert answer.status_code == 201, answer.text
        receipt = answer.json()
        assert (receipt["bank_ref"], receipt["booked_on"]) == ("HB-IN-1", DUE.isoformat())
        assert amounts(receipt["transaction"], "total", "principal", "interest") == [
            "916.80", "536.76", "105.00",
        ]  # fmt: skip
        [newest, _payment] = program.get(f"loans/{lent.loan_id}/transactions").json()["results"]
        assert newest == receipt["transaction"]

        settle(lent.tenant)
        [day] = program.get(f"settlements?date={DUE}").json()["results"]
        assert amounts(day, "partner_share", "collected_by_bank", "net") == [
            "641.76", "916.80", "-275.04",
        ]  # fmt: skip
        file = program.get(f"settlements/{day['id']}/files/REPAY_DETAIL", Accept="text/csv").text
        assert ",bank,HB-IN-1,CNY,916.80," in file

    def test_is_one_however_often_it_is_told(self, program: Program, lent: Lent) -> None:
        path = f"loans/{lent.loan_id}/repayments"
        first = program.post(path, told(), key="one")

        again = program.post(path, told(), key="one")
        anew = program.post(path, told(), key="two")

        assert again.headers["Idempotency-Replayed"] == "true"
        assert first.json() == again.json() == anew.json()
        rows = program.get(f"loans/{lent.loan_id}/transactions").json()["results"]
        assert [row["kind"] for row in rows] == ["repaid", "disbursed"]
        less = told(amount={"amount": "916.79", "currency": "CNY"})
        assert program.post(path, less, key="two").status_code == 422
        refused = program.post(path, less)
        assert (refused.status_code, refused.json()["code"]) == (409, "receipt_told_otherwise")


class TestRefused:
    @pytest.mark.parametrize(
        ("pointer", "change"),
        [
            ("/amount", {"amount": {"amount": "0.00", "currency": "CNY"}}),
            ("/amount", {"amount": {"amount": "1.001", "currency": "CNY"}}),
            ("/amount/currency", {"amount": {"amount": "916.80", "currency": "USD"}}),
            ("/amount/amount", {"amount": {"amount": "much", "currency": "CNY"}}),
            ("/value_date", {"value_date": NEXT.isoformat()}),
            ("/value_date", {"value_date": "2025-12-31"}),
            ("/bank_ref", {"bank_ref": ""}),
            ("/bank_ref", {"bank_ref": "x" * 81}),
            ("/paid_by", {"paid_by": "the borrower"}),
        ],
        ids=["nought", "too_fine", "dollars", "a_word", "tomorrow", "too_early", "nameless",
             "too_long", "unknown"],
    )  # fmt: skip
    def test_names_the_field(
        self, program: Program, lent: Lent, pointer: str, change: dict[str, Any]
    ) -> None:
        answer = program.post(f"loans/{lent.loan_id}/repayments", told(**change))

        assert answer.status_code == 422
        assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]

    def test_of_a_loan_that_is_not_the_bank_s(
        self, program: Program, lent: Lent, program_of: Connect, riverside: Tenant
    ) -> None:
        other = program_of(riverside, bank_of(riverside, "coast")).sign_in()

        answers = [
            other.post(f"loans/{lent.loan_id}/repayments", told()),
            program.post(f"loans/{NOBODY}/repayments", told()),
        ]

        assert [answer.status_code for answer in answers] == [404, 404]
        rows = program.get(f"loans/{lent.loan_id}/transactions").json()["results"]
        assert [row["kind"] for row in rows] == ["disbursed"]

    def test_once_the_loan_is_closed(self, program: Program, lent: Lent) -> None:
        path = f"loans/{lent.loan_id}/repayments"
        all_of_it = told(amount={"amount": "10150.00", "currency": "CNY"})
        assert program.post(path, all_of_it).status_code == 201

        refused = program.post(path, told(bank_ref="HB-IN-2"))

        assert (refused.status_code, refused.json()["code"]) == (409, "loan_status")

    def test_where_the_lender_collects(
        self, riverside: Tenant, harbour: PartnerBank, program: Program, sent_tasks: SentTasks
    ) -> None:
        lent = lend(riverside, harbour, program, collected_by="own")

        refused = program.post(f"loans/{lent.loan_id}/repayments", told())

        assert (refused.status_code, refused.json()["code"]) == (409, "bank_does_not_collect")


class TestTheSandboxBank:
    @pytest.fixture
    def client(self, program: Program) -> Iterator[BankClient]:
        client = BankClient(program.url, program.client_id, program.key, program.kid)
        yield client
        client.close()

    @pytest.mark.parametrize(
        ("behaviour", "statuses"),
        [
            (Behaviour.APPROVE, [201]),
            (Behaviour.DUPLICATE, [201, 201]),
            (Behaviour.CONTRADICTORY, [201, 409]),
        ],
    )
    def test_tells_what_its_script_lets_it_collect(
        self, client: BankClient, riverside: Tenant, harbour: PartnerBank, tmp_path: Path,
        sent_tasks: SentTasks, behaviour: Behaviour, statuses: list[int],
    ) -> None:  # fmt: skip
        lent = asked_for(riverside, harbour, collected_by="bank")
        with room.enter(riverside.pk):
            news = {"funding_id": lent.leg_id, "number": "P-1", "value_date": str(build.ON)}
            feed.tell(harbour, "funding.requested", news, at=timezone.now())
        script = Script(behaviour, [{"collect": "916.80", "date": DUE.isoformat()}])
        bank = SandboxBank(client, script, Book(tmp_path / "book.json"))
        bank.work(timezone.now())
        lent.pay_out()
        bank.work(timezone.now())
        with room.enter(riverside.pk):
            servicing.close_to(DUE)
        for _round in range(2):
            bank.work(timezone.now())

        [held] = Book(bank.book.path).loans.values()
        [sent] = held["collected"].values()
        assert [each["status"] for each in sent] == statuses
        rows = client.every(f"loans/{lent.loan_id}/transactions")
        assert [row["kind"] for row in rows] == ["repaid", "disbursed"]
