"""Two lenders' money on its way to one payment."""

from decimal import Decimal

import pytest
from django.db import transaction

from lending.actions import payments
from lending.models import Loan, LoanStatus, PaymentOrder
from partners.actions import legs, participations
from partners.actions.legs import LegIsSettled
from partners.actions.participations import AlreadyPaidOut
from partners.models import FundingLeg, Participation, ParticipationStatus, Share
from tenancy.errors import Forbidden, Invalid, NotFound
from tenancy.roles import Role
from tests.lending.servicing import build as servicing
from tests.partners import build, money
from tests.partners.money import NOON, ON, SYSTEM, bank_leg, confirm, held


def statuses(part: Participation) -> dict[str, str]:
    return dict(FundingLeg.objects.filter(participation=part).values_list("side", "status"))


class TestOpening:
    def test_asks_each_lender_for_its_part(self, room):
        part = held()

        amounts = dict(part.legs.values_list("side", "amount"))
        assert amounts == {"bank": Decimal(7_000), "own": Decimal(3_000)}
        assert not PaymentOrder.objects.exists()

    def test_odd_cents_are_ours(self, room):
        part = held(of=money.ten_thousand(principal=Decimal("1000.01")))

        amounts = dict(part.legs.values_list("side", "amount"))
        assert amounts == {"bank": Decimal("700.01"), "own": Decimal("300.00")}

    def test_a_bank_that_funds_all_has_the_only_leg(self, room):
        part = held(model="FACILITATE", bank_ratio_bp=10_000)

        assert statuses(part) == {"bank": "REQUESTED"}

    def test_a_loan_without_a_bank_is_released_at_once(self, room, sent_tasks):
        servicing.ready()
        loan = servicing.pending(is_held=True)

        assert participations.fund(actor=SYSTEM, at=NOON, on=ON, loan_id=loan.pk) is None

        assert PaymentOrder.objects.get().amount == loan.principal


class TestConfirmation:
    def test_of_the_last_leg_sends_one_payment(self, room):
        part = held()

        for _time in range(2):
            confirm(part)

        assert statuses(part) == {"bank": "CONFIRMED", "own": "CONFIRMED"}
        assert PaymentOrder.objects.get().amount == 10_000

    def test_the_loan_and_the_part_are_active_when_the_rail_has_paid(self, room):
        loan = money.co_lent()

        assert loan.status == LoanStatus.ACTIVE
        assert Participation.objects.get(loan=loan).status == ParticipationStatus.ACTIVE
        assert servicing.faults() == []

    def test_of_another_amount_is_refused(self, room):
        part = held()

        with pytest.raises(Invalid):
            confirm(part, amount=Decimal("6999.99"))

    def test_by_another_reference_is_refused(self, room):
        part = held()
        confirm(part)

        with pytest.raises(LegIsSettled):
            confirm(part, bank_reference="another")

    def test_another_bank_does_not_find_it(self, room):
        part = held()

        with pytest.raises(NotFound):
            confirm(part, actor=build.actor_of(build.bank("other")))

    def test_an_officer_may_not(self, room):
        with pytest.raises(Forbidden):
            confirm(held(), actor=build.actor(Role.OFFICER))


class TestFailure:
    def test_of_one_leg_gives_the_other_back_and_books_nothing(self, room):
        part = held()

        for _time in range(2):
            legs.fail(
                actor=build.actor_of(part.bank), at=NOON, on=ON, leg_id=bank_leg(part).pk,
                reason="No cover",
            )  # fmt: skip

        assert statuses(part) == {"bank": "FAILED", "own": "RETURNED"}
        assert Loan.objects.get().status == LoanStatus.CANCELLED
        assert Participation.objects.get().status == ParticipationStatus.CANCELLED
        assert servicing.totals() == {}
        assert not Share.objects.exists()

    def test_after_the_money_came_is_refused(self, room):
        part = held()
        confirm(part)

        with pytest.raises(LegIsSettled), transaction.atomic():
            legs.fail(actor=SYSTEM, at=NOON, on=ON, leg_id=bank_leg(part).pk, reason="Late")

    def test_of_the_rail_gives_both_back(self, room, sent_tasks):
        part = held()
        confirm(part)
        order = PaymentOrder.objects.get()

        payments.void(order_id=order.pk, reason="no such account", at=NOON, actor=SYSTEM)
        participations.not_paid_out(actor=SYSTEM, at=NOON, on=ON, loan_id=part.loan_id)

        assert statuses(part) == {"bank": "RETURNED", "own": "RETURNED"}
        assert not Share.objects.exists()


class TestCancellation:
    def test_while_the_bank_has_not_paid(self, room):
        part = held()

        participations.cancel(
            actor=SYSTEM, at=NOON, on=ON, loan_id=part.loan_id, reason="The borrower withdrew"
        )

        assert statuses(part) == {"bank": "CANCELLED", "own": "RETURNED"}
        assert Loan.objects.get().status == LoanStatus.CANCELLED

    def test_after_the_payment_was_sent_is_refused(self, room):
        part = held()
        confirm(part)

        with pytest.raises(AlreadyPaidOut):
            participations.cancel(
                actor=SYSTEM, at=NOON, on=ON, loan_id=part.loan_id, reason="Too late"
            )
