"""What a bank sends about an application: that it has it, what it asks, what it decides."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from lending.api.values import MoneyField
from partners.models import DecidedBy, DecisionResult
from partners.rules.deciding import Decided


class AckRequestSerializer(serializers.Serializer[Any]):
    """That you have received an application."""

    your_reference = serializers.CharField(
        max_length=80, required=False, default="", allow_blank=True, help_text="What you call it"
    )


class ItemSerializer(serializers.Serializer[Any]):
    """One thing that you ask for."""

    code = serializers.CharField(max_length=80)
    text = serializers.CharField(max_length=500)


class InfoRequestSerializer(serializers.Serializer[Any]):
    """What you need to know before you decide."""

    items = serializers.ListField(child=ItemSerializer(), min_length=1, max_length=50)
    due_on = serializers.DateField(required=False, allow_null=True, default=None)


class ConditionSerializer(serializers.Serializer[Any]):
    """What has to be fulfilled, and before what."""

    code = serializers.CharField(max_length=80)
    text = serializers.CharField(max_length=500, allow_blank=True)
    before = serializers.ChoiceField(choices=["SIGN", "FUND"])


class ReasonSerializer(serializers.Serializer[Any]):
    """Why you decide so."""

    code = serializers.CharField(max_length=80)
    text = serializers.CharField(max_length=500, allow_blank=True)
    disclose_to_borrower = serializers.BooleanField(default=False)


class DecisionRequestSerializer(serializers.Serializer[Any]):
    """
    Your decision. What an approval leaves out is what was asked for.

    A COUNTER changes at least one of amount, term, rate and ratio. The same decision sent again
    is the one that stands; another one is refused.
    """

    decision_id = serializers.CharField(max_length=80, help_text="Yours; one decision, one id")
    result = serializers.ChoiceField(choices=DecisionResult.values)
    decided_at = serializers.DateTimeField()
    valid_until = serializers.DateTimeField(
        required=False, allow_null=True, default=None, help_text="Needed unless you decline"
    )
    amount = MoneyField(required=False)
    term = serializers.IntegerField(required=False, min_value=1, max_value=1200)
    term_unit = serializers.CharField(required=False, default="", allow_blank=True, max_length=6)
    rate_annual = serializers.DecimalField(
        max_digits=12, decimal_places=8, required=False, help_text="A fraction: 0.12 is 12 %"
    )
    penalty_rate = serializers.DecimalField(
        max_digits=12, decimal_places=8, required=False, help_text="A fraction"
    )
    schedule_type = serializers.CharField(
        required=False, default="", allow_blank=True, max_length=20
    )
    funding_ratio_bp = serializers.IntegerField(required=False, min_value=0, max_value=10_000)
    conditions = serializers.ListField(
        child=ConditionSerializer(), required=False, default=list, max_length=50
    )
    reasons = serializers.ListField(
        child=ReasonSerializer(), required=False, default=list, max_length=50
    )
    decided_by = serializers.ChoiceField(choices=DecidedBy.values, default="MANUAL")
    model_version = serializers.CharField(
        required=False, default="", allow_blank=True, max_length=80
    )


def decided(body: dict[str, Any], currency: str) -> Decided:
    """
    Return a checked body as the decision that it is.

    :raises Invalid: if its amount is of another currency
    """
    money = body.get("amount")
    return Decided(
        decision_id=body["decision_id"],
        result=body["result"],
        decided_at=body["decided_at"],
        valid_until=body["valid_until"],
        amount=None if money is None else money.within(currency),
        term=body.get("term"),
        term_unit=body["term_unit"],
        annual_rate=body.get("rate_annual"),
        penalty_rate=body.get("penalty_rate"),
        schedule_type=body["schedule_type"],
        bank_ratio_bp=body.get("funding_ratio_bp"),
        conditions=[dict(each) for each in body["conditions"]],
        reasons=[dict(each) for each in body["reasons"]],
        decided_by=body["decided_by"],
        model_version=body["model_version"],
    )
