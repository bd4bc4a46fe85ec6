"""Events that change the plan: tranches, another rate, a rest of interest."""

from __future__ import annotations

from bisect import bisect_right
from datetime import date
from decimal import Decimal
from operator import attrgetter

from lending.rules.events import Event
from lending.rules.fees import Timing
from lending.rules.instalment import Instalment
from lending.rules.running import RunningLoan
from lending.rules.schedule import Opening, Span, last_takes_the_rest, plan
from lending.rules.terms import BrokenPeriod

ZERO = Decimal(0)


def disburse(loan: RunningLoan, event: Event) -> None:
    """Pay out a tranche and plan the open instalments anew."""
    day, amount = event.effective_on, event.amount
    loan.advance(day)
    loan.accrue_penalties(day)  # not on what is only now drawn
    if not loan.disbursements:
        loan.since_on = day
    loan.rebase(day)
    loan.disbursements.append((day, amount))
    _charge_for_disbursement(loan, amount)
    loan.outstanding += amount
    _broken_period(loan, day, amount)
    replan(loan, day, extra=amount - _down_payment(loan, day, amount))


def _charge_for_disbursement(loan: RunningLoan, amount: Decimal) -> None:
    money = loan.terms.rounding.money
    for fee in loan.terms.fees:
        if fee.timing is Timing.UPFRONT:
            loan.fee_withheld += money(fee.on(amount))
        elif fee.timing is Timing.INSTALMENT:
            for row in loan.rows[loan.current :]:
                row.fee_due += money(fee.on(amount))


def _down_payment(loan: RunningLoan, day: date, amount: Decimal) -> Decimal:
    """Make the part that is due at once a row of its own, and return it."""
    part = loan.terms.rounding.money(amount * loan.terms.down_payment_rate)
    if part:
        # Rows stay in the order of their due dates; some ahead of `current` may be paid already.
        at = bisect_right(loan.rows, day, hi=loan.current, key=attrgetter("due_on"))
        loan.rows.insert(at, Instalment(0, day, day, principal_due=part))
        loan.current += 1
        loan.down_payments += 1
    return part


def _broken_period(loan: RunningLoan, day: date, amount: Decimal) -> None:
    """Set the interest of a broken first period aside, so that the plan does not see it."""
    terms = loan.terms
    if terms.broken_period is BrokenPeriod.WITHIN or loan.current or loan.is_flat:
        return
    if day >= terms.regular_from:
        return
    money = terms.rounding.money
    broken = money(loan.counter.interest(amount, loan.rate, day, terms.regular_from))
    loan.broken_interest += broken
    if terms.broken_period is BrokenPeriod.SPREAD:
        count = len(loan.rows)
        shares = last_takes_the_rest([money(broken / count)] * count, broken)
        for row, share in zip(loan.rows, shares, strict=True):
            loan.broken_shares[row.number] = loan.broken_shares.get(row.number, ZERO) + share


def replan(
    loan: RunningLoan, day: date, extra: Decimal = ZERO, level: Decimal | None = None
) -> None:
    """Spread what is not yet due, and `extra`, over the open instalments."""
    rows = loan.rows[loan.current :]
    if loan.has_matured:  # nothing lies ahead: what is drawn now is due at once
        rows[-1].principal_due += extra
        return
    spans = [Span(row.from_on, row.due_on) for row in rows]
    spans[0].from_on = day
    if loan.is_flat:
        _add_flat(loan, rows, spans, extra)
        return
    balance = sum((row.principal_due - row.principal_paid for row in rows), extra)
    accrued = loan.row_accrued
    if loan.broken_interest and rows[0].number == 1:
        spans[0].from_on = max(day, loan.terms.regular_from)
        accrued = max(accrued - loan.broken_interest, ZERO)
    opening = Opening(balance, accrued, loan.done, level, loan.shares[-len(rows) :])
    made = plan(loan.terms, loan.counter, loan.rate, spans, opening)
    loan.level = made.level
    for row, principal in zip(rows, made.principal, strict=True):
        row.principal_due = row.principal_paid + principal


def _add_flat(
    loan: RunningLoan, rows: list[Instalment], spans: list[Span], extra: Decimal
) -> None:
    """Each tranche brings its own flat interest; nothing that was agreed before changes."""
    opening = Opening(extra, done=loan.done, shares=loan.shares[-len(rows) :])
    made = plan(loan.terms, loan.counter, loan.rate, spans, opening)
    for row, principal, interest in zip(rows, made.principal, made.flat_interest, strict=True):
        row.principal_due += principal
        row.interest_due += interest


def change_rate(loan: RunningLoan, event: Event) -> None:
    """Charge another rate from the day on; an equal instalment is worked out anew."""
    loan.advance(event.effective_on)
    loan.rebase(event.effective_on)
    if event.rate is not None:
        loan.rate = event.rate
    if loan.outstanding:
        replan(loan, event.effective_on)


def pause_interest(loan: RunningLoan, event: Event) -> None:
    """Let interest rest; an equal instalment stays what it was and the last one shrinks."""
    loan.advance(event.effective_on)
    loan.rebase(event.effective_on)
    if event.until_on is not None:
        loan.counter.pauses.append((event.effective_on, event.until_on))
    if loan.outstanding:
        replan(loan, event.effective_on, level=loan.level)
