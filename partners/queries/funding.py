"""The legs that a bank was asked for."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet

from partners.models import FundingLeg, LegSide, PartnerBank


def of_bank(bank: PartnerBank) -> QuerySet[FundingLeg]:
    """Return the bank's own legs, each with its participation and loan."""
    rows: QuerySet[FundingLeg] = FundingLeg.objects.filter(
        participation__bank=bank, side=LegSide.BANK
    ).select_related("participation__loan")
    return rows


def one(bank: PartnerBank, leg_id: UUID) -> FundingLeg | None:
    """Return one leg of a bank; another bank's, and ours, is not there."""
    return of_bank(bank).filter(pk=leg_id).first()
