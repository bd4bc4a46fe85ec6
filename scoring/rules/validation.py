"""Out-of-fold performance: fit on some folds, measure on the one left out."""

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from scoring.rules import learners
from scoring.rules.dataset import BadData, Dataset
from scoring.rules.metrics import METRICS, measured
from scoring.rules.training import Progress, no_progress

Floats = NDArray[np.float64]


class Fitted(Protocol):
    """Anything that tells a probability of default for every row."""

    def pd(self, data: Dataset) -> Floats: ...


def cross_validate(
    data: Dataset,
    fit: Callable[[Dataset], Fitted],
    *,
    folds: int,
    seed: int,
    progress: Progress = no_progress,
) -> list[dict[str, float]]:
    """
    Return the metrics of each fold of `StratifiedKFold(folds, shuffle=True, random_state=seed)`.

    :raises BadData: if a fold would be left without a bad or a good
    """
    rarer = min(data.bads, len(data) - data.bads)
    if not 2 <= folds <= rarer:
        raise BadData(
            f"{folds} folds of {data.bads} bads and {len(data) - data.bads} goods",
            column=data.target,
            expected=f"2 to {rarer} folds, so that each has both classes",
        )
    splitter = learners.folds(folds, seed)
    results = []
    for number, (learn, test) in enumerate(splitter.split(np.zeros(len(data)), data.bad)):
        progress(number / folds, f"fold {number + 1} of {folds}")
        held_out = data.take(test)
        results.append(measured(held_out.bad, fit(data.take(learn)).pd(held_out)))
    return results


def means(folds: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """Return the mean of each metric over the folds."""
    return {name: float(np.mean([fold[name] for fold in folds])) for name in METRICS}


def intervals(
    folds: Sequence[Mapping[str, float]], confidence: float = 0.95
) -> dict[str, tuple[float, float, float]]:
    """
    Return mean, lower and upper end of each metric, by Student's t over the folds.

    The folds share training rows, so the interval is somewhat too narrow.
    """
    reach = learners.student_t(confidence, len(folds) - 1) / len(folds) ** 0.5
    found = {}
    for name in METRICS:
        values = [fold[name] for fold in folds]
        mean, half = float(np.mean(values)), reach * float(np.std(values, ddof=1))
        found[name] = (mean, mean - half, mean + half)
    return found
