"""What a bank takes, shown to the bank and changed by it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from lending.api.values import Money, MoneyField
from partners.actions import quotas as changing
from partners.api.views import BankView
from partners.models import PartnerBank
from partners.queries import quotas


class QuotaSerializer(serializers.Serializer[Any]):
    """The most that you take in a period, and what has been taken of it."""

    id = serializers.UUIDField()
    agreement = serializers.CharField()
    period = serializers.CharField(help_text="day, month, total")
    begins_on = serializers.DateField(help_text="The period's first day")
    region = serializers.CharField(allow_blank=True, help_text="Empty: everywhere")
    product = serializers.CharField(allow_blank=True, help_text="Empty: every product")
    amount = MoneyField()
    reserved = MoneyField(help_text="Held for applications before you")
    used = MoneyField(help_text="Of loans that were booked")
    left = MoneyField()
    proposed = MoneyField(
        allow_null=True, help_text="What you have proposed and the lender has not decided yet"
    )


class QuotaRequestSerializer(serializers.Serializer[Any]):
    """How much you want to take."""

    amount = MoneyField()
    reason = serializers.CharField(max_length=500, help_text="For who decides about a higher one")


class QuotaList(BankView):
    """The bank's quotas."""

    @extend_schema(
        operation_id="list_quotas", responses=QuotaSerializer(many=True), tags=["quotas"]
    )
    def get(self, request: Request) -> Response:
        """List your quotas with their use on the lender's business date."""
        states = [_row(state, self.bank, self.at) for state in quotas.of_bank(self.bank, self.on)]
        return Response(QuotaSerializer(states, many=True).data)


class QuotaDetail(BankView):
    """One quota of the bank."""

    http_method_names = ["put"]

    @extend_schema(
        operation_id="change_quota",
        request=QuotaRequestSerializer,
        responses={200: QuotaSerializer, 202: QuotaSerializer},
        tags=["quotas"],
    )
    def put(self, request: Request, quota_id: UUID) -> Response:
        """Lower a quota at once (200), or propose a higher one to the lender (202)."""
        body = self.valid(QuotaRequestSerializer)
        asked = changing.propose(
            actor=self.actor,
            at=self.at,
            quota_id=quota_id,
            amount=body["amount"].within(self.bank.currency),
            reason=body["reason"],
        )
        states = quotas.of_bank(self.bank, self.on)
        [row] = [_row(state, self.bank, self.at) for state in states if state.quota.pk == quota_id]
        return Response(QuotaSerializer(row).data, 200 if asked is None else 202)


def _row(state: quotas.QuotaState, bank: PartnerBank, at: datetime) -> dict[str, Any]:
    quota, currency = state.quota, bank.currency
    proposed = changing.proposed(quota, at=at)
    return {
        "id": quota.pk,
        "agreement": quota.agreement.code,
        "period": quota.period,
        "begins_on": state.begins_on,
        "region": quota.region,
        "product": quota.product,
        "proposed": None if proposed is None else Money(proposed, currency),
        **{
            name: Money(amount, currency)
            for name, amount in (
                ("amount", quota.amount),
                ("reserved", state.reserved),
                ("used", state.used),
                ("left", state.left),
            )
        },
    }
