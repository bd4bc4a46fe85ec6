"""A loan that waits for the money of a partner bank."""

from typing import Any

import pytest

from lending.actions import disbursement, lines
from lending.actions.disbursement import LoanNotPending
from lending.models import LoanStatus, PaymentOrder
from tests.lending import build as origination
from tests.lending.origination.test_funding import before_banks, offer
from tests.lending.servicing import build

FACTS: dict[str, Any] = {"actor": build.SYSTEM, "at": build.NOON}


def held():
    build.ready()
    loan = build.pending(is_held=True)
    assert not PaymentOrder.objects.exists()
    return loan


class TestRelease:
    def test_sends_one_payment_however_often_it_is_said(self, room, sent_tasks):
        loan = held()

        orders = {
            disbursement.release(loan_id=loan.pk, on=build.ON, **FACTS).pk for _time in range(3)
        }

        assert len(orders) == 1
        assert sent_tasks.names == ["partners.fund", "lending.pay"]

    def test_the_loan_is_active_when_the_rail_says_so(self, room):
        loan = held()
        order = disbursement.release(loan_id=loan.pk, on=build.ON, **FACTS)

        build.callback(order)

        loan.refresh_from_db()
        assert loan.status == LoanStatus.ACTIVE
        assert build.faults() == []

    def test_of_a_cancelled_loan_is_refused(self, room):
        loan = held()
        disbursement.abandon(loan_id=loan.pk, reason="The bank's leg failed", **FACTS)

        with pytest.raises(LoanNotPending):
            disbursement.release(loan_id=loan.pk, on=build.ON, **FACTS)


class TestAbandon:
    def test_cancels_and_books_nothing(self, room):
        loan = held()

        for _time in range(2):
            disbursement.abandon(loan_id=loan.pk, reason="The bank's leg failed", **FACTS)

        loan.refresh_from_db()
        assert loan.status == LoanStatus.CANCELLED
        assert build.totals() == {}

    def test_is_refused_once_the_payment_was_asked_for(self, room):
        loan = held()
        disbursement.release(loan_id=loan.pk, on=build.ON, **FACTS)

        with pytest.raises(LoanNotPending):
            disbursement.abandon(loan_id=loan.pk, reason="Too late", **FACTS)


def test_a_draw_from_a_line_of_a_partner_product_is_held(room, sent_tasks):
    line = origination.accept(offer(before_banks()))

    lines.draw(
        actor=build.SYSTEM, at=build.NOON, on=build.ON, line_id=line.pk, amount=line.limit,
        key="draw-1",
    )  # fmt: skip

    assert not PaymentOrder.objects.exists()
    assert sent_tasks.names[-1] == "partners.fund"
