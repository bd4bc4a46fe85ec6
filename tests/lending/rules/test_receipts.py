"""What receipts pay. Tables: day, amount; penalty, fee, interest, principal, overpaid."""

from datetime import date
from decimal import Decimal

import pytest

from lending.rules.events import Event, InvalidEvents, Kind
from lending.rules.fees import Fee, Timing
from lending.rules.fold import fold
from lending.rules.state import Status
from lending.rules.terms import DayCount, Method
from tests.lending.rules.build import (
    START,
    Story,
    days_terms,
    receipts_table,
    schedule_table,
    table,
    terms,
)

FEBRUARY, MARCH, APRIL = date(2026, 2, 5), date(2026, 3, 5), date(2026, 4, 5)


def monthly(**options) -> Story:
    """Three months of 9,000 in equal principal at 1 % a month: 3,090, 3,060, 3,030."""
    agreed = terms(
        "9000", "0.12", Method.EQUAL_PRINCIPAL, periods=3, day_count=DayCount.THIRTY_360, **options
    )
    return Story(agreed).drawn(START, "9000")


class TestOrder:
    def test_pays_the_oldest_instalment_first(self):
        loan = monthly().repaid(MARCH, "4000")

        state = loan.as_of(MARCH)

        # The overdue 3,000 went on bearing interest: 90 in March too.
        assert [row.total_paid for row in state.schedule] == [3090, 910, 0]
        assert state.oldest_unpaid_due_on == MARCH

    def test_pays_penalty_then_fee_then_interest_then_principal(self):
        loan = monthly(penalty_rate=Decimal("0.06")).charged(10, "25").repaid(MARCH, "3200")

        # 28 days of 3,000 at 6 % over 360: 14.00
        assert receipts_table(loan.as_of(MARCH)) == table("""
            2026-03-05    3200.00   14.00   25.00    161.00    3000.00    0.00
        """)

    def test_a_part_payment_leaves_the_instalment_open(self):
        loan = monthly().repaid(FEBRUARY, "3000")

        state = loan.as_of(date(2026, 2, 10))

        assert state.schedule[0].outstanding == Decimal("90.00")
        assert state.days_past_due == 5

    def test_what_is_left_over_when_nothing_is_owed_is_overpaid(self):
        loan = monthly().repaid(FEBRUARY, "9500")

        state = loan.as_of(FEBRUARY)

        assert receipts_table(state) == table("""
            2026-02-05    9500.00    0.00    0.00     90.00    9000.00  410.00
        """)
        assert state.status is Status.CLOSED
        assert loan.told(Kind.REFUNDED, FEBRUARY, "410").as_of(FEBRUARY).balances.overpaid == 0

    def test_a_receipt_before_any_disbursement_is_overpaid(self):
        loan = Story(days_terms("1000", "0.10", 30)).repaid(0, "50")

        assert loan.as_of(0).balances.overpaid == 50


class TestEarly:
    def test_an_instalment_covered_in_advance_is_closed_that_day(self):
        loan = monthly().repaid(date(2026, 1, 21), "3090")

        state = loan.as_of(date(2026, 1, 21))

        # 16 of 31 days have accrued: 46.45; the other 43.55 repay principal.
        assert receipts_table(state) == table("""
            2026-01-21    3090.00    0.00    0.00     46.45    3043.55    0.00
        """)
        assert state.schedule[0].outstanding == 0
        assert loan.as_of(date(2026, 2, 20)).days_past_due == 0

    def test_interest_after_an_early_instalment_belongs_to_the_next(self):
        state = monthly().repaid(date(2026, 1, 21), "3090").as_of(date(2026, 1, 21))

        # 15 of 31 days and all of February on 5,956.45: 28.82 + 59.56, rounded once
        assert state.schedule[1].interest_due == Decimal("88.39")

    def test_two_instalments_at_once_close_both(self):
        loan = monthly().repaid(FEBRUARY, "6150")

        state = loan.as_of(FEBRUARY)

        assert [row.outstanding for row in state.schedule][:2] == [0, 0]
        assert state.next_due_on == APRIL
        # 2,940 were left outstanding, and two months of interest on them fall due in April.
        assert state.schedule[2].interest_due == Decimal("58.80")

    def test_less_than_the_instalment_pays_what_accrued_and_then_principal(self):
        loan = monthly().repaid(date(2026, 1, 21), "1000")

        assert schedule_table(loan.as_of(date(2026, 1, 21))) == table("""
            1  2026-02-05    3000.00     85.38    6000.00
            2  2026-03-05    3000.00     60.00    3000.00
            3  2026-04-05    3000.00     30.00       0.00
        """)

    def test_settling_early_costs_interest_to_that_day_only(self):
        loan = monthly()
        day = date(2026, 1, 21)
        payoff = loan.as_of(day).balances.payoff

        state = loan.repaid(day, str(payoff)).as_of(day)

        assert payoff == Decimal("9046.45")
        assert state.status is Status.CLOSED
        assert [row.outstanding for row in state.schedule] == [0, 0, 0]


