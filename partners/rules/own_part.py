"""
A bank's own part of a loan: of what is owed, and of each row of the schedule.

Both are differences of the same cuts as the shares (`splitting`), so what is shown before a
receipt is what the receipt brings, to the cent; what a guarantor or we have paid the bank for is
no longer its part.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from lending.rules.instalment import Instalment
from lending.rules.state import Balances
from partners.rules.splitting import Cession, Component, Fractions, split

ZERO = Decimal(0)
OWED = (Component.PRINCIPAL, Component.INTEREST, Component.FEE, Component.PENALTY)


@dataclass(frozen=True, slots=True)
class Parts:
    """The bank's part of each component."""

    principal: Decimal = ZERO
    interest: Decimal = ZERO
    fee: Decimal = ZERO
    penalty: Decimal = ZERO

    @property
    def total(self) -> Decimal:
        """All of it."""
        return self.principal + self.interest + self.fee + self.penalty

    def less(self, before: Parts) -> Parts:
        """Return the difference to another cut."""
        return Parts(
            self.principal - before.principal,
            self.interest - before.interest,
            self.fee - before.fee,
            self.penalty - before.penalty,
        )


@dataclass(frozen=True, slots=True)
class Row:
    """The bank's part of one instalment: what falls due, and what of it was paid."""

    number: int
    due_on: date
    due: Parts
    paid: Parts


@dataclass(frozen=True, slots=True)
class Knife:
    """How a loan is cut: the bank's fractions, the decimals, and who else has come in."""

    by: Fractions
    decimals: int
    cessions: Sequence[Cession] = ()

    def cut(self, totals: Parts) -> Parts:
        """Return the bank's part of running totals of the whole loan."""
        named = {each: getattr(totals, each.value) for each in OWED}
        held = split(named, self.by, decimals=self.decimals, cessions=self.cessions)
        return Parts(**{each.value: held[each].bank for each in OWED})


def owed(balances: Balances, knife: Knife) -> Parts:
    """Return the bank's part of all that the borrower owes."""
    paid = Parts(
        balances.principal_paid, balances.interest_paid, balances.fee_paid, balances.penalty_paid
    )
    whole = Parts(
        balances.disbursed,
        balances.interest_accrued,
        balances.fee_charged,
        balances.penalty_accrued,
    )
    return knife.cut(whole).less(knife.cut(paid))


def plan(schedule: Iterable[Instalment], knife: Knife) -> Iterator[Row]:
    """Yield the bank's part of every instalment; the rows sum to its part of the whole."""
    due = paid = Parts()
    had_due = had_paid = Parts()
    for row in schedule:
        due = _with(due, row, "due")
        paid = _with(paid, row, "paid")
        cut_due, cut_paid = knife.cut(due), knife.cut(paid)
        yield Row(row.number, row.due_on, cut_due.less(had_due), cut_paid.less(had_paid))
        had_due, had_paid = cut_due, cut_paid


def _with(total: Parts, row: Instalment, what: str) -> Parts:
    return Parts(
        **{
            each.value: getattr(total, each.value) + getattr(row, f"{each.value}_{what}")
            for each in OWED
        }
    )
