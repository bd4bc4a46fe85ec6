"""Loans over the API: read, and repaid."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from lending.actions import repayment
from lending.api.loan_bodies import (
    AllocationSerializer,
    LoanSerializer,
    LoanSummarySerializer,
    detailed,
)
from lending.api.values import MoneyField
from lending.models import Loan
from tenancy.api.paging import NewestFirst
from tenancy.api.views import RoomView
from tenancy.errors import NotFound
from tenancy.permissions import Permission


class LoanFilter(filters.FilterSet):
    """Which loans to list."""

    status = filters.CharFilter(help_text="Such as ACTIVE")
    borrower = filters.CharFilter("borrower__reference", help_text="The borrower's reference")
    credit_line = filters.UUIDFilter("line_id")

    class Meta:
        model = Loan
        fields: tuple[str, ...] = ()


class RepaymentRequestSerializer(serializers.Serializer[Any]):
    """Money that came in from the borrower."""

    amount = MoneyField()
    value_date = serializers.DateField(
        required=False, help_text="The day it counts for; the business date unless given"
    )


class RepaymentSerializer(serializers.Serializer[Any]):
    """A receipt, what it paid, and the loan after it."""

    event_id = serializers.UUIDField()
    amount = MoneyField()
    value_date = serializers.DateField()
    allocation = AllocationSerializer(allow_null=True)
    loan_status = serializers.CharField()
    payoff = MoneyField()


class LoanList(RoomView):
    """Loans."""

    reads = Permission.LOAN_VIEW
    pagination_class = NewestFirst
    filter_backends = (filters.DjangoFilterBackend,)
    filterset_class = LoanFilter

    def get_queryset(self) -> QuerySet[Loan]:
        return Loan.objects.select_related("borrower", "version__product")

    @extend_schema(
        operation_id="list_loans", responses=LoanSummarySerializer(many=True), tags=["loans"]
    )
    def get(self, request: Request) -> Response:
        """List loans, newest first."""
        return self.page(LoanSummarySerializer)


class LoanDetail(RoomView):
    """One loan."""

    reads = Permission.LOAN_VIEW

    @extend_schema(operation_id="get_loan", responses=LoanSerializer, tags=["loans"])
    def get(self, request: Request, loan_id: UUID) -> Response:
        """Read a loan: balances to the day, schedule, history."""
        return Response(detailed(find(loan_id), on=self.on))


class LoanRepayments(RoomView):
    """Receipts of a loan."""

    @extend_schema(
        operation_id="repay_loan",
        request=RepaymentRequestSerializer,
        responses={201: RepaymentSerializer},
        tags=["loans"],
    )
    def post(self, request: Request, loan_id: UUID) -> Response:
        """Report money that came in: it pays penalty, fee, interest, principal, oldest first."""
        body = self.valid(RepaymentRequestSerializer)
        loan = find(loan_id)
        booked = repayment.receive(
            loan_id=loan_id,
            amount=body["amount"].within(loan.currency),
            on=body.get("value_date", self.on),
            key=f"repayment:{self.key}",
            at=self.at,
            actor=self.actor,
        )
        allocations = {part.event_id: part for part in booked.state.allocations}
        receipt = {
            "event_id": booked.event.id,
            "amount": booked.event.amount,
            "value_date": booked.event.effective_on,
            "allocation": allocations.get(booked.event.id),
            "loan_status": booked.status,
            "payoff": booked.state.balances.payoff,
        }
        shown = RepaymentSerializer(receipt, context={"currency": loan.currency})
        return Response(shown.data, 201)


def find(loan_id: UUID) -> Loan:
    """
    Return a loan of the room.

    :raises NotFound: if there is none of this id
    """
    loan = Loan.objects.select_related("borrower", "version__product").filter(pk=loan_id).first()
    if loan is None:
        raise NotFound.of("Loan", loan_id)
    return loan
