"""The book as a whole: what was paid out, what is outstanding, what is late and how late."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection

from tenancy import room

# Upper ends of the arrears buckets in days past due, as the day-end pack names them.
BUCKETS: Sequence[tuple[str, int, int | None]] = (
    ("M1", 1, 30),
    ("M2", 31, 60),
    ("M3", 61, 90),
    ("M3+", 91, None),
)
# One pass over the narrow positions. A due date is past from the day after it.
_TOTALS = """
    SELECT currency, count(*) FILTER (WHERE is_open), sum(disbursed),
           sum(principal) FILTER (WHERE is_open),
           sum(interest_paid + fee_paid + penalty_paid) ,
           sum(disbursed - principal)
      FROM lending_loanposition WHERE tenant_id = %(tenant)s GROUP BY currency ORDER BY currency
"""
_LATE = """
    SELECT currency, %(on)s::date - arrears_since AS days, count(*), sum(principal)
      FROM lending_loanposition
     WHERE tenant_id = %(tenant)s AND arrears_since < %(on)s
     GROUP BY currency, days
"""


@dataclass(frozen=True, slots=True)
class Bucket:
    """Loans that are late by so many days: how many, and their outstanding principal."""

    name: str
    first_day: int
    last_day: int | None
    loans: int
    principal: Decimal


@dataclass(frozen=True, slots=True)
class Portfolio:
    """One currency's book; amounts in that currency. `earned` is interest and charges received."""

    currency: str
    open_loans: int
    disbursed: Decimal
    outstanding: Decimal
    earned: Decimal
    repaid: Decimal
    buckets: tuple[Bucket, ...]

    @property
    def late(self) -> Decimal:
        """Outstanding principal of loans with anything past due."""
        return sum((bucket.principal for bucket in self.buckets), Decimal(0))

    @property
    def late_share(self) -> Decimal:
        """The part of what is outstanding that belongs to loans past due."""
        return self.late / self.outstanding if self.outstanding else Decimal(0)


def portfolios(*, on: date) -> list[Portfolio]:
    """Return the book in each currency on the business date."""
    named: dict[str, Any] = {"tenant": room.current(), "on": on}
    with connection.cursor() as cursor:
        cursor.execute(_LATE, named)
        late = cursor.fetchall()
        cursor.execute(_TOTALS, named)
        totals = cursor.fetchall()
    return [
        Portfolio(
            currency=currency,
            open_loans=count,
            disbursed=disbursed or Decimal(0),
            outstanding=principal or Decimal(0),
            earned=earned or Decimal(0),
            repaid=repaid or Decimal(0),
            buckets=_buckets([row for row in late if row[0] == currency]),
        )
        for currency, count, disbursed, principal, earned, repaid in totals
    ]


def _buckets(rows: Sequence[tuple[str, int, int, Decimal]]) -> tuple[Bucket, ...]:
    found = []
    for name, first, last in BUCKETS:
        mine = [row for row in rows if row[1] >= first and (last is None or row[1] <= last)]
        principal = sum((row[3] for row in mine), Decimal(0))
        found.append(Bucket(name, first, last, sum(row[2] for row in mine), principal))
    return tuple(found)


_FLOW = """
    SELECT booked_on, coalesce(sum(amount) FILTER (WHERE kind = 'disbursed'), 0),
           coalesce(sum(amount) FILTER (WHERE kind = 'repaid'), 0)
      FROM lending_loanevent
     WHERE tenant_id = %(tenant)s AND booked_on > %(since)s AND booked_on <= %(on)s
     GROUP BY booked_on ORDER BY booked_on
"""


def flow(*, on: date, days: int) -> list[tuple[date, Decimal, Decimal]]:
    """Return what was paid out and what came in on each of the last business dates."""
    named: dict[str, Any] = {
        "tenant": room.current(),
        "on": on,
        "since": on - timedelta(days=days),
    }
    with connection.cursor() as cursor:
        cursor.execute(_FLOW, named)
        return cursor.fetchall()
