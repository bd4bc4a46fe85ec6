"""
Invented firms whose invoices look like those of real ones.

Each firm's measures (size, age, gaps, concentration, …) are drawn with the quantiles and rank
correlations of a fit (`generator_fitting`), by a Gaussian copula; `generator_invoices` then
writes three years of invoices that have these measures. The same seed gives the same firms, and
a firm does not depend on how many others are drawn.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from statistics import NormalDist
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from merchants.rules.columns import PURCHASE, SALE
from merchants.rules.generator_fitting import TAIL
from merchants.rules.generator_invoices import Drawn, purchases, sales

LABELLED, APPLICANTS = "labelled", "applicants"
DEFAULT_LABELLED, DEFAULT_APPLICANTS = 123, 302
_GOOD, _BAD = "good", "bad"
_VALID, _VOID = "有效发票", "作废发票"
_PARTY_COLUMN = {SALE: "购方单位代号", PURCHASE: "销方单位代号"}


@dataclass(frozen=True, slots=True)
class Firm:
    """An invented firm; rating and default flag are empty for applicants."""

    code: str
    measures: Mapping[str, float]
    tax_class: str
    rating: str
    is_defaulted: bool | None
    seed: tuple[int, int]


def labelled_firms(fit: Mapping[str, Any], seed: int, count: int) -> list[Firm]:
    """Draw firms with a credit history, of which the fit's share has defaulted."""
    known = fit["firms"]
    bad = round(count * known[_BAD] / (known[_BAD] + known[_GOOD]))
    # Defaulted firms stand anywhere among the others, as they do in a real file.
    places = np.random.default_rng([seed, 0]).permutation(count) < bad
    return [_firm(fit, seed, i + 1, _BAD if places[i] else _GOOD) for i in range(count)]


def applicant_firms(fit: Mapping[str, Any], seed: int, count: int) -> list[Firm]:
    """Draw firms without a credit history."""
    return [_firm(fit, seed, 100_000 + i, APPLICANTS) for i in range(1, count + 1)]


def labels(firms: Sequence[Firm]) -> pa.Table:
    """Return the labels of firms, in the columns of the source."""
    return pa.table(
        {
            "企业代号": [firm.code for firm in firms],
            "信誉评级": [firm.rating for firm in firms],
            "是否违约": [int(bool(firm.is_defaulted)) for firm in firms],
        }
    )


def invoice_tables(
    fit: Mapping[str, Any], firms: Sequence[Firm], direction: str, *, scale: float = 1.0
) -> Iterator[pa.Table]:
    """
    Write the firms' invoices of one direction, a table per firm, in the columns of the source.

    :param scale: share of the usual number of invoices; totals stay, so invoices grow
    """
    for firm in firms:
        drawn = _drawn(fit, firm, direction, scale)
        yield pa.table(
            {
                "企业代号": pa.array([firm.code] * len(drawn.net), pa.string()),
                "发票号码": pa.array(drawn.number, pa.int64()).cast(pa.string()),
                "开票日期": pa.array(drawn.issued_on),
                _PARTY_COLUMN[direction]: pa.array(drawn.counterparty, pa.string()),
                "金额": drawn.net / 100,
                "税额": drawn.tax / 100,
                "价税合计": (drawn.net + drawn.tax) / 100,
                "发票状态": pa.array(np.where(drawn.is_void, _VOID, _VALID), pa.string()),
            }
        )


def _drawn(fit: Mapping[str, Any], firm: Firm, direction: str, scale: float) -> Drawn:
    side = 1 if direction == SALE else 2
    rng = np.random.default_rng([*firm.seed, side])
    if direction == SALE:
        return sales(rng, firm.measures, firm.tax_class, fit["month_profile"], scale)
    void, negative = fit["purchase_void_rate"], fit["purchase_negative_rate"]
    return purchases(rng, firm.measures, firm.tax_class, void, negative, scale)


def _firm(fit: Mapping[str, Any], seed: int, place: int, group: str) -> Firm:
    rng = np.random.default_rng([seed, place])
    factor = _factor(tuple(map(tuple, fit["correlation"])))
    scores = factor @ rng.standard_normal(len(factor))
    tables = fit["quantiles"][group]
    measures = {
        name: _at_score(tables[name], score)
        for name, score in zip(fit["measures"], scores.tolist(), strict=True)
    }
    tax_class = _chosen(rng, fit["tax_classes"][group])
    rating = ""
    if group != APPLICANTS:
        follows = fit["rating_follows_level"]
        level = scores[fit["measures"].index("level_log")]
        luck = follows * level + (1 - follows**2) ** 0.5 * rng.standard_normal()
        rating = _best_first(fit["ratings"][group], 1 - NormalDist().cdf(luck))
    prefix = "GA" if group == APPLICANTS else "GL"
    return Firm(
        f"{prefix}{place % 100_000:04d}",
        measures,
        tax_class,
        rating,
        None if group == APPLICANTS else group == _BAD,
        (seed, place),
    )


@cache
def _factor(correlation: tuple[tuple[float, ...], ...]) -> npt.NDArray[np.float64]:
    factor: npt.NDArray[np.float64] = np.linalg.cholesky(np.array(correlation))
    return factor


def _at_score(table: Sequence[float], score: float) -> float:
    shares = np.linspace(TAIL, 1 - TAIL, len(table))
    return float(np.interp(NormalDist().cdf(score), shares, table))


def _chosen(rng: np.random.Generator, shares: Mapping[str, float]) -> str:
    """One of the names, drawn by their shares."""
    total = sum(shares.values())
    return str(rng.choice(np.array(list(shares)), p=[s / total for s in shares.values()]))


def _best_first(shares: Mapping[str, float], place: float) -> str:
    """The rating at a place between 0 (best) and 1 (worst) of the ratings in order."""
    reached = 0.0
    for rating in sorted(shares):
        reached += shares[rating]
        if place < reached:
            return rating
    return max(shares)
