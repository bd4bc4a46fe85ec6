"""
How a receipt is used.

First everything that is due, the oldest instalment first, each in the order penalty, fee,
interest, principal. Money that is left arrives before its time. It never pays interest that has
not accrued:

- if it settles the whole loan at today's accrued interest, it does, and the rest is overpaid;
- if it covers the next instalment as scheduled, that instalment is closed today with the interest
  accrued so far; what it would still have accrued belongs to the following one, and the difference
  repays principal. And so on with the following instalment;
- otherwise it pays its fee, the interest accrued to date, and principal in the order of due dates,
  which saves interest from today.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from lending.rules.allocation import Allocation, pay_charges, pay_interest, pay_principal
from lending.rules.events import Event
from lending.rules.instalment import Instalment
from lending.rules.running import RunningLoan

ZERO = Decimal(0)


def receive(loan: RunningLoan, event: Event) -> None:
    """Use one receipt on its effective day."""
    day = event.effective_on
    loan.advance(day)
    loan.accrue_penalties(day)
    into = Allocation(event.id, day, event.amount)
    left = _pay_what_is_due(loan, day, event.amount, into)
    if left > 0:
        pay_early = _pay_flat_early if loan.is_flat else _pay_early
        left = pay_early(loan, day, left, into)
    if into.principal:
        loan.rebase(day)
        loan.outstanding -= into.principal
    into.overpaid = left
    loan.overpaid += left
    loan.allocations.append(into)


def _pay_what_is_due(loan: RunningLoan, day: date, left: Decimal, into: Allocation) -> Decimal:
    if loan.has_matured and not loan.is_flat:
        accrued = loan.terms.rounding.money(loan.accrued(day))
        loan.rows[loan.current].interest_due = accrued
    for row in loan.rows:
        if row.due_on > day or left <= 0:
            break
        left = pay_charges(row, left, into)
        left = pay_interest(row, row.interest_due - row.interest_paid, left, into)
        left = pay_principal(row, left, into)
    return left


def _pay_flat_early(loan: RunningLoan, day: date, left: Decimal, into: Allocation) -> Decimal:
    """Flat interest was agreed as an amount: paying early does not lessen it."""
    for row in loan.rows[loan.current :]:
        left = pay_charges(row, left, into)
        left = pay_interest(row, row.interest_due - row.interest_paid, left, into)
        left = pay_principal(row, left, into)
    return left


def _pay_early(loan: RunningLoan, day: date, left: Decimal, into: Allocation) -> Decimal:
    accrued = loan.accrued(day)
    if left >= _payoff(loan, accrued, into):
        return _settle(loan, accrued, left, into)
    while loan.current < len(loan.rows) - 1 and left >= _scheduled(loan, day, accrued, into):
        left = _close_current(loan, day, accrued, left, into)
        accrued = loan.row_accrued
    row, interest = loan.rows[loan.current], loan.terms.rounding.money(accrued)
    now = loan.falling_due(row, interest, loan.outstanding - into.principal)
    left = _pay_interest_then_principal(loan, now, left, into)
    # Then no principal is left, but perhaps interest whose share falls due later.
    return pay_interest(row, interest - row.interest_paid, left, into)


def _payoff(loan: RunningLoan, accrued: Decimal, into: Allocation) -> Decimal:
    row = loan.rows[loan.current]
    interest = loan.terms.rounding.money(accrued) - row.interest_paid
    return _charges(row) + interest + loan.outstanding - into.principal


def _charges(row: Instalment) -> Decimal:
    return row.fee_due - row.fee_paid + row.penalty_due - row.penalty_paid


def _settle(loan: RunningLoan, accrued: Decimal, left: Decimal, into: Allocation) -> Decimal:
    interest = loan.terms.rounding.money(accrued)
    left = _pay_interest_then_principal(loan, interest, left, into)
    for row in loan.rows[loan.current + 1 :]:
        row.fee_due = row.fee_paid  # fees of instalments that will never come
    return left


def _scheduled(loan: RunningLoan, day: date, accrued: Decimal, into: Allocation) -> Decimal:
    """What the current instalment comes to if nothing more is paid before its due date."""
    row = loan.rows[loan.current]
    base = loan.outstanding - into.principal
    ahead = loan.counter.interest(base, loan.rate, day, row.due_on)
    interest = loan.falling_due(row, loan.terms.rounding.money(accrued + ahead), base)
    principal = row.principal_due - row.principal_paid
    return _charges(row) + interest - row.interest_paid + principal


def _close_current(
    loan: RunningLoan, day: date, accrued: Decimal, left: Decimal, into: Allocation
) -> Decimal:
    row = loan.rows[loan.current]
    loan.row_accrued = loan.terms.rounding.money(accrued)
    base = loan.outstanding - into.principal
    row.interest_due = loan.falling_due(row, loan.row_accrued, base)
    left = pay_charges(row, left, into)
    left = pay_interest(row, row.interest_due - row.interest_paid, left, into)
    left = pay_principal(row, left, into)
    loan.settled += row.interest_due
    loan.row_accrued -= row.interest_due
    loan.since_on = day
    loan.current += 1
    return left


def _pay_interest_then_principal(
    loan: RunningLoan, interest: Decimal, left: Decimal, into: Allocation
) -> Decimal:
    row = loan.rows[loan.current]
    left = pay_charges(row, left, into)
    left = pay_interest(row, interest - row.interest_paid, left, into)
    for row in loan.rows[loan.current :]:
        if left <= 0:
            break
        left = pay_principal(row, left, into)
    return left
