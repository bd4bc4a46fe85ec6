"""Schedules as a lender would write them: due, principal, interest, balance."""

from datetime import date
from decimal import Decimal

import pytest

from lending.rules.calendar import Unit, add_months, regular_due_dates
from lending.rules.events import Kind
from lending.rules.quote import instalments_needed, quote
from lending.rules.rounding import Rounding
from lending.rules.terms import (
    BrokenPeriod,
    DayCount,
    Interest,
    InvalidTerms,
    Method,
    Terms,
)
from tests.lending.rules.build import Story, schedule_table, table, terms

THIRTY = DayCount.THIRTY_360


def written(agreed: Terms) -> str:
    return schedule_table(Story(agreed).drawn(agreed.starts_on, str(agreed.principal)).as_of(0))


class TestMethods:
    def test_equal_instalment(self):
        agreed = terms("12000", "0.18", Method.EQUAL_INSTALMENT, periods=4, day_count=THIRTY)

        assert written(agreed) == table("""
            1  2026-02-05    2933.34    180.00    9066.66
            2  2026-03-05    2977.34    136.00    6089.32
            3  2026-04-05    3022.00     91.34    3067.32
            4  2026-05-05    3067.32     46.01       0.00
        """)

    def test_equal_principal(self):
        agreed = terms("10000", "0.18", Method.EQUAL_PRINCIPAL, periods=3, day_count=THIRTY)

        assert written(agreed) == table("""
            1  2026-02-05    3333.33    150.00    6666.67
            2  2026-03-05    3333.33    100.00    3333.34
            3  2026-04-05    3333.34     50.00       0.00
        """)

    def test_interest_only_with_the_principal_at_the_end(self):
        agreed = terms("50000", "0.12", Method.INTEREST_ONLY, periods=3)

        assert written(agreed) == table("""
            1  2026-02-05       0.00    509.59   50000.00
            2  2026-03-05       0.00    460.27   50000.00
            3  2026-04-05   50000.00    509.59       0.00
        """)

    def test_bullet(self):
        agreed = terms("100000", "0.219", Method.BULLET, periods=1, every=180, unit=Unit.DAYS)

        assert written(agreed) == table("""
            1  2026-07-04  100000.00  10800.00       0.00
        """)

    def test_custom_dates_and_shares_after_the_harvest(self):
        """The worked example of a wheat and corn household: eight months, then seven."""
        agreed = terms(
            "24700",
            "0.12",
            Method.CUSTOM,
            starts_on=date(2026, 5, 20),
            due_dates=(date(2027, 1, 20), date(2027, 8, 20)),
            principal_shares=(Decimal("0.5"), Decimal("0.5")),
            day_count=THIRTY,
        )

        rows = quote(agreed)

        assert [(row.principal_due, row.interest_due) for row in rows] == [
            (Decimal("12350.00"), Decimal("1976.00")),
            (Decimal("12350.00"), Decimal("864.50")),
        ]
        assert [row.total_due for row in rows] == [Decimal("14326.00"), Decimal("13214.50")]

    def test_custom_shares_are_rounded_in_total(self):
        agreed = terms(
            "100.01", "0", Method.CUSTOM, periods=3, day_count=THIRTY,
            principal_shares=(Decimal("0.333"), Decimal("0.333"), Decimal("0.334")),
        )  # fmt: skip

        assert [str(row.principal_due) for row in quote(agreed)] == ["33.30", "33.31", "33.40"]

    def test_a_rate_change_keeps_the_shares_of_what_is_left(self):
        agreed = terms(
            "10000", "0.12", Method.CUSTOM, periods=3, day_count=THIRTY,
            principal_shares=(Decimal("0.5"), Decimal("0.3"), Decimal("0.2")),
        )  # fmt: skip
        loan = Story(agreed).drawn(0, "10000").repaid(31, "5100").repaid(40, "1000")

        loan.told(Kind.RATE_CHANGED, 41, rate=Decimal("0.06"))

        left = [row.principal_due - row.principal_paid for row in loan.as_of(41).schedule]
        assert sum(left) == loan.as_of(41).balances.principal
        assert abs(left[1] * 2 - left[2] * 3) <= Decimal("0.03")

    def test_a_second_tranche_takes_the_same_shares(self):
        agreed = terms(
            "10000", "0.12", Method.CUSTOM, periods=2, day_count=THIRTY,
            principal_shares=(Decimal("0.25"), Decimal("0.75")),
        )  # fmt: skip
        loan = Story(agreed).drawn(0, "4000").drawn(10, "6000")

        assert [row.principal_due for row in loan.as_of(10).schedule] == [2500, 7500]

    def test_flat_interest_is_spread_evenly(self):
        agreed = terms(
            "1000",
            "0.10",
            Method.EQUAL_INSTALMENT,
            periods=3,
            day_count=THIRTY,
            interest=Interest.FLAT,
        )

        assert written(agreed) == table("""
            1  2026-02-05     333.34      8.33     666.66
            2  2026-03-05     333.34      8.33     333.32
            3  2026-04-05     333.32      8.34       0.00
        """)


