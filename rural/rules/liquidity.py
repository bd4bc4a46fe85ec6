"""T1: which loan amounts keep a household's cash above zero in every month of every scenario."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from rural.rules.cashflow import BASE, Scenario
from rural.rules.due_dates import Due
from rural.rules.months import ZERO, money

ONE = Decimal(1)
YEAR = Decimal(12)


@dataclass(frozen=True, slots=True)
class Part:
    """What falls due in a month for each yuan lent."""

    month: int
    principal: Decimal
    interest: Decimal

    @property
    def total(self) -> Decimal:
        return self.principal + self.interest


@dataclass(frozen=True, slots=True)
class Instalment:
    """What falls due in a month, in yuan."""

    month: int
    principal: Decimal
    interest: Decimal

    @property
    def total(self) -> Decimal:
        return self.principal + self.interest


@dataclass(frozen=True, slots=True)
class Bound:
    """One end of the feasible amounts, and where it comes from."""

    amount: Decimal
    scenario: str
    month: int


@dataclass(frozen=True, slots=True)
class Feasible:
    """
    The amounts that pass T1, from `low` to `high`; `low` above `high` means that none does.

    `high` is None where nothing bounds it.
    """

    low: Bound
    high: Bound | None

    @property
    def is_empty(self) -> bool:
        return self.high is not None and self.high.amount < self.low.amount

    def rounded(self, step: Decimal) -> Feasible:
        """Return the multiples of a step that pass: the least upwards, the most downwards."""
        low = Bound(
            _multiple(self.low.amount, step, ROUND_CEILING), self.low.scenario, self.low.month
        )
        if self.high is None:
            return Feasible(low, None)
        most = _multiple(max(self.high.amount, ZERO), step, ROUND_FLOOR)
        return Feasible(low, Bound(most, self.high.scenario, self.high.month))


def parts(dues: Sequence[Due], annual_rate: Decimal) -> tuple[Part, ...]:
    """Return principal and interest for each yuan; interest by months on what is outstanding."""
    found, before, outstanding = [], 0, ONE
    for due in dues:
        interest = outstanding * annual_rate * (due.month - before) / YEAR
        found.append(Part(due.month, due.share, interest))
        before, outstanding = due.month, outstanding - due.share
    return tuple(found)


def instalments(
    amount: Decimal, dues: Sequence[Due], annual_rate: Decimal
) -> tuple[Instalment, ...]:
    """Return the instalments of an amount in cents; principal by its running total."""
    found, share, paid = [], ZERO, ZERO
    for part in parts(dues, annual_rate):
        share += part.principal
        upto = money(amount * share)
        found.append(Instalment(part.month, upto - paid, money(amount * part.interest)))
        paid = upto
    return tuple(found)


def feasible(
    scenarios: Sequence[Scenario],
    plan: Sequence[Part],
    *,
    base_rate: Decimal,
    stress_rate: Decimal,
) -> Feasible:
    """
    Solve T1 for the amount (rural.md §3.6).

    Every condition is linear in the amount L: cash at the end of a month is a + b·L ≥ 0, and an
    instalment is at most a part of the cash on hand on its due date, so the amounts that pass
    are an interval and need no search.

    :param base_rate: part of cash on hand that an instalment may take in `base`, by grade
    :param stress_rate: the same in the other scenarios
    """
    low, high = Bound(ZERO, BASE, 0), None
    for scenario in scenarios:
        rate = base_rate if scenario.code == BASE else stress_rate
        for month, fixed, each in _conditions(scenario, plan, rate):
            if each > 0 and -fixed / each > low.amount:
                low = Bound(-fixed / each, scenario.code, month)
            elif each < 0 and (high is None or fixed / -each < high.amount):
                high = Bound(fixed / -each, scenario.code, month)
            elif each == 0 and fixed < 0 and (high is None or high.amount >= 0):
                high = Bound(-ONE, scenario.code, month)
    return Feasible(low, high)


def cash(scenario: Scenario, amount: Decimal, due: Sequence[Instalment]) -> tuple[Decimal, ...]:
    """Return cash at the end of each month with a loan of `amount`, paid out in month 0."""
    months, paid = [], ZERO
    by_month = {each.month: each.total for each in due}
    for month, standing in enumerate(scenario.cumulative):
        paid += by_month.get(month, ZERO)
        months.append(standing + amount - paid)
    return tuple(months)


def _conditions(
    scenario: Scenario, plan: Sequence[Part], rate: Decimal
) -> Iterator[tuple[int, Decimal, Decimal]]:
    """Yield month, a and b of each condition a + b·L ≥ 0."""
    due = {part.month: part.total for part in plan}
    kept = ONE
    for month, standing in enumerate(scenario.cumulative):
        if month in due:
            yield month, rate * standing, rate * kept - due[month]
            kept -= due[month]
        yield month, standing, kept


def _multiple(amount: Decimal, step: Decimal, mode: str) -> Decimal:
    return (amount / step).quantize(ONE, mode) * step
