"""What a bank is asked to pay for a loan, and that it has, or will not."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from lending.api.values import MoneyField
from partners.actions import legs
from partners.api.views import BankView
from partners.models import FundingLeg
from partners.queries import funding
from tenancy.api.paging import NewestFirst
from tenancy.errors import NotFound

PAID, FAILED = "PAID", "FAILED"


class FundingSerializer(serializers.Serializer[FundingLeg]):
    """Your part of a loan's money; the borrower is paid when every part is there."""

    id = serializers.UUIDField()
    loan_id = serializers.UUIDField(source="participation.loan_id")
    loan_number = serializers.CharField(source="participation.loan.number")
    application_id = serializers.UUIDField(source="participation.placement_id", allow_null=True)
    status = serializers.CharField(help_text="See /meta/enums; may grow")
    amount = MoneyField()
    reference = serializers.CharField(help_text="To be quoted with the payment")
    requested_at = serializers.DateTimeField()
    value_date = serializers.DateField(source="value_on", allow_null=True)
    bank_ref = serializers.CharField(source="bank_reference", allow_blank=True)
    reason = serializers.CharField(source="failure", allow_blank=True)


class ConfirmationRequestSerializer(serializers.Serializer[Any]):
    """That your part is paid (amount, value_date, bank_ref), or will not be (reason)."""

    result = serializers.ChoiceField(choices=[PAID, FAILED])
    amount = MoneyField(required=False)
    value_date = serializers.DateField(required=False)
    bank_ref = serializers.CharField(required=False, max_length=80)
    reason = serializers.CharField(required=False, max_length=200)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        needed = ("amount", "value_date", "bank_ref") if attrs["result"] == PAID else ("reason",)
        missing = {name: [_("Needed with this result")] for name in needed if name not in attrs}
        if missing:
            raise serializers.ValidationError(missing)
        return attrs


class FundingFilter(filters.FilterSet):
    """Which parts to list."""

    status = filters.CharFilter(help_text="Such as REQUESTED")

    class Meta:
        model = FundingLeg
        fields: tuple[str, ...] = ()


class FundingList(BankView):
    """The bank's legs."""

    pagination_class = NewestFirst
    filter_backends = (filters.DjangoFilterBackend,)
    filterset_class = FundingFilter
    queryset = FundingLeg.objects.none()

    def get_queryset(self) -> QuerySet[FundingLeg]:
        return funding.of_bank(self.bank)

    @extend_schema(
        operation_id="list_fundings", responses=FundingSerializer(many=True), tags=["funding"]
    )
    def get(self, request: Request) -> Response:
        """List what you were asked to pay, newest first."""
        return self.page(FundingSerializer)


class FundingDetail(BankView):
    """One leg."""

    @extend_schema(operation_id="get_funding", responses=FundingSerializer, tags=["funding"])
    def get(self, request: Request, funding_id: UUID) -> Response:
        """Read what you are asked to pay for one loan."""
        return Response(FundingSerializer(found(self, funding_id)).data)


class FundingConfirmations(BankView):
    """The bank's word on a leg."""

    @extend_schema(
        operation_id="confirm_funding",
        request=ConfirmationRequestSerializer,
        responses={201: FundingSerializer},
        tags=["funding"],
    )
    def post(self, request: Request, funding_id: UUID) -> Response:
        """Say that your part is paid, or will not be; said again, it changes nothing."""
        body = self.valid(ConfirmationRequestSerializer)
        leg = found(self, funding_id)
        who: dict[str, Any] = {"actor": self.actor, "at": self.at, "on": self.on}
        if body["result"] == PAID:
            legs.confirm(
                **who,
                leg_id=leg.pk,
                amount=body["amount"].within(leg.currency),
                value_on=body["value_date"],
                bank_reference=body["bank_ref"],
            )
        else:
            legs.fail(**who, leg_id=leg.pk, reason=body["reason"])
        return Response(FundingSerializer(found(self, funding_id)).data, 201)


def found(view: BankView, funding_id: UUID) -> FundingLeg:
    """
    Return the bank's own leg as it now stands.

    :raises NotFound: if it is not this bank's
    """
    leg = funding.one(view.bank, funding_id)
    if leg is None:
        raise NotFound.of("Funding", funding_id)
    return leg
