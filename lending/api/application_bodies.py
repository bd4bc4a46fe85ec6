"""What is sent with an application, and how it is shown."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from lending.actions import evidence
from lending.api.values import MoneyField, in_words
from lending.models import Application
from lending.rules.plan import MOST_DATES

STAGES = "COLLECTING, SUBMITTED, ASSESSING, REFERRED, FUNDING, APPROVED, ACCEPTED, DECLINED, WITHDRAWN, EXPIRED; more may come"  # noqa: E501
# Not ListField's own: any JSON object, which the evidence's own checks then look through.
ANY_OBJECT = {"type": "object", "additionalProperties": True}


@extend_schema_field(ANY_OBJECT)
class ObjectField(serializers.JSONField):
    """A JSON object of any content."""

    default_error_messages = {"shape": "an object"}

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if not isinstance(data, dict):
            self.fail("shape")
        return data


class PlanSerializer(serializers.Serializer[Any]):
    """On which dates what share of the principal comes back; the shares sum to 1."""

    due_dates = serializers.ListField(
        child=serializers.DateField(), min_length=1, max_length=MOST_DATES
    )
    shares = serializers.ListField(
        child=serializers.DecimalField(max_digits=9, decimal_places=8, min_value=0, max_value=1),
        min_length=1,
        max_length=MOST_DATES,
    )


class BareApplicationRequestSerializer(serializers.Serializer[Any]):
    """What every application says, whoever brings it."""

    product = serializers.CharField(max_length=40, help_text="A code from /products")
    amount = MoneyField()
    term = serializers.IntegerField(min_value=1, max_value=100_000, help_text="In term_unit")
    purpose = serializers.CharField(max_length=200)
    plan = PlanSerializer(
        required=False, help_text="Of a product with the custom method, and of no other"
    )


class ApplicationRequestSerializer(BareApplicationRequestSerializer):
    """An application with its evidence."""

    borrower = serializers.CharField(max_length=80, help_text="The borrower's reference")
    evidence = ObjectField(
        help_text=(
            "as_of (date, not after today), source, features (name to decimal string or null) "
            "and optionally inputs. Numbers are strings. Frozen and hashed on submission."
        )
    )


class InputsRequestSerializer(serializers.Serializer[Any]):
    """Inputs that were missing."""

    inputs = ObjectField()


class ReasonRequestSerializer(serializers.Serializer[Any]):
    """Why, in words."""

    reason = serializers.CharField(max_length=500)


class WithdrawalRequestSerializer(serializers.Serializer[Any]):
    """Why, if there is something to say."""

    reason = serializers.CharField(max_length=500, required=False, allow_blank=True)


class ReasonSerializer(serializers.Serializer[Any]):
    """One reason for a decision; `text` is in the language asked for."""

    kind = serializers.CharField(help_text="score, policy, lending, person")
    code = serializers.CharField()
    text = serializers.CharField()


class ApplicationSerializer(serializers.Serializer[Any]):
    """An application and where it stands."""

    id = serializers.UUIDField()
    number = serializers.CharField()
    borrower = serializers.CharField(source="borrower.reference")
    borrower_id = serializers.UUIDField()
    product = serializers.CharField(source="version.product.code")
    amount = MoneyField()
    term = serializers.IntegerField()
    term_unit = serializers.CharField(source="version.term_unit")
    purpose = serializers.CharField()
    channel = serializers.CharField()
    plan = PlanSerializer(allow_null=True)
    stage = serializers.CharField(help_text=STAGES)
    stage_since = serializers.DateTimeField()
    stage_due_at = serializers.DateTimeField(allow_null=True)
    submitted_at = serializers.DateTimeField()
    decided_at = serializers.DateTimeField(allow_null=True)
    evidence_hash = serializers.CharField(allow_blank=True)
    reasons = serializers.SerializerMethodField()
    missing_inputs = serializers.SerializerMethodField()
    offer_id = serializers.SerializerMethodField()
    credit_line_id = serializers.SerializerMethodField()

    @extend_schema_field(ReasonSerializer(many=True))
    def get_reasons(self, application: Application) -> list[dict[str, str]]:
        return in_words(application.reasons)

    def get_missing_inputs(self, application: Application) -> list[str]:
        if application.evidence_hash:
            return []
        return evidence.missing(application.version.required_inputs, application.evidence)

    @extend_schema_field({"type": ["string", "null"], "format": "uuid"})
    def get_offer_id(self, application: Application) -> str | None:
        """The latest offer, open or not."""
        offers = sorted(application.offers.all(), key=lambda offer: offer.pk)
        return str(offers[-1].pk) if offers else None

    @extend_schema_field({"type": ["string", "null"], "format": "uuid"})
    def get_credit_line_id(self, application: Application) -> str | None:
        lines = list(application.lines.all())
        return str(lines[0].pk) if lines else None
