"""Delivering outgoing messages: signed (Standard Webhooks 1.0), retried, given up after a day."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from uuid import UUID

import httpx
from django.utils.translation import gettext_lazy as _
from standardwebhooks.webhooks import Webhook

from tenancy import room
from tenancy.actions import audit, outbox
from tenancy.actors import Actor
from tenancy.errors import NotFound, Refusal
from tenancy.models import OutboxMessage

TIMEOUT_SECONDS = 10.0
# Standard Webhooks' own example schedule, shortened to a day in all.
RETRY_AFTER_SECONDS = (5, 300, 1800, 7200, 18_000, 36_000)
BATCH = 100


class NotAbandoned(Refusal):
    """The message was delivered, or is still being tried: there is nothing to replay."""

    code = "message_not_abandoned"


@room.atomic
def replay(*, actor: Actor, at: datetime, message_id: UUID) -> OutboxMessage:
    """
    Send one of the client's own abandoned messages again, from the first attempt on.

    :raises NotFound: if the client has no such message
    :raises NotAbandoned: if it is not a dead letter
    """
    message = (
        OutboxMessage.objects.for_update()
        .filter(pk=message_id, subscription__client_id=actor.id)
        .first()
    )
    if message is None:
        raise NotFound.of(_("Message"), message_id)
    if message.status != OutboxMessage.Status.ABANDONED:
        raise NotAbandoned(_("Only an abandoned message can be sent again"))
    message.status, message.attempts = OutboxMessage.Status.PENDING, 0
    message.next_attempt_at = at
    message.save(update_fields=["status", "attempts", "next_attempt_at"])
    audit.record(actor=actor, at=at, action="webhook.replay", subject=message)
    outbox.enqueue("tenancy.deliver_webhook", message_id=str(message.pk))
    return message


def due(*, at: datetime) -> list[UUID]:
    """Return the messages whose next attempt is due, oldest first, a batch at the most."""
    with room.enter(room.current()):
        waiting = OutboxMessage.objects.filter(
            status=OutboxMessage.Status.PENDING, next_attempt_at__lte=at
        )
        return list(waiting.order_by("next_attempt_at").values_list("pk", flat=True)[:BATCH])


def deliver(*, message_id: UUID, at: datetime) -> None:
    """
    Send a message once and write down what came of it.

    The row is claimed first, in a transaction of its own, by moving its next attempt: nothing
    waits for the network inside a transaction, and a sender that dies is simply due again.
    """
    message = _claim(message_id, at)
    if message is None:
        return
    failure = _post(message, at)
    _note(message_id, at, failure)


@room.atomic
def _claim(message_id: UUID, at: datetime) -> OutboxMessage | None:
    message = (
        OutboxMessage.objects.select_related("subscription")
        .select_for_update(of=("self",), skip_locked=True)
        .filter(pk=message_id, status=OutboxMessage.Status.PENDING, next_attempt_at__lte=at)
        .first()
    )
    if message is None:
        return None
    wait = RETRY_AFTER_SECONDS[min(message.attempts, len(RETRY_AFTER_SECONDS) - 1)]
    message.attempts += 1
    message.next_attempt_at = at + timedelta(seconds=wait)
    message.save(update_fields=["attempts", "next_attempt_at"])
    return message


def _post(message: OutboxMessage, at: datetime) -> str:
    body = json.dumps(
        {"type": message.topic, "timestamp": at.isoformat(), "data": message.payload},
        separators=(",", ":"),
    )
    signature = Webhook(message.subscription.secret).sign(str(message.pk), at, body)
    headers = {
        "Content-Type": "application/json",
        "Webhook-Id": str(message.pk),
        "Webhook-Timestamp": str(int(at.timestamp())),
        "Webhook-Signature": signature,
    }
    try:
        answer = httpx.post(
            message.subscription.url, content=body, headers=headers, timeout=TIMEOUT_SECONDS
        )
    except httpx.HTTPError as error:
        return f"{type(error).__name__}: {error}"
    return "" if answer.is_success else f"HTTP {answer.status_code}"


@room.atomic
def _note(message_id: UUID, at: datetime, failure: str) -> None:
    message = OutboxMessage.objects.for_update().get(pk=message_id)
    if not failure:
        message.status, message.delivered_at = OutboxMessage.Status.DELIVERED, at
    elif message.attempts > len(RETRY_AFTER_SECONDS):
        message.status = OutboxMessage.Status.ABANDONED
    message.last_failure = failure
    message.save(update_fields=["status", "delivered_at", "last_failure"])
