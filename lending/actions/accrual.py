"""Posting what all open loans earned: one entry per product version, whatever their number."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from ledger.actions.posting import Line, post
from ledger.rules.chart import (
    ACCRUED_INTEREST,
    INTEREST_INCOME,
    PENALTY_INCOME,
    PENALTY_RECEIVABLE,
)
from lending.queries import accrual
from lending.queries.accrual import Pool
from tenancy import room


@room.atomic
def post_interest(*, on: date, at: datetime) -> int:
    """
    Bring the books' accrued interest to the start of a day; return the loans it was posted for.

    Target minus posted, so a second call finds nothing to do, rounding never drifts, and a day
    that was missed is caught up with. Booked on `on`.
    """
    pools = accrual.interest(on)
    return _post(pools, "accrual", ACCRUED_INTEREST, INTEREST_INCOME, on=on, at=at)


@room.atomic
def post_penalties(*, on: date, at: datetime) -> int:
    """Bring the books' accrued penalties to the start of a day; return the loans that bear any."""
    pools = accrual.penalties(on)
    return _post(pools, "penalty", PENALTY_RECEIVABLE, PENALTY_INCOME, on=on, at=at)


def _post(
    pools: Sequence[Pool], kind: str, receivable: str, income: str, *, on: date, at: datetime
) -> int:
    short = [pool for pool in pools if pool.unposted]
    for pool in short:
        post(
            # With what was there before: two at once make one entry, a later difference another.
            key=f"{kind}:{pool.version_id}:{pool.currency}:{on}:{pool.posted.normalize():f}",
            kind=f"loan.{kind}",
            value_date=on,
            booked_on=on,
            at=at,
            narrative=f"{pool.loans} loans",
            lines=_lines(pool, receivable, income, pool.unposted),
        )
    return sum(pool.loans for pool in short)


def _lines(pool: Pool, receivable: str, income: str, amount: Decimal) -> list[Line]:
    return [
        Line(receivable, pool.currency, amount, pool.version_id),
        Line(income, pool.currency, -amount, pool.version_id),
    ]
