"""Background work of the assembly line: deciding, and watching the clocks."""

from __future__ import annotations

from uuid import UUID

from celery import shared_task
from django.utils import timezone

from lending.actions import applications, timers
from tenancy import room
from tenancy.actors import Actor
from tenancy.celery import TenantTask
from tenancy.models import Tenant


@shared_task(base=TenantTask, name="lending.decide")
def decide(application_id: str) -> None:
    """Decide a submitted application; delivered twice, it decides once."""
    applications.decide_automatically(
        actor=Actor.system("decide"),
        at=timezone.now(),
        on=Tenant.objects.get(pk=room.current()).business_date,
        application_id=UUID(application_id),
    )


@shared_task(name="lending.watch_stages")
def watch_stages() -> int:
    """Expire what has lapsed and tell what is late, in every room; sent every minute."""
    actor, now, seen = Actor.system("watch"), timezone.now(), 0
    for tenant_id in Tenant.objects.values_list("pk", flat=True):
        with room.entered(tenant_id):
            while count := timers.expire(actor=actor, at=now):
                seen += count
            while count := timers.tell_breaches(actor=actor, at=now):
                seen += count
    return seen
