"""Parts of quotas held for placements: reserved under the quotas' locks, used or released."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from partners.models import Placement, Quota, QuotaUse, UseStatus


def locked(quotas: Sequence[Quota]) -> None:
    """Lock quotas, in the order of their keys; whoever reserves holds these last of all."""
    keys = [quota.pk for quota in quotas]
    if keys:
        list(Quota.objects.for_update().filter(pk__in=keys).values_list("pk", flat=True))


def reserve(
    placement: Placement,
    quotas: Sequence[Quota],
    *,
    on: date,
    at: datetime,
    expires_at: datetime,
) -> None:
    """Hold a part of each quota for a placement; the caller holds the locks and has looked."""
    QuotaUse.objects.bulk_create(
        QuotaUse(
            quota=quota,
            placement=placement,
            begins_on=quota.begins_on(on),
            amount=placement.amount,
            reserved_at=at,
            expires_at=expires_at,
        )
        for quota in quotas
    )


def prolong(placement: Placement, *, until: datetime) -> None:
    """Hold what is reserved for longer, as the bank stands by its decision for longer."""
    reserved = QuotaUse.objects.filter(placement=placement, status=UseStatus.RESERVED)
    reserved.filter(expires_at__lt=until).update(expires_at=until)


def convert(placement: Placement, *, at: datetime) -> None:
    """Count what was reserved as used: both books hold the loan."""
    reserved = QuotaUse.objects.filter(placement=placement, status=UseStatus.RESERVED)
    reserved.update(status=UseStatus.CONVERTED, settled_at=at)


def release(placement: Placement, *, at: datetime) -> None:
    """Give back what was held; what is back needs no lock, only what is taken does."""
    held = QuotaUse.objects.filter(placement=placement).exclude(status=UseStatus.RELEASED)
    held.update(status=UseStatus.RELEASED, settled_at=at)
