"""What a loan would look like if it were paid out and repaid as agreed."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from lending.rules.events import Event, Kind
from lending.rules.fold import fold
from lending.rules.instalment import Instalment
from lending.rules.terms import InvalidTerms, Terms


def quote(terms: Terms, on: date | None = None) -> tuple[Instalment, ...]:
    """Lay out the schedule as if the whole principal were disbursed on a day (else the start)."""
    day = on or terms.starts_on
    paid_out = Event(
        id="quote",
        kind=Kind.DISBURSED,
        effective_on=day,
        booked_on=day,
        sequence=1,
        amount=terms.principal,
    )
    return fold(terms, [paid_out], day).schedule


def instalments_needed(principal: Decimal, period_rate: Decimal, instalment: Decimal) -> int:
    """
    Count the instalments of a given size that repay a principal; the last may be smaller.

    :raises InvalidTerms: if the instalment does not even pay the interest
    """
    if instalment <= principal * period_rate:
        raise InvalidTerms("the instalment does not pay the interest")
    count, balance = 0, principal
    while balance > 0:
        balance += balance * period_rate - instalment
        count += 1
    return count
