"""One line of business as the cash flow sees it: what comes in and goes out in which month."""

from __future__ import annotations

from dataclasses import dataclass

from rural.rules.months import MonthAmount


@dataclass(frozen=True, slots=True)
class Production:
    """
    A crop cycle or a herd, on adjusted figures.

    Cycles of one `code` are one enterprise: a bad year for wheat is bad for every wheat harvest.
    `inputs` is the part of `costs` that a loan may finance: all of a crop's, one batch's.
    `is_standing` if it began before the loan; `is_seasonless` if it sells all the year round;
    `outbreak` is what it would bring and cost if disease came, None where it can't or where an
    insurance pays.
    """

    kind: str
    code: str
    label: str
    receipts: tuple[MonthAmount, ...]
    costs: tuple[MonthAmount, ...]
    inputs: tuple[MonthAmount, ...]
    is_standing: bool = False
    is_financed: bool = True
    is_seasonless: bool = False
    outbreak_receipts: tuple[MonthAmount, ...] | None = None
    outbreak_costs: tuple[MonthAmount, ...] | None = None
