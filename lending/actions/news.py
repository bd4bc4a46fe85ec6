"""What subscribed clients hear of a loan."""

from __future__ import annotations

from datetime import datetime

from lending.actions.holding import HeldLoan
from lending.models import LoanStatus
from lending.rules.events import Event, Kind
from tenancy.actions import outbox

REPAID = "loan.repaid"
CLOSED = "loan.closed"


def tell(held: HeldLoan, event: Event, status: LoanStatus, *, at: datetime) -> None:
    """
    Tell of a receipt, and of the loan's end where it came with it.

    Asks first whether anybody listens, which `hold` has read along: most loans are repaid
    without anybody outside being told, and those receipts should not pay for it.
    """
    topics = {REPAID: event.kind is Kind.REPAID, CLOSED: _has_ended(held, status)}
    for topic, happened in topics.items():
        if happened and topic in held.topics:
            payload = {
                "id": str(held.id),
                "number": held.number,
                "status": status.value,
                "event_id": event.id,
                "amount": {"amount": format(event.amount, "f"), "currency": held.currency},
                "value_date": event.effective_on.isoformat(),
            }
            outbox.notify(topic=topic, payload=payload, at=at)


def _has_ended(held: HeldLoan, status: LoanStatus) -> bool:
    return status == LoanStatus.CLOSED != held.status
