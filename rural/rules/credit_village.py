"""
Whether a village is a credit village: guard rails for a portfolio, not for one farmer.

Thresholds are a lender's data; those of the Chinese practice (domain text: rural, §3.1): credit
households ≥ 70 % of households, ≥ 85 % of borrowing households without arrears, NPL stock < 5 %,
its yearly increment < 1 %.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Shortfall(StrEnum):
    """What a village lacks to be a credit village."""

    FEW_LENDABLE = "few_lendable"
    ARREARS = "arrears"
    NPL_STOCK = "npl_stock"
    NPL_INCREASE = "npl_increase"


@dataclass(frozen=True, slots=True)
class Rails:
    """Fractions: the first two are reached, the last two must stay below."""

    min_lendable: Decimal
    min_without_arrears: Decimal
    npl_below: Decimal
    npl_increase_below: Decimal


@dataclass(frozen=True, slots=True)
class VillageFigures:
    """What is counted in one village; principals in one currency."""

    households: int
    lendable: int
    borrowing: int
    in_arrears: int
    outstanding: Decimal
    npl: Decimal
    npl_a_year_ago: Decimal


def shortfalls(figures: VillageFigures, rails: Rails) -> tuple[Shortfall, ...]:
    """Return what a village lacks; none: it is a credit village."""
    without_arrears = figures.borrowing - figures.in_arrears
    outstanding = figures.outstanding
    increase = figures.npl - figures.npl_a_year_ago
    lacks = {
        Shortfall.FEW_LENDABLE: figures.lendable < rails.min_lendable * max(figures.households, 1),
        Shortfall.ARREARS: without_arrears < rails.min_without_arrears * figures.borrowing,
        Shortfall.NPL_STOCK: bool(outstanding) and figures.npl >= rails.npl_below * outstanding,
        Shortfall.NPL_INCREASE: bool(outstanding)
        and increase >= rails.npl_increase_below * outstanding,
    }
    return tuple(lack for lack, is_so in lacks.items() if is_so)
