"""A write is done once, however often it is asked for; who asks again gets the same answer."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from tenancy import room
from tenancy.errors import Refusal
from tenancy.models import IdempotencyRecord

# Longer than any client goes on repeating a request; then the key may be forgotten.
KEPT_DAYS = 30


class KeyMissing(Refusal):
    """A write came without a key by which a repetition could be recognised."""

    code = "idempotency_key_missing"
    status = 400


class KeyReused(Refusal):
    """The key was used before, for another request."""

    code = "idempotency_key_reused"
    status = 422


class InProgress(Refusal):
    """The same request is being worked on right now; its answer can be fetched by repeating."""

    code = "request_in_progress"
    status = 409


@dataclass(frozen=True, slots=True)
class Answer:
    """What a write answered: HTTP status and JSON body; `is_repeated` if it was done before."""

    status: int
    body: Any
    is_repeated: bool = False


def fingerprint(*, method: str, path: str, body: Any) -> str:
    """Return the SHA-256 by which two requests are the same: spacing and key order don't count."""
    canonical = json.dumps([method, path, body], sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


@room.atomic
def once(
    *, client: str, key: str, fingerprint: str, at: datetime, perform: Callable[[], Answer]
) -> Answer:
    """
    Do what is asked and keep its answer in the same transaction, or return the answer kept.

    A refusal raised by `perform` undoes everything, the record too: a refused request may be
    repeated under its key once the reason is gone.

    :raises KeyReused: if the key stands for another request
    :raises InProgress: if the same key is being worked on
    """
    # The lock is asked for in a statement of its own: only the next one's snapshot is sure to
    # see what the lock's former holder committed.
    if not _lock(client, key):
        raise InProgress(_("This request is being worked on; ask again in a moment"))
    kept = IdempotencyRecord.objects.filter(client=client, key=key).first()
    if kept is not None:
        if kept.fingerprint != fingerprint:
            raise KeyReused(_("This idempotency key was used for another request"))
        return Answer(kept.status, kept.body, is_repeated=True)
    answer = perform()
    IdempotencyRecord.objects.create(
        client=client,
        key=key,
        fingerprint=fingerprint,
        status=answer.status,
        body=answer.body,
        created_at=at,
    )
    return answer


@room.atomic
def forget(*, at: datetime) -> int:
    """Delete the room's records that are older than `KEPT_DAYS`; return how many."""
    old = IdempotencyRecord.objects.filter(created_at__lt=at - timedelta(days=KEPT_DAYS))
    return old.delete()[0]


def _lock(client: str, key: str) -> bool:
    """Take the key's lock until the transaction ends; 64 bits, so no two keys share one."""
    digest = hashlib.sha256(f"idempotency:{room.current()}:{client}:{key}".encode()).digest()
    number = int.from_bytes(digest[:8], "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [number])
        return bool(cursor.fetchone()[0])
