"""
Gradient-boosted trees: the challenger that shows what an explainable card gives away.

Measured only. It is never stored or deployed, because only a JSON card can be read, replayed and
explained exactly.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier

from scoring.rules.dataset import Dataset

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
    # Few rows, few and shallow trees: 100 trees of 31 leaves overfit 1,000 rows badly.
    is_small = len(data) < 5_000
    model = HistGradientBoostingClassifier(
        learning_rate=0.05,
        max_iter=120 if is_small else 200,
        max_leaf_nodes=8 if is_small else 31,
        min_samples_leaf=max(5, min(40, len(data) // 100)),
        l2_regularization=1.0,
        categorical_features=[data.columns[name].kind == "category" for name in names],
        early_stopping=False,
        random_state=seed,
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
