"""
Gradient-boosted trees: the challenger that shows what an explainable card gives away.

Measured only. It is never stored or deployed, because only a JSON card can be read, replayed and
explained exactly.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from scoring.rules import learners
from scoring.rules.dataset import Dataset

if TYPE_CHECKING:
    from sklearn.ensemble import HistGradientBoostingClassifier

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class FittedBoosting:
    """A fitted ensemble and the order of its columns."""

    model: HistGradientBoostingClassifier
    names: tuple[str, ...]

    def pd(self, data: Dataset) -> Floats:
        """Return the probability of default of every row."""
        return self.pd_of_rows(matrix(data, self.names))

    def pd_of_rows(self, rows: Floats) -> Floats:
        """Return the probabilities of rows laid out by `matrix`."""
        chance: Floats = self.model.predict_proba(rows)[:, 1]
        return chance


def fit_boosting(data: Dataset, seed: int) -> FittedBoosting:
    """Fit trees that stop growing early enough for small data; deterministic by seed."""
    names = tuple(data.columns)
    model = learners.boosting(
        is_small=len(data) < 5_000,
        leaf_rows=max(5, min(40, len(data) // 100)),
        categories=[data.columns[name].kind == "category" for name in names],
        seed=seed,
    )
    model.fit(matrix(data, names), data.bad)
    return FittedBoosting(model, names)


def matrix(data: Dataset, names: tuple[str, ...]) -> Floats:
    """Return the columns side by side, missing as NaN, categories as their codes."""
    columns = []
    for name in names:
        column = data.columns[name]
        if column.numbers is not None:
            columns.append(column.numbers)
        else:
            assert column.codes is not None
            columns.append(np.where(column.codes < 0, np.nan, column.codes))
    return np.column_stack(columns)
