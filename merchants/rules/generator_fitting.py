"""
Summary statistics of real firms, from which `generator` draws new ones.

Run once, offline. What is kept are rounded quantiles of firm-level measures and the rank
correlations between them; no invoice and no firm can be read back from it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import NormalDist
from typing import Any

import numpy as np
import numpy.typing as npt

from merchants.rules.features import features
from merchants.rules.summary import Invoices, month_index

Floats = npt.NDArray[np.float64]

FIRST_DAY = date(2016, 10, 1)
LAST_DAY = date(2020, 2, 21)
RECENT = 12
# What is measured of each firm; logarithms are to base 10 and of yuan or counts.
MEASURES = (
    "start_month",
    "quiet_days_log",
    "active_early",
    "active_recent",
    "level_log",
    "shift_log",
    "spread",
    "invoices_log",
    "amount_spread",
    "buyers_log",
    "buyer_hhi",
    "void_rate",
    "negative_rate",
    "purchase_ratio_log",
    "purchases_log",
    "sellers_log",
    "seller_hhi",
)
QUANTILES = {"good": 21, "bad": 11, "applicants": 21}
# The ends of the tables are not the extreme firms themselves.
TAIL = 0.01
# Ordinary rates of value-added tax before May 2018, until March 2019 and after
# (财税〔2018〕32号; 财政部 税务总局 海关总署公告2019年第39号).
TAX_CLASSES = {
    "goods": (0.17, 0.16, 0.13),
    "transport": (0.11, 0.10, 0.09),
    "services": (0.06, 0.06, 0.06),
    "small": (0.03, 0.03, 0.03),
}


@dataclass(frozen=True, slots=True)
class KnownFirm:
    """A real firm: its invoices, the usual tax rate of its sales, its label where it has one."""

    invoices: Invoices
    tax_rate: float
    rating: str = ""
    defaulted: bool = False


def fitted(labelled: Sequence[KnownFirm], applicants: Sequence[KnownFirm]) -> dict[str, Any]:
    """Return the fit as plain JSON: quantiles per group, correlations, shares, ratings."""
    groups = {
        "good": [firm for firm in labelled if not firm.defaulted],
        "bad": [firm for firm in labelled if firm.defaulted],
        "applicants": list(applicants),
    }
    measured = {name: np.array([_measured(f) for f in firms]) for name, firms in groups.items()}
    return {
        "measures": list(MEASURES),
        "firms": {name: len(firms) for name, firms in groups.items()},
        "quantiles": {
            name: _quantiles(values, QUANTILES[name]) for name, values in measured.items()
        },
        "correlation": _rounded(_correlation(list(measured.values()))),
        "tax_classes": {name: _tax_shares(firms) for name, firms in groups.items()},
        "ratings": {name: _ratings(groups[name]) for name in ("good", "bad")},
        "rating_follows_level": _rating_correlation(groups["good"], measured["good"]),
        "purchase_void_rate": _purchase_rate(labelled, applicants, void=True),
        "purchase_negative_rate": _purchase_rate(labelled, applicants, void=False),
        "month_profile": _rounded(_month_profile([*labelled, *applicants])),
    }


def _measured(firm: KnownFirm) -> list[float]:
    rows = firm.invoices
    known = features(rows, LAST_DAY)
    sold = rows.is_sale & ~rows.is_void
    bought = ~rows.is_sale & ~rows.is_void
    months, by_month = _positive_months(rows, sold)
    first, last = int(months.min()), int(months.max())
    cut = max(last - RECENT + 1, first)
    early, recent = by_month[months < cut], by_month[months >= cut]
    level = np.log10(by_month)
    level_early = np.log10(early.mean()) if len(early) else np.log10(recent.mean())
    shift = np.log10(recent.mean()) - level_early
    spread = np.std(np.where(months < cut, level, level - shift)) * np.log(10)
    sales, purchases = int(sold.sum()), int(bought.sum())
    total = float(known["sales_total"] or 0)
    spent = float(known["purchases_total"] or 0)
    positive = rows.net[sold & (rows.net > 0)]
    last_sale = rows.issued_on[sold].max().item()
    measures: Mapping[str, float] = {
        "start_month": first - month_index(FIRST_DAY),
        "quiet_days_log": np.log10(1 + (LAST_DAY - last_sale).days),
        "active_early": len(early) / max(cut - first, 1) if cut > first else 1.0,
        "active_recent": len(recent) / (last - cut + 1),
        "level_log": np.log10(max(total, 1.0) / len(by_month)),
        "shift_log": float(np.clip(shift, -2, 2)),
        "spread": float(spread),
        "invoices_log": np.log10(sales / len(by_month)),
        "amount_spread": float(np.std(np.log(positive))) if len(positive) > 1 else 0.5,
        "buyers_log": np.log10(max(float(known["distinct_buyers"] or 1), 1)),
        "buyer_hhi": _hhi(rows, sold),
        "void_rate": float(known["void_rate"] or 0),
        "negative_rate": float(known["negative_rate"] or 0),
        "purchase_ratio_log": np.clip(np.log10(max(spent, 1.0) / max(total, 1.0)), -4, 2),
        "purchases_log": np.log10(1 + purchases),
        "sellers_log": np.log10(1 + float(known["distinct_sellers"] or 0)),
        "seller_hhi": _hhi(rows, bought),
    }
    return [float(measures[name]) for name in MEASURES]


def _positive_months(
    rows: Invoices, sold: npt.NDArray[np.bool_]
) -> tuple[npt.NDArray[np.int64], Floats]:
    months = rows.issued_on[sold].astype("datetime64[M]").astype(np.int64) + 12 * 1970
    found, place = np.unique(months, return_inverse=True)
    sums: Floats = np.bincount(place, weights=rows.net[sold] / 100).astype(np.float64)
    positive = sums > 0
    if not positive.any():
        return found, np.ones(len(found))
    return found[positive], sums[positive]


def _hhi(rows: Invoices, chosen: npt.NDArray[np.bool_]) -> float:
    """Concentration over the last year before the last invoice, which every firm has."""
    if not chosen.any():
        return 1.0
    chosen = chosen & (rows.issued_on > rows.issued_on[chosen].max() - np.timedelta64(365, "D"))
    _, place = np.unique(rows.counterparty[chosen], return_inverse=True)
    sums = np.bincount(place, weights=rows.net[chosen])
    sums = sums[sums > 0]
    return float((sums**2).sum() / sums.sum() ** 2) if len(sums) else 1.0


def _quantiles(values: Floats, points: int) -> dict[str, list[float]]:
    shares = np.linspace(TAIL, 1 - TAIL, points)
    return {
        name: _rounded(np.quantile(values[:, column], shares))
        for column, name in enumerate(MEASURES)
    }


def _correlation(groups: Sequence[Floats]) -> Floats:
    """Correlation of normal scores, ranked within each group, shrunk a little to be safe."""
    scores = np.vstack([_normal_scores(values) for values in groups])
    correlation: Floats = 0.97 * np.corrcoef(scores, rowvar=False) + 0.03 * np.eye(len(MEASURES))
    return correlation


def _normal_scores(values: Floats) -> Floats:
    ranks = np.empty_like(values)
    for column in range(values.shape[1]):
        _, place, counts = np.unique(values[:, column], return_inverse=True, return_counts=True)
        # Ties share their middle rank.
        middle = np.cumsum(counts) - (counts - 1) / 2
        ranks[:, column] = middle[place]
    shares = (ranks - 0.5) / len(values)
    return np.vectorize(NormalDist().inv_cdf, otypes=[np.float64])(shares)


def _tax_shares(firms: Sequence[KnownFirm]) -> dict[str, float]:
    middle = {name: rates[1] for name, rates in TAX_CLASSES.items()}
    nearest = [min(middle, key=lambda name: abs(middle[name] - firm.tax_rate)) for firm in firms]
    return {name: round(nearest.count(name) / len(nearest), 3) for name in TAX_CLASSES}


def _ratings(firms: Sequence[KnownFirm]) -> dict[str, float]:
    found = [firm.rating for firm in firms]
    return {name: round(found.count(name) / len(found), 3) for name in sorted(set(found))}


def _rating_correlation(firms: Sequence[KnownFirm], measured: Floats) -> float:
    level = _normal_scores(measured[:, [MEASURES.index("level_log")]])[:, 0]
    rating = _normal_scores(np.array([[-float(ord(firm.rating))] for firm in firms]))[:, 0]
    return round(float(np.corrcoef(level, rating)[0, 1]), 3)


def _purchase_rate(*groups: Sequence[KnownFirm], void: bool) -> float:
    hits = rows = 0
    for firm in (firm for group in groups for firm in group):
        invoices = firm.invoices
        chosen = ~invoices.is_sale if void else ~invoices.is_sale & ~invoices.is_void
        rows += int(chosen.sum())
        hit = invoices.is_void if void else invoices.net < 0
        hits += int((chosen & hit).sum())
    return round(hits / rows, 4)


def _month_profile(firms: Sequence[KnownFirm]) -> Floats:
    """Median over firms of each calendar month's share of the sales of 2017–2019, times 12."""
    shares = []
    for firm in firms:
        rows = firm.invoices
        sold = rows.is_sale & ~rows.is_void
        months, sums = _positive_months(rows, sold)
        whole = (months >= 12 * 2017) & (months < 12 * 2020)
        if whole.sum() >= 30:
            by_calendar = np.bincount(months[whole] % 12, weights=sums[whole], minlength=12)
            shares.append(12 * by_calendar / by_calendar.sum())
    profile: Floats = np.median(np.array(shares), axis=0)
    return profile / profile.mean()


def _rounded(values: Floats) -> Any:
    return np.round(values, 3).tolist()
