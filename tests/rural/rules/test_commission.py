"""Commission: what a recommended loan earns by a day, and what is taken back."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rural.rules.commission import (
    Basis,
    Conduct,
    Entry,
    Relation,
    Tariff,
    change,
    entitlement,
    month,
)

TARIFF = Tariff(
    rate=Decimal("0.01"),
    first_share=Decimal("0.5"),
    cooling_off_days=14,
    on_time_dues=3,
    first_default_days=7,
    arrears_days=61,
    watch_months=12,
    arrears_clawback=Decimal("0.5"),
)
PAID_OUT = date(2026, 1, 5)
LOAN = Conduct(Decimal("24700.01"), PAID_OUT, "CNY", Relation.NONE)
LATER = date(2026, 8, 1)

AMOUNTS = st.decimals("1000", "200000", places=2)
CONDUCTS = st.builds(
    Conduct,
    disbursed=AMOUNTS,
    disbursed_on=st.just(PAID_OUT),
    currency=st.just("CNY"),
    relation=st.sampled_from(Relation),
    dues_on_time=st.integers(0, 6),
    is_first_default=st.booleans(),
    is_fraud=st.booleans(),
    in_arrears_on=st.none() | st.dates(PAID_OUT, date(2027, 12, 31)),
    is_repaid=st.booleans(),
)
DAYS = st.dates(PAID_OUT, date(2028, 1, 1))


class TestEntitlement:
    @pytest.mark.parametrize(
        ("known", "on", "amount", "basis"),
        [
            ({}, PAID_OUT + timedelta(days=14), "0", Basis.NOT_YET),
            ({}, PAID_OUT + timedelta(days=15), "123.50", Basis.FIRST_PART),
            ({"dues_on_time": 2}, LATER, "123.50", Basis.FIRST_PART),
            ({"dues_on_time": 3}, LATER, "247.00", Basis.BOTH_PARTS),
            ({"is_repaid": True}, LATER, "247.00", Basis.BOTH_PARTS),
            ({"relation": Relation.KIN, "dues_on_time": 3}, LATER, "0", Basis.RELATED),
            ({"relation": Relation.CREDITOR}, LATER, "0", Basis.RELATED),
            ({"relation": Relation.EMPLOYER}, LATER, "123.50", Basis.FIRST_PART),
            ({"is_first_default": True}, LATER, "0", Basis.FIRST_DEFAULT),
            ({"is_fraud": True, "dues_on_time": 3}, LATER, "0", Basis.FRAUD),
            ({"in_arrears_on": date(2027, 1, 5), "dues_on_time": 3}, LATER, "123.50", "arrears"),
            (
                {"in_arrears_on": date(2027, 1, 6), "dues_on_time": 3},
                LATER,
                "247.00",
                "both_parts",
            ),
        ],
    )
    def test_is_by_the_tariff(
        self, known: dict[str, object], on: date, amount: str, basis: str
    ) -> None:
        found = entitlement(TARIFF, replace(LOAN, **known), on)  # type: ignore[arg-type]

        assert (found.amount, found.basis) == (Decimal(amount), basis)

    @given(CONDUCTS, DAYS)
    def test_is_never_below_zero_nor_above_the_whole(self, conduct: Conduct, on: date) -> None:
        found = entitlement(TARIFF, conduct, on)

        assert 0 <= found.amount <= round(conduct.disbursed * TARIFF.rate, 2)

    @given(CONDUCTS, DAYS)
    def test_kin_earns_nothing_whatever_happens(self, conduct: Conduct, on: date) -> None:
        assert entitlement(TARIFF, replace(conduct, relation=Relation.KIN), on).amount == 0

    @given(CONDUCTS, DAYS)
    def test_arrears_never_earn_more_than_none(self, conduct: Conduct, on: date) -> None:
        well = entitlement(TARIFF, replace(conduct, in_arrears_on=None), on)

        assert entitlement(TARIFF, conduct, on).amount <= well.amount

    @given(st.lists(st.tuples(CONDUCTS, DAYS), max_size=12))
    def test_the_entries_of_a_loan_sum_to_what_is_entitled(
        self, lives: list[tuple[Conduct, date]]
    ) -> None:
        entered = Decimal(0)
        for conduct, on in lives:
            entitled = entitlement(TARIFF, conduct, on).amount
            entry = change(entered, entitled)
            entered += entry[1] if entry else 0

            assert entered == entitled


class TestChange:
    def test_says_nothing_where_nothing_changed(self) -> None:
        assert change(Decimal("1.00"), Decimal("1.00")) is None

    def test_names_what_was_taken_back(self) -> None:
        assert change(Decimal("1.00"), Decimal("0.25")) == (Entry.CLAWED_BACK, Decimal("-0.75"))


class TestMonth:
    def test_a_clawback_nets_from_the_payment(self) -> None:
        closed = month(Decimal(0), [Decimal(300), Decimal(-120)])

        assert [closed.payable, closed.carried] == [Decimal(180), Decimal(0)]

    def test_a_debt_waits_for_the_next_earnings(self) -> None:
        first = month(Decimal(0), [Decimal(100), Decimal(-250)])
        second = month(first.carried, [Decimal(200)])

        assert [first.payable, first.carried] == [Decimal(0), Decimal(-150)]
        assert [second.payable, second.carried] == [Decimal(50), Decimal(0)]

    @given(
        st.decimals("-5000", "0", places=2),
        st.lists(st.decimals("-500", "500", places=2), max_size=30),
    )
    def test_nothing_is_lost_and_nothing_below_zero_is_paid(
        self, opening: Decimal, changes: list[Decimal]
    ) -> None:
        closed = month(opening, changes)

        assert closed.payable >= 0 >= closed.carried
        assert closed.payable + closed.carried == opening + sum(changes)
        assert not (closed.payable and closed.carried)
