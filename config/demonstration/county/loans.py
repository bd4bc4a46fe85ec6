"""Offers are accepted and drawn; the banks pay their part in, the rail pays out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from uuid import UUID

from django.utils import timezone

from config.demonstration.county import cast
from config.demonstration.waiting import wait_for
from lending.actions import lines, offers
from lending.models import Loan, LoanStatus, Offer, OfferStatus
from partners.models import Participation
from tenancy import room

# The last offer lies open, for the visitor to accept.
LEFT_OPEN = 1


def lend(offered: Sequence[UUID], on: date, tell: Callable[[int], object]) -> None:
    """Accept and draw what was offered, and wait until both books hold each loan."""
    drawn = []
    for key in offered[: len(offered) - LEFT_OPEN]:
        with room.enter(room.current()):
            drawn.append(_draw(key, on))
    for key in drawn:
        wait_for(lambda key=key: _is_booked(key), f"the money of loan {key}")  # type: ignore[misc]
        tell(1)


def _draw(application_id: UUID, on: date) -> UUID:
    officer = cast.actor_of(cast.OFFICER)
    offer = Offer.objects.filter(
        application=application_id, status__in=[OfferStatus.OPEN, OfferStatus.ACCEPTED]
    ).latest("issued_at")
    line = offers.accept(
        actor=officer, at=timezone.now(), on=on, offer_id=offer.pk, cost_hash=offer.cost_hash
    )
    loan = lines.draw(
        actor=officer,
        at=timezone.now(),
        on=on,
        line_id=line.pk,
        amount=line.limit,
        key=f"harvest-{line.number}",
    )
    return loan.pk


def _is_booked(loan_id: UUID) -> bool:
    """Whether the bank has entered the loan too, or the rail could not pay."""
    with room.enter(room.current()):
        if Loan.objects.filter(pk=loan_id, status=LoanStatus.CANCELLED).exists():
            return True
        return Participation.objects.filter(loan=loan_id).exclude(bank_loan_number="").exists()
