"""News and work that leave in the transaction that decided them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from celery import current_app

from tenancy import room
from tenancy.celery import TENANT_HEADER
from tenancy.models import Audience, OutboxMessage, WebhookSubscription


def enqueue(task_name: str, *, countdown_seconds: float = 0, **kwargs: Any) -> None:
    """
    Send a task by its name, so that it runs exactly if this transaction commits.

    By name, because tasks stand above actions. The broker that lies in the same database takes
    part in the transaction; before another broker stands a table that does.
    """
    current_app.send_task(
        task_name,
        kwargs=kwargs,
        headers={TENANT_HEADER: room.current()},
        countdown=countdown_seconds or None,
    )


def notify(
    *,
    topic: str,
    payload: Mapping[str, Any],
    at: datetime,
    banks_clients: Collection[str] | None = None,
) -> list[OutboxMessage]:
    """
    Write one message for each of the room's subscriptions to the topic, and have it sent.

    :param banks_clients: the client ids of the one bank that this is for; without them it is
        for the platforms, and no bank hears it
    """
    listeners = WebhookSubscription.objects.filter(is_active=True)
    if banks_clients is None:
        listeners = listeners.filter(audience=Audience.PLATFORM)
    else:
        listeners = listeners.filter(audience=Audience.BANK, client_id__in=banks_clients)
    messages = [
        OutboxMessage(
            subscription=subscription,
            topic=topic,
            payload=dict(payload),
            created_at=at,
            next_attempt_at=at,
        )
        for subscription in listeners
        if topic in subscription.topics
    ]
    OutboxMessage.objects.bulk_create(messages)
    for message in messages:
        enqueue("tenancy.deliver_webhook", message_id=str(message.pk))
    return messages
