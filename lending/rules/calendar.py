"""Months, due dates and nothing else; business holidays are a product's concern, not ours."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from enum import StrEnum


class Unit(StrEnum):
    """The step between due dates."""

    DAYS = "days"
    WEEKS = "weeks"
    MONTHS = "months"
    YEARS = "years"


def add_months(day: date, months: int, anchor_day: int = 0) -> date:
    """
    Move by whole months; a missing day falls on the month's last.

    `anchor_day` (1–31) is the day to aim for when `day` itself was already cut short: from 29
    February with anchor 31 one month on is 31 March.
    """
    year, month0 = divmod(day.year * 12 + day.month - 1 + months, 12)
    wanted = anchor_day or day.day
    return date(year, month0 + 1, min(wanted, monthrange(year, month0 + 1)[1]))


def step(day: date, count: int, unit: Unit, anchor_day: int = 0) -> date:
    """Move by `count` units; months and years keep the anchor day."""
    if unit is Unit.DAYS:
        return day + timedelta(days=count)
    if unit is Unit.WEEKS:
        return day + timedelta(weeks=count)
    return add_months(day, count if unit is Unit.MONTHS else 12 * count, anchor_day)


def regular_due_dates(
    starts_on: date, periods: int, every: int, unit: Unit, first_due_on: date | None = None
) -> tuple[date, ...]:
    """
    Make `periods` due dates, `every` `unit` apart.

    Each is counted from the first, not from the one before, so a short month shortens only
    itself. Without `first_due_on` the first lies one step after `starts_on` and keeps its day: a
    loan of 31 January falls due on 29 February, 31 March, 30 April.
    """
    if first_due_on is None:
        return tuple(step(starts_on, every * n, unit) for n in range(1, periods + 1))
    return tuple(step(first_due_on, every * n, unit) for n in range(periods))


def same_monthly_day(day: date, anchor_day: int) -> bool:
    """Say whether `day` is what `anchor_day` becomes in that month."""
    return day.day == min(anchor_day, monthrange(day.year, day.month)[1])
