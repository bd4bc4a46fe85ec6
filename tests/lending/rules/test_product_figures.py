"""The figures of the products S-20 to S-23: what merchants were really charged."""

from datetime import date
from decimal import Decimal

import pytest

from lending.rules.calendar import Unit
from lending.rules.state import Status
from lending.rules.terms import Method
from tests.lending.rules.build import Story, days_terms, receipts_table, table, terms

FIVE_A_DAY = "0.1825"  # 0.05 % a day × 365
SIX_A_DAY = "0.219"  # 0.06 % a day × 365


class TestOrderLoan:
    """S-20: 0.05 % a day, thirty days at most, repaid at maturity."""

    @pytest.mark.parametrize(
        ("principal", "days", "interest"),
        [("100000", 30, "1500.00"), ("8000", 12, "48.00"), ("10000", 30, "150.00")],
    )
    def test_charges_five_hundredths_of_a_percent_a_day(self, principal, days, interest):
        loan = Story(days_terms(principal, FIVE_A_DAY, days)).drawn(0, principal)

        [row] = loan.as_of(0).schedule
        assert row.interest_due == Decimal(interest)
        assert loan.as_of(days).balances.interest_accrued == Decimal(interest)

    def test_proceeds_of_a_confirmed_order_repay_the_loan_early(self):
        loan = Story(days_terms("100000", FIVE_A_DAY, 30)).drawn(0, "100000").repaid(12, "100600")

        state = loan.as_of(12)

        assert state.status is Status.CLOSED
        assert state.closed_on == date(2026, 1, 17)
        assert state.balances.interest_paid == Decimal("600.00")


class TestSellerCreditLoan:
    """S-21: 0.06 % a day; half a year, all at the end."""

    def test_half_a_year_costs_ten_thousand_eight_hundred(self):
        loan = Story(days_terms("100000", SIX_A_DAY, 180)).drawn(0, "100000")

        [row] = loan.as_of(0).schedule

        assert row.interest_due == Decimal("10800.00")
        assert row.total_due == Decimal("110800.00")

    @pytest.mark.parametrize(
        ("day", "accrued"), [(0, "0.00"), (1, "60.00"), (30, "1800.00"), (180, "10800.00")]
    )
    def test_interest_accrues_day_by_day(self, day, accrued):
        loan = Story(days_terms("100000", SIX_A_DAY, 180)).drawn(0, "100000")

        assert loan.as_of(day).balances.interest_accrued == Decimal(accrued)


class TestRevolvingMemberLoan:
    """S-22: drawn and repaid at any time within a year; what is not used costs nothing."""

    def revolving(self) -> Story:
        return Story(days_terms("1000000", SIX_A_DAY, 365, Method.REVOLVING))

    def test_no_draw_no_interest(self):
        state = self.revolving().as_of(365)

        assert state.status is Status.PENDING
        assert state.balances.interest_accrued == 0
        assert state.schedule[0].total_due == 0

    def test_charges_only_the_days_drawn(self):
        loan = (
            self.revolving()
            .drawn(10, "200000")  # 10 days of 200,000 = 1,200
            .drawn(20, "100000")  # 20 days of 300,000 = 3,600
            .repaid(40, "154800")  # 4,800 of interest first, then 150,000 of principal
            .repaid(50, "150900")  # 10 days of 150,000 = 900; nothing is owed any more
            .drawn(200, "50000")  # 5 days of 50,000 = 150
            .repaid(205, "50150")
        )

        assert receipts_table(loan.as_of(365)) == table("""
            2026-02-14  154800.00    0.00    0.00   4800.00  150000.00    0.00
            2026-02-24  150900.00    0.00    0.00    900.00  150000.00    0.00
            2026-07-29   50150.00    0.00    0.00    150.00   50000.00    0.00
        """)
        assert loan.as_of(100).balances.interest_accrued == Decimal("5700.00")
        assert loan.as_of(365).balances.interest_accrued == Decimal("5850.00")

    def test_repaying_restores_the_headroom(self):
        loan = self.revolving().drawn(0, "1000000").repaid(1, "400600")

        assert loan.terms.principal - loan.as_of(1).balances.principal == Decimal("400000.00")

    def test_repaid_in_full_it_is_closed_until_drawn_again(self):
        loan = self.revolving().drawn(0, "50000").repaid(10, "50300")

        assert loan.as_of(10).status is Status.CLOSED
        assert loan.drawn(11, "1000").as_of(11).status is Status.ACTIVE


class TestFixedMemberLoan:
    """S-23: 0.05 % a day, paid out at once; repaid early, the days really used count."""

    def test_early_repayment_is_worked_out_by_actual_days(self):
        loan = Story(days_terms("500000", FIVE_A_DAY, 365)).drawn(0, "500000").repaid(73, "518250")

        state = loan.as_of(73)

        assert state.balances.interest_paid == Decimal("18250.00")
        assert state.status is Status.CLOSED

    def test_part_of_it_repaid_early_saves_interest_on_that_part(self):
        loan = Story(days_terms("500000", FIVE_A_DAY, 365)).drawn(0, "500000").repaid(73, "118250")

        state = loan.as_of(73)

        # 73 days of 500,000 paid; 292 days of 400,000 to come.
        assert state.schedule[0].interest_due == Decimal("18250.00") + Decimal("58400.00")
        assert state.balances.principal == Decimal("400000.00")

    def test_schedule_stays_as_agreed_while_it_is_paid_as_agreed(self):
        agreed = terms("500000", FIVE_A_DAY, Method.INTEREST_ONLY, periods=3, unit=Unit.MONTHS)
        loan = Story(agreed).drawn(0, "500000")
        before = loan.as_of(0).schedule

        for row in before:
            loan.repaid(row.due_on, str(row.total_due))

        after = loan.as_of(agreed.ends_on)
        assert [(r.principal_due, r.interest_due) for r in after.schedule] == [
            (r.principal_due, r.interest_due) for r in before
        ]
        assert after.status is Status.CLOSED
