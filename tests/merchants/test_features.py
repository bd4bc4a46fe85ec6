"""What features mean, in numbers that can be checked by hand, and what no invoice may change."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from merchants.rules.features import NAMES, features
from merchants.rules.summary import Invoices, recent_window

AS_OF = date(2020, 1, 31)
Row = tuple[str, date, str, int, bool]


def invoices(rows: Sequence[Row]) -> Invoices:
    """Rows of (direction, day, other party, net in fen, void)."""
    direction, issued_on, party, net, is_void = zip(*rows, strict=True) if rows else [()] * 5
    return Invoices(
        np.array([each == "sale" for each in direction], dtype=bool),
        np.array(issued_on, dtype="datetime64[D]"),
        np.array(party, dtype=np.str_),
        np.array(net, dtype=np.int64),
        np.array(is_void, dtype=bool),
    )


def sale(day: date, yuan: int, party: str = "B1", *, void: bool = False) -> Row:
    return ("sale", day, party, yuan * 100, void)


def purchase(day: date, yuan: int, party: str = "S1") -> Row:
    return ("purchase", day, party, yuan * 100, False)


def monthly(*yuan: int, until: date = AS_OF) -> list[Row]:
    """One sale on the 15th of each of the months that end with the month of `until`."""
    last = 12 * until.year + until.month - 1
    months = range(last - len(yuan) + 1, last + 1)
    return [
        sale(date(month // 12, month % 12 + 1, 15), amount)
        for month, amount in zip(months, yuan, strict=True)
    ]


def value(name: str, rows: Sequence[Row], as_of: date = AS_OF) -> str | None:
    found = features(invoices(rows), as_of)[name]
    return None if found is None else str(found)


class TestFeatures:
    @pytest.mark.parametrize(
        ("name", "rows", "expected"),
        [
            ("sales_total", [*monthly(100, 50), sale(AS_OF, -30)], "120.00"),
            ("sales_total", [*monthly(100), sale(AS_OF, 99, void=True)], "100.00"),
            ("sales_monthly_mean", monthly(100, 0, 0, 20), "30.00"),
            ("last_12m_monthly_median", monthly(9000, *[10] * 6, *[30] * 6), "20.00"),
            ("last_12m_monthly_median", monthly(10, 40), "25.00"),
            # 1, 2, … 6 rise by one a month; their mean is 3.5.
            ("sales_trend", monthly(1, 2, 3, 4, 5, 6), "0.285714"),
            ("sales_trend", monthly(6, 5, 4, 3, 2, 1), "-0.285714"),
            ("sales_trend", monthly(1, 2, 3, 4, 5), None),
            # Mean 2, squares of the deviations 1, 0, 1.
            ("sales_volatility", monthly(1, 2, 3), "0.408248"),
            ("sales_volatility", monthly(1, 2), None),
            ("sales_volatility", monthly(5, 5, 5, 5), "0.000000"),
            ("seasonality", monthly(*[5, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1] * 2), "1.000000"),
            ("seasonality", monthly(*[1] * 12, *[3] * 12), "0.000000"),
            ("seasonality", monthly(*[1] * 24), None),
            ("seasonality", monthly(*[5, 1] * 11, 1), None),
            # Shares 0.6 and 0.4.
            ("buyer_concentration", [sale(AS_OF, 60, "X"), sale(AS_OF, 40, "Y")], "0.520000"),
            ("buyer_concentration", [sale(AS_OF, 60, "X"), sale(AS_OF, -60, "Y")], "1.000000"),
            ("buyer_concentration", [sale(date(2019, 1, 31), 60)], None),
            ("buyer_concentration", [sale(date(2019, 2, 1), 60)], "1.000000"),
            (
                "seller_concentration",
                [purchase(AS_OF, 50, "X"), purchase(AS_OF, 50, "Y")],
                "0.500000",
            ),
            ("void_rate", [*monthly(1, 1, 1), sale(AS_OF, 1, void=True)], "0.250000"),
            ("negative_rate", [*monthly(1, 1, 1), sale(AS_OF, -1)], "0.250000"),
            ("margin_proxy", [*monthly(100), purchase(AS_OF, 60)], "0.400000"),
            ("margin_proxy", [purchase(AS_OF, 60)], None),
            ("recency_days", [sale(date(2020, 1, 1), 1), sale(AS_OF, 1, void=True)], "30"),
            ("active_months", [*monthly(1, 0, 1), sale(AS_OF, -9)], "1"),
            ("months_of_history", monthly(1, 0, 0, 0, 0), "5"),
            ("sales_invoice_count", [*monthly(1, 1), sale(AS_OF, 1, void=True)], "2"),
            ("distinct_buyers", [sale(AS_OF, 1, "X"), sale(AS_OF, 1, "Y", void=True)], "1"),
            ("distinct_sellers", [purchase(AS_OF, 1, "X"), purchase(AS_OF, 1, "Y")], "2"),
            ("purchases_total", [purchase(AS_OF, 70), purchase(AS_OF, -20)], "50.00"),
        ],
    )
    def test_are_what_their_definitions_say(
        self, name: str, rows: list[Row], expected: str | None
    ) -> None:
        assert value(name, rows) == expected

    def test_count_a_month_only_when_it_has_ended(self) -> None:
        rows = monthly(10, 20)

        assert value("months_of_history", rows, date(2020, 1, 30)) == "1"
        assert value("months_of_history", rows, date(2020, 1, 31)) == "2"
        assert value("sales_monthly_mean", rows, date(2020, 1, 30)) == "10.00"
        assert value("sales_total", rows, date(2020, 1, 30)) == "30.00"

    def test_of_a_firm_without_invoices_are_zero_or_undefined(self) -> None:
        found = features(invoices([]), AS_OF)

        assert tuple(found) == NAMES
        assert {number for number in found.values() if number is not None} == {Decimal(0)}
        assert found["recency_days"] is None
        assert found["void_rate"] is None

    def test_round_money_to_cents_and_ratios_to_six_places(self) -> None:
        found = features(invoices([*monthly(1, 2, 4), purchase(AS_OF, 3)]), AS_OF)

        assert str(found["sales_monthly_mean"]) == "2.33"
        assert str(found["margin_proxy"]) == "0.571429"

    def test_stay_exact_for_sums_beyond_a_double(self) -> None:
        rows = [sale(AS_OF, 10**12, "X"), sale(AS_OF, 1, "Y")]

        assert value("sales_total", rows) == "1000000000001.00"


class TestRecentWindow:
    @pytest.mark.parametrize(
        ("as_of", "first", "last"),
        [
            (date(2020, 1, 31), date(2019, 2, 1), date(2020, 1, 31)),
            (date(2020, 1, 30), date(2019, 1, 1), date(2019, 12, 31)),
            (date(2020, 2, 29), date(2019, 3, 1), date(2020, 2, 29)),
            (date(2020, 2, 28), date(2019, 2, 1), date(2020, 1, 31)),
        ],
    )
    def test_is_the_last_twelve_complete_months(
        self, as_of: date, first: date, last: date
    ) -> None:
        assert recent_window(as_of) == (first, last)


def days(least: date, most: date) -> st.SearchStrategy[date]:
    return st.dates(least, most)


def some(least: date, most: date) -> st.SearchStrategy[list[Row]]:
    return st.lists(
        st.tuples(
            st.sampled_from(["sale", "purchase"]),
            days(least, most),
            st.sampled_from(["P1", "P2", "P3"]),
            st.integers(-(10**14), 10**14),
            st.booleans(),
        ),
        max_size=30,
    )


class TestLaws:
    @given(some(date(2016, 1, 1), AS_OF), some(AS_OF + timedelta(days=1), date(2024, 1, 1)))
    def test_nothing_after_the_date_changes_anything(
        self, known: list[Row], later: list[Row]
    ) -> None:
        assert features(invoices(known + later), AS_OF) == features(invoices(known), AS_OF)

    @given(
        some(date(2016, 1, 1), AS_OF).flatmap(
            lambda rows: st.tuples(st.just(rows), st.permutations(rows))
        )
    )
    def test_the_order_of_invoices_changes_nothing(
        self, orders: tuple[list[Row], list[Row]]
    ) -> None:
        one, other = orders

        assert features(invoices(one), AS_OF) == features(invoices(other), AS_OF)

    @given(some(date(2016, 1, 1), AS_OF))
    def test_shares_lie_between_nothing_and_all(self, known: list[Row]) -> None:
        found = features(invoices(known), AS_OF)

        for name in (
            "seasonality",
            "buyer_concentration",
            "seller_concentration",
            "void_rate",
            "negative_rate",
        ):
            share = found[name]
            assert share is None or 0 <= share <= 1
        assert found["active_months"] <= found["months_of_history"]  # type: ignore[operator]

    @given(some(date(2016, 1, 1), AS_OF), days(date(2016, 1, 1), AS_OF))
    def test_a_void_invoice_changes_no_amount(self, known: list[Row], day: date) -> None:
        before = features(invoices(known), AS_OF)

        after = features(invoices([*known, sale(day, 10**6, "P9", void=True)]), AS_OF)

        assert before | {"void_rate": None} == after | {"void_rate": None}
