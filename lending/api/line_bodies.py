"""Offers and credit lines as the API shows them, and what is sent to use them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from lending.api.application_bodies import ObjectField
from lending.api.values import MoneyField, RateField, shown
from lending.models import CreditLine
from lending.queries import exposure


class OfferSerializer(serializers.Serializer[Any]):
    """A limit and a price that stand until `expires_at`, with their all-in cost."""

    id = serializers.UUIDField()
    application_id = serializers.UUIDField()
    limit = MoneyField(source="amount")
    annual_rate = RateField()
    term = serializers.IntegerField()
    term_unit = serializers.CharField(source="version.term_unit")
    cost_table = ObjectField(help_text="Every item, what it costs and who collects it")
    cost_hash = serializers.CharField(help_text="Send it back to accept what was shown")
    issued_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    status = serializers.CharField(help_text="OPEN, ACCEPTED, EXPIRED, WITHDRAWN; more may come")


class AcceptanceRequestSerializer(serializers.Serializer[Any]):
    """What the borrower saw and confirmed."""

    cost_hash = serializers.CharField(
        max_length=64,
        required=False,
        allow_blank=True,
        help_text="The offer's cost_hash; required where the law demands the cost table",
    )


class LineSummarySerializer(serializers.Serializer[Any]):
    """A credit line in a list."""

    id = serializers.UUIDField()
    number = serializers.CharField()
    borrower = serializers.CharField(source="borrower.reference")
    application_id = serializers.UUIDField()
    product = serializers.CharField(source="version.product.code")
    limit = MoneyField()
    annual_rate = RateField()
    term = serializers.IntegerField(help_text="Of each draw, in term_unit")
    term_unit = serializers.CharField(source="version.term_unit")
    opened_on = serializers.DateField()
    ends_on = serializers.DateField(help_text="The last day to draw")
    status = serializers.CharField(help_text="OPEN, FROZEN, CLOSED; more may come")


class LineSerializer(LineSummarySerializer):
    """A credit line with what may still be drawn."""

    available = MoneyField()


class DrawRequestSerializer(serializers.Serializer[Any]):
    """How much to draw."""

    amount = MoneyField()


def with_headroom(line: CreditLine) -> dict[str, Any]:
    """Return a credit line's full representation."""
    available = shown(exposure.headroom(line), line.currency)
    return {**LineSummarySerializer(line).data, "available": available}
