"""Every threshold of the capacity assessment; a lender's versioned data, none of them in code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from lending.rules.codec import decoded, encoded

ONE = Decimal(1)
# A limit is in yuan; more than this is a typing error.
LARGEST = Decimal(10) ** 8


class InvalidPolicy(ValueError):
    """The policy cannot be read: a field is missing, unknown or of another type."""


@dataclass(frozen=True, slots=True)
class Grade:
    """What a household's grade allows: part of cash for an instalment, base of the formula."""

    code: str
    cash_rate: Decimal
    base_amount: Decimal


@dataclass(frozen=True, slots=True)
class CalendarShare:
    """The part of a year's amount that falls in a calendar month (1–12)."""

    month: int
    share: Decimal


@dataclass(frozen=True, slots=True)
class Spending:
    """When a year's spending, rent or subsidy falls; without months evenly over the year."""

    item: str
    months: tuple[CalendarShare, ...] = ()


@dataclass(frozen=True, slots=True)
class Stress:
    """How hard each scenario presses, one at a time."""

    yield_drop: Decimal
    price_drop: Decimal
    wage_drop: Decimal
    delay_months: int
    mortality_add: Decimal


@dataclass(frozen=True, slots=True)
class Formula:
    """T5: base by grade + part of assets + part of operating income, up to a cap."""

    asset_rate: Decimal
    income_rate: Decimal
    cap: Decimal


@dataclass(frozen=True, slots=True)
class Policy:
    """
    Rates are fractions; amounts yuan; areas mu.

    `cash_rate` of a grade is what one instalment may take of the cash on hand in `base`,
    `stress_cash_rate` in the other scenarios. `horizon_min` and `horizon_max` bound the months
    looked at: the last due date ends them. `share_step` is what shares of due dates are rounded
    to; `due_every` how many months a business without seasons has between due dates; `due_day`
    the day of a due month. An assessment is good for `valid_days`, its papers stay `kept_years`.
    """

    grades: tuple[Grade, ...]
    horizon_min: int
    horizon_max: int
    yield_cap_rate: Decimal
    price_cap_rate: Decimal
    marketed_rate: Decimal
    cost_low_rate: Decimal
    cost_high_rate: Decimal
    figure_tolerance: Decimal
    area_tolerance: Decimal
    satellite_confidence: Decimal
    opening_cash_rate: Decimal
    unproven_deposit_rate: Decimal
    unproven_asset_rate: Decimal
    wage_verified_rate: Decimal
    wage_declared_rate: Decimal
    wage_remitted_rate: Decimal
    wage_idle_months: tuple[int, ...]
    spending: tuple[Spending, ...]
    stress: Stress
    stress_cash_rate: Decimal
    burden_rate: Decimal
    burden_stop_rate: Decimal
    purpose_rate: Decimal
    debt_rate: Decimal
    formula: Formula
    due_after_sale_months: int
    due_every: int
    due_day: int
    valid_days: int
    kept_years: int
    share_step: Decimal
    limit_step: Decimal

    def grade(self, code: str) -> Grade | None:
        """Return a grade that may be lent to, or None: the others get no credit."""
        return next((grade for grade in self.grades if grade.code == code), None)

    def to_json(self) -> dict[str, Any]:
        return dict(encoded(self))


def read(data: Mapping[str, Any]) -> Policy:
    """
    Read a policy from JSON values.

    :raises InvalidPolicy: naming the field that is missing, unknown or of another type
    """
    return decoded(Policy, data, InvalidPolicy)


@dataclass(frozen=True, slots=True)
class Problem:
    """A figure outside its range: JSON pointer, what it is, the lowest and highest allowed."""

    pointer: str
    value: Decimal
    low: Decimal
    high: Decimal


