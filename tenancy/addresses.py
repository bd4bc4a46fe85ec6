"""Where a request comes from, seen through the proxies that are ours."""

from __future__ import annotations

import ipaddress

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str:
    """
    Return the caller's address, as far out as our own proxies vouch for it.

    Each of the `TRUSTED_PROXIES` adds whom it heard to X-Forwarded-For; what stands before
    that was written by the caller, and is not believed.
    """
    direct: str = request.META.get("REMOTE_ADDR", "")
    trusted: int = settings.TRUSTED_PROXIES
    heard = [each.strip() for each in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")]
    if not trusted or not heard[0]:
        return direct
    claimed = heard[-min(trusted, len(heard))]
    try:
        return str(ipaddress.ip_address(claimed))
    except ValueError:
        return direct
