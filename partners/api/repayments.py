"""A bank that collects itself tells what a borrower has paid it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from lending.api.values import MoneyField
from partners.actions import collecting
from partners.api.loan_bodies import OwnTransactionSerializer
from partners.api.loans import OwnView
from partners.queries import own_loans


class RepaymentRequestSerializer(serializers.Serializer[Any]):
    """What a borrower paid you for a loan: all of it, not your part."""

    amount = MoneyField()
    value_date = serializers.DateField(help_text="When you had it; not after the business date")
    bank_ref = serializers.CharField(
        max_length=80, help_text="Yours, one for each receipt; REPAY_DETAIL names it"
    )


class CollectedSerializer(serializers.Serializer[Any]):
    """A receipt of yours as we have booked it."""

    bank_ref = serializers.CharField()
    amount = MoneyField()
    value_date = serializers.DateField(source="value_on")
    booked_on = serializers.DateField()
    transaction = OwnTransactionSerializer(help_text="What it paid, and your part of it")


class LoanRepayments(OwnView):
    """What the bank collected of a loan."""

    @extend_schema(
        operation_id="tell_repayment",
        request=RepaymentRequestSerializer,
        responses={201: CollectedSerializer},
        tags=["loans"],
    )
    def post(self, request: Request, loan_id: UUID) -> Response:
        """Tell a receipt, where your agreement says that you collect; told again it is one."""
        body = self.valid(RepaymentRequestSerializer)
        part = self.found(loan_id)
        receipt = collecting.receive(
            actor=self.actor,
            at=self.at,
            loan_id=loan_id,
            amount=body["amount"].within(part.currency),
            value_on=body["value_date"],
            bank_ref=body["bank_ref"],
        )
        [booked] = own_loans.transactions(part, [receipt.event])
        facts = {
            "bank_ref": receipt.bank_ref,
            "amount": receipt.amount,
            "value_on": receipt.value_on,
            "booked_on": receipt.booked_on,
            "transaction": booked,
        }
        shown = CollectedSerializer(facts, context={"currency": part.currency})
        return Response(shown.data, 201)
