"""What was agreed when a loan was signed; frozen from then on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from lending.rules.calendar import Unit, regular_due_dates, step
from lending.rules.codec import decoded, encoded
from lending.rules.fees import Fee
from lending.rules.rounding import Rounding

ZERO = Decimal(0)


class Method(StrEnum):
    """How principal comes back."""

    EQUAL_INSTALMENT = "equal_instalment"
    EQUAL_PRINCIPAL = "equal_principal"
    INTEREST_ONLY = "interest_only"  # interest each due date, principal on the last
    BULLET = "bullet"  # everything on the last due date
    REVOLVING = "revolving"  # drawn and repaid at will up to the limit; daily interest
    CUSTOM = "custom"  # a share of the principal on each of the given due dates


class DayCount(StrEnum):
    """How a stretch of days becomes a part of a year; see `daycount`."""

    THIRTY_360 = "30/360"
    ACTUAL_360 = "actual/360"
    ACTUAL_364 = "actual/364"  # a year of 52 weeks
    ACTUAL_365 = "actual/365"
    ACTUAL_ACTUAL = "actual/actual"


class Interest(StrEnum):
    """What interest is charged on."""

    DECLINING = "declining"  # the principal outstanding, day by day
    FLAT = "flat"  # the original principal, spread evenly over the instalments


class BrokenPeriod(StrEnum):
    """Where the interest of the days before the first regular period goes."""

    WITHIN = "within"  # the first period is longer; an equal instalment allows for it
    FIRST = "first"  # on top of the first instalment
    SPREAD = "spread"  # on top of all instalments, in equal parts


@dataclass(frozen=True, slots=True)
class Terms:
    """
    The terms of one loan.

    `principal` is the amount agreed, for REVOLVING the limit; what is owed comes from disbursed
    events only. `annual_rate` is simple, per year, as a fraction (0.219). Due dates are given, or
    made from `periods` × `every` `unit`, starting one step after `starts_on` or on `first_due_on`;
    a date that the month does not have falls on its last day, and the day comes back in the next
    month. `penalty_rate` is a yearly surcharge on overdue principal, which goes on bearing the
    contractual rate as well; penalties bear no penalties.

    `principal_shares` belong to CUSTOM and sum to 1: what part of the principal falls due on each
    due date (0 for interest alone). Of a balance that is planned anew they are its proportions.

    The remaining options vary a schedule: see `docs/engine.md`.
    """

    principal: Decimal
    currency: str
    annual_rate: Decimal
    method: Method
    day_count: DayCount
    starts_on: date
    due_dates: tuple[date, ...] = ()
    periods: int = 0
    every: int = 1
    unit: Unit = Unit.MONTHS
    first_due_on: date | None = None
    principal_shares: tuple[Decimal, ...] = ()
    penalty_rate: Decimal = ZERO
    fees: tuple[Fee, ...] = ()
    rounding: Rounding = field(default_factory=Rounding)
    interest: Interest = Interest.DECLINING
    # The equal instalment comes from rate × every/12 although interest runs by days.
    level_by_period: bool = False
    fixed_instalment: Decimal | None = None
    fixed_principal: Decimal | None = None
    grace_principal_periods: int = 0
    grace_interest_periods: int = 0
    down_payment_rate: Decimal = ZERO
    broken_period: BrokenPeriod = BrokenPeriod.WITHIN

    def __post_init__(self) -> None:
        if not self.due_dates:
            object.__setattr__(self, "due_dates", self._regular_due_dates())
        self._check()

    def _regular_due_dates(self) -> tuple[date, ...]:
        return regular_due_dates(
            self.starts_on, self.periods, self.every, self.unit, self.first_due_on
        )

    def _check(self) -> None:
        problems = {
            "principal must be positive": self.principal <= 0,
            "rates can't be negative": self.annual_rate < 0 or self.penalty_rate < 0,
            "give due dates, or a number of periods": not self.due_dates,
            "the first due date lies before the start": bool(self.due_dates)
            and self.due_dates[0] < self.starts_on,
            "due dates must ascend": any(
                later <= earlier
                for earlier, later in zip(self.due_dates, self.due_dates[1:], strict=False)
            ),
            "grace leaves no period for principal": self.grace_principal_periods
            >= max(len(self.due_dates), 1),
            "grace leaves no period for interest": self.grace_interest_periods
            >= max(len(self.due_dates), 1),
        }
        problems |= self._misplaced_shares()
        found = [problem for problem, present in problems.items() if present]
        if found:
            raise InvalidTerms("; ".join(found))

    def _misplaced_shares(self) -> dict[str, bool]:
        shares = self.principal_shares
        if self.method is not Method.CUSTOM:
            return {"principal shares belong to the custom method": bool(shares)}
        return {
            "give one principal share per due date": len(shares) != len(self.due_dates),
            "principal shares must sum to 1": sum(shares) != 1,
            "no share may be negative, and the last must be positive": min(shares, default=ZERO)
            < 0
            or not shares
            or shares[-1] <= 0,
        }

    @property
    def regular_from(self) -> date:
        """The day on which the first regular period starts: one step before the first due date."""
        return step(self.due_dates[0], -self.every, self.unit)

    @property
    def ends_on(self) -> date:
        """The last due date."""
        return self.due_dates[-1]

    def to_json(self) -> dict[str, Any]:
        """Write the terms as JSON values: decimal strings, ISO dates, due dates spelled out."""
        return dict(encoded(self))

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Terms:
        """
        Read what `to_json` wrote, or a person; what is left out has its default.

        :raises InvalidTerms: naming the field that is missing, unknown or malformed
        """
        return decoded(cls, data, InvalidTerms)


class InvalidTerms(ValueError):
    """The terms contradict themselves; a door or a product check should have said so before."""
