"""Money from the borrower: received, and taken back where it should not have been booked."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from ledger.rules.money import is_whole
from lending.actions.holding import HeldLoan, hold
from lending.actions.servicing import Booked, NewEvent, append
from lending.models import LoanStatus
from lending.rules.events import Event, Kind
from tenancy import room
from tenancy.actors import Actor
from tenancy.errors import FieldError, Invalid, NotFound, Refusal
from tenancy.permissions import Permission, require

# Money that comes after the last instalment is real money: it is owed back to the borrower.
REPAYABLE = frozenset({LoanStatus.ACTIVE, LoanStatus.CLOSED})


class NotReversible(Refusal):
    """Only receipts and fees can be taken back, and only once."""

    code = "event_not_reversible"


@room.atomic
def receive(
    *, loan_id: UUID, amount: Decimal, on: date, key: str, at: datetime, actor: Actor
) -> Booked:
    """
    Book money that came in with value on `on`, which may lie before the business date.

    It pays penalty, fee, interest and principal, the oldest instalment first; what is left over
    is owed back. Repeating a key returns the receipt that it made. Two receipts on one loan at
    the same moment wait for each other.

    :raises NotFound: if there is no such loan in the room
    :raises Invalid: for an amount that is not positive or too finely divided, or an `on` that
        lies ahead of the business date or before the disbursement
    :raises LoanNotOpenForThis: if nothing has been paid out, or the loan was cancelled
    :raises KeyUsedForAnotherEvent: if the key made another event of the loan
    """
    require(actor, Permission.LOAN_REPAY)
    held = hold(loan_id)
    require_payable(amount, held.currency)
    new = NewEvent(kind=Kind.REPAID, effective_on=on, amount=amount, key=key)
    return append(held, new, allowed=REPAYABLE, action="loan.repay", actor=actor, at=at)


@room.atomic
def reverse(
    *, loan_id: UUID, event_id: UUID, key: str, reason: str, at: datetime, actor: Actor
) -> Booked:
    """
    Take a receipt or a fee back as if it had never been; the difference is posted today.

    :raises NotFound: if the loan has no such event
    :raises NotReversible: if it is another kind of event, or was taken back already
    """
    require(actor, Permission.LOAN_REVERSE)
    held = hold(loan_id)
    if key not in held.keys:
        _require_reversible(held, event_id)
    new = NewEvent(
        kind=Kind.REVERSED,
        effective_on=_event(held, event_id).effective_on,
        amount=_event(held, event_id).amount,
        key=key,
        reverses=str(event_id),
        note=reason,
    )
    return append(held, new, allowed=REPAYABLE, action="loan.reverse", actor=actor, at=at)


def require_payable(amount: Decimal, currency: str) -> None:
    """
    Pass an amount of money that can really change hands.

    :raises Invalid: if it is not positive, not a number, or finer than the currency
    """
    if not amount.is_finite() or amount <= 0 or not is_whole(amount, currency):
        expected = _("a positive whole amount of %(currency)s") % {"currency": currency}
        raise Invalid(
            _("This amount can't be booked"),
            errors=[FieldError("/amount", str(amount)[:40], str(expected))],
        )


def _event(held: HeldLoan, event_id: UUID) -> Event:
    for event in held.events:
        if event.id == str(event_id):
            return event
    raise NotFound.of(_("Event"), event_id)


def _require_reversible(held: HeldLoan, event_id: UUID) -> None:
    event = _event(held, event_id)
    if event.kind not in {Kind.REPAID, Kind.FEE_CHARGED}:
        raise NotReversible(_("Only receipts and fees can be taken back"))
    if any(other.reverses == event.id for other in held.events):
        raise NotReversible(_("This was taken back already"))
