"""Background work in the villages: taking forms in, and what each day brings."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from lending.rules.calendar import add_months
from rural.actions import (
    commission,
    form_intake,
    holding,
    leads,
    recommendations,
    village_partners,
    visits,
)
from rural.models import CommissionTariff
from rural.queries import intake, partner_book
from tenancy import room
from tenancy.actors import Actor
from tenancy.models import Tenant


@shared_task(name="rural.take_forms")
def take_forms() -> int:
    """Make of accepted forms what they say, in every room; sent twice a minute."""
    actor, seen = Actor.system("village"), 0
    for tenant in Tenant.objects.order_by("pk"):
        with room.entered(tenant.pk):
            while count := form_intake.take(
                actor=actor, at=timezone.now(), on=tenant.business_date
            ):
                seen += count
    return seen


@shared_task(name="rural.village_day")
def village_day() -> int:
    """
    Bring every room's villages up to its business date; sent hourly, harmless to repeat.

    What lending did is looked up here: it tells nobody.
    """
    actor, days = Actor.system("village"), 0
    for tenant in Tenant.objects.order_by("pk"):
        with room.entered(tenant.pk):
            if intake.is_set_up():
                while holding.escalate(actor=actor, at=timezone.now()):
                    pass
            if CommissionTariff.objects.exists():
                _day(tenant, actor)
                days += 1
    return days


def _day(tenant: Tenant, actor: Actor) -> None:
    at, on = timezone.now(), tenant.business_date
    recommendations.link(actor=actor, at=at, on=on)
    visits.fall_due(actor=actor, at=at, on=on)
    leads.remind(actor=actor, at=at, on=on)
    last_month = add_months(on.replace(day=1), -1)
    for partner_id in partner_book.ids():
        commission.accrue(actor=actor, at=at, on=on, partner_id=partner_id)
        village_partners.watch(actor=actor, at=at, on=on, partner_id=partner_id)
        commission.prepare(
            actor=actor, at=at, on=on, partner_id=partner_id, of=last_month,
            currency=tenant.currency,
        )  # fmt: skip
