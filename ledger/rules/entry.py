"""What a journal entry is made of, and when it balances."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Line:
    """
    One posting to be: an account, named by code and currency, and an amount in that currency.

    A debit is positive, a credit negative. `subject_id` says whose money it is in the account's
    sub-ledger: a loan, or the product version that an aggregate is about.
    """

    account_code: str
    currency: str
    amount: Decimal
    subject_id: UUID | None = None

    def reversed(self) -> Line:
        """Return the line that undoes this one."""
        return replace(self, amount=-self.amount)


def imbalance(lines: Iterable[Line]) -> dict[str, Decimal]:
    """Return by how much each currency is off; empty where debits equal credits in all."""
    totals: dict[str, Decimal] = {}
    for line in lines:
        totals[line.currency] = totals.get(line.currency, Decimal(0)) + line.amount
    return {currency: total for currency, total in totals.items() if total}
