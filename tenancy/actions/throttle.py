"""How often anybody may ask for a token."""

from __future__ import annotations

import hashlib
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext_lazy as _

from tenancy.errors import Refusal
from tenancy.models import TokenAttempt

_COUNT = """
    INSERT INTO tenancy_tokenattempt (who, minute, attempts) VALUES (%s, %s, 1)
    ON CONFLICT (who, minute) DO UPDATE SET attempts = tenancy_tokenattempt.attempts + 1
    RETURNING attempts
"""


class TooManyRequests(Refusal):
    """Asked more often than is allowed; `wait` says after how many seconds it is again."""

    code = "too_many_requests"
    status = 429

    def __init__(self, wait: int) -> None:
        super().__init__(_("Too many requests; ask again in %d seconds") % wait)
        self.wait = wait


def admit(*, client_id: str, address: str, at: datetime) -> None:
    """
    Count a request for a token, and refuse it if there were too many within this minute.

    A client is counted together with the address that names it, so that nobody can lock a
    client out by asking in its name from elsewhere.

    :raises TooManyRequests: with the seconds that are left of the minute
    """
    minute = at.replace(second=0, microsecond=0)
    for who, most in (
        (f"{address} {client_id}", settings.TOKEN_REQUESTS_PER_MINUTE["client"]),
        (address, settings.TOKEN_REQUESTS_PER_MINUTE["address"]),
    ):
        with connection.cursor() as cursor:
            cursor.execute(_COUNT, [hashlib.sha256(who.encode()).hexdigest(), minute])
            (attempts,) = cursor.fetchone()
        if attempts > most:
            raise TooManyRequests(60 - at.second)


def forget(*, at: datetime) -> int:
    """Delete counts of minutes that are over; return how many."""
    return TokenAttempt.objects.filter(minute__lt=at - timedelta(minutes=2)).delete()[0]
