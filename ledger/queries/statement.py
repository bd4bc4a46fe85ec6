"""The statement of one account between two days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from ledger.models import Posting, account_id
from ledger.queries.balance import balance
from tenancy import room


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One posting, and what the account stood at after it."""

    posting: Posting
    balance: Decimal


@dataclass(frozen=True, slots=True)
class Statement:
    """What an account stood at before the first day, each posting, and after the last day."""

    opening: Decimal
    lines: tuple[StatementLine, ...]
    closing: Decimal


def statement(
    account_code: str,
    currency: str,
    *,
    first_on: date,
    last_on: date,
    subject_id: UUID | None = None,
) -> Statement:
    """
    Return an account's postings booked from `first_on` to `last_on`, each with its entry.

    In the order of the books: by day, then by the entry's moment, then by line.
    """
    opening = balance(account_code, currency, first_on - timedelta(days=1), subject_id)
    rows = Posting.objects.filter(
        account_id=account_id(room.current(), account_code, currency),
        booked_on__range=(first_on, last_on),
    )
    if subject_id is not None:
        rows = rows.filter(subject_id=subject_id)
    standing, lines = opening, []
    ordered = rows.select_related("entry")
    for posting in ordered.order_by("booked_on", "entry__booked_at", "entry_id", "number"):
        standing += posting.amount
        lines.append(StatementLine(posting, standing))
    return Statement(opening, tuple(lines), standing)
