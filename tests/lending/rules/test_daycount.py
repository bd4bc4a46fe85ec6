"""How days become a part of a year."""

from datetime import date
from decimal import Decimal

import pytest

from lending.rules.calendar import Unit
from lending.rules.daycount import DayCounter
from lending.rules.terms import DayCount, Method, Terms

BASE, RATE = Decimal(100000), Decimal("0.12")


def counter(day_count: DayCount, starts_on: date, **options) -> DayCounter:
    options.setdefault("periods", 6)
    return DayCounter(
        Terms(BASE, "CNY", RATE, Method.INTEREST_ONLY, day_count, starts_on, **options)
    )


class TestInterest:
    @pytest.mark.parametrize(
        ("day_count", "start", "end", "interest"),
        [
            (DayCount.ACTUAL_365, "2026-01-31", "2026-02-28", "920.5479452055"),
            (DayCount.ACTUAL_360, "2026-01-31", "2026-02-28", "933.3333333333"),
            (DayCount.ACTUAL_364, "2026-01-31", "2026-02-28", "923.0769230769"),
            (DayCount.THIRTY_360, "2026-01-31", "2026-02-28", "1000"),
            (DayCount.THIRTY_360, "2026-02-28", "2026-03-31", "1000"),
            # Half of a February of 28 days is half a month.
            (DayCount.THIRTY_360, "2026-01-31", "2026-02-14", "500"),
            # 365 in a leap year too, unless the year itself is actual.
            (DayCount.ACTUAL_365, "2024-01-31", "2024-03-01", "986.3013698630"),
            (DayCount.ACTUAL_ACTUAL, "2024-01-31", "2024-03-01", "983.6065573770"),
            (DayCount.ACTUAL_ACTUAL, "2023-01-31", "2023-03-01", "953.4246575342"),
        ],
    )
    def test_by_day_count(self, day_count, start, end, interest):
        start_on, end_on = date.fromisoformat(start), date.fromisoformat(end)
        loan = counter(day_count, date(start_on.year, 1, 31))

        assert loan.interest(BASE, RATE, start_on, end_on) == Decimal(interest)

    def test_actual_actual_changes_its_year_on_the_last_of_december(self):
        # 19 days to 31 December over 365, 12 days from it over 366: Fineract C3152.
        count = counter(DayCount.ACTUAL_ACTUAL, date(2023, 12, 12))

        parts = list(count.parts(date(2023, 12, 12), date(2024, 1, 12)))

        assert parts == [(19, 365), (12, 366)]

    def test_thirty_360_counts_whole_months_and_days_of_the_month_begun(self):
        # 20 January to 5 March: one month to 20 February, then 14 of 29 days.
        count = counter(DayCount.THIRTY_360, date(2024, 1, 20), first_due_on=date(2024, 3, 5))

        parts = list(count.parts(date(2024, 1, 20), date(2024, 3, 5)))

        assert parts == [(31, 12 * 31), (14, 12 * 29)]

    def test_thirty_360_in_weeks_counts_days_over_360(self):
        count = counter(DayCount.THIRTY_360, date(2024, 1, 1), every=2, unit=Unit.WEEKS)

        assert list(count.parts(date(2024, 1, 1), date(2024, 1, 15))) == [(14, 360)]

    def test_months_go_on_after_the_last_due_date(self):
        count = counter(DayCount.THIRTY_360, date(2026, 1, 31), periods=1)

        got = count.interest(BASE, RATE, date(2026, 2, 28), date(2026, 4, 28))

        assert got == Decimal("2000")

    def test_no_interest_while_it_rests(self):
        count = counter(DayCount.ACTUAL_365, date(2026, 1, 1))
        count.pauses.append((date(2026, 1, 10), date(2026, 1, 20)))

        assert count.interest(BASE, Decimal("0.365"), date(2026, 1, 1), date(2026, 1, 31)) == 2000
