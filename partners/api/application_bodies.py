"""Applications as the bank API shows them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from ledger.rules.money import rounded
from lending.api.values import MoneyField, RateField, shown
from partners.models import Placement
from partners.rules.funding import WHOLE_BP


class DecisionSerializer(serializers.Serializer[Any]):
    """A decision as it was taken in."""

    decision_id = serializers.CharField(help_text="Yours")
    result = serializers.CharField(help_text="APPROVE, COUNTER, DECLINE")
    decided_at = serializers.DateTimeField()
    valid_until = serializers.DateTimeField(allow_null=True)


class ApplicationSerializer(serializers.Serializer[Placement]):
    """An application before your bank; its id is yours alone."""

    id = serializers.UUIDField()
    number = serializers.CharField()
    status = serializers.CharField(help_text="See /meta/enums; may grow")
    agreement = serializers.CharField(source="version.agreement.code")
    product = serializers.CharField(source="application.version.product.code")
    amount = MoneyField()
    your_part = serializers.SerializerMethodField(help_text="What you are asked to fund")
    bank_ratio_bp = serializers.IntegerField()
    annual_rate = RateField()
    term = serializers.IntegerField()
    term_unit = serializers.CharField()
    submitted_at = serializers.DateTimeField()
    respond_by = serializers.DateTimeField(help_text="Then your time is over")
    expires_at = serializers.DateTimeField(help_text="No decision may be valid for longer")
    updated_at = serializers.DateTimeField()
    your_reference = serializers.CharField(source="bank_reference", allow_blank=True)
    asked_for = serializers.ListField(source="info_items", child=serializers.JSONField())
    decision = serializers.SerializerMethodField()

    @extend_schema_field(MoneyField())
    def get_your_part(self, row: Placement) -> dict[str, str]:
        part = row.amount * Decimal(row.bank_ratio_bp) / WHOLE_BP
        return shown(rounded(part, row.currency), row.currency)

    @extend_schema_field(DecisionSerializer(allow_null=True))
    def get_decision(self, row: Placement) -> dict[str, Any] | None:
        decision = next(iter(row.decisions.all()), None)
        return None if decision is None else dict(DecisionSerializer(decision).data)


class DocumentSerializer(serializers.Serializer[Any]):
    """A file that belongs to an application."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    media_type = serializers.CharField()
    sha256 = serializers.CharField()
    size_bytes = serializers.IntegerField()
    captured_at = serializers.DateTimeField()


class PackageSerializer(serializers.Serializer[Any]):
    """All that there is to decide by; what was not collected is null."""

    version = serializers.IntegerField(help_text="Of this layout")
    agreement = serializers.JSONField(help_text="code, version, model, ratio_bp")
    product = serializers.JSONField(help_text="code, version")
    request = serializers.JSONField(
        help_text="amount, term, schedule_type, rate_annual, purpose_text, all_in, plan"
    )
    borrower = serializers.JSONField(
        help_text="Personal numbers masked, and sealed (JWE) where you have registered a key"
    )
    household = serializers.JSONField()
    consents = serializers.JSONField(help_text="Those that name you, or nobody")
    exposures = serializers.JSONField()
    scores = serializers.JSONField()
    features = serializers.JSONField(help_text="as_of, source, values")
    inputs = serializers.JSONField()
    rural = serializers.JSONField()
    capacity = serializers.JSONField()
    business = serializers.JSONField()
    checks = serializers.JSONField()
    documents = DocumentSerializer(many=True)
    recommendation = serializers.JSONField()
    evidence_hash = serializers.CharField(
        help_text="SHA-256 of all that was collected; it never changes after submission"
    )


class ApplicationPackageSerializer(ApplicationSerializer):
    """An application and its package."""

    package = serializers.SerializerMethodField()

    @extend_schema_field(PackageSerializer)
    def get_package(self, row: Placement) -> dict[str, Any]:
        package: dict[str, Any] = self.context["package"]
        return package


class LinkSerializer(serializers.Serializer[Any]):
    """Where to fetch a file, for a minute."""

    url = serializers.URLField()
    expires_at = serializers.DateTimeField()
    name = serializers.CharField()
    media_type = serializers.CharField()
    sha256 = serializers.CharField()
    size_bytes = serializers.IntegerField()
