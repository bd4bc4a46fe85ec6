"""
How well a probability of default separates and how honest it is.

Everywhere `bad` is 1 for a default and 0 for a good subject, and `pd` is the probability of bad:
higher is worse.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.int8]

METRICS = ("auc", "ks", "gini", "brier", "log_loss", "ece")


def auc(bad: Flags, pd: Floats) -> float:
    """Return P(a bad ranks above a good) + half the ties: the Mann-Whitney statistic."""
    _, positions, counts = np.unique(pd, return_inverse=True, return_counts=True)
    last_rank = np.cumsum(counts)
    middle_rank = (last_rank - (counts - 1) / 2)[positions]
    bads = int(bad.sum())
    goods = len(bad) - bads
    rank_sum = float(middle_rank[bad == 1].sum())
    return (rank_sum - bads * (bads + 1) / 2) / (bads * goods)


def gini(bad: Flags, pd: Floats) -> float:
    """Return 2·AUC − 1."""
    return 2 * auc(bad, pd) - 1


def ks(bad: Flags, pd: Floats) -> float:
    """Return the largest gap between the cumulative shares of bads and of goods."""
    values, positions = np.unique(pd, return_inverse=True)
    bads = np.bincount(positions, weights=bad, minlength=len(values))
    goods = np.bincount(positions, weights=1 - bad, minlength=len(values))
    gaps = np.cumsum(bads) / bads.sum() - np.cumsum(goods) / goods.sum()
    return float(np.abs(gaps).max())


def brier(bad: Flags, pd: Floats) -> float:
    """Return the mean squared error of the probability."""
    return float(np.mean((pd - bad) ** 2))


def log_loss(bad: Flags, pd: Floats) -> float:
    """Return the mean negative log-likelihood; probabilities are kept 1e-15 away from 0 and 1."""
    kept = np.clip(pd, 1e-15, 1 - 1e-15)
    return float(-np.mean(np.where(bad == 1, np.log(kept), np.log1p(-kept))))


def ece(bad: Flags, pd: Floats, bins: int = 10) -> float:
    """
    Return Σ (n_k/N)·|bad rate − mean probability| over bins of equal mass.

    Rows with the same probability are ordered as given: the split inside a tie is arbitrary, but
    always the same.
    """
    order = np.argsort(pd, kind="stable")
    gap = 0.0
    for rows in np.array_split(order, min(bins, len(order))):
        gap += abs(float(bad[rows].sum()) - float(pd[rows].sum()))
    return gap / len(order)


def measured(bad: Flags, pd: Floats) -> dict[str, float]:
    """Return every metric of METRICS by name."""
    area = auc(bad, pd)
    return {
        "auc": area,
        "ks": ks(bad, pd),
        "gini": 2 * area - 1,
        "brier": brier(bad, pd),
        "log_loss": log_loss(bad, pd),
        "ece": ece(bad, pd),
    }
