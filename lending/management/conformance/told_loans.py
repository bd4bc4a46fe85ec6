"""Vectors that tell a small story: arrears by day, what a payment pays, what settles a draw."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from lending.management.conformance.loan_events import events_of
from lending.management.conformance.loan_terms import terms_of
from lending.management.conformance.outcome import Cell, Unmapped, Vector
from lending.rules.fold import fold
from lending.rules.state import LoanState
from lending.rules.terms import DayCount, Method, Terms

ZERO = Decimal(0)
HUNDRED = Decimal(100)
ONE_DAY = timedelta(days=1)


def _told(terms: Terms, payments: Sequence[Mapping[str, Any]], as_of: date) -> LoanState:
    disbursed = {
        "type": "disburse",
        "date": terms.starts_on.isoformat(),
        "amount": str(terms.principal),
    }
    received = [{**payment, "type": "repayment"} for payment in payments]
    return fold(terms, events_of([disbursed, *received], ZERO), as_of)


def days_past_due(vector: Vector) -> Iterator[Cell]:
    """Days past due on given days, of instalments without interest."""
    inputs = vector["inputs"]
    if "due_dates" not in inputs:
        raise Unmapped("days past due of a credit line's draws: not yet")
    due = tuple(date.fromisoformat(day) for day in inputs["due_dates"])
    terms = Terms(
        principal=Decimal(inputs["instalment"]) * len(due),
        currency="INR",
        annual_rate=ZERO,
        method=Method.EQUAL_PRINCIPAL,
        day_count=DayCount.ACTUAL_365,
        starts_on=due[0] - ONE_DAY,
        due_dates=due,
    )
    for day, wanted in vector["expected"].items():
        state = _told(terms, inputs["payments"], date.fromisoformat(day))
        # Trap 7: Frappe counts the unpaid due date itself as day 1; ours is then day 0.
        got = state.days_past_due + (state.oldest_unpaid_due_on is not None)
        yield Cell(day, wanted, got)


def allocation(vector: Vector) -> Iterator[Cell]:
    """What one payment on a monthly loan pays."""
    inputs = {"schedule_type": "monthly", **vector["inputs"]}
    terms = terms_of(inputs, date.fromisoformat(inputs["disbursed_on"]))
    payment = inputs["payment"]
    yield from _components(
        vector["expected"], _told(terms, [payment], date.fromisoformat(payment["date"]))
    )


def payoff(vector: Vector) -> Iterator[Cell]:
    """What a payment leaves of a draw that falls due at once."""
    inputs = vector["inputs"]
    if "draw" not in inputs:
        raise Unmapped("payoff within a tolerance, waived in the books: not yet")
    draw, payment = inputs["draw"], inputs["payment"]
    terms = Terms(
        principal=Decimal(draw["amount"]),
        currency="INR",
        annual_rate=Decimal(inputs["annual_rate_pct"]) / HUNDRED,
        method=Method.BULLET,
        day_count=DayCount(inputs["day_count"]),
        starts_on=date.fromisoformat(draw["date"]),
        due_dates=(date.fromisoformat(draw["due"]),),
    )
    yield from _components(
        vector["expected"], _told(terms, [payment], date.fromisoformat(payment["date"]))
    )


def _components(expected: Mapping[str, Any], state: LoanState) -> Iterator[Cell]:
    [used] = state.allocations
    row = state.schedule[-1]
    got = {
        "principal_paid": used.principal,
        "interest_paid": used.interest,
        "remaining_principal": state.balances.principal,
        "interest_row_after": row.interest_due - row.interest_paid,
    }
    for name, wanted in expected.items():
        if name not in got:
            raise Unmapped(f"expected {name}")
        yield Cell(name, wanted, got[name])