class TestArrears:
    @pytest.mark.parametrize(
        ("day", "days_past_due"),
        [("2026-02-05", 0), ("2026-02-06", 1), ("2026-03-07", 30), ("2026-07-05", 150)],
    )
    def test_days_are_counted_from_the_day_after_the_due_date(self, day, days_past_due):
        state = monthly().as_of(date.fromisoformat(day))

        assert state.days_past_due == days_past_due

    def test_penalty_is_simple_and_only_on_overdue_principal(self):
        loan = monthly(penalty_rate=Decimal("0.06"))

        # 3,000 for 28 days, then 3,000 and 3,000 for 31 more: 14 + 31 = 45, over 360.
        assert loan.as_of(MARCH).balances.penalty == Decimal("14.00")
        assert loan.as_of(APRIL).balances.penalty == Decimal("45.00")

    def test_paying_all_that_is_due_ends_the_arrears(self):
        loan = monthly(penalty_rate=Decimal("0.06"))
        owed = loan.as_of(MARCH).due_now

        state = loan.repaid(MARCH, str(owed)).as_of(date(2026, 3, 20))

        assert (state.days_past_due, state.oldest_unpaid_due_on) == (0, None)


class TestHistory:
    def test_a_back_dated_receipt_is_used_on_its_own_day(self):
        late = monthly().repaid(MARCH, "6150").as_of(MARCH)
        known_later = (
            monthly().repaid(MARCH, "3060").told(Kind.REPAID, FEBRUARY, "3090", booked_on=MARCH)
        )

        state = known_later.as_of(MARCH)

        assert [a.on for a in state.allocations] == [FEBRUARY, MARCH]
        assert state.balances.interest_accrued == Decimal("150.00")
        assert late.balances.interest_accrued == Decimal("180.00")

    def test_a_bounced_receipt_leaves_the_loan_in_arrears(self):
        loan = monthly().repaid(FEBRUARY, "3090")
        bounced = loan.reversed(loan.events[-1].id, date(2026, 2, 9)).as_of(date(2026, 2, 9))

        assert bounced == monthly().as_of(date(2026, 2, 9))
        assert bounced.days_past_due == 4

    def test_one_id_for_two_events_is_refused(self):
        loan = monthly()
        loan.told(Kind.REPAID, 5, "10", id="x").told(Kind.REPAID, 6, "11", id="x")

        with pytest.raises(InvalidEvents, match="two different events"):
            loan.as_of(10)

    def test_a_reversal_cannot_be_reversed(self):
        loan = monthly().repaid(5, "10").reversed("repaid-2", 6).reversed("reversed-3", 7)

        with pytest.raises(InvalidEvents, match="record the event anew"):
            loan.as_of(10)


class TestFees:
    def test_an_upfront_fee_is_withheld_and_owed_by_nobody(self):
        fee = Fee("service", "Service", Timing.UPFRONT, rate=Decimal("0.02"))

        totals = monthly(fees=(fee,)).as_of(0).balances

        found = [totals.fee_withheld, totals.fee, totals.principal]
        assert found == [180, 0, 9000]

    def test_an_instalment_fee_falls_due_with_each(self):
        fee = Fee("account", "Account", Timing.INSTALMENT, amount=Decimal(5))

        rows = monthly(fees=(fee,)).as_of(0).schedule

        assert [row.total_due for row in rows] == [3095, 3065, 3035]

    def test_a_fee_after_the_last_due_date_joins_the_last_instalment(self):
        state = monthly().charged(date(2026, 5, 1), "30").as_of(date(2026, 5, 1))

        assert state.schedule[-1].fee_due == 30


class TestRate:
    def test_a_new_rate_counts_from_its_day(self):
        loan = Story(days_terms("100000", "0.365", 100)).drawn(0, "100000")
        loan.told(Kind.RATE_CHANGED, 10, rate=Decimal("0.1825"))

        assert loan.as_of(20).balances.interest_accrued == Decimal("1500.00")

    def test_interest_rests_between_its_days(self):
        loan = Story(days_terms("100000", "0.365", 100)).drawn(0, "100000")
        loan.told(Kind.INTEREST_PAUSED, 10, until_on=date(2026, 1, 25))

        assert loan.as_of(12).accrual.annual_rate == 0
        assert loan.as_of(30).balances.interest_accrued == Decimal("2000.00")


class TestAccrual:
    def test_the_closed_form_holds_until_the_next_due_date(self):
        accrual = monthly().as_of(10).accrual

        assert accrual.base == 9000
        assert (accrual.year_days, accrual.until_on) == (12 * 31, FEBRUARY)
        assert accrual.at(FEBRUARY) == Decimal("90")

    def test_a_closed_loan_needs_no_further_look(self):
        assert monthly().repaid(FEBRUARY, "9090").as_of(FEBRUARY).accrual.until_on is None

    def test_decimals_have_at_most_ten_places(self):
        event = Event("d", Kind.DISBURSED, START, START, 1, Decimal("333.33"))
        agreed = terms(
            "333.33", "0.1234", Method.EQUAL_PRINCIPAL, periods=9, day_count=DayCount.ACTUAL_ACTUAL
        )

        accrued = fold(agreed, [event], date(2026, 1, 20)).accrual.accrued_at

        assert accrued == round(accrued, 10)
