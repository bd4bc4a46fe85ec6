from collections.abc import Sequence
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

import pytest
from babel.core import get_global
from hypothesis import given
from hypothesis import strategies as st

from ledger.rules.currencies import EXPONENTS
from ledger.rules.money import (
    UnknownCurrency,
    cumulative_split,
    exponent,
    is_whole,
    quantum,
    rounded,
    split,
)

amounts = st.decimals(min_value=0, max_value=10**12, places=2)
weight_lists = st.lists(
    st.decimals(min_value="0.001", max_value="1000", places=3), min_size=1, max_size=6
)


class TestExponent:
    @pytest.mark.parametrize(
        ("currency", "digits", "unit"),
        [("CNY", 2, "0.01"), ("JPY", 0, "1"), ("KWD", 3, "0.001"), ("CLF", 4, "0.0001")],
    )
    def test_is_the_standards(self, currency: str, digits: int, unit: str) -> None:
        assert exponent(currency) == digits
        assert quantum(currency) == Decimal(unit)

    @pytest.mark.parametrize("currency", ["", "cny", "RMB", "DEM", "XXX"])
    def test_refuses_what_the_standard_does_not_list(self, currency: str) -> None:
        with pytest.raises(UnknownCurrency):
            exponent(currency)

    def test_knows_every_currency_that_is_tender_somewhere_today(self) -> None:
        in_use = {
            code
            for currencies in get_global("territory_currencies").values()
            for code, _start, end, is_tender in currencies
            if is_tender and end is None
        }

        assert in_use <= EXPONENTS.keys()

    def test_differs_from_the_way_cash_is_written_only_where_known(self) -> None:
        cash = get_global("currency_fractions")
        digits = {code: cash.get(code, cash["DEFAULT"])[0] for code in EXPONENTS}

        assert sorted(code for code in EXPONENTS if digits[code] != EXPONENTS[code]) == [
            *("AFN", "ALL", "IQD", "IRR", "KPW", "LAK", "LBP"),
            *("MGA", "MMK", "RSD", "SOS", "SYP", "YER"),
        ]


class TestRounded:
    @pytest.mark.parametrize(
        ("amount", "currency", "expected"),
        [
            ("2.345", "CNY", "2.34"),
            ("2.355", "CNY", "2.36"),
            ("-2.345", "CNY", "-2.34"),
            ("2.5", "JPY", "2"),
            ("1.2345", "KWD", "1.234"),
        ],
    )
    def test_takes_halves_to_the_even_neighbour(
        self, amount: str, currency: str, expected: str
    ) -> None:
        assert str(rounded(Decimal(amount), currency)) == expected

    def test_rounds_in_the_mode_that_it_is_told(self) -> None:
        assert rounded(Decimal("2.345"), "CNY", ROUND_HALF_UP) == Decimal("2.35")
        assert rounded(Decimal("2.349"), "CNY", ROUND_DOWN) == Decimal("2.34")

    def test_whole_amounts_fit_their_currency(self) -> None:
        assert is_whole(Decimal("10.0000"), "JPY")
        assert not is_whole(Decimal("10.5"), "JPY")
        assert not is_whole(Decimal("0.001"), "CNY")
        assert is_whole(Decimal("0.001"), "KWD")


class TestSplit:
    @given(amount=amounts, weights=weight_lists, sign=st.sampled_from([1, -1]))
    def test_parts_sum_to_the_whole(
        self, amount: Decimal, weights: list[Decimal], sign: int
    ) -> None:
        assert sum(split(sign * amount, weights, "CNY")) == sign * amount

    @given(amount=amounts, weights=weight_lists)
    def test_each_part_is_within_one_unit_of_its_exact_share(
        self, amount: Decimal, weights: list[Decimal]
    ) -> None:
        for part, weight in zip(split(amount, weights, "CNY"), weights, strict=True):
            assert abs(part - amount * weight / sum(weights)) < Decimal("0.01") + Decimal("1e-9")

    @given(amount=amounts, weights=weight_lists)
    def test_is_the_same_every_time_and_mirrors_for_a_reversal(
        self, amount: Decimal, weights: list[Decimal]
    ) -> None:
        parts = split(amount, weights, "CNY")

        assert split(amount, weights, "CNY") == parts
        assert split(-amount, weights, "CNY") == tuple(-part for part in parts)

    @pytest.mark.parametrize(
        ("amount", "currency", "weights", "parts"),
        [
            ("100.00", "CNY", "1 1 1", "33.34 33.33 33.33"),
            ("0.02", "CNY", "1 1 1", "0.01 0.01 0.00"),
            ("-100.00", "CNY", "1 1 1", "-33.34 -33.33 -33.33"),
            ("100", "JPY", "0.7 0.3", "70 30"),
            ("1", "JPY", "0.5 0.5", "1 0"),
            ("10.000", "KWD", "1 2", "3.333 6.667"),
            ("5.00", "CNY", "0 1", "0.00 5.00"),
        ],
    )
    def test_reads_as_a_bookkeeper_would_write_it(
        self, amount: str, currency: str, weights: str, parts: str
    ) -> None:
        weighed = [Decimal(weight) for weight in weights.split()]

        assert " ".join(map(str, split(Decimal(amount), weighed, currency))) == parts

    @pytest.mark.parametrize("weights", [["0", "0"], ["-1", "2"]])
    def test_refuses_weights_that_mean_nothing(self, weights: list[str]) -> None:
        with pytest.raises(ValueError, match="weights"):
            split(Decimal(1), [Decimal(weight) for weight in weights], "CNY")

    def test_refuses_fractions_of_a_minor_unit(self) -> None:
        with pytest.raises(ValueError, match="minor units"):
            split(Decimal("0.005"), [Decimal(1)], "CNY")


def give(
    payments: Sequence[Decimal], weights: Sequence[Decimal], currency: str = "CNY"
) -> list[Decimal]:
    given = [Decimal(0)] * len(weights)
    for payment in payments:
        parts = cumulative_split(payment, given, weights, currency)
        assert sum(parts) == payment
        assert min(parts) >= 0
        given = [had + part for had, part in zip(given, parts, strict=True)]
    return given


class TestCumulativeSplit:
    def test_a_thousand_payments_of_ten_yuan_five_at_seventy_per_cent(self) -> None:
        given = give([Decimal("10.05")] * 1000, [Decimal("0.7"), Decimal("0.3")])

        assert given == [Decimal("7035.00"), Decimal("3015.00")]

    @given(
        payments=st.lists(st.decimals(min_value=0, max_value=500, places=2), max_size=60),
        weights=weight_lists,
    )
    def test_what_has_been_given_stays_within_two_units_of_each_share(
        self, payments: list[Decimal], weights: list[Decimal]
    ) -> None:
        given = give(payments, weights)

        for had, weight in zip(given, weights, strict=True):
            exact = sum(payments) * weight / sum(weights)
            assert abs(had - exact) < Decimal("0.02")

    @given(payments=st.lists(st.decimals(min_value=0, max_value=500, places=2), max_size=60))
    def test_two_funders_are_never_a_whole_unit_off(self, payments: list[Decimal]) -> None:
        given = give(payments, [Decimal("0.7"), Decimal("0.3")])

        assert abs(given[0] - sum(payments) * Decimal("0.7")) < Decimal("0.01")

    def test_refuses_to_take_back(self) -> None:
        with pytest.raises(ValueError, match="received"):
            cumulative_split(Decimal(-1), [Decimal(5)], [Decimal(1)], "CNY")
