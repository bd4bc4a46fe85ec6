"""New due dates for what is unpaid."""

from datetime import date
from decimal import Decimal

import pytest

from lending.rules.events import InvalidEvents, Kind
from lending.rules.terms import DayCount, Interest, Method
from tests.lending.rules.build import Story, schedule_table, table, terms

HALVES = (Decimal("0.5"), Decimal("0.5"))


def farmer() -> Story:
    """24,700 after two harvests, 12 % a year, penalty 6 %."""
    agreed = terms(
        "24700", "0.12", Method.CUSTOM, starts_on=date(2026, 5, 20), principal_shares=HALVES,
        due_dates=(date(2027, 1, 20), date(2027, 8, 20)), day_count=DayCount.THIRTY_360,
        penalty_rate=Decimal("0.06"),
    )  # fmt: skip
    return Story(agreed).drawn(date(2026, 5, 20), "24700")


def moved(story: Story, on: date, *dates: date) -> Story:
    return story.told(Kind.RESCHEDULED, on, due_dates=dates)


class TestReschedule:
    def test_a_drought_moves_both_instalments_to_the_next_harvests(self):
        loan = moved(farmer(), date(2026, 12, 1), date(2027, 8, 20), date(2028, 1, 20))

        assert schedule_table(loan.as_of(date(2026, 12, 1))) == table("""
            1  2027-08-20   12350.00   3705.00   12350.00
            2  2028-01-20   12350.00    617.50       0.00
        """)

    def test_what_is_overdue_is_in_arrears_no_more(self):
        loan = moved(farmer(), date(2027, 2, 20), date(2027, 8, 20), date(2028, 1, 20))

        state = loan.as_of(date(2027, 2, 20))

        assert (state.days_past_due, state.due_now) == (0, Decimal(0))
        # A month of penalty on 12,350 at 6 %, 31 actual days over 360: with the first new date.
        assert state.schedule[0].penalty_due == Decimal("63.81")

    def test_its_penalty_is_added_to_if_it_is_overdue_again(self):
        loan = moved(farmer(), date(2027, 2, 20), date(2027, 8, 20), date(2028, 1, 20))

        later = loan.as_of(date(2027, 8, 21))

        assert later.schedule[0].penalty_due == Decimal("63.81") + Decimal("2.06")

    def test_what_was_paid_stays_paid(self):
        loan = farmer().repaid(date(2027, 1, 20), "5000")
        moved(loan, date(2027, 2, 1), date(2027, 8, 20), date(2028, 1, 20))

        state = loan.as_of(date(2027, 2, 1))

        paid, *ahead = state.schedule
        assert (paid.due_on, paid.outstanding) == (date(2027, 1, 20), Decimal(0))
        assert (paid.interest_paid, paid.principal_paid) == (Decimal(1976), Decimal(3024))
        assert [row.principal_due for row in ahead] == [9326, 12350]

    def test_more_dates_than_instalments_share_equally(self):
        dates = date(2027, 8, 20), date(2028, 1, 20), date(2028, 8, 20)

        state = moved(farmer(), date(2026, 12, 1), *dates).as_of(date(2026, 12, 1))

        assert [str(row.principal_due) for row in state.schedule] == [
            "8233.33", "8233.34", "8233.33"
        ]  # fmt: skip

    def test_an_equal_instalment_is_worked_out_anew(self):
        agreed = terms(
            "12000", "0.12", Method.EQUAL_INSTALMENT, periods=3, day_count=DayCount.THIRTY_360
        )
        loan = Story(agreed).drawn(0, "12000")
        moved(loan, date(2026, 1, 5), *[date(2026, month, 5) for month in range(3, 9)])

        totals = [row.total_due for row in loan.as_of(date(2026, 1, 5)).schedule]

        assert len(set(totals[:5])) == 1
        assert abs(totals[0] - totals[5]) < Decimal("0.05")

    def test_a_paid_loan_is_left_alone(self):
        loan = farmer().repaid(date(2026, 6, 20), "30000")

        before = loan.as_of(date(2026, 12, 1)).schedule
        moved(loan, date(2026, 12, 1), date(2028, 1, 20))

        assert loan.as_of(date(2026, 12, 1)).schedule == before

    @pytest.mark.parametrize(
        "dates", [(), (date(2026, 12, 1),), (date(2028, 1, 1), date(2027, 1, 1))]
    )
    def test_dates_that_do_not_ascend_after_the_day_are_refused(self, dates):
        with pytest.raises(InvalidEvents, match="ascend"):
            moved(farmer(), date(2026, 12, 1), *dates).as_of(date(2026, 12, 1))

    def test_flat_interest_is_refused(self):
        agreed = terms("1000", "0.1", Method.EQUAL_PRINCIPAL, periods=3, interest=Interest.FLAT)
        loan = moved(Story(agreed).drawn(0, "1000"), date(2026, 1, 9), date(2027, 1, 1))

        with pytest.raises(InvalidEvents, match="flat"):
            loan.as_of(date(2026, 1, 9))
