"""When a village partner's own book is too bad to let him recommend (domain text: rural, §3.8)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum


class Cause(StrEnum):
    """Which limit was passed."""

    FIRST_DEFAULTS = "first_defaults"
    LATE = "late"


@dataclass(frozen=True, slots=True)
class Limits:
    """Shares as fractions; a book of fewer than `min_loans` says nothing."""

    max_first_defaults: Decimal
    max_late: Decimal
    min_loans: int


@dataclass(frozen=True, slots=True)
class Book:
    """
    The loans that one partner recommended.

    First defaults are counted in loans, among those whose first due date is long enough past to
    tell; `late` is the outstanding principal of loans in M2 or worse.
    """

    loans: int
    first_dues: int
    first_defaults: int
    outstanding: Decimal
    late: Decimal

    @property
    def first_default_share(self) -> Decimal:
        """The part of the loans that could tell which failed on their first due date."""
        return Decimal(self.first_defaults) / self.first_dues if self.first_dues else Decimal(0)

    @property
    def late_share(self) -> Decimal:
        """The part of the outstanding principal that is in M2 or worse."""
        return self.late / self.outstanding if self.outstanding else Decimal(0)


def causes(book: Book, limits: Limits) -> tuple[Cause, ...]:
    """Return the limits that a book passes: more than, not as much as."""
    if book.loans < limits.min_loans:
        return ()
    passed = {
        Cause.FIRST_DEFAULTS: book.first_default_share > limits.max_first_defaults,
        Cause.LATE: book.late_share > limits.max_late,
    }
    return tuple(cause for cause, is_passed in passed.items() if is_passed)
