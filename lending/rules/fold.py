"""Terms and events in, the loan as it stands out: the engine's front door."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal

from lending.rules.events import Event, Kind, effective
from lending.rules.planning import change_rate, disburse, pause_interest
from lending.rules.receipts import receive
from lending.rules.rescheduling import reschedule
from lending.rules.running import RunningLoan
from lending.rules.state import Accrual, Balances, LoanState, Status
from lending.rules.terms import Terms

ZERO = Decimal(0)

APPLY: dict[Kind, Callable[[RunningLoan, Event], None]] = {
    Kind.DISBURSED: disburse,
    Kind.REPAID: receive,
    Kind.FEE_CHARGED: RunningLoan.charge_fee,
    Kind.REFUNDED: RunningLoan.refund,
    Kind.RATE_CHANGED: change_rate,
    Kind.INTEREST_PAUSED: pause_interest,
    Kind.RESCHEDULED: reschedule,
}


def fold(terms: Terms, events: Iterable[Event], as_of: date) -> LoanState:
    """
    Work out a loan from its terms and everything that happened to it, as of the end of a day.

    Events may come in any order and more than once; those effective after `as_of` are left out.

    :raises InvalidEvents: if the events contradict each other
    """
    loan = RunningLoan(terms)
    for event in effective(events, as_of):
        APPLY[event.kind](loan, event)
    loan.advance(as_of)
    loan.accrue_penalties(as_of)
    loan.expect_interest(as_of)
    return _state(loan, as_of)


def _state(loan: RunningLoan, as_of: date) -> LoanState:
    balances = _balances(loan, as_of)
    status = Status.PENDING
    if loan.disbursements:
        status = Status.ACTIVE if balances.payoff > 0 else Status.CLOSED
    _number_and_balance(loan)
    oldest = _oldest_unpaid(loan, as_of) if status is Status.ACTIVE else None
    return LoanState(
        as_of=as_of,
        schedule=tuple(loan.rows),
        allocations=tuple(loan.allocations),
        balances=balances,
        accrual=_accrual(loan, as_of, status),
        status=status,
        oldest_unpaid_due_on=oldest,
        days_past_due=(as_of - oldest).days if oldest else 0,
        closed_on=_closed_on(loan) if status is Status.CLOSED else None,
    )


def _balances(loan: RunningLoan, as_of: date) -> Balances:
    allocations, rows, begun = loan.allocations, loan.rows, loan.current + 1
    totals = Balances(
        disbursed=sum((amount for _, amount in loan.disbursements), ZERO),
        principal=loan.outstanding,
        principal_paid=sum((a.principal for a in allocations), ZERO),
        interest_accrued=loan.terms.rounding.money(loan.settled + loan.accrued(as_of)),
        interest_paid=sum((a.interest for a in allocations), ZERO),
        # Money before its time may have paid fees of rows ahead; the others are not owed yet.
        fee_charged=sum((row.fee_due for row in rows[:begun]), ZERO)
        + sum((row.fee_paid for row in rows[begun:]), ZERO),
        fee_paid=sum((a.fee for a in allocations), ZERO),
        penalty_accrued=sum((row.penalty_due for row in rows[:begun]), ZERO),
        penalty_paid=sum((a.penalty for a in allocations), ZERO),
        overpaid=loan.overpaid,
        fee_withheld=loan.fee_withheld,
        payoff=ZERO,
    )
    if loan.is_flat:  # agreed as an amount: paying early does not lessen it
        totals.payoff = sum((row.outstanding for row in loan.rows), ZERO)
    else:
        charges = totals.fee + totals.penalty
        totals.payoff = totals.principal + totals.interest_outstanding + charges
    return totals


def _number_and_balance(loan: RunningLoan) -> None:
    """Number the rows and carry the planned balance: tranches in, principal parts out."""
    tranches = iter(loan.disbursements)
    tranche = next(tranches, None)
    balance = ZERO
    for number, row in enumerate(loan.rows, start=1):
        # A tranche paid out on a due date belongs to the next row, unless it is a down payment's.
        while tranche and (
            tranche[0] < row.due_on or tranche[0] == row.from_on or number == len(loan.rows)
        ):
            balance += tranche[1]
            tranche = next(tranches, None)
        balance -= row.principal_due
        row.number, row.balance = number, balance


def _accrual(loan: RunningLoan, as_of: date, status: Status) -> Accrual:
    terms, row = loan.terms, loan.rows[loan.current]
    if loan.is_flat:
        return _flat_accrual(loan, as_of)
    accrued_at, since_on = loan.settled + loan.row_accrued, loan.since_on
    ends_on, year_days, is_paused = loan.counter.stretch(since_on)
    while ends_on is not None and ends_on <= as_of:
        accrued_at += loan.counter.interest(loan.outstanding, loan.rate, since_on, ends_on)
        since_on = ends_on
        ends_on, year_days, is_paused = loan.counter.stretch(since_on)
    if not loan.has_matured and (ends_on is None or row.due_on < ends_on):
        ends_on = row.due_on
    return Accrual(
        base=loan.outstanding,
        annual_rate=ZERO if is_paused else loan.rate,
        day_count=terms.day_count,
        year_days=year_days,
        accrued_at=accrued_at,
        since_on=since_on,
        until_on=ends_on if status is Status.ACTIVE else None,
    )


def _flat_accrual(loan: RunningLoan, as_of: date) -> Accrual:
    row, one = loan.rows[loan.current], Decimal(1)
    if as_of >= row.due_on or loan.is_paid_ahead:
        accrued = loan.settled + loan.accrued(as_of)
        return Accrual(ZERO, one, loan.terms.day_count, 1, accrued, as_of, None)
    return Accrual(
        base=row.interest_due,
        annual_rate=one,
        day_count=loan.terms.day_count,
        year_days=(row.due_on - row.from_on).days,
        accrued_at=loan.settled,
        since_on=row.from_on,
        until_on=row.due_on,
    )


def _oldest_unpaid(loan: RunningLoan, as_of: date) -> date | None:
    for row in loan.rows:
        if row.due_on > as_of:
            return None
        if row.outstanding > 0:
            return row.due_on
    return None


def _closed_on(loan: RunningLoan) -> date | None:
    used = [a.on for a in loan.allocations if a.overpaid < a.amount]
    return used[-1] if used else None
