"""Who hears of what: webhook subscriptions of API clients."""

from __future__ import annotations

import base64
import ipaddress
import secrets
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tenancy import room
from tenancy.actions import audit
from tenancy.actors import Actor
from tenancy.errors import FieldError, Invalid, NotFound
from tenancy.models import Audience, WebhookSubscription
from tenancy.permissions import Permission, require
from tenancy.roles import Role

SECRET_BYTES = 32
URL_CHARACTERS = 500
TOPIC_CHARACTERS = 60
MAX_TOPICS = 50


@room.atomic
def subscribe(
    *, actor: Actor, at: datetime, url: str, topics: Sequence[str]
) -> WebhookSubscription:
    """
    Tell a client of topics at an address from now on, signed with a new secret.

    Topics are not checked against a list: each app above has its own, and new ones appear.

    :raises Invalid: for an address that can't, or may not, be called, or unusable topics
    """
    is_bank = actor.role == Role.BANK
    require(actor, Permission.BANK_VIEW if is_bank else Permission.APPLICATION_VIEW)
    errors = _bad_topics(topics)
    if not _may_be_called(url):
        errors.append(FieldError("/url", url[:80], _("a public https address")))
    if errors:
        raise Invalid(gettext_lazy("The subscription does not fit"), errors=errors)
    subscription = WebhookSubscription.objects.create(
        client_id=actor.id,
        url=url,
        secret=_new_secret(),
        topics=sorted(set(topics)),
        audience=Audience.BANK if is_bank else Audience.PLATFORM,
    )
    audit.record(
        actor=actor,
        at=at,
        action="webhook.subscribe",
        subject=subscription,
        changes={"url": url, "topics": subscription.topics},
    )
    return subscription


@room.atomic
def cancel(*, actor: Actor, at: datetime, subscription_id: UUID) -> WebhookSubscription:
    """
    Stop telling; what is already on its way is still sent. Repeating changes nothing.

    :raises NotFound: if the client has no such subscription
    """
    subscription = _own(actor, subscription_id)
    if subscription.is_active:
        subscription.is_active = False
        subscription.save(update_fields=["is_active"])
        audit.record(actor=actor, at=at, action="webhook.cancel", subject=subscription)
    return subscription


@room.atomic
def reveal_secret(*, actor: Actor, at: datetime, subscription_id: UUID) -> str:
    """
    Return the secret that signs what this client hears, and note that it was read.

    :raises NotFound: if the client has no such subscription
    """
    subscription = _own(actor, subscription_id)
    audit.record(actor=actor, at=at, action="webhook.reveal_secret", subject=subscription)
    secret: str = subscription.secret
    return secret


def _own(actor: Actor, subscription_id: UUID) -> WebhookSubscription:
    subscription = (
        WebhookSubscription.objects.for_update()
        .filter(pk=subscription_id, client_id=actor.id)
        .first()
    )
    if subscription is None:
        raise NotFound.of(gettext_lazy("Subscription"), subscription_id)
    return subscription


def _new_secret() -> str:
    """Return a secret as Standard Webhooks writes it."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def _bad_topics(topics: Sequence[str]) -> list[FieldError]:
    expected = _("1 to %(most)d topics of at most %(characters)d characters") % {
        "most": MAX_TOPICS,
        "characters": TOPIC_CHARACTERS,
    }
    if not 0 < len(topics) <= MAX_TOPICS:
        return [FieldError("/topics", "", expected)]
    return [
        FieldError(f"/topics/{number}", topic[:TOPIC_CHARACTERS], expected)
        for number, topic in enumerate(topics)
        if not 0 < len(topic) <= TOPIC_CHARACTERS or "\x00" in topic
    ]


def _may_be_called(url: str) -> bool:
    """
    Whether we may be made to call an address.

    Where TLS is (any real installation), only https to something that is not plainly inside:
    what a name resolves to is for the network's own egress rules.
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    if parts.scheme not in ("http", "https") or not host or len(url) > URL_CHARACTERS:
        return False
    if not url.isascii() or not url.isprintable() or " " in url:
        return False
    if not settings.WEBHOOKS_TO_PUBLIC_ADDRESSES_ONLY:
        return True
    return parts.scheme == "https" and parts.username is None and not _is_inside(host)


def _is_inside(host: str) -> bool:
    try:
        return not ipaddress.ip_address(host).is_global
    except ValueError:
        return "." not in host.strip(".") or host.endswith((".local", ".internal", ".localhost"))
