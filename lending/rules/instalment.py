"""One row of a schedule: what falls due on a day, and what of it has been paid."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

ZERO = Decimal(0)


@dataclass(slots=True)
class Instalment:
    """
    What falls due on `due_on` for the period from `from_on`.

    Rows whose due date lies ahead show the interest expected if all goes as planned; rows behind
    us, what really accrued. `balance` is the principal left after the row, were it paid as
    planned.
    """

    number: int
    from_on: date
    due_on: date
    principal_due: Decimal = ZERO
    interest_due: Decimal = ZERO
    fee_due: Decimal = ZERO
    penalty_due: Decimal = ZERO
    principal_paid: Decimal = ZERO
    interest_paid: Decimal = ZERO
    fee_paid: Decimal = ZERO
    penalty_paid: Decimal = ZERO
    balance: Decimal = ZERO
    # Overdue principal × days, exactly (so that it may be counted in any pieces), and up to when.
    overdue_days: Decimal = ZERO
    penalty_since_on: date | None = None
    # Penalty that a rescheduling brought along; more may come if this row is overdue too.
    penalty_brought: Decimal = ZERO

    @property
    def total_due(self) -> Decimal:
        """All components that fall due."""
        return self.principal_due + self.interest_due + self.fee_due + self.penalty_due

    @property
    def total_paid(self) -> Decimal:
        """All components that were paid."""
        return self.principal_paid + self.interest_paid + self.fee_paid + self.penalty_paid

    @property
    def outstanding(self) -> Decimal:
        """What is still to be paid."""
        return self.total_due - self.total_paid
