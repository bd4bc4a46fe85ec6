"""Tenancy's part of `verify`: the audit chain is unbroken, every table is guarded."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tenancy.models import AuditEvent, AuditSeal
from tenancy.proofs import Failure
from tenancy.queries.catalogue import unguarded
from tenancy.rules.chain import GENESIS, link

CHUNK = 2_000


def audit_chain_unbroken() -> list[Failure]:
    """Recompute the room's chain; name the first event that was altered, removed or slipped in."""
    previous = GENESIS
    for position, (seal, event) in enumerate(_sealed_events(), start=1):
        if seal.position != position:
            return [_broken(f"position {position}", "sealed", "the link is missing")]
        if event is None:
            return [_broken(f"event {seal.event_id}", "the event that was sealed", "removed")]
        expected = link(previous, event.canonical())
        if bytes(seal.hash) != expected:
            return [_broken(f"event {event.pk}", bytes(seal.hash).hex(), expected.hex())]
        previous = expected
    return []


def _sealed_events() -> Iterator[tuple[AuditSeal, AuditEvent | None]]:
    after = 0
    while True:
        seals = list(AuditSeal.objects.filter(position__gt=after).order_by("position")[:CHUNK])
        if not seals:
            return
        events = AuditEvent.objects.in_bulk([seal.event_id for seal in seals])
        for seal in seals:
            yield seal, events.get(seal.event_id)
        after = seals[-1].position


def _broken(row: str, expected: str, got: str) -> Failure:
    return Failure(proof="audit_chain_unbroken", row=row, expected=expected, got=got)


PROOFS: dict[str, Callable[[], list[Failure]]] = {
    "audit_chain_unbroken": audit_chain_unbroken,
    "tables_guarded": unguarded,
}