class TestOptions:
    def test_grace_on_principal_and_on_interest(self):
        agreed = terms(
            "6000",
            "0.12",
            Method.EQUAL_PRINCIPAL,
            periods=4,
            day_count=THIRTY,
            grace_principal_periods=2,
            grace_interest_periods=1,
        )

        assert written(agreed) == table("""
            1  2026-02-05       0.00      0.00    6000.00
            2  2026-03-05       0.00    120.00    6000.00
            3  2026-04-05    3000.00     60.00    3000.00
            4  2026-05-05    3000.00     30.00       0.00
        """)

    def test_instalment_rounded_up_to_whole_units(self):
        agreed = terms(
            "500000",
            "0.25",
            Method.EQUAL_INSTALMENT,
            periods=12,
            day_count=THIRTY,
            rounding=Rounding(instalment_multiple=Decimal(1), instalment_mode="UP"),
        )

        totals = [row.total_due for row in quote(agreed)]

        assert totals[:11] == [Decimal(47523)] * 11
        assert totals[11] < 47523

    def test_currency_without_minor_units(self):
        agreed = terms(
            "100000",
            "0.18",
            Method.EQUAL_PRINCIPAL,
            periods=3,
            day_count=THIRTY,
            rounding=Rounding(unit=Decimal(1)),
        )

        assert [row.principal_due for row in quote(agreed)] == [33333, 33333, 33334]

    def test_a_second_tranche_is_spread_over_what_lies_ahead(self):
        agreed = terms("9000", "0.12", Method.EQUAL_PRINCIPAL, periods=3, day_count=THIRTY)
        loan = Story(agreed).drawn(0, "3000").repaid(31, "1030").drawn(31, "1000")

        assert schedule_table(loan.as_of(31)) == table("""
            1  2026-02-05    1000.00     30.00    2000.00
            2  2026-03-05    1500.00     30.00    1500.00
            3  2026-04-05    1500.00     15.00       0.00
        """)

    @pytest.mark.parametrize(
        ("policy", "interest"),
        [
            (BrokenPeriod.FIRST, ["152.00", "74.67", "41.33"]),
            (BrokenPeriod.SPREAD, ["133.33", "84.00", "50.67"]),
        ],
    )
    def test_interest_of_a_broken_first_period_comes_on_top(self, policy, interest):
        # 7 days of 12,000 before 12 January: 28.00, all at once or 9.33, 9.33 and 9.34.
        agreed = terms(
            "12000",
            "0.12",
            Method.EQUAL_PRINCIPAL,
            periods=3,
            day_count=DayCount.ACTUAL_360,
            first_due_on=date(2026, 2, 12),
            broken_period=policy,
        )

        rows = quote(agreed)

        assert [row.interest_due for row in rows] == [Decimal(part) for part in interest]
        assert [row.principal_due for row in rows] == [4000, 4000, 4000]

    @pytest.mark.parametrize(
        ("options", "problem"),
        [
            ({"periods": 0}, "due dates"),
            ({"due_dates": (date(2026, 3, 1), date(2026, 2, 1))}, "ascend"),
            ({"due_dates": (date(2025, 3, 1),)}, "before the start"),
            ({"periods": 2, "grace_principal_periods": 2}, "grace"),
            ({"periods": 1, "principal_shares": (Decimal(1),)}, "belong to the custom"),
        ],
    )
    def test_terms_that_contradict_themselves_are_refused(self, options, problem):
        with pytest.raises(InvalidTerms, match=problem):
            terms("1000", "0.12", Method.EQUAL_PRINCIPAL, **options)

    @pytest.mark.parametrize(
        ("shares", "problem"),
        [
            ((), "one principal share"),
            (("1",), "one principal share"),
            (("0.5", "0.4"), "sum to 1"),
            (("1.5", "-0.5"), "negative"),
            (("1", "0"), "last must be positive"),
        ],
    )
    def test_shares_that_do_not_fit_are_refused(self, shares, problem):
        with pytest.raises(InvalidTerms, match=problem):
            terms(
                "1000", "0.12", Method.CUSTOM, periods=2,
                principal_shares=tuple(map(Decimal, shares)),
            )  # fmt: skip


class TestDueDates:
    def test_a_short_month_shortens_only_itself(self):
        due = regular_due_dates(date(2024, 1, 31), 3, 1, Unit.MONTHS)

        assert due == (date(2024, 2, 29), date(2024, 3, 31), date(2024, 4, 30))

    def test_month_end_stays_month_end_from_the_first_due_date(self):
        due = regular_due_dates(date(2022, 10, 17), 12, 1, Unit.MONTHS, date(2022, 10, 31))

        assert (due[1], due[-1]) == (date(2022, 11, 30), date(2023, 9, 30))

    def test_a_month_back_from_a_long_one(self):
        assert add_months(date(2026, 3, 31), -1) == date(2026, 2, 28)

    @pytest.mark.parametrize(("instalment", "count"), [("14000", 22), ("280000", 2)])
    def test_counts_the_instalments_that_an_amount_needs(self, instalment, count):
        rate = Decimal("0.084") / 12

        assert instalments_needed(Decimal(280000), rate, Decimal(instalment)) == count

    def test_an_instalment_below_the_interest_never_ends(self):
        with pytest.raises(InvalidTerms):
            instalments_needed(Decimal(280000), Decimal("0.01"), Decimal(2800))
