"""Shapes of loan: terms, what happened up to a day, and what that means in cache and books."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from lending.rules.books import Standing, standing
from lending.rules.calendar import Unit, add_months
from lending.rules.events import Event, Kind
from lending.rules.fold import fold
from lending.rules.state import LoanState
from lending.rules.terms import DayCount, Method, Terms

ZERO = Decimal(0)

# Account code, whether the loan is its subject, amount: one leg of a journal entry.
Leg = tuple[str, bool, Decimal]


@dataclass(frozen=True, slots=True)
class Shape:
    """One loan that many are copied from; `legs` are those of each event's entry, in order."""

    terms: Terms
    events: tuple[Event, ...]
    legs: tuple[tuple[Leg, ...], ...]
    state: LoanState


def draws(today: date, currency: str, count: int, seed: int) -> Iterator[Shape]:
    """Draws of a seller credit line: 180 days at 0.06 % a day, all at the end, all open."""
    chance = random.Random(seed)
    for _ in range(count):
        starts_on = today - timedelta(days=chance.randrange(1, 170))
        terms = Terms(
            principal=Decimal(chance.randrange(10, 1_000) * 100),
            currency=currency,
            annual_rate=Decimal("0.219"),
            method=Method.BULLET,
            day_count=DayCount.ACTUAL_365,
            starts_on=starts_on,
            due_dates=(starts_on + timedelta(days=180),),
            unit=Unit.DAYS,
        )
        yield lived(terms, today)


def instalment_loans(
    today: date, currency: str, count: int, seed: int, *, due_today: bool = False
) -> Iterator[Shape]:
    """
    Loans in twelve equal instalments, paid when due; one in ten missed the last due date.

    `due_today`: each has an instalment that falls due today, and nothing overdue.
    """
    chance = random.Random(seed)
    for _ in range(count):
        starts_on = add_months(today, -chance.randrange(1, 11))
        if not due_today:
            starts_on -= timedelta(days=chance.randrange(1, 28))
        terms = Terms(
            principal=Decimal(chance.randrange(10, 1_000) * 100),
            currency=currency,
            annual_rate=Decimal("0.18"),
            method=Method.EQUAL_INSTALMENT,
            day_count=DayCount.ACTUAL_365,
            starts_on=starts_on,
            periods=12,
            penalty_rate=Decimal("0.09"),
        )
        yield lived(terms, today, misses_last=not due_today and chance.random() < 0.1)


def lived(terms: Terms, today: date, *, misses_last: bool = False) -> Shape:
    """Pay a loan out on its first day and repay what falls due, up to the day before `today`."""
    events = [_event(Kind.DISBURSED, terms.starts_on, terms.principal, 1)]
    due_dates = [due_on for due_on in terms.due_dates if due_on < today]
    for due_on in due_dates[: len(due_dates) - misses_last]:
        due = fold(terms, events, due_on).due_now
        events.append(_event(Kind.REPAID, due_on, due, len(events) + 1))
    return Shape(terms, tuple(events), _legs(terms, events), fold(terms, events, today))


def _event(kind: Kind, on: date, amount: Decimal, sequence: int) -> Event:
    return Event(
        id=str(sequence),
        kind=kind,
        effective_on=on,
        booked_on=on,
        sequence=sequence,
        amount=amount,
    )


def _legs(terms: Terms, events: list[Event]) -> tuple[tuple[Leg, ...], ...]:
    """What accrues is left out: the portfolio's accrual is posted in one sum afterwards."""
    legs, before = [], Standing()
    for number, event in enumerate(events, start=1):
        after = standing(fold(terms, events[:number], event.effective_on))
        after = replace(after, interest_accrued=ZERO, penalty_accrued=ZERO)
        old = before.subjects()
        legs.append(
            tuple(
                (code, is_loans, amount - old[code, is_loans])
                for (code, is_loans), amount in after.subjects().items()
                if amount != old[code, is_loans]
            )
        )
        before = after
    return tuple(legs)
