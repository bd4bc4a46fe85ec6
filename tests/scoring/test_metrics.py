"""Formulas, against numbers computed elsewhere and against brute force."""

import json
from pathlib import Path

import numpy as np
import pyarrow.parquet
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics as oracle

from scoring.rules import metrics
from scoring.rules.lift import information_value, lift_table, woe

labelled = st.lists(st.tuples(st.booleans(), st.integers(0, 20)), min_size=4, max_size=60).filter(
    lambda rows: 0 < sum(bad for bad, _ in rows) < len(rows)
)


def arrays(rows: list[tuple[bool, int]]) -> tuple[metrics.Flags, metrics.Floats]:
    bad = np.array([bad for bad, _ in rows], dtype=np.int8)
    return bad, np.array([(pd + 0.5) / 21 for _, pd in rows])


class TestMetrics:
    @given(labelled)
    def test_auc_is_the_share_of_pairs_in_order_with_ties_counted_half(self, rows):
        bad, pd = arrays(rows)
        pairs = [(b > g) + 0.5 * (b == g) for b in pd[bad == 1] for g in pd[bad == 0]]

        assert metrics.auc(bad, pd) == pytest.approx(sum(pairs) / len(pairs))
        assert metrics.gini(bad, pd) == pytest.approx(2 * sum(pairs) / len(pairs) - 1)

    @given(labelled)
    def test_ks_is_the_widest_gap_over_every_cut(self, rows):
        bad, pd = arrays(rows)
        gaps = [
            abs(np.mean(pd[bad == 1] <= cut) - np.mean(pd[bad == 0] <= cut)) for cut in set(pd)
        ]

        assert metrics.ks(bad, pd) == pytest.approx(max(gaps))

    @given(labelled)
    def test_agrees_with_scikit_learn(self, rows):
        bad, pd = arrays(rows)
        found = metrics.measured(bad, pd)

        assert found["auc"] == pytest.approx(oracle.roc_auc_score(bad, pd))
        assert found["brier"] == pytest.approx(oracle.brier_score_loss(bad, pd))
        assert found["log_loss"] == pytest.approx(oracle.log_loss(bad, pd))

    def test_ece_weighs_ten_bins_of_equal_mass(self):
        pd = np.repeat(np.arange(10) / 10 + 0.05, 10)
        bad = np.zeros(100, dtype=np.int8)
        bad[::10] = 1

        # Each bin has 10 % of bads, and says 5 %, 15 % … 95 %.
        gaps = [abs(0.1 - (0.05 + step / 10)) for step in range(10)]
        assert metrics.ece(bad, pd) == pytest.approx(sum(gaps) / 10)

    def test_a_certain_and_right_model_is_perfect(self):
        bad = np.array([0, 0, 1, 1], dtype=np.int8)
        found = metrics.measured(bad, bad.astype(float))

        assert (found["auc"], found["ks"], found["brier"], found["ece"]) == (1, 1, 0, 0)


class TestLift:
    def test_woe_is_positive_where_it_is_safer(self):
        assert woe(np.array([90.0, 10.0]), np.array([10.0, 90.0])) == pytest.approx(
            [np.log(9), -np.log(9)]
        )

    def test_half_a_row_is_added_only_to_the_bin_with_an_empty_cell(self):
        goods, bads = np.array([50.0, 50.0]), np.array([0.0, 20.0])

        assert woe(goods, bads) == pytest.approx(
            [np.log((50.5 / 100) / (0.5 / 20)), np.log((50 / 100) / (20 / 20))]
        )
        assert [row.smoothed for row in lift_table(goods, bads)] == [True, False]

    @pytest.mark.parametrize(
        "feature",
        [
            "NumberOfTimes90DaysLate",
            "RevolvingUtilizationOfUnsecuredLines",
            "age",
            "MonthlyIncome",
        ],
    )
    def test_gives_the_golden_tables_of_gmsc(self, shared: Path, feature):
        golden = json.loads((shared / "data/credit/golden.json").read_text())[f"gmsc.{feature}"]
        table = pyarrow.parquet.read_table(shared / "data/credit/gmsc.parquet")
        bad = table["SeriousDlqin2yrs"].to_numpy()
        values = table[feature].cast("float64").to_numpy()
        cells = np.searchsorted(np.array(golden["edges"][1:-1]), values, side="right")
        cells[np.isnan(values)] = len(golden["edges"]) - 1
        bads = np.bincount(cells, weights=bad).astype(float)
        goods = np.bincount(cells).astype(float) - bads

        assert information_value(goods, bads) == pytest.approx(golden["total_iv"], abs=1e-6)
        for row, expected in zip(lift_table(goods, bads), golden["rows"].values(), strict=True):
            assert row.rows == expected["count"]
            assert row.bads == expected["sum"]
            for ours, theirs in {
                "share": "share",
                "bad_rate": "bad_rate",
                "lift": "lift",
                "woe": "woe_ln_good_over_bad",
                "iv": "iv",
                "bad_rate_after_reject": "overall_bad_after_reject",
                "relative_reduction": "rel_reduction",
                "approval_after": "approval_after",
                "bad_capture": "bad_capture",
                "good_lost": "good_lost",
            }.items():
                assert getattr(row, ours) == pytest.approx(expected[theirs], abs=2e-6), ours

    def test_gives_the_golden_information_value_of_taiwan(self, shared: Path):
        golden = json.loads((shared / "data/credit/golden.json").read_text())["taiwan.PAY_0"]
        table = pyarrow.parquet.read_table(shared / "data/credit/taiwan.parquet")
        cells = np.searchsorted(golden["edges"][1:-1], table["PAY_0"].to_numpy(), side="right")
        bads = np.bincount(cells, weights=table["default"].to_numpy()).astype(float)

        found = information_value(np.bincount(cells).astype(float) - bads, bads)
        assert found == pytest.approx(golden["total_iv"], abs=1e-6)
