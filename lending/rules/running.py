"""The loan while its events are being folded: the engine's only mutable state."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from lending.rules.allocation import Allocation
from lending.rules.daycount import PENALTY_YEAR_DAYS, DayCounter, simple_interest
from lending.rules.events import Event
from lending.rules.instalment import Instalment
from lending.rules.terms import Interest, Terms

ZERO = Decimal(0)


class RunningLoan:
    """
    Rows, balances and the accrual since the last change of base.

    `current` is the row in which interest now accrues: the first whose due date lies ahead, or the
    one after, once an instalment has been paid in full before its due date. Interest accrued in it
    up to `since_on` stands exactly in `row_accrued`; earlier rows are rounded into `settled`.
    """

    __slots__ = (
        "allocations",
        "broken_interest",
        "broken_shares",
        "counter",
        "current",
        "disbursements",
        "down_payments",
        "fee_withheld",
        "has_matured",
        "is_flat",
        "is_rescheduled",
        "level",
        "outstanding",
        "overpaid",
        "rate",
        "row_accrued",
        "rows",
        "settled",
        "shares",
        "since_on",
        "terms",
    )

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self.counter = DayCounter(terms)
        self.is_flat = terms.interest is Interest.FLAT
        from_on = terms.starts_on
        self.rows: list[Instalment] = []
        for number, due_on in enumerate(terms.due_dates, start=1):
            self.rows.append(Instalment(number, from_on, due_on))
            from_on = due_on
        self.rate = terms.annual_rate
        self.current = 0
        self.outstanding = self.overpaid = self.fee_withheld = ZERO
        self.settled = self.row_accrued = ZERO
        self.since_on = terms.starts_on
        self.has_matured = False  # the last due date has passed; interest goes on in the last row
        self.is_rescheduled = False
        self.level: Decimal | None = None
        # The custom proportions of what is owed; the last belong to the open instalments.
        self.shares = terms.principal_shares
        self.down_payments = 0
        # Interest of the days before the first regular period, and its part in each instalment.
        self.broken_interest = ZERO
        self.broken_shares: dict[int, Decimal] = {}
        self.disbursements: list[tuple[date, Decimal]] = []
        self.allocations: list[Allocation] = []

    def accrued(self, day: date) -> Decimal:
        """Interest accrued in the current row, exactly, up to `day`."""
        if self.is_flat:
            return self._flat_accrued(day)
        if day <= self.since_on or not self.outstanding:
            return self.row_accrued
        return self.row_accrued + self.counter.interest(
            self.outstanding, self.rate, self.since_on, day
        )

    @property
    def done(self) -> int:
        """How many agreed instalments lie behind; of those made later, grace periods know none."""
        if self.is_rescheduled:
            return len(self.terms.due_dates)
        return self.current - self.down_payments

    @property
    def is_paid_ahead(self) -> bool:
        """Say whether nothing is left to repay, nor flat interest of any row ahead."""
        if self.outstanding:
            return False
        return all(row.interest_paid == row.interest_due for row in self.rows[self.current :])

    def _flat_accrued(self, day: date) -> Decimal:
        row = self.rows[self.current]
        if self.is_paid_ahead:  # all of it has been earned
            return sum((row.interest_due for row in self.rows[self.current :]), ZERO)
        if day >= row.due_on:
            return row.interest_due
        elapsed, whole = (day - row.from_on).days, (row.due_on - row.from_on).days
        return simple_interest(row.interest_due, Decimal(1), max(elapsed, 0), whole)

    def advance(self, day: date) -> None:
        """Settle the interest of every row whose due date has come by `day`."""
        rows, last = self.rows, len(self.rows) - 1
        while (row := rows[self.current]).due_on <= day:
            if self.current == last:
                if not self.has_matured:
                    self._snap(row)
                    self.has_matured = True
                return
            self._snap(row)
            self.current += 1
            if not self.is_flat:
                row.interest_due = self.falling_due(row, self.row_accrued, self.outstanding)
                self.row_accrued -= row.interest_due
            self.settled += row.interest_due

    def _snap(self, row: Instalment) -> None:
        """Round what has accrued by a row's due date, so that books and schedule agree there."""
        if self.is_flat:
            return
        self.row_accrued = self.terms.rounding.money(self.accrued(row.due_on))
        self.since_on = max(self.since_on, row.due_on)

    def falling_due(self, row: Instalment, accrued: Decimal, base: Decimal) -> Decimal:
        """
        Say how much of the accrued interest falls due with a row on whose day `base` is owed.

        All of it, but for a grace period and for the shares of later instalments in a broken one,
        while principal is owed; never less than was paid (before another tranche brought more
        shares).
        """
        if not base:
            return accrued
        if row.number <= self.terms.grace_interest_periods:
            return row.interest_paid
        if self.broken_shares:
            later = sum((v for n, v in self.broken_shares.items() if n > row.number), ZERO)
            return max(accrued - later, row.interest_paid)
        return accrued

    def accrue_penalties(self, day: date) -> None:
        """Count the penalty on overdue principal up to `day`; simple, never on penalties."""
        rate = self.terms.penalty_rate
        if not rate:
            return
        year_days = PENALTY_YEAR_DAYS[self.terms.day_count]
        for row in self.rows:
            if row.due_on >= day:
                break
            overdue = row.principal_due - row.principal_paid
            if overdue:
                days = (day - (row.penalty_since_on or row.due_on)).days
                row.overdue_days += overdue * days
                penalty = simple_interest(row.overdue_days, rate, 1, year_days)
                row.penalty_due = row.penalty_brought + self.terms.rounding.money(penalty)
            row.penalty_since_on = day

    def rebase(self, day: date) -> None:
        """
        Start a new stretch of the closed form: the base or the rate is about to change.

        What has accrued is rounded here, as Fineract does at every change of balance: receipts pay
        whole cents, and a fraction carried on would be owed by nobody.
        """
        self.row_accrued = self.terms.rounding.money(self.accrued(day))
        self.since_on = max(self.since_on, day)

    def charge_fee(self, event: Event) -> None:
        """Add a fee to the instalment of its day; after the last due date, to the last one."""
        self.advance(event.effective_on)
        self.rows[self.current].fee_due += event.amount

    def refund(self, event: Event) -> None:
        """Give back an overpaid balance."""
        self.overpaid -= event.amount

    def expect_interest(self, day: date) -> None:
        """
        Fill in the interest of the rows ahead.

        What falls due today is taken as paid today; what is overdue, as going on unpaid up to the
        next due date; and then all is paid on its day.
        """
        if self.is_flat:
            return
        money, rows, i = self.terms.rounding.money, self.rows, self.current
        if self.has_matured:
            rows[i].interest_due = money(self.accrued(day))
            return
        left = sum((row.principal_due - row.principal_paid for row in rows[i:]), ZERO)
        base = self._owed_unless_due(day)
        carried, exact = ZERO, self._expected_in_current(base)
        for row in rows[i:]:
            interest = carried + money(exact)
            row.interest_due = self.falling_due(row, interest, base)
            carried = interest - row.interest_due
            left -= row.principal_due - row.principal_paid
            if row is not rows[-1]:
                i, base = i + 1, left
                exact = self._interest_of(rows[i], base)

    def _owed_unless_due(self, day: date) -> Decimal:
        base = self.outstanding
        for row in reversed(self.rows[: self.current]):
            if row.due_on < day:
                break
            base -= row.principal_due - row.principal_paid  # nothing, where it was paid ahead
        return base

    def _expected_in_current(self, base: Decimal) -> Decimal:
        # Where something falls due today, the current stretch of accrual starts today.
        due_on = self.rows[self.current].due_on
        if base == self.outstanding or not base:
            return self.accrued(due_on) if base else self.row_accrued
        return self.row_accrued + self.counter.interest(base, self.rate, self.since_on, due_on)

    def _interest_of(self, row: Instalment, base: Decimal) -> Decimal:
        if not base:
            return ZERO
        return self.counter.interest(base, self.rate, row.from_on, row.due_on)
