"""Payments that somebody has to look after."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from lending.models import PaymentOrder, PaymentStatus

CHASED_AT_ONCE = 1000


def unanswered(before: datetime) -> list[UUID]:
    """Return the orders that were asked for before a moment and have no answer, oldest first."""
    orders = PaymentOrder.objects.filter(
        status__in=[PaymentStatus.PENDING, PaymentStatus.SENT], requested_at__lt=before
    )
    return list(orders.order_by("requested_at").values_list("pk", flat=True)[:CHASED_AT_ONCE])