_RANGES: tuple[tuple[str, str, str], ...] = (
    ("horizon_min", "6", "36"),
    ("horizon_max", "6", "36"),
    ("yield_cap_rate", "0.5", "2"),
    ("price_cap_rate", "0.5", "2"),
    ("marketed_rate", "0", "1"),
    ("cost_low_rate", "0", "1"),
    ("cost_high_rate", "1", "10"),
    ("figure_tolerance", "0", "1"),
    ("area_tolerance", "0", "1"),
    ("satellite_confidence", "0", "1"),
    ("opening_cash_rate", "0", "1"),
    ("unproven_deposit_rate", "0", "1"),
    ("unproven_asset_rate", "0", "1"),
    ("wage_verified_rate", "0", "1"),
    ("wage_declared_rate", "0", "1"),
    ("wage_remitted_rate", "0", "1"),
    ("stress/yield_drop", "0", "1"),
    ("stress/price_drop", "0", "1"),
    ("stress/wage_drop", "0", "1"),
    ("stress/delay_months", "0", "12"),
    ("stress/mortality_add", "0", "1"),
    ("stress_cash_rate", "0.01", "1"),
    ("burden_rate", "0", "1"),
    ("burden_stop_rate", "0", "1"),
    ("purpose_rate", "0", "1"),
    ("debt_rate", "0", "1"),
    ("formula/asset_rate", "0", "1"),
    ("formula/income_rate", "0", "1"),
    ("formula/cap", "0", str(LARGEST)),
    ("due_after_sale_months", "0", "12"),
    ("due_every", "1", "12"),
    ("due_day", "1", "28"),
    ("valid_days", "1", "365"),
    ("kept_years", "5", "30"),
    ("share_step", "0.01", "0.5"),
    ("limit_step", "1", "10000"),
)


def ranges() -> tuple[tuple[str, Decimal, Decimal], ...]:
    """Return each figure's path with the lowest and the highest value that it may have."""
    return tuple((path, Decimal(low), Decimal(high)) for path, low, high in _RANGES)


def problems(policy: Policy) -> Iterator[Problem]:
    """Yield the figures that lie outside their range, and what contradicts itself."""
    for path, low, high in ranges():
        value = Decimal(_at(policy, path))
        if not low <= value <= high:
            yield Problem(f"/{path}", value, low, high)
    if policy.horizon_max < policy.horizon_min:
        yield Problem(
            "/horizon_max", Decimal(policy.horizon_max), Decimal(policy.horizon_min), Decimal(36)
        )
    if policy.burden_stop_rate < policy.burden_rate:
        yield Problem("/burden_stop_rate", policy.burden_stop_rate, policy.burden_rate, ONE)
    yield from _grade_problems(policy)
    yield from _month_problems(policy)


def _grade_problems(policy: Policy) -> Iterator[Problem]:
    if not policy.grades:
        yield Problem("/grades", Decimal(0), ONE, Decimal(20))
    for at, grade in enumerate(policy.grades):
        if not Decimal("0.01") <= grade.cash_rate <= 1:
            yield Problem(f"/grades/{at}/cash_rate", grade.cash_rate, Decimal("0.01"), ONE)
        if not 0 <= grade.base_amount <= LARGEST:
            yield Problem(f"/grades/{at}/base_amount", grade.base_amount, Decimal(0), LARGEST)


def _month_problems(policy: Policy) -> Iterator[Problem]:
    for at, month in enumerate(policy.wage_idle_months):
        if not 1 <= month <= 12:
            yield Problem(f"/wage_idle_months/{at}", Decimal(month), ONE, Decimal(12))
    for at, spending in enumerate(policy.spending):
        for part in spending.months:
            if not 1 <= part.month <= 12:
                yield Problem(f"/spending/{at}/months", Decimal(part.month), ONE, Decimal(12))
        whole = sum((part.share for part in spending.months), Decimal(0))
        if spending.months and whole != 1:
            yield Problem(f"/spending/{at}/months", whole, ONE, ONE)


def _at(policy: Policy, path: str) -> Any:
    value: Any = policy
    for name in path.split("/"):
        value = getattr(value, name)
    return value
