"""What a bank takes, and how much of it is taken."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet, Sum
from django.db.models.functions import Coalesce

from partners.models import PartnerBank, Quota, QuotaUse, UseStatus


@dataclass(frozen=True, slots=True)
class QuotaState:
    """One quota, the first day of its period, what is reserved and used of it and what is left."""

    quota: Quota
    begins_on: date
    reserved: Decimal
    used: Decimal

    @property
    def taken(self) -> Decimal:
        """What is reserved or used."""
        return self.reserved + self.used

    @property
    def left(self) -> Decimal:
        """What may still be placed; nothing where more is taken than a lowered quota allows."""
        return max(Decimal(0), self.quota.amount - self.taken)


def of_bank(bank: PartnerBank, on: date) -> Iterator[QuotaState]:
    """Yield the active quotas of a bank's agreements with their use in the period of a day."""
    quotas = Quota.objects.filter(agreement__bank=bank, is_active=True)
    for quota in quotas.select_related("agreement").order_by("pk"):
        begins_on = quota.begins_on(on)
        uses = QuotaUse.objects.filter(quota=quota, begins_on=begins_on)
        yield QuotaState(
            quota,
            begins_on,
            reserved=_sum(uses, UseStatus.RESERVED),
            used=_sum(uses, UseStatus.CONVERTED),
        )


def _sum(uses: QuerySet[QuotaUse], status: UseStatus) -> Decimal:
    total: Decimal = uses.filter(status=status).aggregate(
        total=Coalesce(Sum("amount"), Decimal(0))
    )["total"]
    return total
