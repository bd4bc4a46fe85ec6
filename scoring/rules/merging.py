"""
The exact best merge of neighbouring cells into bins, by dynamic programming.

Maximises Σ IV − penalty·(bins − 1) over every way to cut the ordered cells into bins that are
large enough and, where told, of monotone bad rate. The penalty makes it fit for small data: where
there is no effect, one more bin gains about χ²(1)·(1/B + 1/G) of information value by chance. As
in Akaike's criterion, a bin must gain twice that to be worth having.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scoring.rules.lift import iv_parts

Floats = NDArray[np.float64]

AKAIKE = 2.0
RISK_FALLS, RISK_RISES = -1, 1


@dataclass(frozen=True, slots=True)
class Limits:
    """How small a bin may be, how many there may be, and what one more must gain."""

    min_rows: int
    max_bins: int
    penalty: float


def penalty(all_goods: float, all_bads: float, chi_square: float = AKAIKE) -> float:
    """Return the information value that one more bin must gain to be more than chance."""
    return chi_square * (1 / all_goods + 1 / all_bads)


def best_merge(
    goods: Floats, bads: Floats, totals: tuple[float, float], limits: Limits, slope: int = 0
) -> tuple[float, tuple[int, ...]]:
    """
    Return the gain and the starts of the bins, the first of which is always 0.

    `totals` are all goods and all bads, also those outside these cells (the missing).
    `slope` is RISK_RISES, RISK_FALLS or 0 for any shape.
    """
    cells = len(goods)
    value, rate = _spans(goods, bads, totals, limits)
    best = np.full((limits.max_bins + 1, cells + 1, cells + 1), -np.inf)
    before = np.zeros(best.shape, dtype=np.intp)
    best[1, 0, 1:] = value[0, 1:]
    for bins in range(2, limits.max_bins + 1):
        for start in range(bins - 1, cells):
            allowed = slope * (rate[start, start + 1 :] - rate[:start, start][:, None]) >= 0
            scores = np.where(allowed, best[bins - 1, :start, start][:, None], -np.inf)
            choice = scores.argmax(axis=0)
            gained = scores[choice, np.arange(cells - start)]
            best[bins, start, start + 1 :] = gained + value[start, start + 1 :] - limits.penalty
            before[bins, start, start + 1 :] = choice
    return _walk_back(best, before, cells)


def _spans(
    goods: Floats, bads: Floats, totals: tuple[float, float], limits: Limits
) -> tuple[Floats, Floats]:
    """Return IV and bad rate of every span [start, end); too small a span is worth −∞."""
    sum_good = np.concatenate(([0.0], np.cumsum(goods)))
    sum_bad = np.concatenate(([0.0], np.cumsum(bads)))
    good = sum_good[None, :] - sum_good[:, None]
    bad = sum_bad[None, :] - sum_bad[:, None]
    rows = good + bad
    usable = rows >= max(limits.min_rows, 1)
    safe_good, safe_bad = np.where(usable, good, 1.0), np.where(usable, bad, 1.0)
    value = np.where(usable, iv_parts(safe_good, safe_bad, *totals), -np.inf)
    rate = np.where(usable, safe_bad / (safe_good + safe_bad), 0.0)
    return value, rate


def _walk_back(
    best: Floats, before: NDArray[np.intp], cells: int
) -> tuple[float, tuple[int, ...]]:
    last = best[:, :, cells]
    bins, start = divmod(int(last.argmax()), last.shape[1])
    gain = float(last[bins, start])
    if gain == -np.inf:
        # Fewer rows than one bin needs: all cells together.
        return 0.0, (0,)
    starts = [start]
    end = cells
    while bins > 1:
        previous = int(before[bins, start, end])
        bins, end, start = bins - 1, start, previous
        starts.append(start)
    return gain, tuple(reversed(starts))
