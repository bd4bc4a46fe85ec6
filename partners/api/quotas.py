"""What a bank takes, shown to the bank."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from lending.api.values import Money, MoneyField
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


class QuotaList(BankView):
    """The bank's quotas."""

    @extend_schema(
        operation_id="list_quotas", responses=QuotaSerializer(many=True), tags=["quotas"]
    )
    def get(self, request: Request) -> Response:
        """List your quotas with their use on the lender's business date."""
        states = [_row(state, self.bank) for state in quotas.of_bank(self.bank, self.on)]
        return Response(QuotaSerializer(states, many=True).data)


def _row(state: quotas.QuotaState, bank: PartnerBank) -> dict[str, Any]:
    quota, currency = state.quota, bank.currency
    return {
        "id": quota.pk,
        "agreement": quota.agreement.code,
        "period": quota.period,
        "begins_on": state.begins_on,
        "region": quota.region,
        "product": quota.product,
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
