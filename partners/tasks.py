"""Background work between lending and the partner banks; lending sends it by these names."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from celery import shared_task
from django.utils import timezone

from partners.actions import access, daily, participations, placements, reschedulings, routing
from tenancy import room
from tenancy.actors import Actor
from tenancy.celery import TenantTask
from tenancy.models import Tenant


@shared_task(base=TenantTask, name="partners.route")
def route(application_id: str) -> None:
    """Find a bank for an application that we approved."""
    routing.route(
        actor=Actor.system("route"),
        at=timezone.now(),
        on=Tenant.objects.get(pk=room.current()).business_date,
        application_id=UUID(application_id),
    )


@shared_task(base=TenantTask, name="partners.application_withdrawn")
def application_withdrawn(application_id: str) -> None:
    """Tell the bank that an application, or the offer of it, is gone; give its quota back."""
    placements.application_gone(
        actor=Actor.system("withdrawn"),
        at=timezone.now(),
        application_id=UUID(application_id),
    )


@shared_task(name="partners.time_out")
def time_out() -> int:
    """End, in every room, what banks have left unanswered; sent every minute."""
    ended = 0
    for tenant_id in Tenant.objects.values_list("pk", flat=True):
        with room.entered(tenant_id):
            while count := placements.time_out(actor=Actor.system("watch"), at=timezone.now()):
                ended += count
            while count := reschedulings.lapse(at=timezone.now()):
                ended += count
    return ended


@shared_task(base=TenantTask, name="partners.fund")
def fund(loan_id: str) -> None:
    """Ask for the legs of a loan that is held until its money is there."""
    participations.fund(
        actor=Actor.system("fund"), at=timezone.now(), on=_today(), loan_id=UUID(loan_id)
    )


@shared_task(base=TenantTask, name="partners.paid_out")
def paid_out(loan_id: str) -> None:
    """Take note that the borrower has the money of several lenders."""
    participations.paid_out(actor=Actor.system("fund"), at=timezone.now(), loan_id=UUID(loan_id))


@shared_task(base=TenantTask, name="partners.not_paid_out")
def not_paid_out(loan_id: str) -> None:
    """Give the legs back of a loan that the rail could not pay out."""
    participations.not_paid_out(
        actor=Actor.system("fund"), at=timezone.now(), on=_today(), loan_id=UUID(loan_id)
    )


@shared_task(base=TenantTask, name="partners.settle", atomic_body=False)
def settle(business_date: str) -> None:
    """Settle a day that has been finished with every partner bank; see `daily.settle_day`."""
    daily.settle_day(
        actor=Actor.system("settle"), on=date.fromisoformat(business_date), clock=timezone.now
    )


@shared_task(base=TenantTask, name="partners.ask_consent")
def ask_consent(request_id: str) -> None:
    """Put new due dates of a loan to the bank that lends along."""
    reschedulings.ask_consent(at=timezone.now(), request_id=UUID(request_id))


@shared_task(name="partners.forget_access")
def forget_access() -> None:
    """Forget proofs and tokens that open nothing any more, in every room; sent every minute."""
    for tenant_id in Tenant.objects.values_list("pk", flat=True):
        with room.entered(tenant_id):
            access.forget(at=timezone.now())


def _today() -> date:
    return Tenant.objects.get(pk=room.current()).business_date
