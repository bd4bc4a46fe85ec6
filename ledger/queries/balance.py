"""What an account, or one subject's part of it, stands at."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.models import Sum

from ledger.models import Posting, account_id
from tenancy import room
from tenancy.models import TenantQuerySet

ZERO = Decimal(0)


def balance(
    account_code: str, currency: str, on: date | None = None, subject_id: UUID | None = None
) -> Decimal:
    """
    Return the sum of an account's postings, debit positive, zero where there are none.

    `on` counts what was booked up to the end of that business date, None everything;
    `subject_id` narrows to one loan, or whatever the account's sub-ledger is by.
    """
    rows = _postings(account_code, currency, on)
    if subject_id is not None:
        rows = rows.filter(subject_id=subject_id)
    return rows.aggregate(total=Sum("amount"))["total"] or ZERO


def balances_by_subject(
    account_code: str, currency: str, on: date | None = None
) -> dict[UUID | None, Decimal]:
    """Return the account's balance of each subject that it is not zero for."""
    totals = _postings(account_code, currency, on).values("subject_id").annotate(Sum("amount"))
    return {
        subject_id: total
        for subject_id, total in totals.values_list("subject_id", "amount__sum")
        if total
    }


def _postings(account_code: str, currency: str, on: date | None) -> TenantQuerySet[Posting]:
    account = account_id(room.current(), account_code, currency)
    rows = Posting.objects.get_queryset().filter(account_id=account)
    return rows if on is None else rows.filter(booked_on__lte=on)
