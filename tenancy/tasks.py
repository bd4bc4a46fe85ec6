"""Background work of tenancy: sealing the audit trail, sending webhooks."""

from uuid import UUID

from celery import shared_task
from django.utils import timezone
from oauth2_provider.models import clear_expired

from tenancy import room
from tenancy.actions import idempotency, seal, throttle, webhooks
from tenancy.celery import TenantTask
from tenancy.models import Tenant


@shared_task(name="tenancy.seal_audit")
def seal_audit() -> int:
    """Seal every room's audit trail; sent every few seconds."""
    sealed = 0
    for tenant_id in Tenant.objects.values_list("pk", flat=True):
        with room.entered(tenant_id):
            while batch := seal.seal(at=timezone.now()):
                sealed += batch
    return sealed


@shared_task(base=TenantTask, name="tenancy.deliver_webhook", atomic_body=False)
def deliver_webhook(message_id: str) -> None:
    """Send one outgoing message."""
    webhooks.deliver(message_id=UUID(message_id), at=timezone.now())


@shared_task(name="tenancy.deliver_due_webhooks")
def deliver_due_webhooks() -> None:
    """Send again what is due in any room; sent every few seconds."""
    now = timezone.now()
    for tenant_id in Tenant.objects.values_list("pk", flat=True):
        with room.entered(tenant_id):
            for message_id in webhooks.due(at=now):
                webhooks.deliver(message_id=message_id, at=now)


@shared_task(name="tenancy.forget")
def forget() -> None:
    """Forget old idempotency keys in every room, and tokens that have expired; sent hourly."""
    for tenant_id in Tenant.objects.values_list("pk", flat=True):
        with room.entered(tenant_id):
            idempotency.forget(at=timezone.now())
    throttle.forget(at=timezone.now())
    clear_expired()
