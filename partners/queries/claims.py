"""A bank's claims on the guarantors of its loans."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from partners.models import CompensationClaim, PartnerBank


def of_bank(bank: PartnerBank) -> QuerySet[CompensationClaim]:
    """Return a bank's claims, each with its loan and guarantor."""
    rows: QuerySet[CompensationClaim] = CompensationClaim.objects.filter(
        participation__bank=bank
    ).select_related("participation__loan", "guarantor")
    return rows


def one(bank: PartnerBank, claim_id: UUID) -> CompensationClaim | None:
    """Return one claim of a bank; another bank's is not there."""
    return of_bank(bank).filter(pk=claim_id).first()
