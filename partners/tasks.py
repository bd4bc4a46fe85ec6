"""Background work between lending and the partner banks; lending sends it by these names."""

from __future__ import annotations

from celery import shared_task
from django.utils import timezone

from partners.actions import access
from tenancy import room
from tenancy.celery import TenantTask
from tenancy.models import Tenant


@shared_task(base=TenantTask, name="partners.route")
def route(application_id: str) -> None:
    """Find a bank for an application that we approved."""


@shared_task(base=TenantTask, name="partners.application_withdrawn")
def application_withdrawn(application_id: str) -> None:
    """Tell the bank that an application, or the offer of it, is gone; give its quota back."""


@shared_task(base=TenantTask, name="partners.fund")
def fund(loan_id: str) -> None:
    """Ask for the legs of a loan that is held until its money is there."""


@shared_task(base=TenantTask, name="partners.paid_out")
def paid_out(loan_id: str) -> None:
    """Book what the rail paid out from several legs."""


@shared_task(base=TenantTask, name="partners.not_paid_out")
def not_paid_out(loan_id: str) -> None:
    """Give the legs back of a loan that the rail could not pay out."""


@shared_task(base=TenantTask, name="partners.settle")
def settle(business_date: str) -> None:
    """Settle a day that has been finished with every partner bank."""


@shared_task(name="partners.forget_access")
def forget_access() -> None:
    """Forget proofs and tokens that open nothing any more, in every room; sent every minute."""
    for tenant_id in Tenant.objects.values_list("pk", flat=True):
        with room.entered(tenant_id):
            access.forget(at=timezone.now())
