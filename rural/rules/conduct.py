"""How a recommended loan has gone so far, read from its terms and events."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from lending.rules.events import Event
from lending.rules.fold import fold
from lending.rules.state import LoanState, Status
from lending.rules.terms import Terms
from rural.rules.commission import Conduct, Relation, Tariff


@dataclass(frozen=True, slots=True)
class Standing:
    """
    A loan's conduct, and what a partner's book counts of it on the day.

    `has_told` says whether its first due date is long enough past to tell a first default.
    """

    conduct: Conduct
    has_told: bool
    outstanding: Decimal
    days_past_due: int


def standing(
    terms: Terms,
    events: Sequence[Event],
    *,
    disbursed_on: date,
    relation: Relation,
    is_fraud: bool,
    tariff: Tariff,
    on: date,
) -> Standing:
    """
    Return how a loan stands on a day, by what is known of it today.

    Folds its events once for each due date that has passed, twice where arrears could show: a
    receipt with an earlier value date, or one taken back, changes the past as it should.
    """
    now = fold(terms, events, on)
    dues = [row.due_on for row in now.schedule if row.due_on <= on]

    def then(day: date) -> LoanState:
        return fold(terms, events, day)

    first_told_on = dues[0] + timedelta(days=tariff.first_default_days) if dues else None
    has_told = first_told_on is not None and first_told_on <= on
    conduct = Conduct(
        disbursed=now.balances.disbursed,
        disbursed_on=disbursed_on,
        currency=terms.currency,
        relation=relation,
        dues_on_time=sum(then(due).oldest_unpaid_due_on is None for due in dues),
        is_first_default=has_told
        and first_told_on is not None
        and then(first_told_on).oldest_unpaid_due_on == dues[0],
        is_fraud=is_fraud,
        in_arrears_on=_in_arrears_on(dues, then, tariff.arrears_days, on),
        is_repaid=now.status is Status.CLOSED,
    )
    return Standing(conduct, has_told, now.balances.principal, now.days_past_due)


def _in_arrears_on(
    dues: Sequence[date], then: Callable[[date], LoanState], days: int, on: date
) -> date | None:
    """Return the first day on which anything was so many days past due."""
    for due in dues:
        day = due + timedelta(days=days)
        if day > on:
            return None
        if then(day).days_past_due >= days:
            return day
    return None
