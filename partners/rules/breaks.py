"""What a difference between our row and the bank's is called, and what may be done about it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from partners.rules.files.reading import Line


class BreakType(StrEnum):
    """The break catalogue."""

    ROUNDING = "ROUNDING"
    VALUE_DATE = "VALUE_DATE"
    MISSING_THEIRS = "MISSING_THEIRS"
    MISSING_OURS = "MISSING_OURS"
    AMOUNT = "AMOUNT"
    STATUS = "STATUS"
    DUPLICATE = "DUPLICATE"
    CLASSIFICATION = "CLASSIFICATION"


class Verdict(StrEnum):
    """What becomes of a break without anybody: resolved, held until it clears, or a person's."""

    RESOLVE = "RESOLVE"
    HOLD = "HOLD"
    QUEUE = "QUEUE"


@dataclass(frozen=True, slots=True)
class Tolerance:
    """
    What resolves or holds itself, and how many days the rest may take.

    Amounts in the settlement's currency; the values are the defaults of co-lending.md §2.7.
    """

    line: Decimal = Decimal("0.01")
    day: Decimal = Decimal("1.00")
    value_date_days: int = 1
    sla_days: int = 1


@dataclass(frozen=True, slots=True)
class Difference:
    """One column that the two rows do not agree on, as it stands in each file."""

    column: str
    ours: str
    theirs: str


@dataclass(frozen=True, slots=True)
class Break:
    """
    One difference to be explained: a pair of rows that disagree, or a row without another.

    `amount` is the bank's part by their file less the same by ours: what is at stake.
    """

    type: BreakType
    key: str
    verdict: Verdict
    amount: Decimal
    ours: Line | None = None
    theirs: Line | None = None
    differences: tuple[Difference, ...] = ()
