"""
What scikit-learn and SciPy do for training, fetched when somebody trains.

Importing them is half of the time that a process takes to start, and nearly all processes only
score, which needs neither.
"""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sklearn.ensemble import HistGradientBoostingClassifier
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedKFold
    from sklearn.tree import DecisionTreeClassifier


def library_version() -> str:
    """Return which scikit-learn trains here."""
    return version("scikit-learn")


def tree(*, leaves: int, leaf_rows: int) -> DecisionTreeClassifier:
    """Return a small classification tree, whose thresholds are cuts to begin from."""
    from sklearn.tree import DecisionTreeClassifier

    return DecisionTreeClassifier(
        max_leaf_nodes=leaves, min_samples_leaf=leaf_rows, criterion="gini", random_state=0
    )


def regression(strength: float) -> LogisticRegression:
    """
    Return a logistic regression.

    :param strength: inverse of the penalty
    """
    from sklearn.linear_model import LogisticRegression

    return LogisticRegression(C=strength, max_iter=1000, tol=1e-8)


def boosting(
    *, is_small: bool, leaf_rows: int, categories: list[bool], seed: int
) -> HistGradientBoostingClassifier:
    """
    Return boosted trees that stop growing early enough for small data.

    Few rows, few and shallow trees: 100 trees of 31 leaves overfit 1,000 rows badly.
    """
    from sklearn.ensemble import HistGradientBoostingClassifier

    return HistGradientBoostingClassifier(
        learning_rate=0.05,
        max_iter=120 if is_small else 200,
        max_leaf_nodes=8 if is_small else 31,
        min_samples_leaf=leaf_rows,
        l2_regularization=1.0,
        categorical_features=categories,
        early_stopping=False,
        random_state=seed,
    )


def folds(count: int, seed: int) -> StratifiedKFold:
    """Return a splitter that gives every fold its share of each class."""
    from sklearn.model_selection import StratifiedKFold

    return StratifiedKFold(count, shuffle=True, random_state=seed)


def student_t(confidence: float, degrees: int) -> float:
    """Return the two-sided critical value of Student's t."""
    from scipy import stats  # type: ignore[import-untyped]

    return float(stats.t.ppf((1 + confidence) / 2, degrees))
