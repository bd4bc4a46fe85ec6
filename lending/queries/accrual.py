"""
What open loans have earned up to a day, by product version: a closed form, summed in one pass.

The same form as `lending.rules.state.Accrual`, to the cent; no loan is touched.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db import connection

from ledger.models import account_id
from ledger.rules.chart import ACCRUED_INTEREST, PENALTY_RECEIVABLE
from tenancy import room

# What an open position has earned by the start of `on`. `decimals` and `year_days` are columns,
# so loans in several currencies and day counts pass through the same expression.
INTEREST_EARNED = """round(accrued_at_since + round(
        accrual_base * accrual_rate * greatest(%(on)s::date - accrual_since, 0)
            / accrual_year_days, 10), decimals)"""
# What an overdue instalment (`row`) has added to penalties since its `position` was folded.
PENALTY_ADDED = """round(round(
            (row.overdue_days + (row.principal_due - row.principal_paid)
                * (%(on)s::date - greatest(row.due_on, position.as_of)))
                * position.penalty_rate / position.penalty_year_days,
            10), position.decimals) + row.penalty_brought - row.penalty_due"""
# Interest: one look at each open position.
_INTEREST = f"""
    SELECT version_id, currency, count(*) AS loans, sum({INTEREST_EARNED}) AS earned
    FROM lending_loanposition WHERE is_open GROUP BY version_id, currency
"""
# Penalties: those of the cached fold, and for each overdue instalment what was added since.
_PENALTIES = f"""
    SELECT position.version_id, position.currency, count(*) AS loans,
        sum(position.penalty_accrued + coalesce(later.added, 0)) AS earned
    FROM lending_loanposition position
    LEFT JOIN LATERAL (
        SELECT sum({PENALTY_ADDED}) AS added
        FROM lending_instalment row
        WHERE position.arrears_since IS NOT NULL AND row.loan_id = position.loan_id
          AND row.due_on < %(on)s AND position.as_of < %(on)s
          AND row.principal_due > row.principal_paid
    ) later ON true
    WHERE position.is_open
      AND (position.penalty_accrued <> 0 OR position.arrears_since IS NOT NULL)
    GROUP BY position.version_id, position.currency
"""
# What the pools hold. Only the versions' own subjects: receipts stand on the loans'.
_UNPOSTED = """
    WITH earned AS ({earned}),
    pool AS (
        SELECT posting.subject_id AS version_id, posting.currency, sum(posting.amount) AS posted
        FROM lending_productversion version
        JOIN ledger_posting posting ON posting.subject_id = version.id
        WHERE posting.account_id = ANY(%(accounts)s)
        GROUP BY posting.subject_id, posting.currency
    )
    SELECT version_id, currency, coalesce(earned.loans, 0), coalesce(earned.earned, 0),
           coalesce(pool.posted, 0)
    FROM earned FULL JOIN pool USING (version_id, currency) ORDER BY version_id, currency
"""


@dataclass(frozen=True, slots=True)
class Pool:
    """What open loans of a version have earned to a date, and what of it is in the books."""

    version_id: UUID
    currency: str
    loans: int
    earned: Decimal
    posted: Decimal

    @property
    def unposted(self) -> Decimal:
        """What is still to be posted; negative where too much was."""
        return self.earned - self.posted


def interest(on: date) -> list[Pool]:
    """Return every version's accrued interest up to the start of a day, against its pool."""
    return _pools(_INTEREST, ACCRUED_INTEREST, on)


def penalties(on: date) -> list[Pool]:
    """Return every version's accrued penalties up to the start of a day, against its pool."""
    return _pools(_PENALTIES, PENALTY_RECEIVABLE, on)


def _pools(earned: str, account_code: str, on: date) -> list[Pool]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT currency FROM ledger_account")
        accounts = [
            account_id(room.current(), account_code, currency) for (currency,) in cursor.fetchall()
        ]
        cursor.execute(_UNPOSTED.format(earned=earned), {"on": on, "accounts": accounts})
        return [Pool(*row) for row in cursor.fetchall()]
