"""Two rooms with a row each, and plain connections of the app role into one of them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from uuid import UUID

import psycopg
from django.utils import timezone

from tenancy import room
from tenancy.models import OutboxMessage, Tenant, WebhookSubscription
from tenancy.tokens import token_for


@dataclass(frozen=True)
class Room:
    """One tenant with one subscription and one message that waits for it."""

    tenant_id: int
    subscription_id: UUID
    message_id: UUID


def furnished(slug: str) -> Room:
    tenant = Tenant.objects.create(slug=slug, name=slug.title(), business_date=date(2026, 1, 5))
    with room.enter(tenant.pk):
        subscription = WebhookSubscription.objects.create(
            client_id=slug, url=f"https://{slug}.example/hook", secret="whsec_MDEyMzQ1Njc4OWFi"
        )
        message = OutboxMessage.objects.create(
            subscription=subscription,
            topic="loan.active",
            payload={"secret of": slug},
            created_at=timezone.now(),
            next_attempt_at=timezone.now(),
        )
    return Room(tenant.pk, subscription.pk, message.pk)


@contextmanager
def transaction_in(connection: psycopg.Connection, tenant_id: int | None) -> Iterator[None]:
    """One transaction of a plain connection, with the token that the backend would send."""
    with connection.transaction():
        if tenant_id is not None:
            token = token_for(tenant_id)
            connection.execute("SELECT set_config('app.tenant', %s, true)", [token])
        yield
