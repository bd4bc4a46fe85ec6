import itertools
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scoring.rules.binning import BinSettings, bin_category, bin_number, short_between
from scoring.rules.lift import iv_parts
from scoring.rules.merging import Limits, best_merge, penalty

cells = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=2, max_size=7).filter(
    lambda rows: sum(g for g, _ in rows) > 0 and sum(b for _, b in rows) > 0
)


def by_brute_force(goods, bads, limits, slope):
    """The best gain over every way to cut."""
    totals = float(goods.sum()), float(bads.sum())
    best = -np.inf
    for size in range(limits.max_bins):
        for cuts in itertools.combinations(range(1, len(goods)), size):
            starts, ends = (0, *cuts), (*cuts, len(goods))
            spans = list(zip(starts, ends, strict=True))
            good = np.array([goods[s:e].sum() for s, e in spans])
            bad = np.array([bads[s:e].sum() for s, e in spans])
            rates = bad / np.maximum(good + bad, 1)
            if (good + bad).min() < limits.min_rows or (slope * np.diff(rates) < 0).any():
                continue
            gain = iv_parts(good, bad, *totals).sum() - limits.penalty * size
            best = max(best, gain)
    return best


class TestMerging:
    @settings(max_examples=150)
    @given(cells, st.integers(1, 6), st.integers(1, 4), st.sampled_from([-1, 0, 1]))
    def test_finds_the_best_of_all_cuts(self, rows, min_rows, max_bins, slope):
        goods = np.array([g for g, _ in rows], dtype=float)
        bads = np.array([b for _, b in rows], dtype=float)
        limits = Limits(min_rows, max_bins, penalty(goods.sum(), bads.sum()))

        gain, starts = best_merge(goods, bads, (goods.sum(), bads.sum()), limits, slope)

        expected = by_brute_force(goods, bads, limits, slope)
        assert gain == pytest.approx(0.0 if expected == -np.inf else expected)
        assert starts[0] == 0
        assert list(starts) == sorted(set(starts))

    def test_chance_alone_gets_no_bin(self):
        source = np.random.default_rng(1)
        values = source.normal(size=200)
        bad = (source.random(200) < 0.2).astype(np.int8)

        assert bin_number(values, bad, "higher_is_safer").count <= 2


class TestBinNumber:
    @settings(max_examples=40, deadline=None)
    @given(st.integers(0, 10_000), st.sampled_from(["higher_is_safer", "lower_is_safer"]))
    def test_a_told_direction_is_kept_whatever_the_data_say(self, seed, direction):
        source = np.random.default_rng(seed)
        values = np.rint(source.normal(size=300) * 10)
        bad = (source.random(300) < 1 / (1 + np.exp(1 + source.normal() * values / 10))).astype(
            np.int8
        )
        bad[:2] = 0, 1

        found = bin_number(values, bad, direction)

        steps = np.diff(found.woe[:-1])
        assert (steps >= 0).all() if direction == "higher_is_safer" else (steps <= 0).all()

    def test_missing_is_a_bin_of_its_own(self):
        values = np.concatenate([np.arange(100.0), np.full(50, np.nan)])
        bad = np.zeros(150, dtype=np.int8)
        bad[:20] = bad[100:140] = 1

        found = bin_number(values, bad, "higher_is_safer")

        assert found.rows[-1] == 50
        assert found.bads[-1] == 40
        assert found.woe[-1] == pytest.approx(np.log((10 / 90) / (40 / 60)))
        assert found.is_missing_fitted
        assert found.positions(np.array([np.nan]))[0] == found.count

    def test_a_handful_of_missing_counts_as_average(self):
        values = np.concatenate([np.arange(100.0), np.full(3, np.nan)])
        bad = np.zeros(103, dtype=np.int8)
        bad[:20] = bad[100:] = 1

        found = bin_number(values, bad, "higher_is_safer")

        assert not found.is_missing_fitted
        assert found.woe[-1] == 0

    def test_nothing_known_at_all_is_one_bin(self):
        bad = np.array([0, 1] * 20, dtype=np.int8)

        assert bin_number(np.full(40, np.nan), bad, "free").edges == ()

    def test_every_bin_is_as_large_as_told(self):
        source = np.random.default_rng(3)
        values = source.normal(size=500)
        bad = (source.random(500) < 1 / (1 + np.exp(1 + 2 * values))).astype(np.int8)

        found = bin_number(values, bad, "free", BinSettings(min_share=0.1))

        assert min(found.rows[:-1]) >= 50
        assert found.count > 2


class TestBinCategory:
    def test_like_categories_share_a_bin_and_unseen_ones_count_as_missing(self):
        codes = np.repeat(np.arange(4, dtype=np.int32), 50)
        bad = np.zeros(200, dtype=np.int8)
        bad[:5] = bad[50:55] = bad[100:140] = bad[150:189] = 1

        found = bin_category(codes, ("a", "b", "c", "d"), bad)

        assert found.groups == (("a", "b"), ("c", "d"))
        position = found.group_positions(np.array([0, 1], dtype=np.int32), ("d", "never seen"))
        assert position.tolist() == [1, 2]


class TestShortBetween:
    @pytest.mark.parametrize(
        ("low", "high", "edge"),
        [
            (0.0, 1.0, "1"),
            (0.31, 0.35, "0.35"),
            (0.29, 0.41, "0.4"),
            (998.0, 1004.0, "1000"),
            (-5.0, 5.0, "0"),
            (-0.2, -0.1, "-0.1"),
            (1234.5678, 1234.5679, "1234.5679"),
        ],
    )
    def test_is_the_roundest_edge_that_separates(self, low, high, edge):
        assert short_between(low, high) == edge

    @given(st.floats(-1e12, 1e12, allow_nan=False), st.floats(-1e12, 1e12, allow_nan=False))
    def test_always_separates_the_two(self, one, other):
        low, high = sorted((one, other))
        if low == high:
            return

        edge = short_between(low, high)

        assert low < float(edge) <= high
        assert "E" not in edge
        assert Decimal(edge).is_finite()
