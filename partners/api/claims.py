"""A bank's claims on guarantors: raised, read, answered."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from lending.api.values import MoneyField
from partners.actions import claims
from partners.api.views import BankView
from partners.models import CompensationClaim
from partners.queries import claims as own_claims
from tenancy.api.paging import NewestFirst
from tenancy.api.problems import MEDIA_TYPE
from tenancy.api.schema import ProblemSerializer
from tenancy.errors import NotFound


class ClaimSerializer(serializers.Serializer[CompensationClaim]):
    """What a guarantor is to pay you for a late loan; the borrower's debt does not change."""

    id = serializers.UUIDField()
    number = serializers.CharField()
    loan_id = serializers.UUIDField(source="participation.loan_id")
    loan_number = serializers.CharField(source="participation.loan.number")
    bank_loan_number = serializers.CharField(
        source="participation.bank_loan_number", allow_blank=True
    )
    guarantor = serializers.CharField(source="guarantor.code")
    scope = serializers.CharField(help_text="INSTALMENT, FULL: as the agreement says")
    status = serializers.CharField(help_text="FILED, PAID, REVERSED; may grow")
    days_past_due = serializers.IntegerField(source="trigger_dpd", help_text="When it was filed")
    arrears_since = serializers.DateField()
    principal = MoneyField()
    interest = MoneyField()
    fee = MoneyField()
    penalty = MoneyField()
    total = MoneyField()
    filed_on = serializers.DateField()
    paid_on = serializers.DateField(allow_null=True)
    reference = serializers.CharField(allow_blank=True, help_text="Of the guarantor's payment")
    reversible_until = serializers.DateField(allow_null=True)
    reversed_on = serializers.DateField(allow_null=True)


class ClaimRequestSerializer(serializers.Serializer[Any]):
    """For which loan; how much and of what follows from the agreement."""

    loan_id = serializers.UUIDField()


class ClaimPaymentRequestSerializer(serializers.Serializer[Any]):
    """That the guarantor's money has reached you; from then on it stands in your place."""

    reference = serializers.CharField(max_length=80)
    reversible_until = serializers.DateField(
        required=False, help_text="The last day on which it may be taken back; today unless told"
    )


class ClaimWithdrawalRequestSerializer(serializers.Serializer[Any]):
    """Why you take a claim back."""

    reason = serializers.CharField(max_length=200)


class ClaimFilter(filters.FilterSet):
    """Which claims to list."""

    status = filters.CharFilter(help_text="Such as FILED")

    class Meta:
        model = CompensationClaim
        fields: tuple[str, ...] = ()


class _Claims(BankView):
    """The bank's claims."""

    def shown(self, claim_id: UUID, status: int = 200) -> Response:
        """
        Answer with a claim as it now stands.

        :raises NotFound: if it is not this bank's
        """
        claim = own_claims.one(self.bank, claim_id)
        if claim is None:
            raise NotFound.of("Claim", claim_id)
        return Response(ClaimSerializer(claim).data, status)


class ClaimList(_Claims):
    """Claims raised and listed."""

    pagination_class = NewestFirst
    filter_backends = (filters.DjangoFilterBackend,)
    filterset_class = ClaimFilter
    queryset = CompensationClaim.objects.none()

    def get_queryset(self) -> QuerySet[CompensationClaim]:
        return own_claims.of_bank(self.bank)

    @extend_schema(
        operation_id="list_claims", responses=ClaimSerializer(many=True), tags=["claims"]
    )
    def get(self, request: Request) -> Response:
        """List your claims, newest first."""
        return self.page(ClaimSerializer)

    @extend_schema(
        operation_id="file_claim",
        request=ClaimRequestSerializer,
        responses={201: ClaimSerializer, (404, MEDIA_TYPE): ProblemSerializer},
        tags=["claims"],
    )
    def post(self, request: Request) -> Response:
        """Ask the guarantor to pay for a loan that is late enough; once for each delay."""
        body = self.valid(ClaimRequestSerializer)
        claim = claims.file(actor=self.actor, at=self.at, on=self.on, loan_id=body["loan_id"])
        return self.shown(claim.pk, 201)


class ClaimDetail(_Claims):
    """One claim."""

    @extend_schema(operation_id="get_claim", responses=ClaimSerializer, tags=["claims"])
    def get(self, request: Request, claim_id: UUID) -> Response:
        """Read a claim."""
        return self.shown(claim_id)


class ClaimPayments(_Claims):
    """That a claim was paid."""

    @extend_schema(
        operation_id="confirm_claim_payment",
        request=ClaimPaymentRequestSerializer,
        responses={201: ClaimSerializer},
        tags=["claims"],
    )
    def post(self, request: Request, claim_id: UUID) -> Response:
        """Say that the guarantor has paid you; said again, it changes nothing."""
        body = self.valid(ClaimPaymentRequestSerializer)
        claims.pay(
            actor=self.actor,
            at=self.at,
            on=self.on,
            claim_id=claim_id,
            reference=body["reference"],
            reversible_until=body.get("reversible_until", self.on),
        )
        return self.shown(claim_id, 201)


class ClaimWithdrawal(_Claims):
    """Taking a claim back."""

    @extend_schema(
        operation_id="withdraw_claim",
        request=ClaimWithdrawalRequestSerializer,
        responses={200: ClaimSerializer},
        tags=["claims"],
    )
    def post(self, request: Request, claim_id: UUID) -> Response:
        """Take back a claim that nobody has paid."""
        body = self.valid(ClaimWithdrawalRequestSerializer)
        claims.withdraw(actor=self.actor, at=self.at, on=self.on, claim_id=claim_id, **body)
        return self.shown(claim_id)
