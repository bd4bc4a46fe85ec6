"""
A repayment plan: on which dates what share of the principal comes back.

Whoever knows the borrower's harvests sets it before there is an amount; products of the custom
method are repaid by it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from itertools import pairwise
from typing import Any

ZERO = Decimal(0)
MOST_DATES = 120


class Flaw(StrEnum):
    """What may be wrong with a plan."""

    NOT_A_LIST = "not a list of the right length"
    NOT_A_DATE = "not an ISO date"
    NOT_A_DECIMAL = "not a decimal string"
    NOT_ASCENDING = "the dates do not ascend"
    NOT_AFTER_START = "the first date is not after the start"
    NOT_ONE_EACH = "not one share for each date"
    OUT_OF_RANGE = "a share is negative, or the last is not above 0"
    NOT_ONE = "the shares do not sum to 1"


@dataclass(frozen=True, slots=True)
class Plan:
    """Due dates in order, and for each its share of the principal; the shares sum to 1."""

    due_dates: tuple[date, ...]
    shares: tuple[Decimal, ...]

    def to_json(self) -> dict[str, list[str]]:
        """Write the plan as ISO dates and decimal strings."""
        return {
            "due_dates": [day.isoformat() for day in self.due_dates],
            "shares": [format(share, "f") for share in self.shares],
        }

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Plan:
        """
        Read a plan.

        :raises InvalidPlan: naming the part that is missing or malformed
        """
        due_dates, shares = _list(data, "due_dates"), _list(data, "shares")
        return cls(tuple(map(_day, due_dates)), tuple(map(_share, shares)))

    def check(self, starts_on: date) -> None:
        """
        Let a plan pass by which a loan of a day can be repaid.

        :raises InvalidPlan: naming the part that does not fit and how
        """
        days = self.due_dates
        if any(later <= earlier for earlier, later in pairwise(days)):
            raise InvalidPlan("due_dates", _told(days), Flaw.NOT_ASCENDING)
        if days[0] <= starts_on:
            raise InvalidPlan("due_dates", str(days[0]), Flaw.NOT_AFTER_START)
        if len(self.shares) != len(days):
            raise InvalidPlan("shares", _told(self.shares), Flaw.NOT_ONE_EACH)
        if min(self.shares) < 0 or self.shares[-1] <= 0:
            raise InvalidPlan("shares", _told(self.shares), Flaw.OUT_OF_RANGE)
        if sum(self.shares, ZERO) != 1:
            raise InvalidPlan("shares", _told(self.shares), Flaw.NOT_ONE)


class InvalidPlan(ValueError):
    """A part of a plan does not fit: `part` is "due_dates" or "shares"."""

    def __init__(self, part: str, value: str, flaw: Flaw) -> None:
        super().__init__(f"{part}: {value}: {flaw}")
        self.part, self.value, self.flaw = part, value, flaw


def once(due_on: date) -> Plan:
    """Return the plan by which everything comes back on one day."""
    return Plan((due_on,), (Decimal(1),))


def _list(data: Mapping[str, Any], part: str) -> Sequence[Any]:
    value = data.get(part)
    if not isinstance(value, list | tuple) or not 0 < len(value) <= MOST_DATES:
        raise InvalidPlan(part, str(value)[:80], Flaw.NOT_A_LIST)
    return value


def _day(value: object) -> date:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise InvalidPlan("due_dates", str(value)[:80], Flaw.NOT_A_DATE) from None


def _share(value: object) -> Decimal:
    try:
        share = Decimal(value) if isinstance(value, str | int | Decimal) else Decimal("NaN")
    except InvalidOperation:
        share = Decimal("NaN")
    if not share.is_finite():
        raise InvalidPlan("shares", str(value)[:80], Flaw.NOT_A_DECIMAL)
    return share


def _told(values: Sequence[object]) -> str:
    return ", ".join(map(str, values))[:80]
