"""When a borrower is to be visited after the loan (domain text: rural, §3.1 and F5)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from lending.rules.calendar import add_months

SATURDAY = 5


class Kind(StrEnum):
    """What a visit is for; the words of the visit form."""

    FIRST = "first"
    QUARTERLY = "quarterly"
    PRE_HARVEST = "pre_harvest"
    WARNING = "warning"
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True)
class Calendar:
    """Days on which it is otherwise than the weekday says; dated rows, published yearly."""

    holidays: Collection[date] = ()
    working: Collection[date] = ()

    def is_working_day(self, day: date) -> bool:
        """Return whether a bank works on this day."""
        if day in self.working:
            return True
        return day.weekday() < SATURDAY and day not in self.holidays


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How soon the first visit is due, and how often the others; a lender's data."""

    first_within_working_days: int = 15
    every_months: int = 3


def working_days_after(day: date, count: int, calendar: Calendar) -> date:
    """Return the `count`-th working day after a day."""
    while count:
        day += timedelta(days=1)
        count -= calendar.is_working_day(day)
    return day


def due_visits(
    disbursed_on: date, until: date, rhythm: Rhythm, calendar: Calendar
) -> list[tuple[Kind, date]]:
    """
    Return the visits of a loan that fall due by `until`: the first, then one every quarter.

    A quarterly visit is due so many months after the disbursement, counted from that day, so
    that a late one does not push those after it.
    """
    first = working_days_after(disbursed_on, rhythm.first_within_working_days, calendar)
    found = [(Kind.FIRST, first)]
    months = rhythm.every_months
    while (due := add_months(disbursed_on, months)) <= until:
        found.append((Kind.QUARTERLY, due))
        months += rhythm.every_months
    return [(kind, due) for kind, due in found if due <= until]
