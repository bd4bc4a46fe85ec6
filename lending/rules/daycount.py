"""
From days to parts of a year.

Every day count is expressed as `days / year_days` with a whole `year_days` that holds for a
stretch of days, so that interest is one closed form, `base × rate × days / year_days`, in Python
and in SQL:

- actual/360, /364, /365: the divisor itself;
- actual/actual: 365 or 366; a day counts to the year in which it ends, so the divisor changes on
  31 December (as Fineract does; ISDA changes on 1 January);
- 30/360: a month is 30/360 of a year however long it is, and a day of a month of L days is 1/(12
  L). Months run from due date to due date; a period that is not whole months is its whole months
  and then actual days of the month begun. Periods of days or weeks count actual days over 360.
"""

from __future__ import annotations

from bisect import bisect_right
from calendar import isleap
from collections.abc import Iterator
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from lending.rules.calendar import Unit, add_months, same_monthly_day
from lending.rules.terms import DayCount, Terms

ZERO = Decimal(0)
EXACT = Decimal("1e-10")  # interest between roundings keeps ten decimals, in SQL too
FIXED_YEAR_DAYS = {
    DayCount.ACTUAL_360: 360,
    DayCount.ACTUAL_364: 364,
    DayCount.ACTUAL_365: 365,
}
PENALTY_YEAR_DAYS = {**FIXED_YEAR_DAYS, DayCount.THIRTY_360: 360, DayCount.ACTUAL_ACTUAL: 365}


def simple_interest(base: Decimal, rate: Decimal, days: int, year_days: int) -> Decimal:
    """
    Work out simple interest for some days, to ten decimals, half up; the accrual's closed form.
    """
    return (base * rate * days / year_days).quantize(EXACT, ROUND_HALF_UP)


class DayCounter:
    """Counts days for one loan: knows its day count, its due dates and its pauses of interest."""

    __slots__ = ("fixed", "monthly_starts", "monthly_year_days", "pauses", "terms")

    def __init__(self, terms: Terms) -> None:
        self.terms = terms
        self.pauses: list[tuple[date, date]] = []
        self.fixed = FIXED_YEAR_DAYS.get(terms.day_count, 0)
        if terms.day_count is DayCount.THIRTY_360 and terms.unit in (Unit.DAYS, Unit.WEEKS):
            self.fixed = 360
        self.monthly_starts: list[date] = []
        self.monthly_year_days: list[int] = []

    def interest(self, base: Decimal, rate: Decimal, start: date, end: date) -> Decimal:
        """Work out interest from `start` up to, not with, `end`, to ten decimals."""
        if self.fixed and not self.pauses:
            return simple_interest(base, rate, (end - start).days, self.fixed)
        total = ZERO
        for days, year_days in self.parts(start, end):
            total += simple_interest(base, rate, days, year_days)
        return total

    def years(self, start: date, end: date) -> Decimal:
        """Express the days from `start` to `end` as a part of a year."""
        if self.fixed and not self.pauses:
            return Decimal((end - start).days) / self.fixed
        return sum((Decimal(days) / of for days, of in self.parts(start, end)), ZERO)

    def parts(self, start: date, end: date) -> Iterator[tuple[int, int]]:
        """Cut the stretch wherever the closed form changes: (days, year_days) of each part."""
        while start < end:
            ends_on, year_days, is_paused = self.stretch(start)
            until = end if ends_on is None or ends_on > end else ends_on
            if not is_paused:
                yield (until - start).days, year_days
            start = until

    def stretch(self, day: date) -> tuple[date | None, int, bool]:
        """
        Say until when one closed form holds from `day` on, its divisor, and if interest rests.
        """
        ends_on, year_days = self._divisor(day)
        for pause_from, pause_until in self.pauses:
            if pause_from <= day < pause_until:
                return pause_until, year_days, True
            if day < pause_from and (ends_on is None or pause_from < ends_on):
                ends_on = pause_from
        return ends_on, year_days, False

    def _divisor(self, day: date) -> tuple[date | None, int]:
        if self.fixed:
            return None, self.fixed
        if self.terms.day_count is DayCount.ACTUAL_ACTUAL:
            year = day.year + (day.month == 12 and day.day == 31)
            return date(year, 12, 31), 366 if isleap(year) else 365
        if not self.monthly_starts:
            self._cut_into_months()
        while day >= self.monthly_starts[-1]:
            self._add_month()
        i = max(bisect_right(self.monthly_starts, day) - 1, 0)
        return self.monthly_starts[i + 1], self.monthly_year_days[i]

    def _cut_into_months(self) -> None:
        terms = self.terms
        anchor = terms.starts_on.day
        if not same_monthly_day(terms.due_dates[0], anchor):
            anchor = terms.due_dates[0].day
        start = terms.starts_on
        for due_on in terms.due_dates:
            day = anchor if same_monthly_day(start, anchor) else start.day
            month = 0
            while (begun := add_months(start, month, day)) < due_on:
                ended = add_months(start, month + 1, day)
                self.monthly_starts.append(begun)
                self.monthly_year_days.append(12 * (ended - begun).days)
                month += 1
            start = due_on
        self.monthly_starts.append(start)

    def _add_month(self) -> None:
        # After the last due date the months simply go on.
        begun = self.monthly_starts[-1]
        ended = add_months(begun, 1, max(begun.day, self.terms.ends_on.day))
        self.monthly_year_days.append(12 * (ended - begun).days)
        self.monthly_starts.append(ended)
