"""A bank that collects itself: its receipts are receipts, and the money stands with it."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from lending.actions import repayment
from lending.actions.servicing import LoanNotOpenForThis
from lending.models import LoanEvent
from partners.actions import collecting, paying
from partners.models import AgreementVersion, BankReceipt, PartnerBank, PartnerPayment, Settlement
from partners.queries.receipts import receipts
from tenancy.errors import Invalid, NotFound, Refusal
from tenancy.models import AuditEvent
from tests.lending.servicing import build as servicing
from tests.partners import build, money
from tests.partners.money import NOON, ON
from tests.partners.test_books import DUE, close_to, stands, wrong
from tests.partners.test_settled_days import rows

D = Decimal
AFTER = DUE + timedelta(1)


@pytest.fixture
def loan(room: Any) -> Any:
    """10,000, 70:30, whose first instalment is due; the bank collects."""
    loan = money.co_lent(collected_by="bank")
    close_to(DUE)
    return loan


def tell(loan: Any, **changes: Any) -> BankReceipt:
    facts: dict[str, Any] = {
        "actor": build.actor_of(changes.pop("bank", None) or bank()), "at": NOON,
        "loan_id": loan.pk, "amount": D("916.80"), "value_on": DUE, "bank_ref": "HB-IN-1",
    }  # fmt: skip
    return collecting.receive(**{**facts, **changes})


def bank() -> PartnerBank:
    return PartnerBank.objects.get(code="harbour")


def take_back(receipt: BankReceipt) -> None:
    repayment.reverse(
        loan_id=receipt.loan_id, event_id=receipt.event_id, key="back-1", reason="told twice",
        at=NOON, actor=build.SYSTEM,
    )  # fmt: skip


class TestAReceiptAtTheBank:
    def test_pays_the_loan_like_any_other(self, loan: Any) -> None:
        receipt = tell(loan)

        assert money.shared(loan, "principal")[:2] == (D("766.80"), D("536.76"))
        assert money.shared(loan, "interest")[:2] == (D(150), D(105))
        assert (receipt.booked_on, receipt.event.kind) == (DUE, "repaid")
        noted = AuditEvent.objects.get(action="bank_receipt.tell")
        assert noted.actor_id == build.actor_of(bank()).id
        assert servicing.faults() == []

    def test_leaves_our_part_due_from_the_bank(self, loan: Any) -> None:
        assert stands("1000") == {"1000": D(-3_000)}

        tell(loan)
        close_to(AFTER)

        # No cash has come; of 916.80 the bank keeps 641.76.
        assert stands("1000", "2310") == {"1000": D(-3_000), "2310": D("275.04")}
        assert wrong() == []

    def test_is_netted_by_the_day_s_settlement(self, loan: Any) -> None:
        tell(loan)
        close_to(AFTER)

        settled = Settlement.objects.get(on=DUE)
        assert (settled.partner_share, settled.collected_by_bank) == (D("641.76"), D("916.80"))
        assert settled.net == D("-275.04")
        payment = PartnerPayment.objects.get(settlement=settled)
        assert (payment.direction, payment.amount) == ("FROM_BANK", D("275.04"))

        paying.confirm(
            actor=build.SYSTEM, at=NOON, payment_id=payment.pk, bank_ref="BK-9", value_date=AFTER
        )
        assert stands("1000", "2310") == {"1000": D("-2724.96")}
        assert wrong() == []

    def test_stands_beside_one_of_ours(self, loan: Any) -> None:
        tell(loan, amount=D("500.00"))
        money.repay(loan, "416.80")
        close_to(AFTER)

        settled = Settlement.objects.get(on=DUE)
        assert (settled.partner_share, settled.net) == (D("641.76"), D("141.76"))
        assert stands("1000", "2310") == {"1000": D("-2583.20"), "2310": D("-141.76")}
        assert wrong() == []

    def test_is_named_in_the_day_s_files(self, loan: Any) -> None:
        tell(loan)
        close_to(AFTER)

        [detail], [summary] = rows("REPAY_DETAIL", DUE), rows("SETTLE_SUMMARY", DUE)
        assert (detail.channel, detail.channel_ref) == ("bank", "HB-IN-1")
        assert (detail.total_amt, detail.own_amt) == (D("916.80"), D("275.04"))
        assert (summary.adjustments, summary.net_pay_to_partner) == (D("-916.80"), D("-275.04"))

    def test_that_is_too_much_leaves_the_rest_with_the_bank_as_well(self, loan: Any) -> None:
        tell(loan, amount=D("20000.00"))
        close_to(AFTER)

        loan.refresh_from_db()
        assert loan.status == "CLOSED"
        # What is owed back to the borrower is ours to pay and the bank's to hand over.
        owed_back = -stands("2100")["2100"]
        assert Settlement.objects.get(on=DUE).net == D("-3045.00") - owed_back
        assert stands("1000") == {"1000": D(-3_000)}
        assert wrong() == []


class TestTakenBack:
    def test_on_a_later_day_is_given_back_by_that_day_s_settlement(self, loan: Any) -> None:
        receipt = tell(loan)
        close_to(AFTER)
        take_back(receipt)
        close_to(AFTER + timedelta(1))

        settled = Settlement.objects.get(on=AFTER)
        assert (settled.collected_by_bank, settled.net) == (D("-916.80"), D("275.04"))
        assert stands("1000", "2310") == {"1000": D(-3_000)}
        [row] = receipts(bank(), AFTER)
        assert (row.txn_type, row.channel, row.channel_ref) == ("REVERSAL", "bank", "HB-IN-1")
        assert wrong() == []

    def test_on_the_same_day_leaves_nothing(self, loan: Any) -> None:
        take_back(tell(loan))
        close_to(AFTER)

        settled = Settlement.objects.get(on=DUE)
        assert (settled.collected_by_bank, settled.net) == (D(0), D(0))
        assert stands("1000", "2310") == {"1000": D(-3_000)}
        assert wrong() == []


class TestTold:
    def test_twice_is_one_receipt(self, loan: Any) -> None:
        assert tell(loan) == tell(loan, bank_ref=" HB-IN-1 ")
        assert LoanEvent.objects.filter(kind="repaid").count() == 1

    @pytest.mark.parametrize(
        "change", [{"amount": D("916.81")}, {"value_on": DUE - timedelta(1)}], ids=["sum", "day"]
    )
    def test_otherwise_under_the_same_reference_is_refused(self, loan: Any, change: Any) -> None:
        tell(loan)

        with pytest.raises(collecting.ToldOtherwise):
            tell(loan, **change)

    def test_of_another_loan_under_the_same_reference_is_refused(self, room: Any) -> None:
        loan = money.co_lent(collected_by="bank")
        other = money.co_lent("draw-2", version=AgreementVersion.objects.get())
        tell(loan, value_on=ON)

        with pytest.raises(collecting.ToldOtherwise):
            tell(other, value_on=ON)

    def test_by_the_bank_that_does_not_collect_is_refused(self, room: Any) -> None:
        loan = money.co_lent()
        close_to(DUE)

        with pytest.raises(collecting.BankDoesNotCollect):
            tell(loan)

    def test_by_another_bank_finds_nothing(self, loan: Any) -> None:
        with pytest.raises(NotFound):
            tell(loan, bank=build.bank("coast"))

    def test_of_a_loan_that_is_closed_is_refused(self, loan: Any) -> None:
        tell(loan, amount=D("20000.00"))

        with pytest.raises(LoanNotOpenForThis):
            tell(loan, bank_ref="HB-IN-2")

    @pytest.mark.parametrize(
        ("pointer", "change"),
        [
            ("/amount", {"amount": D(0)}),
            ("/amount", {"amount": D("-916.80")}),
            ("/amount", {"amount": D("0.001")}),
            ("/value_date", {"value_on": AFTER}),
            ("/value_date", {"value_on": ON - timedelta(1)}),
            ("/bank_ref", {"bank_ref": " "}),
        ],
        ids=["nothing", "negative", "too_fine", "tomorrow", "before_the_loan", "nameless"],
    )
    def test_what_does_not_fit_names_the_field(
        self, loan: Any, pointer: str, change: dict[str, Any]
    ) -> None:
        with pytest.raises(Invalid) as refused:
            tell(loan, **change)

        assert [error.pointer for error in refused.value.errors] == [pointer]

    def test_nobody_but_a_bank_can(self, loan: Any) -> None:
        with pytest.raises(Refusal):
            tell(loan, actor=build.SYSTEM)


def test_the_database_keeps_no_receipt_that_the_loan_does_not_have(loan: Any) -> None:
    receipt = tell(loan)

    with (
        pytest.raises(IntegrityError, match="no such receipt"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "INSERT INTO partners_bankreceipt (participation_id, bank_id, loan_id, event_id,"
            " amount, currency, value_on, booked_on, bank_ref, told_at)"
            " SELECT participation_id, bank_id, loan_id, event_id, amount + 1, currency,"
            " value_on, booked_on, 'other', told_at FROM partners_bankreceipt WHERE id = %s",
            [receipt.pk],
        )


def test_days_of_value_may_lie_before_the_business_date(loan: Any) -> None:
    close_to(date(2026, 2, 8))

    receipt = tell(loan)

    assert (receipt.value_on, receipt.booked_on) == (DUE, date(2026, 2, 8))
