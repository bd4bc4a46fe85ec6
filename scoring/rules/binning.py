"""
Bins of one feature: cuts of a number, groups of a category, and always one bin for missing.

A number is first cut by a small classification tree (at most 24 leaves); the tree's leaves are
then merged exactly (`merging`). Categories are ordered by bad rate and merged in the same way.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scoring.rules import learners
from scoring.rules.lift import information_value, shrunk_woe, woe_against
from scoring.rules.merging import (
    AKAIKE,
    RISK_FALLS,
    RISK_RISES,
    Limits,
    best_merge,
    penalty,
)

Floats = NDArray[np.float64]
Flags = NDArray[np.int8]
Codes = NDArray[np.int32]

PRE_BINS = 24
MISSING = -1


@dataclass(frozen=True, slots=True)
class BinSettings:
    """`min_share` of all rows, but never fewer than `min_rows`; `chi_square` per further bin."""

    min_share: float = 0.02
    min_rows: int = 10
    max_bins: int = 8
    chi_square: float = AKAIKE

    def limits(self, rows: int, goods: float, bads: float) -> Limits:
        least = max(self.min_rows, round(self.min_share * rows))
        return Limits(least, self.max_bins, penalty(goods, bads, self.chi_square))


@dataclass(frozen=True, slots=True)
class Bins:
    """
    The bins of one feature and what they hold; the last of each is missing.

    `edges` are decimal strings, a value below the first is in bin 0; `groups` are categories.
    """

    edges: tuple[str, ...]
    groups: tuple[tuple[str, ...], ...]
    rows: tuple[int, ...]
    bads: tuple[int, ...]
    woe: tuple[float, ...]
    shrunk_woe: tuple[float, ...]
    iv: float
    is_missing_fitted: bool

    @property
    def count(self) -> int:
        """How many bins there are beside that for missing."""
        return len(self.rows) - 1

    def positions(self, values: Floats) -> Codes:
        """Return the bin of each number; missing is the last bin."""
        cuts = np.array([float(edge) for edge in self.edges])
        found = np.searchsorted(cuts, values, side="right")
        return np.where(np.isnan(values), self.count, found).astype(np.int32)

    def group_positions(self, codes: Codes, categories: tuple[str, ...]) -> Codes:
        """Return the bin of each category code; missing and unseen are the last bin."""
        home = {name: index for index, group in enumerate(self.groups) for name in group}
        of_code = [home.get(name, self.count) for name in categories] + [self.count]
        return np.array(of_code, dtype=np.int32)[codes]


def bin_number(
    values: Floats, bad: Flags, direction: str, settings: BinSettings | None = None
) -> Bins:
    """Cut a number (missing is NaN); `direction` is one of the catalogue's."""
    settings = settings or BinSettings()
    known = ~np.isnan(values)
    goods, bads = float((bad == 0).sum()), float(bad.sum())
    limits = settings.limits(len(values), goods, bads)
    edges: tuple[str, ...] = ()
    if known.any():
        cuts = _pre_cuts(values[known], bad[known], limits.min_rows)
        cells = np.searchsorted(np.array([float(c) for c in cuts]), values[known], side="right")
        cell_goods, cell_bads = _counts(cells, bad[known], len(cuts) + 1)
        merges = [
            best_merge(cell_goods, cell_bads, (goods, bads), limits, slope)
            for slope in _SLOPES[direction]
        ]
        _, starts = max(merges, key=lambda merge: merge[0])
        edges = tuple(cuts[start - 1] for start in starts[1:])
    unfilled = Bins(edges, (), (0,) * (len(edges) + 2), (), (), (), 0.0, False)
    return _filled(edges, (), unfilled.positions(values), bad, limits)


