"""What a fold returns: the loan as it stands on a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from lending.rules.allocation import Allocation
from lending.rules.daycount import simple_interest
from lending.rules.instalment import Instalment
from lending.rules.terms import DayCount

ZERO = Decimal(0)


class Status(StrEnum):
    """The loan's own life; cancelled and written off are decisions outside the engine."""

    PENDING = "pending"  # nothing disbursed yet
    ACTIVE = "active"
    CLOSED = "closed"  # disbursed, and nothing is owed any more; a new draw opens it again


@dataclass(slots=True)
class Balances:
    """
    Totals on the day, rounded to the currency.

    `interest_accrued`, `fee_charged` and `penalty_accrued` run from the first day; what is still
    owed is `*_outstanding`. `interest_outstanding` includes what accrued but is not due yet, and
    is negative while flat interest has been paid ahead. `payoff` settles the loan on the day.
    """

    disbursed: Decimal
    principal: Decimal
    principal_paid: Decimal
    interest_accrued: Decimal
    interest_paid: Decimal
    fee_charged: Decimal
    fee_paid: Decimal
    penalty_accrued: Decimal
    penalty_paid: Decimal
    overpaid: Decimal
    fee_withheld: Decimal
    payoff: Decimal

    @property
    def interest_outstanding(self) -> Decimal:
        """Interest accrued and not paid."""
        return self.interest_accrued - self.interest_paid

    @property
    def fee(self) -> Decimal:
        """Fees charged and not paid."""
        return self.fee_charged - self.fee_paid

    @property
    def penalty(self) -> Decimal:
        """Penalties accrued and not paid."""
        return self.penalty_accrued - self.penalty_paid


@dataclass(frozen=True, slots=True)
class Accrual:
    """
    Interest accrued as a closed form, for the set-based daily accrual:

        round(accrued_at + round(base × annual_rate × (d − since_on) / year_days, 10), 2)

    (round half up at the currency's decimals). It is the total since the first day, so the day's
    posting is `accrued(d) − paid − posted so far`. It holds for since_on ≤ d ≤ `until_on`: on that
    day (a due date, a month's or a year's end where the day count cares) fold again. None: until
    the next event. `accrued_at` has at most ten decimals: store it as numeric(24, 10).
    For a flat loan `base` is the period's interest and the rate is 1.
    """

    base: Decimal
    annual_rate: Decimal
    day_count: DayCount
    year_days: int
    accrued_at: Decimal
    since_on: date
    until_on: date | None

    def at(self, day: date) -> Decimal:
        """Evaluate the closed form, unrounded."""
        if day <= self.since_on:
            return self.accrued_at
        days = (day - self.since_on).days
        return self.accrued_at + simple_interest(self.base, self.annual_rate, days, self.year_days)


@dataclass(slots=True)
class LoanState:
    """
    A loan on `as_of`: schedule, what each receipt paid, balances, arrears, status.

    `allocations` holds one entry per repaid event in order. `oldest_unpaid_due_on` is the
    earliest due date up to `as_of` that is not fully paid; `days_past_due` counts from the day
    after it.
    """

    as_of: date
    schedule: tuple[Instalment, ...]
    allocations: tuple[Allocation, ...]
    balances: Balances
    accrual: Accrual
    status: Status
    oldest_unpaid_due_on: date | None
    days_past_due: int
    closed_on: date | None

    @property
    def next_due_on(self) -> date | None:
        """The next due date after the day with something to pay."""
        for row in self.schedule:
            if row.due_on > self.as_of and row.outstanding > 0:
                return row.due_on
        return None

    @property
    def due_now(self) -> Decimal:
        """What should have been paid by the day and was not."""
        return sum((row.outstanding for row in self.schedule if row.due_on <= self.as_of), ZERO)
