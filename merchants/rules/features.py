"""
What a firm's invoices say about it as of a date.

Amounts are net of tax, credit notes subtract, void invoices count only in `void_rate`. A month
is complete when it had ended by the as-of date; the *history* runs from the month of the first
valid sale to the last complete month, months without sales counting as zero; *recent* means the
last twelve complete months, as far as the history reaches. Money is rounded half to even to two
decimals, everything else to six, once, at the end. A feature that is not defined is None.
"""

from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal, localcontext

from merchants.rules.summary import (
    RECENT_MONTHS,
    Invoices,
    Side,
    Summary,
    last_complete_month,
    summed_up,
)

Features = dict[str, Decimal | None]

# Name -> unit and definition, for the model card and for those who read a decision.
DEFINITIONS: dict[str, str] = {
    "sales_total": "money: all valid sales",
    "sales_monthly_mean": "money: mean month of the history",
    "last_12m_monthly_median": "money: median of the recent months",
    "sales_trend": "per month: least-squares slope of recent months (6 or more) ÷ their mean",
    "sales_volatility": "ratio: standard deviation of the recent months (3 or more) ÷ their mean",
    "seasonality": "share 0–1: variance of the history (24 months or more) that calendar months "
    "explain",
    "buyer_concentration": "share 0–1: Herfindahl index of recent sales by buyer",
    "seller_concentration": "share 0–1: Herfindahl index of recent purchases by seller",
    "void_rate": "share 0–1: void sales invoices ÷ all sales invoices",
    "negative_rate": "share 0–1: credit notes ÷ valid sales invoices",
    "margin_proxy": "ratio: (sales − purchases) ÷ sales, over everything known",
    "recency_days": "days from the last valid sale to the as-of date",
    "active_months": "months of the history with sales above zero",
    "months_of_history": "complete months since the first valid sale",
    "sales_invoice_count": "valid sales invoices",
    "distinct_buyers": "buyers with a valid invoice",
    "distinct_sellers": "sellers with a valid invoice",
    "purchases_total": "money: all valid purchases",
}
NAMES = tuple(DEFINITIONS)

_MONEY = Decimal("0.01")
_RATIO = Decimal("0.000001")
_FEWEST_FOR_TREND = 6
_FEWEST_FOR_VOLATILITY = 3
_FEWEST_FOR_SEASONALITY = 24


def features(invoices: Invoices, as_of: date, *, exponent: int = 2) -> Features:
    """
    Compute every feature of `DEFINITIONS` from the invoices issued on or before `as_of`.

    :param exponent: decimals of the currency in which `invoices.net` counts minor units
    """
    return from_summary(summed_up(invoices, as_of, exponent=exponent), as_of)


def from_summary(summary: Summary, as_of: date) -> Features:
    """Compute every feature of `DEFINITIONS` from sums that were made elsewhere (in SQL)."""
    with localcontext(prec=40, rounding=ROUND_HALF_EVEN):
        history = _history(summary, as_of)
        recent = history[-RECENT_MONTHS:]
        total = sum(summary.sales_by_month.values(), Decimal(0))
        issued = summary.sales + summary.void_sales
        return {
            "sales_total": _money(total),
            "sales_monthly_mean": _money(_mean(history)) if history else None,
            "last_12m_monthly_median": _money(_median(recent)) if recent else None,
            "sales_trend": _trend(recent),
            "sales_volatility": _volatility(recent),
            "seasonality": _seasonality(history, as_of),
            "buyer_concentration": _concentration(summary.buyers),
            "seller_concentration": _concentration(summary.sellers),
            "void_rate": _share(summary.void_sales, issued),
            "negative_rate": _share(summary.negative_sales, summary.sales),
            "margin_proxy": (
                _ratio((total - summary.purchases_total) / total) if total > 0 else None
            ),
            "recency_days": (
                Decimal((as_of - summary.last_sale_on).days) if summary.last_sale_on else None
            ),
            "active_months": Decimal(sum(month > 0 for month in history)),
            "months_of_history": Decimal(len(history)),
            "sales_invoice_count": Decimal(summary.sales),
            "distinct_buyers": Decimal(summary.buyers.parties),
            "distinct_sellers": Decimal(summary.sellers.parties),
            "purchases_total": _money(summary.purchases_total),
        }


def _history(summary: Summary, as_of: date) -> list[Decimal]:
    if not summary.sales_by_month:
        return []
    first = min(summary.sales_by_month)
    zero = Decimal(0)
    return [
        summary.sales_by_month.get(month, zero)
        for month in range(first, last_complete_month(as_of) + 1)
    ]


def _trend(recent: Sequence[Decimal]) -> Decimal | None:
    count = len(recent)
    if count < _FEWEST_FOR_TREND or (mean := _mean(recent)) <= 0:
        return None
    centre = Decimal(count - 1) / 2
    rise = sum(((i - centre) * month for i, month in enumerate(recent)), Decimal(0))
    run = sum(((i - centre) ** 2 for i in range(count)), Decimal(0))
    return _ratio(rise / run / mean)


def _volatility(recent: Sequence[Decimal]) -> Decimal | None:
    if len(recent) < _FEWEST_FOR_VOLATILITY or (mean := _mean(recent)) <= 0:
        return None
    return _ratio((_squares(recent, mean) / len(recent)).sqrt() / mean)


def _seasonality(history: Sequence[Decimal], as_of: date) -> Decimal | None:
    if len(history) < _FEWEST_FOR_SEASONALITY:
        return None
    mean = _mean(history)
    total = _squares(history, mean)
    if total == 0:
        return None
    first = last_complete_month(as_of) + 1 - len(history)
    by_calendar: dict[int, list[Decimal]] = {}
    for month, sales in enumerate(history, first):
        by_calendar.setdefault(month % 12, []).append(sales)
    explained = sum(
        (len(sales) * (_mean(sales) - mean) ** 2 for sales in by_calendar.values()), Decimal(0)
    )
    return _ratio(explained / total)


def _concentration(side: Side) -> Decimal | None:
    return _ratio(side.recent_squares / side.recent**2) if side.recent > 0 else None


def _share(part: int, whole: int) -> Decimal | None:
    return _ratio(Decimal(part) / whole) if whole else None


def _mean(months: Sequence[Decimal]) -> Decimal:
    return sum(months, Decimal(0)) / len(months)


def _median(months: Sequence[Decimal]) -> Decimal:
    ordered = sorted(months)
    middle = len(ordered) // 2
    return (ordered[middle] + ordered[-middle - 1]) / 2


def _squares(months: Sequence[Decimal], mean: Decimal) -> Decimal:
    return sum(((month - mean) ** 2 for month in months), Decimal(0))


def _money(amount: Decimal) -> Decimal:
    return amount.quantize(_MONEY)


def _ratio(value: Decimal) -> Decimal:
    return value.quantize(_RATIO)
