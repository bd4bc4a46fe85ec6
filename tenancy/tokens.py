"""Signed tenant tokens: `tenant:expiry:hmac`, made here, verified inside PostgreSQL."""

import hashlib
import hmac
import time

from django.conf import settings

# Longer than any transaction may last; short enough that a token read out of a dump is dead.
LIFETIME_SECONDS = 3600
_RENEW_SECONDS = 300
_recent: dict[int, tuple[float, str]] = {}


def sign(tenant_id: int, expires_at: int) -> str:
    """Return the token that lets a transaction into a tenant's room until `expires_at` (epoch)."""
    message = f"{tenant_id}:{expires_at}"
    mac = hmac.new(settings.TENANT_TOKEN_KEY, message.encode(), hashlib.sha256).hexdigest()
    return f"{message}:{mac}"


def token_for(tenant_id: int) -> str:
    """Return a valid token, signed anew every five minutes rather than for each transaction."""
    now = time.time()
    signed_at, token = _recent.get(tenant_id, (0.0, ""))
    if now - signed_at > _RENEW_SECONDS:
        token = sign(tenant_id, int(now) + LIFETIME_SECONDS)
        _recent[tenant_id] = (now, token)
    return token
