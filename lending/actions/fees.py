"""Fees that the borrower owes beyond those of the schedule."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from lending.actions.holding import hold
from lending.actions.repayment import require_payable
from lending.actions.servicing import Booked, NewEvent, append
from lending.models import LoanStatus
from lending.rules.events import Kind
from tenancy import room
from tenancy.actors import Actor
from tenancy.permissions import Permission, require


@room.atomic
def charge(
    *,
    loan_id: UUID,
    amount: Decimal,
    on: date,
    reason: str,
    key: str,
    at: datetime,
    actor: Actor,
) -> Booked:
    """
    Charge a fee to the instalment that the day lies in.

    Only while the loan is active: a settled loan is not reopened by a fee.

    :raises Invalid: for an amount that is not positive or too finely divided, or a day that
        lies ahead of the business date or before the disbursement
    :raises LoanNotOpenForThis: if the loan is not active
    """
    require(actor, Permission.LOAN_CHARGE)
    held = hold(loan_id)
    require_payable(amount, held.currency)
    new = NewEvent(kind=Kind.FEE_CHARGED, effective_on=on, amount=amount, key=key, note=reason)
    active = frozenset({LoanStatus.ACTIVE})
    return append(held, new, allowed=active, action="loan.charge", actor=actor, at=at)
