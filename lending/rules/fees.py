"""Fees that the terms name; a fee that they do not name cannot be charged in a quote."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

ZERO = Decimal(0)


class Timing(StrEnum):
    """When a fee is collected."""

    UPFRONT = "upfront"  # withheld from the disbursement
    INSTALMENT = "instalment"  # with every instalment
    DEFAULT = "default"  # only when something goes wrong; never part of the normal cost


@dataclass(frozen=True, slots=True)
class Fee:
    """
    One fee: a fixed `amount`, or `rate` × principal, or both added.

    `collected_by` names who receives it (the lender, a guarantor, a platform): the all-in cost
    counts every fee, whoever collects it.
    """

    code: str
    name: str
    timing: Timing = Timing.UPFRONT
    amount: Decimal = ZERO
    rate: Decimal = ZERO
    collected_by: str = "lender"

    def on(self, principal: Decimal) -> Decimal:
        """Work out the fee, unrounded, on a principal."""
        return self.amount + self.rate * principal
