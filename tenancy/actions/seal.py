"""Sealing the audit trail into a hash chain, a batch at a time."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db import connection
from django.db.models import Exists, OuterRef

from tenancy import room
from tenancy.models import AuditEvent, AuditSeal
from tenancy.rules.chain import GENESIS, link

BATCH = 2_000
# One sealer per room at a time; the second key tells this lock from others of the room.
_LOCK_PURPOSE = 0x5EA1


@room.atomic
def seal(*, at: datetime) -> int:
    """
    Seal what has been committed since the last time; return how many events that was.

    Events get their place in the chain in the order of sealing, not of their ids: a
    transaction that commits late is sealed late, and nobody waits for it.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [_LOCK_PURPOSE, room.current()])
        if not cursor.fetchone()[0]:
            return 0
    head = AuditSeal.objects.order_by("-position").first()
    position, previous = (head.position, bytes(head.hash)) if head else (0, GENESIS)
    seals = []
    for event in _unsealed():
        position, previous = position + 1, link(previous, event.canonical())
        seals.append(AuditSeal(position=position, event_id=event.pk, hash=previous, sealed_at=at))
    AuditSeal.objects.bulk_create(seals)
    return len(seals)


def _unsealed() -> Iterator[AuditEvent]:
    sealed = AuditSeal.objects.filter(event_id=OuterRef("pk"))
    yield from AuditEvent.objects.filter(~Exists(sealed)).order_by("pk")[:BATCH]
