"""Limits, prices and the whole decision, as tables that a lender can check by hand."""

import csv
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.rules import card as cards
from scoring.rules import policy as policies
from scoring.rules.canonical import canonical
from scoring.rules.cells import InvalidInput
from scoring.rules.limits import limit_for, read_limits
from scoring.rules.pricing import BreakEven, best_rate, price_for, read_prices
from scoring.rules.ruling import rule
from tests.scoring import build
from tests.scoring.test_card import value_sets

FLOW = {
    "grid": "1000",
    "minimum": "5000",
    "bounds": [
        {"code": "requested", "kind": "request", "key": "amount"},
        {"code": "band_cap", "kind": "band", "by_band": {"good": "300000"}},
        {
            "code": "sales",
            "kind": "flow",
            "feature": "median",
            "by_band": {"good": "1.5"},
            "haircuts": {"hhi": "0.5", "void": "1"},
        },
    ],
}


def limit(**facts):
    known = {"band": "good", "median": "100000", "hhi": "0.2", "void": "0.1", **facts}
    return limit_for(read_limits(FLOW), {"request.amount": "250000", **known})


class TestLimit:
    def test_is_the_smallest_bound_rounded_down_with_every_why(self):
        found = limit()

        # 100,000 × 1.5 × (1 − 0.5·0.2) × (1 − 0.1) = 121,500
        assert found.amount == 121_000
        assert found.why == [
            {"code": "requested", "amount": "250000", "is_binding": False},
            {"code": "band_cap", "amount": "300000", "is_binding": False},
            {"code": "sales", "amount": "121500", "is_binding": True},
        ]

    @pytest.mark.parametrize(
        ("facts", "amount", "enough"),
        [
            ({"request.amount": "80999"}, 80_000, True),
            ({"median": "10000000"}, 250_000, True),
            ({"median": "10000000", "request.amount": "900000"}, 300_000, True),
            ({"median": "3000"}, 3_000, False),
            ({"median": "0"}, 0, False),
            ({"median": "-5"}, 0, False),
            ({"void": "1"}, 0, False),
            ({"request.min_amount": "200000"}, 121_000, False),
        ],
    )
    def test_amounts(self, facts, amount, enough):
        found = limit(**facts)

        assert (found.amount, found.is_enough) == (amount, enough)

    def test_a_bound_that_cannot_be_computed_leaves_no_limit(self):
        found = limit(median=None)

        assert found.amount is None
        assert found.unknown == ("sales",)

    def test_a_figure_that_the_product_does_not_have_does_not_bind(self):
        assert limit(**{"request.amount": None}).amount == 121_000

    def test_refuses_an_amount_that_is_none(self):
        with pytest.raises(InvalidInput, match=r"request\.amount"):
            limit(**{"request.amount": "a lot"})

    @given(
        st.decimals(0, 10**8, places=2), st.decimals(0, 1, places=4), st.decimals(0, 1, places=4)
    )
    def test_never_exceeds_any_bound_and_lies_on_the_grid(self, median, hhi, void):
        found = limit(median=str(median), hhi=str(hhi), void=str(void))

        assert found.amount % 1000 == 0
        assert all(found.amount <= Decimal(bound["amount"]) for bound in found.why)
        assert sum(bound["is_binding"] for bound in found.why) >= 1


