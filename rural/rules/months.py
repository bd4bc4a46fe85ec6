"""Calendar months as counted from the month of a loan, and amounts that belong to them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class MonthAmount:
    """Yuan (or yuan a mu) in one month; `month` is any day of it."""

    month: date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class MonthShare:
    """A part of a whole in one month, as a fraction."""

    month: date
    share: Decimal


def index(month: date, start: date) -> int:
    """Return how many months a month lies after the start; negative before it."""
    return (month.year - start.year) * 12 + month.month - start.month


def shifted(month: date, by: int) -> date:
    """Return the first day of the month that lies `by` months later."""
    year, month0 = divmod(month.year * 12 + month.month - 1 + by, 12)
    return date(year, month0 + 1, 1)


def money(amount: Decimal) -> Decimal:
    """Round to the cent, halves up."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def row(amounts: Iterable[MonthAmount], start: date, length: int) -> tuple[Decimal, ...]:
    """Return amounts as one row of `length` months; what lies outside is left out."""
    months = [ZERO] * length
    for each in amounts:
        at = index(each.month, start)
        if 0 <= at < length:
            months[at] += each.amount
    return tuple(months)


def added(*rows: tuple[Decimal, ...]) -> tuple[Decimal, ...]:
    """Add rows of equal length, month by month."""
    return tuple(sum(column, ZERO) for column in zip(*rows, strict=True))


def delayed(months: tuple[Decimal, ...], by: int) -> tuple[Decimal, ...]:
    """Return a row whose amounts come `by` months later; what passes the end is lost."""
    return ((ZERO,) * by + months)[: len(months)]


def plain(amount: Decimal) -> Decimal:
    """Return a column's amount as it is written on paper, without its spare decimals."""
    return amount.quantize(CENT) if amount % 1 else amount.quantize(Decimal(1))
