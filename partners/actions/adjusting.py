"""Amounts that a settlement carries besides its receipts."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from partners.models import Adjustment, PartnerBank
from tenancy import room
from tenancy.actions import audit
from tenancy.actors import Actor
from tenancy.permissions import Permission, require


@room.atomic
def adjust(
    *, actor: Actor, at: datetime, on: date, bank: PartnerBank, amount: Decimal, key: str,
    reason: str,
) -> Adjustment:  # fmt: skip
    """
    Add an amount, positive to the bank's good, to the settlement of an open business date.

    Repeating a key returns what it made.
    """
    require(actor, Permission.SETTLEMENT_RUN)
    adjustment, is_new = Adjustment.objects.get_or_create(
        key=key,
        defaults={
            "bank": bank,
            "on": on,
            "amount": amount,
            "currency": bank.currency,
            "reason": reason,
            "made_at": at,
            "made_by": actor.name,
        },
    )
    if is_new:
        changes = {"bank": bank.code, "amount": str(amount), "on": str(on)}
        audit.record(
            actor=actor, at=at, action="settlement.adjust", subject=adjustment, changes=changes,
            reason=reason,
        )  # fmt: skip
    return adjustment
