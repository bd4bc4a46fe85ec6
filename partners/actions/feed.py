"""News for a bank, in the order in which it may read them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from partners.models import BankCredential, BankEvent, PartnerBank, Placement, Settlement
from partners.queries import feed
from tenancy.actions import outbox


def tell(
    bank: PartnerBank,
    topic: str,
    payload: Mapping[str, Any],
    *,
    at: datetime,
    placement: Placement | None = None,
) -> BankEvent:
    """
    Append news for a bank, in the transaction that made it.

    :param payload: JSON values, money as decimal strings, and no personal number: the bank
        fetches what it needs by its own credential
    """
    # Taken before the id is drawn: see `queries.feed.after`.
    feed.hold_for_writing(bank)
    event: BankEvent = BankEvent.objects.create(
        bank=bank, topic=topic, payload=dict(payload), at=at, placement=placement
    )
    # Webhooks only say it sooner: the feed is what a bank can rely on.
    clients = BankCredential.objects.filter(bank=bank, is_active=True)
    outbox.notify(
        topic=topic,
        payload={**payload, "event_id": event.pk},
        at=at,
        banks_clients=list(clients.values_list("client_id", flat=True)),
    )
    return event


def tell_of_settlement(settlement: Settlement, topic: str, *, at: datetime) -> BankEvent:
    """Append news of a day's settlement for its bank; it fetches the files by the id."""
    told = {
        "settlement_id": str(settlement.pk),
        "date": settlement.on.isoformat(),
        "status": settlement.status,
        "net": f"{settlement.net:.2f}",
        "currency": settlement.currency,
        "bank_ref": settlement.bank_ref,
    }
    return tell(settlement.bank, topic, told, at=at)
