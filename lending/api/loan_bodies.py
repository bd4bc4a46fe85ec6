"""A loan as the API shows it: status, balances, schedule, history."""

from __future__ import annotations

from datetime import date
from typing import Any

from rest_framework import serializers

from lending.api.values import MoneyField, RateField
from lending.models import Loan
from lending.queries import loans


class InstalmentSerializer(serializers.Serializer[Any]):
    """What falls due on a day, and what of it is paid."""

    number = serializers.IntegerField()
    from_on = serializers.DateField()
    due_on = serializers.DateField()
    principal_due = MoneyField()
    interest_due = MoneyField()
    fee_due = MoneyField()
    penalty_due = MoneyField()
    principal_paid = MoneyField()
    interest_paid = MoneyField()
    fee_paid = MoneyField()
    penalty_paid = MoneyField()
    outstanding = MoneyField()
    balance = MoneyField(help_text="Principal left after this row, if paid as planned")


class BalancesSerializer(serializers.Serializer[Any]):
    """What is owed on `as_of`; `payoff` settles everything that day."""

    principal = MoneyField()
    interest = MoneyField(source="interest_outstanding")
    fees = MoneyField(source="fee")
    penalties = MoneyField(source="penalty")
    payoff = MoneyField()
    overpaid = MoneyField(help_text="Owed back to the borrower")
    interest_accrued = MoneyField(help_text="Since the first day")
    interest_paid = MoneyField()


class AllocationSerializer(serializers.Serializer[Any]):
    """What a receipt paid; the parts sum to it."""

    penalty = MoneyField()
    fee = MoneyField()
    interest = MoneyField()
    principal = MoneyField()
    overpaid = MoneyField()


class EventSerializer(serializers.Serializer[Any]):
    """One line of the loan's history, which only ever grows."""

    id = serializers.UUIDField()
    sequence = serializers.IntegerField()
    kind = serializers.CharField(help_text="disbursed, repaid, reversed, fee_charged; may grow")
    effective_on = serializers.DateField()
    booked_on = serializers.DateField()
    amount = MoneyField()
    reverses = serializers.UUIDField(allow_null=True)
    allocation = AllocationSerializer(allow_null=True)


class PaymentSerializer(serializers.Serializer[Any]):
    """The payment that carries the loan's money out."""

    reference = serializers.CharField()
    status = serializers.CharField(help_text="PENDING, SENT, POSTED, VOIDED; more may come")
    failure = serializers.CharField(allow_blank=True)


class LoanSummarySerializer(serializers.Serializer[Any]):
    """A loan in a list."""

    id = serializers.UUIDField()
    number = serializers.CharField()
    borrower = serializers.CharField(source="borrower.reference")
    credit_line_id = serializers.UUIDField(source="line_id", allow_null=True)
    product = serializers.CharField(source="version.product.code")
    status = serializers.CharField(
        help_text="PENDING, ACTIVE, CLOSED, CANCELLED, WRITTEN_OFF; more may come"
    )
    principal = MoneyField()
    annual_rate = serializers.SerializerMethodField()
    requested_on = serializers.DateField()
    disbursed_on = serializers.DateField(allow_null=True)
    closed_on = serializers.DateField(allow_null=True)

    def get_annual_rate(self, loan: Loan) -> str:
        return RateField().to_representation(loan.frozen_terms.annual_rate)


class LoanSerializer(LoanSummarySerializer):
    """A loan with everything that a borrower may ask about it, on the business date `as_of`."""

    as_of = serializers.DateField()
    days_past_due = serializers.IntegerField()
    next_due_on = serializers.DateField(allow_null=True)
    due_now = MoneyField(help_text="What should have been paid by now and was not")
    balances = BalancesSerializer()
    schedule = InstalmentSerializer(many=True)
    events = EventSerializer(many=True)
    payment = PaymentSerializer(allow_null=True)


def detailed(loan: Loan, *, on: date) -> dict[str, Any]:
    """Return a loan's full representation on a day."""
    state = loans.state(loan, on=on)
    allocations = {allocation.event_id: allocation for allocation in state.allocations}
    facts = {
        "as_of": on,
        "days_past_due": state.days_past_due,
        "next_due_on": state.next_due_on,
        "due_now": state.due_now,
        "balances": state.balances,
        "schedule": state.schedule,
        "events": [
            {
                "id": event.pk,
                "sequence": event.sequence,
                "kind": event.kind,
                "effective_on": event.effective_on,
                "booked_on": event.booked_on,
                "amount": event.amount,
                "reverses": event.reverses_id,
                "allocation": allocations.get(str(event.pk)),
            }
            for event in loan.events.order_by("sequence")
        ],
        "payment": loan.payments.order_by("pk").first(),
    }
    return dict(LoanSerializer(_Shown(loan, facts), context={"currency": loan.currency}).data)


class _Shown:
    """A loan and the facts of a day, read as one."""

    def __init__(self, loan: Loan, facts: dict[str, Any]) -> None:
        self._loan, self._facts = loan, facts

    def __getattr__(self, name: str) -> Any:
        return self._facts[name] if name in self._facts else getattr(self._loan, name)
