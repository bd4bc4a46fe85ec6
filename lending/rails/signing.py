"""How a rail proves that a callback is its own: Standard Webhooks, a secret per room and rail."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Mapping

from django.conf import settings
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from tenancy import room


class BadSignature(Exception):
    """The callback is not signed with the room's secret for this rail, or is too old."""


def secret(rail: str) -> str:
    """Return the room's secret for a rail (whsec_…): derived, so that none has to be kept."""
    message = f"rail:{room.current()}:{rail}"
    key = hmac.new(settings.SECRET_KEY.encode(), message.encode(), hashlib.sha256).digest()
    return "whsec_" + base64.b64encode(key).decode()


def check(rail: str, *, body: bytes, headers: Mapping[str, str]) -> str:
    """
    Return the message's id, once its signature over id, time and body is verified.

    :raises BadSignature: if it does not verify, or is more than five minutes old
    """
    named = {name.lower(): value for name, value in headers.items()}
    try:
        Webhook(secret(rail)).verify(body, named)
    except (WebhookVerificationError, ValueError) as error:
        raise BadSignature(str(error)) from error
    return named["webhook-id"]
