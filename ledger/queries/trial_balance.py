"""The trial balance: every account's turnover and balance, from postings alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Q, Sum

from ledger.models import Account, Posting

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class TrialBalanceRow:
    """One account: what was ever debited and credited to it, both positive, up to the day."""

    account: Account
    debit: Decimal
    credit: Decimal

    @property
    def balance(self) -> Decimal:
        """Debit less credit: positive where the account stands in debit."""
        return self.debit - self.credit


def trial_balance(on: date | None = None) -> list[TrialBalanceRow]:
    """
    Return a row for each account that has postings booked up to the end of `on`, by code.

    Nothing is kept that could disagree: one pass over the postings. In each currency, debits
    equal credits.
    """
    rows = Posting.objects.get_queryset()
    if on is not None:
        rows = rows.filter(booked_on__lte=on)
    totals = {
        account_id: (debit or ZERO, credit or ZERO)
        for account_id, debit, credit in rows.values_list("account_id").annotate(
            debit=Sum("amount", filter=Q(amount__gt=0)),
            credit=Sum("amount", filter=Q(amount__lt=0)),
        )
    }
    return [
        TrialBalanceRow(account, totals[account.pk][0], -totals[account.pk][1])
        for account in Account.objects.order_by("code", "currency")
        if account.pk in totals
    ]


def totals_by_currency(rows: Iterable[TrialBalanceRow]) -> dict[str, tuple[Decimal, Decimal]]:
    """Return the debits and credits of each currency, which are equal."""
    totals: dict[str, tuple[Decimal, Decimal]] = {}
    for row in rows:
        debit, credit = totals.get(row.account.currency, (ZERO, ZERO))
        totals[row.account.currency] = (debit + row.debit, credit + row.credit)
    return totals
