"""Money goes out when it is asked for, and is a loan when the rail says so."""

from decimal import Decimal

import pytest

from ledger.queries.balance import balance
from lending.actions import disbursement
from lending.models import Instalment, LoanPosition, LoanStatus, PaymentStatus
from lending.rails.protocol import Outcome
from lending.rules.fees import Fee
from tests.lending.servicing import build

pytestmark = pytest.mark.usefixtures("room")


class TestRequest:
    def test_makes_a_pending_loan_and_sends_its_payment(self, sent_tasks):
        loan = build.pending()

        assert loan.status == LoanStatus.PENDING
        assert build.order_of(loan).status == PaymentStatus.PENDING
        assert "lending.pay" in sent_tasks.names
        assert balance("1100", "CNY") == 0

    def test_repeating_a_key_returns_the_same_loan(self):
        loan = build.pending()

        assert build.pending() == loan
        assert loan.payments.count() == 1

    def test_a_key_of_another_draw_is_refused(self):
        build.pending()

        with pytest.raises(disbursement.KeyTakenByAnotherLoan):
            build.pending(of=build.terms(principal=Decimal(5000)))


class TestConfirm:
    def test_starts_the_loan_its_schedule_and_its_books(self):
        loan = build.active()

        assert loan.status == LoanStatus.ACTIVE
        assert loan.disbursed_on == build.ON
        assert build.order_of(loan).status == PaymentStatus.POSTED
        assert Instalment.objects.filter(loan=loan).count() == 12
        assert LoanPosition.objects.get(loan=loan).principal == 12000
        assert balance("1100", "CNY", subject_id=loan.pk) == 12000
        assert balance("1000", "CNY") == -12000

    def test_pays_out_less_where_fees_are_withheld(self):
        fee = Fee(code="set-up", name="Set-up", rate=Decimal("0.01"))

        loan = build.active(of=build.terms(fees=(fee,)))

        assert build.order_of(loan).amount == Decimal("11880")
        assert balance("1000", "CNY") == -11880
        assert balance("4200", "CNY") == -120


class TestFail:
    def test_cancels_the_loan(self):
        loan = build.pending()

        build.callback(build.order_of(loan), outcome=Outcome.FAILED)

        loan.refresh_from_db()
        assert loan.status == LoanStatus.CANCELLED
        assert build.order_of(loan).status == PaymentStatus.VOIDED
        assert balance("1000", "CNY") == 0
