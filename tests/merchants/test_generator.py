"""Invented firms look like real ones, and the same seed gives the same ones."""

import math
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest
from sklearn.metrics import roc_auc_score

from merchants.actions import generation
from merchants.rules import generator
from merchants.rules.features import Features, features
from tests.merchants.build import AS_OF

SEED = 20260101
TINY = generation.Size(labelled=9, applicants=5, scale=0.05)
UNTIL = date(2020, 12, 31)
# How far the distributions of a feature over firms may lie apart (Kolmogorov–Smirnov). Two
# samples of 302 firms of one population are 0.11 apart at the 5 % point, 96 and 96 0.20.
FARTHEST_APPLICANTS = 0.20
FARTHEST_GOOD = 0.27
# Medians of applicants: amounts and counts, which spread over three powers of ten, within this
# factor; shares within 0.1.
LARGEST_FACTOR = 2.5
LARGEST_STEP = 0.1


@pytest.fixture(scope="module")
def usual(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that the demonstration makes."""
    folder = tmp_path_factory.mktemp("usual")
    generation.write_folder(folder, seed=SEED)
    return folder


def firms(folder: Path, group: str) -> dict[str, Features]:
    known = generation.firms_of(folder, group, until=UNTIL)
    return {code: features(invoices, AS_OF) for code, (invoices, _) in known.items()}


def real(shared: Path) -> Path:
    """Where the real firms' invoices are."""
    return shared / "data" / "merchant-invoices"


def defaults(folder: Path) -> dict[str, bool]:
    lines = (folder / "labels.csv").read_text(encoding="utf-8").splitlines()[1:]
    return {line.split(",")[0]: line.endswith("1") for line in lines}


def column(found: Sequence[Features], name: str) -> npt.NDArray[np.float64]:
    values = [float(v) for each in found if (v := each[name]) is not None]
    return np.sort(np.array(values))


def apart(one: npt.NDArray[np.float64], other: npt.NDArray[np.float64]) -> float:
    """The largest distance between two empirical distribution functions."""
    both = np.concatenate([one, other])
    shares = (np.searchsorted(each, both, side="right") / len(each) for each in (one, other))
    return float(np.abs(np.subtract(*shares)).max())


class TestWriteFolder:
    def test_is_repeatable(self, tmp_path: Path) -> None:
        for name in ("one", "two"):
            generation.write_folder(tmp_path / name, seed=3, size=TINY)

        for path in (tmp_path / "one").iterdir():
            assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes()

    def test_depends_on_the_seed(self, tmp_path: Path) -> None:
        rows = [
            generation.write_folder(tmp_path / str(seed), seed=seed, size=TINY) for seed in (3, 4)
        ]

        assert rows[0] != rows[1]

    def test_has_the_columns_of_the_source_and_says_that_it_is_invented(
        self, tmp_path: Path
    ) -> None:
        rows = generation.write_folder(tmp_path, seed=3, size=TINY)

        sales = (tmp_path / "labelled_sales.csv").read_text(encoding="utf-8").splitlines()
        assert sales[0] == "企业代号,发票号码,开票日期,购方单位代号,金额,税额,价税合计,发票状态"
        assert len(sales) == rows["labelled_sales.csv"] + 1
        assert rows["labels.csv"] == TINY.labelled
        assert "seed 3" in (tmp_path / "SYNTHETIC.txt").read_text(encoding="utf-8")

    def test_writes_invoices_that_pass_every_check(self, tmp_path: Path) -> None:
        rows = generation.write_folder(tmp_path, seed=3, size=TINY)

        for group in ("labelled", "applicants"):
            found = generation.firms_of(tmp_path, group, until=date(2020, 2, 21))
            written = sum(n for name, n in rows.items() if name.startswith(f"{group}_"))
            assert sum(len(invoices.net) for invoices, _ in found.values()) == written

    def test_gives_a_firm_the_same_invoices_among_few_or_many(self) -> None:
        fit = generation.fit()

        few, many = (generator.applicant_firms(fit, 3, count) for count in (2, 20))

        assert few == many[:2]

    def test_scales_the_number_of_invoices_but_not_the_sales(self, tmp_path: Path) -> None:
        size = generation.Size(labelled=2, applicants=12)
        whole = generation.write_folder(tmp_path / "1", seed=5, size=size)
        part = generation.write_folder(
            tmp_path / "2", seed=5, size=generation.Size(2, 12, scale=0.1)
        )

        assert part["applicants_sales.csv"] < whole["applicants_sales.csv"] / 5
        totals = [
            sum(each["sales_total"] or Decimal(0) for each in firms(folder, "applicants").values())
            for folder in (tmp_path / "1", tmp_path / "2")
        ]
        assert totals[0] / totals[1] == pytest.approx(Decimal(1), abs=Decimal("0.1"))


class TestSignal:
    def test_defaulted_firms_are_smaller_shorter_and_choppier(self, tmp_path: Path) -> None:
        size = generation.Size(applicants=1, scale=0.1)
        generation.write_folder(tmp_path, seed=SEED, size=size)
        bad = defaults(tmp_path)
        found = firms(tmp_path, "labelled")
        outcome = [bad[code] for code in found]

        def auc(name: str) -> float:
            values = [float(each[name] or 0) for each in found.values()]
            return float(roc_auc_score(outcome, values))

        assert sum(outcome) == 27
        assert auc("sales_total") < 0.2
        assert auc("months_of_history") < 0.35
        assert auc("active_months") < 0.3
        assert auc("sales_volatility") > 0.6


@pytest.mark.slow
class TestFit:
    def test_is_what_the_real_invoices_give(self, shared: Path) -> None:
        assert generation.refitted(real(shared), until=date(2020, 2, 21)) == generation.fit()

    def test_gives_applicants_like_the_real_ones(self, shared: Path, usual: Path) -> None:
        pairs = _both(firms(real(shared), "applicants"), firms(usual, "applicants"))

        distances = {name: apart(one, other) for name, (one, other) in pairs.items()}
        assert {n: d for n, d in distances.items() if d > FARTHEST_APPLICANTS} == {}
        medians = {n: (float(np.median(a)), float(np.median(b))) for n, (a, b) in pairs.items()}
        assert {n: pair for n, pair in medians.items() if not _near(*pair)} == {}

    def test_gives_good_firms_like_the_real_ones(self, shared: Path, usual: Path) -> None:
        good = [
            {c: f for c, f in firms(folder, "labelled").items() if not defaults(folder)[c]}
            for folder in (real(shared), usual)
        ]

        distances = {name: apart(*pair) for name, pair in _both(*good).items()}
        assert {n: d for n, d in distances.items() if d > FARTHEST_GOOD} == {}


def _both(
    one: Mapping[str, Features], other: Mapping[str, Features]
) -> dict[str, tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]]:
    names = next(iter(one.values()))
    return {
        name: (column(list(one.values()), name), column(list(other.values()), name))
        for name in names
    }


def _near(one: float, other: float) -> bool:
    if abs(one - other) <= LARGEST_STEP:
        return True
    return one > 0 < other and abs(math.log(one / other)) <= math.log(LARGEST_FACTOR)
