"""A firm's invoices summed up as of a date: all that features are computed from."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import numpy as np
import numpy.typing as npt

# How many complete months the recent windows have.
RECENT_MONTHS = 12


@dataclass(frozen=True, slots=True)
class Invoices:
    """
    One firm's invoices as arrays of one length, in any order.

    `net` is the amount without tax in minor units (fen), negative for credit notes.
    `counterparty` may be of any comparable type.
    """

    is_sale: npt.NDArray[np.bool_]
    issued_on: npt.NDArray[np.datetime64]
    counterparty: npt.NDArray[np.generic]
    net: npt.NDArray[np.int64]
    is_void: npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Side:
    """
    The other parties of one direction.

    `parties` counts those with a valid invoice at any time. `recent` and `recent_squares` are
    the sum, and the sum of squares, of what each party's valid invoices came to in the recent
    window, of those for which it is above zero.
    """

    parties: int = 0
    recent: Decimal = Decimal(0)
    recent_squares: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Summary:
    """
    Counts and sums of the invoices issued on or before a date; amounts net of tax.

    `sales_by_month` maps a month's index (12 · year + month − 1) to its valid sales; months
    without a valid sale are absent. Void invoices count in `void_sales` only.
    """

    sales_by_month: Mapping[int, Decimal]
    sales: int
    void_sales: int
    negative_sales: int
    purchases: int
    purchases_total: Decimal
    last_sale_on: date | None
    buyers: Side
    sellers: Side


def month_index(day: date) -> int:
    """Number the calendar months without gaps: 12 · year + month − 1."""
    return 12 * day.year + day.month - 1


def last_complete_month(as_of: date) -> int:
    """Return the index of the last calendar month that had ended by the end of `as_of`."""
    ends = (as_of + timedelta(days=1)).day == 1
    return month_index(as_of) if ends else month_index(as_of) - 1


def recent_window(as_of: date) -> tuple[date, date]:
    """Return the first and the last day of the last twelve complete months."""
    last = last_complete_month(as_of)
    return _first_day(last - RECENT_MONTHS + 1), _first_day(last + 1) - timedelta(days=1)


def _first_day(month: int) -> date:
    return date(month // 12, month % 12 + 1, 1)


def summed_up(invoices: Invoices, as_of: date, *, exponent: int = 2) -> Summary:
    """
    Sum up the invoices issued on or before `as_of`; later ones change nothing.

    :param exponent: decimals of the currency, to turn minor units into amounts
    """
    known = invoices.issued_on <= np.datetime64(as_of)
    valid = known & ~invoices.is_void
    sold = valid & invoices.is_sale
    bought = valid & ~invoices.is_sale
    window = recent_window(as_of)
    return Summary(
        sales_by_month=_by_month(invoices, sold, exponent),
        sales=int(sold.sum()),
        void_sales=int((known & invoices.is_void & invoices.is_sale).sum()),
        negative_sales=int((sold & (invoices.net < 0)).sum()),
        purchases=int(bought.sum()),
        purchases_total=_amount(int(invoices.net[bought].sum()), exponent),
        last_sale_on=invoices.issued_on[sold].max().item() if sold.any() else None,
        buyers=_side(invoices, sold, window, exponent),
        sellers=_side(invoices, bought, window, exponent),
    )


def _amount(minor: int, exponent: int) -> Decimal:
    return Decimal(minor).scaleb(-exponent)


def _by_month(
    invoices: Invoices, chosen: npt.NDArray[np.bool_], exponent: int
) -> dict[int, Decimal]:
    # numpy counts months from January 1970.
    months = invoices.issued_on[chosen].astype("datetime64[M]").astype(np.int64) + 12 * 1970
    found, place = np.unique(months, return_inverse=True)
    sums = np.zeros(len(found), dtype=np.int64)
    np.add.at(sums, place, invoices.net[chosen])
    pairs = zip(found.tolist(), sums.tolist(), strict=True)
    return {month: _amount(total, exponent) for month, total in pairs}


def _side(
    invoices: Invoices,
    chosen: npt.NDArray[np.bool_],
    window: tuple[date, date],
    exponent: int,
) -> Side:
    parties, place = np.unique(invoices.counterparty[chosen], return_inverse=True)
    days = invoices.issued_on[chosen]
    recent = (days >= np.datetime64(window[0])) & (days <= np.datetime64(window[1]))
    sums = np.zeros(len(parties), dtype=np.int64)
    np.add.at(sums, place[recent], invoices.net[chosen][recent])
    # Squares of fen overflow 64 bits, so they are summed as Python integers.
    positive = [total for total in sums.tolist() if total > 0]
    return Side(
        len(parties),
        _amount(sum(positive), exponent),
        _amount(sum(total * total for total in positive), 2 * exponent),
    )