def bin_category(
    codes: Codes, categories: tuple[str, ...], bad: Flags, settings: BinSettings | None = None
) -> Bins:
    """Group categories (missing is −1) of like bad rate."""
    settings = settings or BinSettings()
    goods, bads = float((bad == 0).sum()), float(bad.sum())
    limits = settings.limits(len(codes), goods, bads)
    known = codes != MISSING
    cell_goods, cell_bads = _counts(codes[known], bad[known], len(categories))
    rows = cell_goods + cell_bads
    seen = np.flatnonzero(rows)
    # Rare categories lean towards the average, so that two rows do not lead the order.
    rate = (cell_bads + bads / len(codes) * 10) / (rows + 10)
    order = seen[np.argsort(rate[seen], kind="stable")]
    groups: tuple[tuple[str, ...], ...] = ()
    if len(order):
        _, starts = best_merge(cell_goods[order], cell_bads[order], (goods, bads), limits)
        ends = (*starts[1:], len(order))
        groups = tuple(
            tuple(sorted(categories[code] for code in order[start:end]))
            for start, end in zip(starts, ends, strict=True)
        )
    unfilled = Bins((), groups, (0,) * (len(groups) + 1), (), (), (), 0.0, False)
    return _filled((), groups, unfilled.group_positions(codes, categories), bad, limits)


_SLOPES: Mapping[str, tuple[int, ...]] = {
    "higher_is_safer": (RISK_FALLS,),
    "lower_is_safer": (RISK_RISES,),
    "monotone": (RISK_FALLS, RISK_RISES),
    "free": (0,),
}


def _filled(
    edges: tuple[str, ...],
    groups: tuple[tuple[str, ...], ...],
    positions: Codes,
    bad: Flags,
    limits: Limits,
) -> Bins:
    count = len(groups) if groups else len(edges) + 1
    goods, bads = _counts(positions, bad, count + 1)
    rows = goods + bads
    all_goods, all_bads = float(goods.sum()), float(bads.sum())
    # Too few missing rows say nothing: such a bin counts as average, WoE 0.
    is_missing_fitted = bool(rows[-1] >= limits.min_rows)
    filled = rows > 0
    filled[-1] = is_missing_fitted
    plain, shrunk = np.zeros(count + 1), np.zeros(count + 1)
    plain[filled] = woe_against(goods[filled], bads[filled], all_goods, all_bads)
    shrunk[filled] = shrunk_woe(goods[filled], bads[filled], all_goods, all_bads)
    return Bins(
        edges=edges,
        groups=groups,
        rows=tuple(int(n) for n in rows),
        bads=tuple(int(n) for n in bads),
        woe=tuple(float(w) for w in plain),
        shrunk_woe=tuple(float(w) for w in shrunk),
        iv=information_value(goods[filled], bads[filled]) if filled.sum() > 1 else 0.0,
        is_missing_fitted=is_missing_fitted,
    )


def _counts(positions: NDArray[Any], bad: Flags, count: int) -> tuple[Floats, Floats]:
    """Return goods and bads at each position."""
    rows = np.bincount(positions, minlength=count).astype(np.float64)
    bads = np.bincount(positions, weights=bad, minlength=count).astype(np.float64)
    return rows - bads, bads


def _pre_cuts(values: Floats, bad: Flags, min_rows: int) -> tuple[str, ...]:
    if len(values) < 2 * min_rows:
        return ()
    tree = learners.tree(leaves=PRE_BINS, leaf_rows=min_rows).fit(values.reshape(-1, 1), bad)
    thresholds = np.unique(tree.tree_.threshold[tree.tree_.children_left >= 0])
    distinct = np.unique(values)
    above = np.unique(np.searchsorted(distinct, thresholds, side="right"))
    return tuple(
        short_between(float(distinct[i - 1]), float(distinct[i]))
        for i in above
        if 0 < i < len(distinct)
    )


def short_between(low: float, high: float) -> str:
    """Return the roundest decimal in (low, high]: an edge that a person can read."""
    least, most = Decimal(repr(low)), Decimal(repr(high))
    exponent = (most - least).adjusted() + 1
    while True:
        step = Decimal(1).scaleb(exponent)
        candidate = (most / step).to_integral_value(ROUND_FLOOR) * step
        # Beside the decimals themselves, their floats must stay apart, for they are compared.
        if candidate > least and low < float(candidate) <= high:
            return format(candidate.normalize() + 0, "f")
        exponent -= 1
