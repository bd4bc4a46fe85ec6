"""
New due dates for all that is unpaid.

What was paid stays where it is. What was not, overdue or still ahead, falls due on the new dates:
principal by the loan's method over them, interest that has accrued, fees and penalties with the
first. Interest goes on without a gap, so nothing is forgiven and nothing is capitalised.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from itertools import pairwise

from lending.rules.events import Event, InvalidEvents
from lending.rules.instalment import Instalment
from lending.rules.running import RunningLoan
from lending.rules.schedule import Opening, Span, plan

ZERO = Decimal(0)
ONE = Decimal(1)


def reschedule(loan: RunningLoan, event: Event) -> None:
    """
    Put what is unpaid on new due dates; a loan that owes nothing is left alone.

    :raises InvalidEvents: for dates that do not ascend from the day on, or flat interest, which
        was agreed as an amount for its own dates
    """
    day, dates = event.effective_on, event.due_dates
    if loan.is_flat:
        raise InvalidEvents(f"{event.id}: flat interest cannot be rescheduled")
    if not dates or any(later <= earlier for earlier, later in pairwise((day, *dates))):
        raise InvalidEvents(f"{event.id}: new due dates must ascend after {day}")
    loan.advance(day)
    loan.accrue_penalties(day)
    loan.rebase(day)
    first = _first_unpaid(loan)
    moved = loan.rows[first:]
    parts = [row.principal_due - row.principal_paid for row in moved]
    if not _is_owed(loan, first, sum(parts, ZERO)):
        return
    _take_interest_along(loan, first)
    new = _rows(loan, day, dates)
    _take_charges_along(moved, new, behind=loan.current - first)
    _settle(loan, first, day)
    loan.current = len(loan.rows)
    loan.rows += new
    loan.has_matured, loan.is_rescheduled = False, True
    loan.broken_interest, loan.broken_shares = ZERO, {}
    loan.shares = _shares(parts, len(dates))
    _spread(loan, new, sum(parts, ZERO))


def _first_unpaid(loan: RunningLoan) -> int:
    for number, row in enumerate(loan.rows[: loan.current]):
        if row.outstanding > 0:
            return number
    return loan.current


def _is_owed(loan: RunningLoan, first: int, principal: Decimal) -> bool:
    current = loan.rows[loan.current]
    behind = sum((row.outstanding for row in loan.rows[first : loan.current]), ZERO)
    interest = loan.row_accrued - current.interest_paid
    charges = current.fee_due - current.fee_paid + current.penalty_due - current.penalty_paid
    return bool(principal + behind + interest + charges)


def _take_interest_along(loan: RunningLoan, first: int) -> None:
    """Let unpaid interest of the rows behind accrue in the current one; paid interest stays."""
    for row in loan.rows[first : loan.current]:
        unpaid = row.interest_due - row.interest_paid
        loan.settled -= unpaid
        loan.row_accrued += unpaid
    paid = loan.rows[loan.current].interest_paid
    loan.settled += paid
    loan.row_accrued -= paid


def _rows(loan: RunningLoan, day: date, dates: Sequence[date]) -> list[Instalment]:
    # Numbered beyond those that were agreed, so that no grace period comes again.
    number = len(loan.terms.due_dates)
    starts = (day, *dates)
    return [
        Instalment(number + i, from_on, due_on)
        for i, (from_on, due_on) in enumerate(pairwise(starts), start=1)
    ]


def _take_charges_along(
    moved: Sequence[Instalment], new: Sequence[Instalment], *, behind: int
) -> None:
    """Fees that are due go to the first new row, those ahead stay in their places."""
    last = len(new) - 1
    for place, row in enumerate(moved):
        new[min(max(place - behind, 0), last)].fee_due += row.fee_due - row.fee_paid
        new[0].penalty_brought += row.penalty_due - row.penalty_paid
    new[0].penalty_due = new[0].penalty_brought


def _settle(loan: RunningLoan, first: int, day: date) -> None:
    """Keep the rows that something was paid of, at what was paid; none of them lies ahead."""
    for row in loan.rows[first:]:
        row.principal_due, row.interest_due = row.principal_paid, row.interest_paid
        row.fee_due, row.penalty_due = row.fee_paid, row.penalty_paid
    loan.rows = loan.rows[:first] + [row for row in loan.rows[first:] if row.total_paid]
    for row in loan.rows:
        row.due_on = min(row.due_on, day)
        row.from_on = min(row.from_on, row.due_on)


def _shares(parts: Sequence[Decimal], count: int) -> tuple[Decimal, ...]:
    """As many dates as there were instalments keep the parts of each; others share equally."""
    if len(parts) == count and parts[-1] > 0:
        return tuple(parts)
    return (ONE,) * count


def _spread(loan: RunningLoan, new: list[Instalment], principal: Decimal) -> None:
    spans = [Span(row.from_on, row.due_on) for row in new]
    opening = Opening(principal, loan.row_accrued, loan.done, shares=loan.shares)
    made = plan(loan.terms, loan.counter, loan.rate, spans, opening)
    loan.level = made.level
    for row, part in zip(new, made.principal, strict=True):
        row.principal_due = part
