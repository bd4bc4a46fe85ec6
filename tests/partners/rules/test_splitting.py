"""Whose money it is, as a lender would write it down, and the laws that hold for any receipts."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lending.rules.quote import quote
from lending.rules.terms import DayCount, Method
from partners.rules.splitting import (
    Cession,
    Component,
    Fractions,
    Holder,
    Part,
    blended_rate,
    differences,
    fractions,
    split,
)
from tests.lending.rules.build import terms

SEVENTY = fractions(ratio_bp=7_000)
P, I = Component.PRINCIPAL, Component.INTEREST  # noqa: E741
cents = st.decimals(min_value="-5000", max_value="5000", places=2)
ratios = st.integers(0, 10_000)


def of(principal: Decimal, interest: Decimal) -> dict[Component, Decimal]:
    return {P: principal, I: interest}


class TestTwelveInstalments:
    """10,000 at 18 % in twelve instalments of 916.80, of which the bank funds 70 %."""

    def test_are_shared_to_the_cent(self):
        agreed = terms(
            "10000", "0.18", Method.EQUAL_INSTALMENT, periods=12, day_count=DayCount.THIRTY_360
        )
        rows = quote(agreed)
        principal = interest = Decimal(0)
        shared, before = [], split({}, SEVENTY)
        for row in rows:
            principal += row.principal_due
            interest += row.interest_due
            after = split(of(principal, interest), SEVENTY)
            new = differences(before, after)
            shared.append(
                (row.principal_due, row.interest_due, new[P].bank, new[P].own, new[I].bank,
                 new[I].own)
            )  # fmt: skip
            before = after

        assert {row.total_due for row in rows[:11]} == {Decimal("916.80")}
        assert shared[0] == _amounts("766.80 150.00 536.76 230.04 105.00 45.00")
        assert shared[1] == _amounts("778.30 138.50 544.81 233.49 96.95 41.55")
        assert shared[2] == _amounts("789.98 126.82 552.99 236.99 88.77 38.05")
        assert shared[11] == _amounts("903.26 13.55 632.28 270.98 9.49 4.06")
        assert before[P].bank == Decimal("7000.00")


class TestRounding:
    def test_a_thousand_small_receipts_leave_no_cent_over(self):
        before, received = split({}, SEVENTY), Decimal(0)
        bank = Decimal(0)
        for number in range(1, 1_001):
            after = split({P: Decimal("10.05") * number}, SEVENTY)
            bank += differences(before, after)[P].bank
            received += differences(before, after)[P].total
            before = after

        assert (received, bank) == (Decimal("10050.00"), Decimal("7035.00"))

    def test_half_a_cent_goes_to_the_bank(self):
        assert split({P: Decimal("0.05")}, fractions(ratio_bp=5_000))[P].bank == Decimal("0.03")

    def test_in_a_currency_without_cents(self):
        part = split({P: Decimal(101)}, fractions(ratio_bp=5_000), decimals=0)[P]

        assert (part.bank, part.own) == (Decimal(51), Decimal(50))


class TestPricing:
    def test_a_coupon_below_the_borrower_s_rate_leaves_a_spread(self):
        """A month of 10,000 at 15 %: the bank earns 9 % on its 70 %."""
        agreed = fractions(
            ratio_bp=7_000, coupon_rate=Decimal("0.09"), borrower_rate=Decimal("0.15")
        )

        part = split({I: Decimal("125.00")}, agreed)[I]

        assert agreed.interest == Decimal("0.42")
        assert (part.bank, part.own) == (Decimal("52.50"), Decimal("72.50"))
        assert part.spread == Decimal("35.00")
        assert part.own - part.spread == Decimal("37.50")

    @pytest.mark.parametrize(
        ("parts", "rate"),
        [
            ([("0.7", "0.08"), ("0.3", "0.18")], "0.11"),
            ([("0.8", "0.085"), ("0.2", "0.16")], "0.10"),
        ],
    )
    def test_the_borrower_s_rate_is_the_average_by_funding(self, parts, rate):
        told = [(Decimal(fraction), Decimal(each)) for fraction, each in parts]

        assert blended_rate(told) == Decimal(rate)

    def test_penalty_and_fees_may_be_all_ours(self):
        agreed = fractions(ratio_bp=7_000, penalty_bp=0)

        parts = split({Component.PENALTY: Decimal(10), Component.FEE: Decimal(3)}, agreed)

        assert parts[Component.PENALTY].own == 10
        assert parts[Component.FEE].own == 3


class TestLaws:
    @given(receipts=st.lists(cents, max_size=30), ratio=ratios)
    def test_what_the_parts_got_one_by_one_is_the_cut_of_the_whole(self, receipts, ratio):
        by, before, got, total = fractions(ratio_bp=ratio), split({}, SEVENTY), Decimal(0), 0
        for receipt in receipts:
            total = max(total + receipt, Decimal(0))  # a reversal never takes back more
            after = split({P: total}, by)
            got += after[P].less(before[P]).bank
            before = after

        assert got == before[P].bank
        assert abs(got - total * by.principal) <= Decimal("0.005")

    @given(total=st.decimals(min_value=0, max_value="1e9", places=2), ratio=ratios)
    def test_parts_are_never_negative_and_sum_to_the_whole(self, total, ratio):
        part = split({P: total}, fractions(ratio_bp=ratio))[P]

        assert part.bank + part.guarantor + part.own == total
        assert min(part.bank, part.own) >= 0

    @given(first=cents, second=cents, ratio=ratios)
    def test_a_receipt_taken_back_leaves_what_was_before(self, first, second, ratio):
        by = fractions(ratio_bp=ratio)
        one = split({P: abs(first)}, by)
        both = split({P: abs(first) + abs(second)}, by)

        there, back = differences(one, both), differences(both, one)

        assert all(there[c].bank == -back[c].bank for c in there)

    @given(
        totals=st.lists(st.decimals(min_value=0, max_value=9999, places=2), min_size=1),
        start=st.decimals(min_value=0, max_value=5000, places=2),
        limit=st.none() | st.decimals(min_value=0, max_value=5000, places=2),
        ratio=ratios,
    )
    def test_a_cession_moves_money_between_partners_only(self, totals, start, limit, ratio):
        by = fractions(ratio_bp=ratio)
        ceded = [Cession(P, start, limit, Holder.GUARANTOR)]
        for total in totals:
            plain, moved = split({P: total}, by)[P], split({P: total}, by, cessions=ceded)[P]

            assert moved.own == plain.own
            assert moved.bank + moved.guarantor == plain.bank
            assert min(moved.bank, moved.guarantor) >= 0

    def test_nothing_changed_is_nothing_told(self):
        assert differences(split({}, SEVENTY), split({}, SEVENTY)) == {}
        assert Part().less(Part()) == Part()
        assert isinstance(SEVENTY, Fractions)


def _amounts(text: str) -> tuple[Decimal, ...]:
    return tuple(map(Decimal, text.split()))
