"""A bank's own loans: booked, and read."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from lending.models import LoanEvent
from partners.actions import booking, reading
from partners.api.loan_bodies import (
    BookingRequestSerializer,
    ClassificationSerializer,
    OwnLoanDetailSerializer,
    OwnLoanSerializer,
    OwnScheduleSerializer,
    OwnTransactionSerializer,
)
from partners.api.views import BankView
from partners.models import BankCredential, Participation
from partners.queries import own_loans
from tenancy.api.paging import NewestFirst
from tenancy.errors import NotFound


class LoanFilter(filters.FilterSet):
    """Which loans to list."""

    status = filters.CharFilter(help_text="Such as ACTIVE")
    bank_loan_number = filters.CharFilter(help_text="Yours")

    class Meta:
        model = Participation
        fields: tuple[str, ...] = ()


class OwnView(BankView):
    """One loan of the bank."""

    def found(self, loan_id: UUID) -> Participation:
        """
        Return the bank's part of the loan.

        :raises NotFound: if no part of it is this bank's
        """
        part = own_loans.one(self.bank, loan_id)
        if part is None:
            raise NotFound.of("Loan", loan_id)
        return part


class LoanList(BankView):
    """The bank's loans."""

    pagination_class = NewestFirst
    filter_backends = (filters.DjangoFilterBackend,)
    filterset_class = LoanFilter
    queryset = Participation.objects.none()

    def get_queryset(self) -> QuerySet[Participation]:
        return own_loans.of_bank(self.bank)

    @extend_schema(
        operation_id="list_loans", responses=OwnLoanSerializer(many=True), tags=["loans"]
    )
    def get(self, request: Request) -> Response:
        """List your loans, newest first, each with your part on the business date."""
        rows = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        loans = own_loans.standing(rows or [], self.on)
        return self.get_paginated_response(OwnLoanSerializer(loans, many=True).data)


class LoanDetail(BankView):
    """One loan."""

    @extend_schema(operation_id="get_loan", responses=OwnLoanDetailSerializer, tags=["loans"])
    def get(self, request: Request, loan_id: UUID) -> Response:
        """Read your part of a loan, and who owes you; each reading is noted."""
        part = reading.read_loan(actor=self.actor, at=self.at, loan_id=loan_id)
        [loan] = own_loans.standing([part], self.on)
        credential = BankCredential.objects.filter(client_id=self.actor.id).first()
        context: dict[str, Any] = {"credential": credential}
        return Response(OwnLoanDetailSerializer(loan, context=context).data)


class LoanSchedule(OwnView):
    """The bank's part of the schedule."""

    @extend_schema(
        operation_id="get_loan_schedule", responses=OwnScheduleSerializer, tags=["loans"]
    )
    def get(self, request: Request, loan_id: UUID) -> Response:
        """Read your part of each instalment, due and paid."""
        part = self.found(loan_id)
        facts = {"as_of": self.on, "rows": own_loans.schedule(part, self.on)}
        return Response(OwnScheduleSerializer(facts, context={"currency": part.currency}).data)


class LoanTransactions(OwnView):
    """What moved on a loan."""

    pagination_class = NewestFirst
    queryset = LoanEvent.objects.none()

    @extend_schema(
        operation_id="list_loan_transactions",
        responses=OwnTransactionSerializer(many=True),
        tags=["loans"],
    )
    def get(self, request: Request, loan_id: UUID) -> Response:
        """List what was paid out, received and taken back, newest first, with your parts."""
        part = self.found(loan_id)
        rows = self.paginate_queryset(own_loans.events(part)) or []
        shown = OwnTransactionSerializer(
            own_loans.transactions(part, rows), many=True, context={"currency": part.currency}
        )
        return self.get_paginated_response(shown.data)


class LoanClassification(OwnView):
    """How a loan is classed."""

    @extend_schema(
        operation_id="get_loan_classification", responses=ClassificationSerializer, tags=["loans"]
    )
    def get(self, request: Request, loan_id: UUID) -> Response:
        """Read how late a loan is and how it is classed, the same for both lenders."""
        [loan] = own_loans.standing([self.found(loan_id)], self.on)
        told = loan.classified
        facts = {
            "as_of": self.on,
            "days_past_due": told.days_past_due,
            "bucket": told.bucket,
            "class5": told.class5,
            "profile": told.profile,
            "source": told.source,
        }
        return Response(ClassificationSerializer(facts).data)


class LoanBookings(OwnView):
    """That a loan stands in the bank's books."""

    @extend_schema(
        operation_id="confirm_booking",
        request=BookingRequestSerializer,
        responses={201: OwnLoanSerializer},
        tags=["loans"],
    )
    def post(self, request: Request, loan_id: UUID) -> Response:
        """Say under which number you have booked your part; said again, it changes nothing."""
        body = self.valid(BookingRequestSerializer)
        part = self.found(loan_id)
        booking.confirm(
            actor=self.actor,
            at=self.at,
            loan_id=loan_id,
            bank_loan_number=body["bank_loan_number"],
            amount=body["amount"].within(part.currency),
            annual_rate=body.get("annual_rate"),
            first_due_on=body.get("first_due_on"),
        )
        [loan] = own_loans.standing([self.found(loan_id)], self.on)
        return Response(OwnLoanSerializer(loan).data, 201)
