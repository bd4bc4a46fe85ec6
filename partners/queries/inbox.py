"""What is placed with a bank: its inbox, and one application out of it."""

from __future__ import annotations

from uuid import UUID

from django.db.models import OuterRef, Subquery

from partners.models import PartnerBank, Placement, PlacementEvent, PlacementQuerySet


def inbox(bank: PartnerBank) -> PlacementQuerySet:
    """Return what was ever put before a bank, with when each last moved."""
    last = PlacementEvent.objects.filter(placement=OuterRef("pk")).order_by("-pk")
    rows: PlacementQuerySet = (
        Placement.objects.filter(bank=bank, submitted_at__isnull=False)
        .select_related("application__version__product", "version__agreement")
        .prefetch_related("decisions")
        .defer("application__evidence", "application__version__cost_scenarios")
        .annotate(updated_at=Subquery(last.values("at")[:1]))
    )
    return rows


def of_bank(bank: PartnerBank, placement_id: UUID) -> Placement | None:
    """Return one placement of a bank; another bank's is not there."""
    return inbox(bank).filter(pk=placement_id).first()