class TestPrice:
    def test_break_even_pays_funding_operation_and_loss(self):
        costs = BreakEven(*(Decimal(c) for c in ("0.05", "0.03", "0.5", "0.02")))

        # (0.05 + 0.03 + 0.1·0.5)/0.9 + 0.02
        assert costs.rate(Decimal("0.1")) == Decimal("0.164444")

    @pytest.mark.parametrize(
        ("pd", "cap", "rate", "covered"),
        [
            ("0.01", "0.219", "0.18", True),
            ("0.01", "0.15", "0.15", True),
            ("0.15", "0.219", "0.202353", True),
            ("0.30", "0.219", "0.219", False),
            ("0.30", None, "0.348571", True),
        ],
    )
    def test_is_never_under_the_cost_nor_over_the_cap(self, pd, cap, rate, covered):
        table = read_prices(
            {
                "by_band": {"good": "0.18"},
                "cap": "request.annual_rate",
                "break_even": {
                    "funding_rate": "0.05",
                    "operating_rate": "0.03",
                    "loss_given_default": "0.5",
                    "margin_rate": "0.02",
                },
            }
        )

        price = price_for(table, {"band": "good", "pd": pd, "request.annual_rate": cap})

        assert price.annual_rate == Decimal(rate)
        assert price.is_covered is covered

    @pytest.mark.parametrize(
        ("column", "pd", "lgd", "rate", "margin"),
        [
            ("churn_A", Decimal(0), "1", "0.0465", "0.04019"),
            ("churn_B", Decimal(1) / 38, "1", "0.0825", "0.02439"),
            ("churn_C", Decimal(2) / 34, "1", "0.1105", "0.01305"),
            ("churn_A", Decimal(0), "0.5", "0.0465", None),
            ("churn_B", Decimal(1) / 38, "0.5", "0.0665", None),
            ("churn_C", Decimal(2) / 34, "0.5", "0.0905", None),
        ],
    )
    def test_best_rates_of_the_banks_churn_curves(
        self, shared: Path, column, pd, lgd, rate, margin
    ):
        with (shared / "data/merchant-invoices/rate_churn.csv").open(encoding="utf-8") as file:
            curve = [
                (Decimal(row["loan_rate"]), Decimal(row[column])) for row in csv.DictReader(file)
            ]

        best, gain = best_rate(curve, pd=pd, loss_given_default=Decimal(lgd), cost_rate=Decimal(0))

        assert best == Decimal(rate)
        assert margin is None or round(gain, 5) == Decimal(margin)


def ruled(values=build.HEALTHY, request=build.REQUEST, table=None):
    return rule(cards.load(build.card()), policies.load(table or build.table()), values, request)


class TestRule:
    def test_approves_a_healthy_firm_up_to_what_it_asked_for(self):
        ruling = ruled()

        assert ruling.outcome == "approve"
        assert ruling.limit == 100_000
        assert ruling.annual_rate == Decimal("0.146")
        assert ruling.trace["decided_by"] == "good_score"

    def test_declines_a_frail_firm_without_limit_and_gives_the_rule_first(self):
        ruling = ruled(build.FRAIL)

        assert (ruling.outcome, ruling.limit, ruling.annual_rate) == ("decline", None, None)
        assert ruling.reasons[0]["code"] == "low_score"
        assert len([r for r in ruling.reasons if r["kind"] == "score"]) == 4

    def test_refers_where_too_little_is_known_with_the_limit_as_a_proposal(self):
        values = {**build.HEALTHY, "buyer_concentration": "0.05", "distinct_buyers": None}
        values |= dict.fromkeys(("sales_volatility", "void_rate"))

        ruling = ruled(values)

        assert ruling.outcome == "refer"
        assert ruling.limit is None
        assert ruling.trace["limit"]["bounds"][-1]["amount"] is None

    def test_an_approval_without_a_computable_limit_goes_to_a_person(self):
        ruling = ruled({**build.HEALTHY, "last_12m_monthly_median": None})

        assert ruling.outcome == "refer"
        assert ruling.reasons[0]["code"] == "limit_unknown"

    def test_an_approval_below_the_minimum_is_a_decline_that_says_so(self):
        ruling = ruled({**build.HEALTHY, "last_12m_monthly_median": "100"})

        assert ruling.outcome == "decline"
        assert ruling.reasons[0]["code"] == "limit_below_minimum"

    def test_the_products_rate_caps_the_price(self):
        ruling = ruled(request={**build.REQUEST, "annual_rate": "0.1"})

        assert ruling.annual_rate == Decimal("0.1")
        assert ruling.trace["price"]["is_capped"]

    def test_declines_a_price_that_could_not_pay_the_risk(self):
        table = build.table()
        table["prices"]["break_even"] = {
            "funding_rate": "0.3",
            "operating_rate": "0",
            "loss_given_default": "1",
            "margin_rate": "0",
        }

        assert ruled(table=table).reasons[0]["code"] == "price_above_cap"

    def test_refuses_a_float_in_the_request(self):
        with pytest.raises(InvalidInput, match=r"request\.amount"):
            ruled(request={"amount": 1e5})

    @given(value_sets, st.integers(1, 10**7))
    def test_the_same_inputs_give_the_same_bytes(self, values, amount):
        request = {**build.REQUEST, "amount": str(amount)}

        one, other = ruled_or_refused(values, request), ruled_or_refused(values, request)

        assert one == other


def ruled_or_refused(values, request):
    ruling = ruled(values, request)
    return canonical(ruling.trace), canonical(ruling.reasons), ruling.limit, ruling.annual_rate
