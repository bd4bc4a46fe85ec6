"""The lists of words that the bank API uses, in both languages."""

from __future__ import annotations

from typing import Any

from django.utils import translation

from lending.models.classification import CLASSES
from lending.models.product import TermUnit
from partners.models import (
    BreakStatus,
    ClaimScope,
    ClaimStatus,
    CollectedBy,
    DecidedBy,
    DecisionResult,
    LegStatus,
    ParticipationStatus,
    QuotaPeriod,
    SettlementStatus,
    UseStatus,
)
from partners.models.agreement import MODELS
from partners.models.participation import HOLDERS
from partners.models.placement import STATES

LISTS: dict[str, Any] = {
    "application_status": STATES,
    "asset_class": [(value.upper(), label) for value, label in CLASSES],
    "break_status": BreakStatus.choices,
    "claim_scope": ClaimScope.choices,
    "claim_status": ClaimStatus.choices,
    "collected_by": CollectedBy.choices,
    "decision_result": DecisionResult.choices,
    "decided_by": DecidedBy.choices,
    "funding_model": MODELS,
    "funding_status": LegStatus.choices,
    "held_by": HOLDERS,
    "loan_status": ParticipationStatus.choices,
    "quota_period": QuotaPeriod.choices,
    "quota_use": UseStatus.choices,
    "settlement_status": SettlementStatus.choices,
    "term_unit": TermUnit.choices,
}


def in_both_languages() -> list[dict[str, Any]]:
    """Return every list with its words in English and Chinese."""
    return [
        {"name": name, "values": [_word(value, label) for value, label in choices]}
        for name, choices in LISTS.items()
    ]


def _word(value: str, label: Any) -> dict[str, str]:
    with translation.override("en"):
        english = str(label)
    with translation.override("zh-hans"):
        return {"value": value, "en": english, "zh": str(label)}
