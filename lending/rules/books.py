"""
What a loan's change means in the books.

Principal, fees, receipts and overpayments are posted per loan (subject: the loan). Interest and
penalties accrue every day on every loan, so the close posts them in aggregate (subject: the
product version, "the pool"); receipts take them from the loan's own subject. While a loan is
open, its accrued interest stands in the pool; when it closes, the amount moves from the pool to
the loan, whose subject then comes to zero. So the pool is always the sum over open loans, and
the cost of checking it does not grow with the loans of the past.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from ledger.rules import chart
from ledger.rules.entry import Line
from lending.rules.state import LoanState, Status

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Standing:
    """
    The totals of one loan that the books know, on one business date.

    `interest_accrued` and `penalty_accrued` run from the first day, in the loan's currency.
    """

    is_open: bool = False
    disbursed: Decimal = ZERO
    principal: Decimal = ZERO
    interest_accrued: Decimal = ZERO
    interest_paid: Decimal = ZERO
    fee_charged: Decimal = ZERO
    fee_paid: Decimal = ZERO
    fee_withheld: Decimal = ZERO
    penalty_accrued: Decimal = ZERO
    penalty_paid: Decimal = ZERO
    overpaid: Decimal = ZERO

    @property
    def cash(self) -> Decimal:
        """What the lender has received from the borrower, less what he paid him."""
        paid = self.interest_paid + self.fee_paid + self.penalty_paid + self.overpaid
        return paid + self.fee_withheld - self.principal

    def subjects(self) -> dict[tuple[str, bool], Decimal]:
        """
        Return the balance of each account, by code and whether the loan is its subject.

        They sum to zero. False stands for the product version, or no subject for cash.
        """
        own_interest, own_penalty = -self.interest_paid, -self.penalty_paid
        pool_interest, pool_penalty = self.interest_accrued, self.penalty_accrued
        if not self.is_open:
            own_interest, pool_interest = own_interest + pool_interest, ZERO
            own_penalty, pool_penalty = own_penalty + pool_penalty, ZERO
        return {
            (chart.CASH, False): self.cash,
            (chart.PRINCIPAL, True): self.principal,
            (chart.ACCRUED_INTEREST, True): own_interest,
            (chart.ACCRUED_INTEREST, False): pool_interest,
            (chart.FEES_RECEIVABLE, True): self.fee_charged - self.fee_paid,
            (chart.PENALTY_RECEIVABLE, True): own_penalty,
            (chart.PENALTY_RECEIVABLE, False): pool_penalty,
            (chart.OVERPAYMENTS, True): -self.overpaid,
            (chart.INTEREST_INCOME, False): -self.interest_accrued,
            (chart.FEE_INCOME, False): -self.fee_charged - self.fee_withheld,
            (chart.PENALTY_INCOME, False): -self.penalty_accrued,
        }


def standing(state: LoanState) -> Standing:
    """Return what the books should know of a folded loan."""
    totals = state.balances
    return Standing(
        is_open=state.status is Status.ACTIVE,
        disbursed=totals.disbursed,
        principal=totals.principal,
        interest_accrued=totals.interest_accrued,
        interest_paid=totals.interest_paid,
        fee_charged=totals.fee_charged,
        fee_paid=totals.fee_paid,
        fee_withheld=totals.fee_withheld,
        penalty_accrued=totals.penalty_accrued,
        penalty_paid=totals.penalty_paid,
        overpaid=totals.overpaid,
    )


def difference(
    before: Standing, after: Standing, *, loan_id: UUID, version_id: UUID, currency: str
) -> list[Line]:
    """
    Return the lines that bring the books from one standing to another; empty if none is needed.

    An event that counts for an earlier day, or takes another back, is booked no other way: the
    loan is folded anew and the difference is posted today.
    """
    old = before.subjects()
    lines = []
    for (code, is_loans), amount in after.subjects().items():
        change = amount - old[code, is_loans]
        if change:
            subject = loan_id if is_loans else None if code == chart.CASH else version_id
            lines.append(Line(code, currency, change, subject))
    return lines
