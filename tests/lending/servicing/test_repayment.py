"""Receipts: what they pay, what repeats and reversals do, and what the books say after."""

from datetime import date
from decimal import Decimal

import pytest
from django.db import transaction

from lending.actions import fees, repayment
from lending.actions.servicing import KeyUsedForAnotherEvent, LoanNotOpenForThis
from lending.models import Instalment, LoanEvent, LoanPosition, LoanStatus
from tenancy.errors import Forbidden, Invalid, NotFound
from tenancy.ids import uuid7
from tenancy.roles import Role
from tests.lending.servicing import build
from tests.tenancy.build import actor

pytestmark = pytest.mark.usefixtures("room")

FEBRUARY = date(2026, 2, 5)


@pytest.fixture
def loan():
    return build.active()


@pytest.fixture
def due_loan(loan):
    """The first instalment of 1,100.16 falls due today, of which 180.00 interest."""
    build.close_to(FEBRUARY)
    return loan


class TestReceive:
    def test_pays_an_instalment_that_is_due(self, due_loan):
        build.repay(due_loan, "1100.16")

        first = Instalment.objects.get(loan=due_loan, number=1)
        assert (first.interest_paid, first.principal_paid) == (Decimal("180"), Decimal("920.16"))
        assert build.totals() == {
            "1000": Decimal("-10899.84"),
            "1100": Decimal("11079.84"),
            "4100": Decimal("-180"),
        }
        assert build.faults() == []

    def test_pays_interest_before_principal_when_it_is_short(self, due_loan):
        build.repay(due_loan, "200")

        position = LoanPosition.objects.get(loan=due_loan)
        assert (position.interest_paid, position.principal) == (Decimal("180"), Decimal("11980"))
        assert build.faults() == []

    def test_what_is_too_much_is_owed_back(self, due_loan):
        build.repay(due_loan, "12500")

        due_loan.refresh_from_db()
        assert due_loan.status == LoanStatus.CLOSED
        assert due_loan.closed_on == FEBRUARY
        assert build.totals() == {
            "1000": Decimal("500"),
            "2100": Decimal("-320"),
            "4100": Decimal("-180"),
        }
        assert build.faults() == []

    def test_money_after_the_end_is_owed_back_too(self, due_loan):
        build.repay(due_loan, "12180")

        build.repay(due_loan, "50")

        due_loan.refresh_from_db()
        assert due_loan.status == LoanStatus.CLOSED
        assert build.totals()["2100"] == Decimal("-50")
        assert build.faults() == []

    def test_counts_from_an_earlier_day_and_posts_the_difference_today(self, due_loan):
        build.repay(due_loan, "6000", on=date(2026, 1, 20))

        position = LoanPosition.objects.get(loan=due_loan)
        assert position.interest_paid == Decimal("87.10")  # 12,000 × 18 % × 15 / 372
        assert build.totals()["4100"] == Decimal("-134.23")  # and 6,087.10 × 18 % × 16 / 372
        assert build.faults() == []

    def test_the_same_key_is_one_receipt(self, due_loan):
        first = build.repay(due_loan, "100")

        again = build.repay(due_loan, "100")

        assert again.event == first.event
        assert not again.is_new
        assert LoanEvent.objects.filter(loan=due_loan, kind="repaid").count() == 1

    def test_a_key_with_another_amount_is_refused(self, due_loan):
        build.repay(due_loan, "100", key="k")

        with pytest.raises(KeyUsedForAnotherEvent):
            build.repay(due_loan, "101", key="k")

    def test_a_key_of_another_loan_is_refused(self, due_loan):
        other = build.active("draw-2")
        build.repay(due_loan, "100", key="k")

        with pytest.raises(KeyUsedForAnotherEvent), transaction.atomic():
            build.repay(other, "100", key="k")

    @pytest.mark.parametrize("amount", ["0", "-1", "0.001", "NaN", "Infinity"])
    def test_refuses_amounts_that_cannot_change_hands(self, loan, amount):
        with pytest.raises(Invalid) as refusal:
            build.repay(loan, amount)

        assert refusal.value.errors[0].pointer == "/amount"

    @pytest.mark.parametrize("day", [date(2026, 1, 4), date(2026, 1, 6)])
    def test_refuses_days_before_the_disbursement_and_ahead(self, loan, day):
        with pytest.raises(Invalid) as refusal:
            build.repay(loan, "100", on=day)

        assert refusal.value.errors[0].pointer == "/on"

    def test_refuses_a_loan_that_waits_for_its_money(self):
        loan = build.pending()

        with pytest.raises(LoanNotOpenForThis):
            build.repay(loan, "100")

    def test_refuses_an_unknown_loan(self):
        build.books()

        with pytest.raises(NotFound):
            repayment.receive(
                loan_id=uuid7(),
                amount=Decimal(1),
                on=build.ON,
                key="k",
                at=build.NOON,
                actor=build.SYSTEM,
            )

    def test_refuses_a_role_that_may_not(self, loan):
        with pytest.raises(Forbidden):
            build.repay(loan, "100", actor=actor(Role.AUDITOR))


class TestReverse:
    def test_leaves_the_books_as_if_it_had_never_been(self, due_loan):
        before = build.totals()
        booked = build.repay(due_loan, "1100.16")

        self.reverse(due_loan, booked.event.id)

        assert build.totals() == before
        assert build.faults() == []

    def test_opens_a_settled_loan_again(self, due_loan):
        booked = build.repay(due_loan, "12180")

        self.reverse(due_loan, booked.event.id)

        due_loan.refresh_from_db()
        assert (due_loan.status, due_loan.closed_on) == (LoanStatus.ACTIVE, None)
        assert build.faults() == []

    def test_only_once(self, due_loan):
        booked = build.repay(due_loan, "100")
        self.reverse(due_loan, booked.event.id)

        with pytest.raises(repayment.NotReversible):
            self.reverse(due_loan, booked.event.id, key="again")

    def test_the_same_key_is_one_reversal(self, due_loan):
        booked = build.repay(due_loan, "100")
        first = self.reverse(due_loan, booked.event.id)

        assert self.reverse(due_loan, booked.event.id).event == first.event

    def test_not_a_disbursement(self, due_loan):
        paid_out = LoanEvent.objects.get(loan=due_loan)

        with pytest.raises(repayment.NotReversible):
            self.reverse(due_loan, paid_out.pk)

    @staticmethod
    def reverse(loan, event_id, key="reversal"):
        return repayment.reverse(
            loan_id=loan.pk,
            event_id=event_id,
            key=key,
            reason="the bank took it back",
            at=build.NOON,
            actor=build.SYSTEM,
        )


class TestFee:
    def test_is_income_now_and_paid_before_interest(self, due_loan):
        fees.charge(
            loan_id=due_loan.pk,
            amount=Decimal("30"),
            on=build.ON,
            reason="Returned cheque",
            key="fee",
            at=build.NOON,
            actor=build.SYSTEM,
        )
        build.repay(due_loan, "100")

        position = LoanPosition.objects.get(loan=due_loan)
        assert (position.fee_paid, position.interest_paid) == (Decimal("30"), Decimal("70"))
        assert build.totals()["4200"] == Decimal("-30")
        assert build.faults() == []
