"""How much a bank takes: set by agreement, reserved under lock, used or released."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partners.models import Agreement, Quota, QuotaPeriod
from tenancy import room
from tenancy.actions import audit
from tenancy.actors import Actor
from tenancy.errors import FieldError, Invalid, NotFound
from tenancy.permissions import Permission, require


@room.atomic
def set_quota(
    *,
    actor: Actor,
    at: datetime,
    agreement_id: UUID,
    period: str,
    amount: Decimal,
    region: str = "",
    product: str = "",
) -> Quota:
    """
    Set the most that is placed under an agreement in a period; what is reserved stays.

    :param region: an administrative code; the quota counts what lies in it. Empty for all
    :param product: a product's code; empty for all
    :raises NotFound: if there is no such agreement
    :raises Invalid: for an unknown period or an impossible amount
    """
    require(actor, Permission.AGREEMENT_EDIT)
    return write(
        actor=actor,
        at=at,
        agreement_id=agreement_id,
        period=period,
        amount=amount,
        region=region,
        product=product,
    )


def write(
    *,
    actor: Actor,
    at: datetime,
    agreement_id: UUID,
    period: str,
    amount: Decimal,
    region: str,
    product: str,
) -> Quota:
    """Write a quota that the caller has found the actor allowed to set."""
    if not Agreement.objects.filter(pk=agreement_id).exists():
        raise NotFound.of(gettext_lazy("Agreement"), agreement_id)
    errors = []
    if period not in QuotaPeriod.values:
        errors.append(FieldError("/period", period[:80], ", ".join(QuotaPeriod.values)))
    if not amount.is_finite() or not 0 <= amount < Decimal(10) ** 15:
        errors.append(FieldError("/amount", str(amount)[:80], _("an amount of 0 or more")))
    if errors:
        raise Invalid(gettext_lazy("The quota does not fit"), errors=errors)
    quota, _created = Quota.objects.update_or_create(
        agreement_id=agreement_id,
        period=period,
        region=region,
        product=product,
        defaults={"amount": amount, "set_at": at, "is_active": True},
    )
    audit.record(
        actor=actor,
        at=at,
        action="quota.set",
        subject=quota,
        changes={"period": period, "amount": str(amount), "region": region, "product": product},
    )
    return quota
