import math
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring.rules.canonical import sha256
from scoring.rules.card import InvalidCard, InvalidValue, load, score, total
from scoring.rules.scaling import FACTOR, OFFSET, band_of, clamp, pd_of, raw_of
from tests.scoring import build

figures = st.decimals(-(10**9), 10**9, allow_nan=False, allow_infinity=False, places=4)
value_sets = st.fixed_dictionaries(
    {}, optional={name: st.none() | figures.map(str) for name in build.catalogue().features}
)


class TestScaling:
    def test_has_the_constants_of_650_at_15_to_1(self):
        assert round(FACTOR, 4) == Decimal("72.1348")
        assert round(OFFSET, 4) == Decimal("454.6555")

    @pytest.mark.parametrize(
        ("score", "odds"), [(650, 15), (700, 30), (600, 7.5), (950, 960), (350, 15 / 64)]
    )
    def test_fifty_points_double_the_odds(self, score, odds):
        assert float(pd_of(score)) == pytest.approx(1 / (1 + odds), abs=1e-6)

    def test_goes_there_and_back(self):
        for raw in range(200, 1_000, 7):
            assert raw_of(pd_of(raw)) == pytest.approx(raw, abs=1)

    @pytest.mark.parametrize(
        ("score", "band"),
        [
            (350, "poor"),
            (549, "poor"),
            (550, "fair"),
            (599, "fair"),
            (600, "good"),
            (649, "good"),
            (650, "very_good"),
            (699, "very_good"),
            (700, "excellent"),
            (950, "excellent"),
        ],
    )
    def test_bands_are_half_open(self, score, band):
        assert band_of(score) == band

    @given(st.integers(-5_000, 5_000))
    def test_a_score_is_never_outside_its_range(self, raw):
        assert 350 <= clamp(raw) <= 950
        assert 0 <= pd_of(raw) <= 1


class TestScore:
    @given(value_sets)
    def test_the_total_is_base_plus_the_dimensions_exactly(self, values):
        card = load(build.card())

        result = score(card, values)

        assert result.raw == result.base + sum(d.points for d in result.dimensions)
        assert result.raw == result.base + sum(result.contributions.values())
        assert result.raw == total(card, values)
        assert result.score == min(950, max(350, result.raw))
        assert result.is_clamped == (result.score != result.raw)

    @given(value_sets)
    def test_gives_four_reasons_of_the_card_whatever_is_known(self, values):
        result = score(load(build.card()), values)

        assert len(result.reasons) == 4
        assert len({reason.code for reason in result.reasons}) == 4
        assert {reason.code for reason in result.reasons} <= set(result.contributions)
        assert all(reason.text["en"] and reason.text["zh"] for reason in result.reasons)

    @given(value_sets)
    def test_indices_and_coverage_are_per_cent(self, values):
        for dimension in score(load(build.card()), values).dimensions:
            if dimension.index is not None and dimension.coverage is not None:
                assert 0 <= dimension.index <= 100
                assert 0 <= dimension.coverage <= 100

    def test_cites_shortfalls_first_heaviest_first_and_each_family_once(self):
        result = score(load(build.card()), build.FRAIL)

        costs = [reason.points for reason in result.reasons if reason.polarity == "-"]
        assert costs == sorted(costs, reverse=True)
        assert costs[0] > 0
        codes = {reason.code for reason in result.reasons}
        assert not {"sales_total", "sales_monthly_mean"} <= codes

    def test_says_what_is_good_where_nothing_is_bad(self):
        card = load(build.card())
        best = {}
        for feature, row in zip(card.features, build.card()["features"], strict=True):
            place = row["points"].index(max(row["points"]))
            edges = row["edges"]
            best[feature.name] = edges[place - 1] if place else str(float(edges[0]) - 1)

        reasons = score(card, best).reasons

        assert [reason.polarity for reason in reasons] == ["+"] * 4

    def test_a_dimension_of_which_nothing_is_known_is_insufficient_not_low(self):
        values = {**build.HEALTHY, "buyer_concentration": None, "distinct_buyers": None}

        result = score(load(build.card()), values)

        assert result.insufficient == ("relations",)
        [relations] = [d for d in result.dimensions if d.code == "relations"]
        assert relations.coverage == 0
        assert relations.points == 0

    def test_something_known_of_each_dimension_is_sufficient(self):
        assert score(load(build.card()), build.HEALTHY).insufficient == ()

    def test_a_healthy_firm_scores_above_a_frail_one(self):
        card = load(build.card())

        assert score(card, build.HEALTHY).score >= score(card, build.FRAIL).score + 150

    @pytest.mark.parametrize("value", ["", "many", "nan", "inf", "1,000"])
    def test_refuses_what_is_no_number_and_names_it(self, value):
        with pytest.raises(InvalidValue, match="sales_total"):
            score(load(build.card()), {"sales_total": value})

    def test_a_value_on_an_edge_belongs_to_the_upper_bin(self):
        document = build.card()
        row = document["features"][0]
        card = load(document)

        on_edge = score(card, {row["name"]: row["edges"][0]})
        below = score(card, {row["name"]: str(math.nextafter(float(row["edges"][0]), -math.inf))})

        assert on_edge.contributions[row["name"]] == row["points"][1]
        assert below.contributions[row["name"]] == row["points"][0]


class TestLoad:
    def test_refuses_a_feature_that_could_decide_alone(self):
        document = build.card()
        document["features"][0]["points"][0] = -500

        with pytest.raises(InvalidCard, match="the cap is 200"):
            load(document)

    def test_refuses_bins_and_points_that_do_not_match(self):
        document = build.card()
        document["features"][0]["points"].append(1)

        with pytest.raises(InvalidCard, match="bins but"):
            load(document)

    def test_refuses_edges_that_do_not_rise(self):
        document = build.card()
        row = document["features"][0]
        row["edges"], row["points"] = ["2", "1"], [0, 1, 2]

        with pytest.raises(InvalidCard, match="edges must rise"):
            load(document)

    def test_refuses_points_that_are_no_integers(self):
        document = build.card()
        document["features"][0]["points"][0] = 1.5

        with pytest.raises(InvalidCard, match="integers"):
            load(document)

    def test_refuses_another_format(self):
        with pytest.raises(InvalidCard, match="format"):
            load({"format": "granary.scorecard/9"})

    def test_a_card_has_no_float_so_its_hash_is_stable(self):
        assert len(sha256(build.card())) == 64
