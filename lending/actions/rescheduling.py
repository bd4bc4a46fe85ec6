"""New due dates for what a borrower has not paid: after a drought, to the next harvest."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from itertools import pairwise
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lending.actions.cached import disbursed_on
from lending.actions.holding import HeldLoan, hold
from lending.actions.servicing import Booked, LoanNotOpenForThis, NewEvent, append
from lending.models import Loan, LoanStatus
from lending.rules.events import Kind
from lending.rules.plan import MOST_DATES
from lending.rules.terms import Interest
from tenancy import room
from tenancy.actions import approvals, outbox
from tenancy.actors import Actor
from tenancy.errors import FieldError, Invalid, Refusal
from tenancy.models import ApprovalRequest
from tenancy.permissions import Permission, require

# The kind of a request for a second person; see `ask`.
RESCHEDULE = "loan.reschedule"


class NotReschedulable(Refusal):
    """Interest that was agreed as an amount belongs to the dates that it was agreed for."""

    code = "loan_not_reschedulable"


@room.atomic
def reschedule(
    *,
    loan_id: UUID,
    due_dates: Sequence[date],
    on: date,
    reason: str,
    key: str,
    actor: Actor,
    at: datetime,
) -> Booked:
    """
    Put all that is unpaid on new due dates, with effect on `on`, which may lie in the past.

    The step after `ask`, for who may be a second person: whoever only asks cannot take it.

    Nothing is forgiven: interest runs on, what is overdue falls due with the first new date.
    Repeating a key returns the event that it made.

    :raises NotFound: if there is no such loan in the room
    :raises Invalid: for dates that do not ascend after `on`, without a reason, or for a day that
        lies ahead of the business date or before the disbursement
    :raises NotReschedulable: for a loan of flat interest
    :raises LoanNotOpenForThis: if the loan is not running
    """
    require(actor, Permission.APPROVAL_DECIDE)
    held = hold(loan_id)
    _check(due_dates, on=on, reason=reason)
    if held.terms.interest is Interest.FLAT:
        raise NotReschedulable(gettext_lazy("Flat interest was agreed for its own dates"))
    new = NewEvent(
        kind=Kind.RESCHEDULED,
        effective_on=on,
        key=key,
        due_dates=tuple(due_dates),
        note=reason[:200],
    )
    active = frozenset({LoanStatus.ACTIVE})
    return append(held, new, allowed=active, action="loan.reschedule", actor=actor, at=at)


@room.atomic
def ask(
    *,
    loan_id: UUID,
    due_dates: Sequence[date],
    on: date,
    reason: str,
    actor: Actor,
    at: datetime,
) -> ApprovalRequest:
    """
    Ask for new due dates; nothing changes before a second person, and every bank, agrees.

    Asking for the same again returns the open request.

    :raises NotFound, Invalid, NotReschedulable, LoanNotOpenForThis: as `reschedule` does
    """
    require(actor, Permission.LOAN_RESCHEDULE)
    held = hold(loan_id)
    _check(due_dates, on=on, reason=reason)
    _require_possible(held, on)
    told = ", ".join(day.isoformat() for day in due_dates)
    asked = approvals.request(
        actor=actor,
        at=at,
        kind=RESCHEDULE,
        title=_("Put loan %(loan)s on new dates: %(dates)s")
        % {"loan": held.number, "dates": told},
        payload={
            "loan_id": str(loan_id),
            "on": on.isoformat(),
            "due_dates": [day.isoformat() for day in due_dates],
        },
        reason=reason,
        subject=Loan.objects.get(pk=loan_id),
    )
    # Whoever lends along is asked by who knows him.
    outbox.enqueue("partners.ask_consent", request_id=str(asked.pk))
    return asked


def _require_possible(held: HeldLoan, on: date) -> None:
    if held.terms.interest is Interest.FLAT:
        raise NotReschedulable(gettext_lazy("Flat interest was agreed for its own dates"))
    if held.status != LoanStatus.ACTIVE:
        raise LoanNotOpenForThis(
            gettext_lazy("%(loan)s is %(status)s")
            % {"loan": held.number, "status": held.status.label}
        )
    earliest = disbursed_on(held)
    if not earliest <= on <= held.business_date:
        error = FieldError("/on", str(on), f"{earliest} – {held.business_date}")
        raise Invalid(gettext_lazy("The day does not fit"), errors=[error])


def _check(due_dates: Sequence[date], *, on: date, reason: str) -> None:
    errors = []
    told = ", ".join(map(str, due_dates))[:80]
    if not 0 < len(due_dates) <= MOST_DATES:
        errors.append(FieldError("/due_dates", told, _("a list of 1 to %d") % MOST_DATES))
    elif any(later <= earlier for earlier, later in pairwise((on, *due_dates))):
        expected = _("dates that ascend, after %s") % on.isoformat()
        errors.append(FieldError("/due_dates", told, expected))
    if not reason.strip():
        errors.append(FieldError("/reason", "", _("why, in words")))
    if errors:
        raise Invalid(gettext_lazy("The loan cannot be rescheduled so"), errors=errors)
