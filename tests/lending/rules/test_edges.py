"""
Loans that broke a law once, told small. Receipts: day, amount; penalty, fee, interest, principal,
overpaid. Schedules: number, due date, principal, interest, balance.
"""

from datetime import date
from decimal import Decimal

from lending.rules.calendar import Unit
from lending.rules.fees import Fee, Timing
from lending.rules.quote import quote
from lending.rules.rounding import Rounding
from lending.rules.state import Status
from lending.rules.terms import BrokenPeriod, DayCount, Interest, Method
from tests.lending.rules.build import START, Story, receipts_table, schedule_table, table, terms

FEBRUARY, MARCH, APRIL = date(2026, 2, 5), date(2026, 3, 5), date(2026, 4, 5)


class TestDownPayment:
    def test_of_a_later_tranche_is_due_before_instalments_that_were_paid_ahead(self):
        agreed = terms(
            "900", "0", Method.EQUAL_PRINCIPAL, periods=3, down_payment_rate=Decimal("0.25")
        )
        loan = Story(agreed).drawn(START, "900").repaid(START, "225").repaid(1, "225")
        loan.drawn(2, "100").repaid(2, "550")

        state = loan.as_of(2)

        # The second row is the new tranche's; February's instalment was closed on the first day.
        assert schedule_table(state) == table("""
            1  2026-01-05     225.00      0.00     675.00
            2  2026-01-07      25.00      0.00     750.00
            3  2026-02-05     225.00      0.00     525.00
            4  2026-03-05     262.50      0.00     262.50
            5  2026-04-05     262.50      0.00       0.00
        """)
        assert state.status is Status.CLOSED
        assert state.balances.overpaid == 0


class TestInterestGrace:
    def test_what_was_put_off_falls_due_once_no_principal_is_left(self):
        agreed = terms(
            "300", "0.12", Method.EQUAL_PRINCIPAL, periods=5, grace_interest_periods=4,
            fixed_principal=Decimal(150), day_count=DayCount.THIRTY_360,
        )  # fmt: skip
        loan = Story(agreed).drawn(START, "300")
        told = table("""
            1  2026-02-05     150.00      0.00     150.00
            2  2026-03-05     150.00      0.00       0.00
            3  2026-04-05       0.00      4.50       0.00
            4  2026-05-05       0.00      0.00       0.00
            5  2026-06-05       0.00      0.00       0.00
        """)

        assert schedule_table(loan.as_of(START)) == told
        loan.repaid(FEBRUARY, "150").repaid(MARCH, "150").repaid(APRIL, "4.50")
        assert schedule_table(loan.as_of(APRIL)) == told
        assert loan.as_of(APRIL).status is Status.CLOSED


class TestBrokenPeriod:
    def test_money_just_short_of_the_payoff_pays_later_shares_and_is_not_overpaid(self):
        """Ten days of 1,000 at 24 %: 6.58, of which 3.29 belong to each instalment."""
        agreed = terms(
            "1000", "0.24", Method.EQUAL_PRINCIPAL, periods=2, unit=Unit.YEARS,
            first_due_on=date(2027, 1, 15), fixed_principal=Decimal(900),
            broken_period=BrokenPeriod.SPREAD,
        )  # fmt: skip
        loan = Story(agreed).drawn(START, "1000").repaid(10, "1006.57")

        state = loan.as_of(10)

        assert receipts_table(state) == table("""
            2026-01-15    1006.57    0.00    0.00      6.57    1000.00    0.00
        """)
        assert state.balances.payoff == Decimal("0.01")

    def test_shares_too_small_to_split_are_never_negative(self):
        """0.11 over seven weeks: 0.02 each for five, 0.01, and nothing for the last."""
        agreed = terms(
            "1459", "0.0282", Method.INTEREST_ONLY, periods=7, unit=Unit.WEEKS,
            starts_on=date(2026, 12, 8), first_due_on=date(2026, 12, 16),
            broken_period=BrokenPeriod.SPREAD,
        )  # fmt: skip
        loan = Story(agreed).drawn(date(2026, 12, 8), "1459").repaid(date(2026, 12, 9), "30.51")

        state = loan.as_of(date(2026, 12, 9))

        assert [row.interest_due for row in quote(agreed)][-3:] == [
            Decimal("0.81"), Decimal("0.80"), Decimal("0.79"),
        ]  # fmt: skip
        assert state.balances.interest_accrued == Decimal("0.11")
        assert state.balances.interest_outstanding == 0


class TestFlat:
    def test_goes_on_being_earned_when_only_interest_is_left_to_pay(self):
        """A given principal part may end before the interest does."""
        agreed = terms(
            "90", "0.40", Method.EQUAL_PRINCIPAL, periods=3, interest=Interest.FLAT,
            fixed_principal=Decimal(45), day_count=DayCount.THIRTY_360,
        )  # fmt: skip
        loan = Story(agreed).drawn(START, "90").repaid(FEBRUARY, "48").repaid(MARCH, "48")

        state = loan.as_of(MARCH)

        assert [row.total_due for row in state.schedule] == [48, 48, 3]
        assert state.balances.interest_accrued == 6
        assert state.balances.payoff == 3
        assert loan.as_of(APRIL).balances.interest_accrued == 9

    def test_a_fee_of_an_instalment_ahead_counts_as_charged_once_it_is_paid(self):
        fee = Fee("service", "Service", Timing.INSTALMENT, amount=Decimal(5))
        agreed = terms(
            "90", "0.40", Method.EQUAL_PRINCIPAL, periods=3, interest=Interest.FLAT, fees=(fee,),
            day_count=DayCount.THIRTY_360,
        )  # fmt: skip
        loan = Story(agreed).drawn(START, "90").repaid(1, "42")

        early = loan.as_of(1)
        settled = loan.repaid(2, str(early.balances.payoff)).as_of(2)

        # 38.00 close the first instalment, 4.00 go to the second's fee.
        assert early.balances.fee_charged == 9
        assert early.balances.fee_paid == 9
        assert early.balances.payoff == 72
        assert settled.status is Status.CLOSED
        assert settled.balances.fee == 0

    def test_an_instalment_rounded_below_its_interest_repays_no_principal(self):
        agreed = terms(
            "21", "0.80", Method.EQUAL_INSTALMENT, periods=40, interest=Interest.FLAT,
            rounding=Rounding(instalment_multiple=Decimal(1), instalment_mode="DOWN"),
            day_count=DayCount.THIRTY_360,
        )  # fmt: skip

        # 0.53 of principal and 1.40 of interest: an instalment of 1.
        assert {row.principal_due for row in quote(agreed)[:-1]} == {0}

    def test_due_on_its_first_day_divides_by_no_days(self):
        agreed = terms("90", "0.40", Method.EQUAL_PRINCIPAL, due_dates=(START,),
                       interest=Interest.FLAT)  # fmt: skip

        accrual = Story(agreed).drawn(START, "90").as_of(START).accrual

        assert accrual.year_days == 1
        assert accrual.at(FEBRUARY) == 0
