"""
The six tests of what a household can repay (rural.md §3.6), and the limit that follows.

A `Case` holds everything as declared, a `Policy` every threshold; `assess` is a pure function
of the two, so that an assessment can be replayed years later.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_FLOOR, Decimal
from enum import StrEnum
from typing import Any

from lending.rules.codec import decoded, encoded
from rural.rules import crops, due_dates, household, liquidity, livestock
from rural.rules.adjustments import Adjustment, Notes
from rural.rules.cashflow import Books, Line, Scenario, sales, scenarios
from rural.rules.crops import CropCycle
from rural.rules.due_dates import Due
from rural.rules.household import Home
from rural.rules.liquidity import Feasible, Instalment
from rural.rules.livestock import FatteningHerd, YieldingHerd
from rural.rules.months import ZERO, MonthAmount, added, row
from rural.rules.origin import Origin
from rural.rules.policy import Policy
from rural.rules.production import Production

ONE = Decimal(1)
YEAR = Decimal(12)


class InvalidCase(ValueError):
    """A stored case cannot be read: a field is missing, unknown or of another type."""


class Verdict(StrEnum):
    """What an assessment says."""

    LEND = "lend"
    BELOW_MINIMUM = "below_minimum"  # the limit is less than the product's smallest amount
    TOO_SMALL = "too_small"  # the limit is less than what keeps cash above zero (T1)
    ILLIQUID = "illiquid"  # no amount passes T1
    OVERBURDENED = "overburdened"  # what is owed already passes the hard stop of T2
    NO_GRADE = "no_grade"  # this grade gets no credit
    BLOCKED = "blocked"  # an adjustment blocks until it is cleared up


@dataclass(frozen=True, slots=True)
class Cap:
    """An upper limit from elsewhere, in yuan: product, regulation, funder, programme."""

    name: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Case:
    """
    One household and one loan, as declared; `start` is any day of the month of the loan.

    Without `dues` the schedule follows the sales; the what-if form gives its own.
    """

    start: date
    grade: str
    annual_rate: Decimal
    minimum: Decimal
    caps: tuple[Cap, ...]
    home: Home
    crops: tuple[CropCycle, ...] = ()
    batches: tuple[FatteningHerd, ...] = ()
    herds: tuple[YieldingHerd, ...] = ()
    dues: tuple[Due, ...] = ()
    origin: Origin = field(default_factory=Origin)

    def to_json(self) -> dict[str, Any]:
        return dict(encoded(self))


@dataclass(frozen=True, slots=True)
class Test:
    """One of T1–T6: the amount that it allows, and what made it so."""

    __test__ = False  # not one of pytest's

    code: str
    amount: Decimal
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Tightest:
    """The month with least cash, and in which scenario."""

    scenario: str
    month: int
    cash: Decimal


@dataclass(frozen=True, slots=True)
class Month:
    """One month of one scenario with the loan; `cash` is what is left at its end."""

    received: Decimal
    paid: Decimal
    instalment: Decimal
    cash: Decimal


@dataclass(frozen=True, slots=True)
class Outcome:
    """One scenario month by month, with a loan of the limit."""

    code: str
    receipts: Decimal
    payments: Decimal
    surplus: Decimal
    months: tuple[Month, ...]


@dataclass(frozen=True, slots=True)
class Assessment:
    """
    What the rules say; `limit` is 0 unless the verdict is to lend.

    `ceiling` is the smallest of the six, rounded down, whatever the verdict; the scenarios and
    instalments are those of a loan of `ceiling`.
    """

    verdict: Verdict
    limit: Decimal
    ceiling: Decimal
    binding: str
    feasible_from: Decimal
    feasible_to: Decimal | None
    burden_stop: Decimal
    tests: tuple[Test, ...]
    dues: tuple[Due, ...]
    instalments: tuple[Instalment, ...]
    scenarios: tuple[Outcome, ...]
    tightest: Tightest
    lines: tuple[Line, ...]
    adjustments: tuple[Adjustment, ...]
    horizon: int

    def to_json(self) -> dict[str, Any]:
        return dict(encoded(self))


@dataclass(frozen=True, slots=True)
class Prepared:
    """A case on adjusted figures, ready for any amount."""

    policy: Policy
    books: Books
    scenarios: tuple[Scenario, ...]
    dues: tuple[Due, ...]
    lines: tuple[Line, ...]
    adjustments: tuple[Adjustment, ...]
    assets: Decimal
    debts: Decimal
    service: Decimal
    purpose: Decimal
    income: Decimal = field(default=ZERO)


def read(data: Any) -> Case:
    """
    Read what `Case.to_json` wrote.

    :raises InvalidCase: naming the offending field
    """
    return decoded(Case, data, InvalidCase)


def read_result(data: Any) -> Assessment:
    """
    Read what `Assessment.to_json` wrote.

    :raises InvalidCase: naming the offending field
    """
    return decoded(Assessment, data, InvalidCase)


def assess(case: Case, policy: Policy) -> Assessment:
    """Return the six numbers, the limit, the schedule and every month of every scenario."""
    prepared = prepare(case, policy)
    room = solve(prepared, case)
    tests = six(prepared, case, room)
    binding = min(tests, key=lambda test: (test.amount, test.code))
    ceiling = floored(max(binding.amount, ZERO), policy.limit_step)
    verdict = _verdict(prepared, case, room, ceiling)
    due = liquidity.instalments(ceiling, prepared.dues, case.annual_rate)
    outcomes = outcomes_of(prepared, ceiling, due)
    return Assessment(
        verdict=verdict,
        limit=ceiling if verdict is Verdict.LEND else ZERO,
        ceiling=ceiling,
        binding="T1" if verdict in (Verdict.TOO_SMALL, Verdict.ILLIQUID) else binding.code,
        feasible_from=room.low.amount,
        feasible_to=None if room.high is None else room.high.amount,
        burden_stop=_burden(prepared, case, policy.burden_stop_rate),
        tests=tests,
        dues=prepared.dues,
        instalments=due,
        scenarios=outcomes,
        tightest=tightest(outcomes),
        lines=prepared.lines,
        adjustments=prepared.adjustments,
        horizon=prepared.books.horizon,
    )


def prepare(case: Case, policy: Policy) -> Prepared:
    """Adjust what was declared, plan the due dates and lay out the months."""
    start = case.start.replace(day=1)
    found: list[Adjustment] = []
    productions = tuple(_productions(case, policy, start, found))
    planned = case.dues or due_dates.planned(productions, policy, start)
    # Without a sale the loan is paid from wages, in one sum at the end.
    dues = planned or (Due(policy.horizon_min - 1, ONE),)
    horizon = due_dates.horizon(dues, policy)
    notes = Notes("household", found)
    home = case.home
    wages = tuple(household.wages(home, policy, start, horizon, notes))
    assets, savings = household.counted(home.assets, policy, notes)
    spending = household.outlays(home, policy, start, horizon, notes)
    service = tuple(household.service(home.debts, start, horizon))
    payments = {name: tuple(months) for name, months in spending.items()}
    payments |= {"debt_service": service}
    transfers = tuple(household.transfers(home, policy, start, horizon))
    books = Books(
        start=start,
        horizon=horizon,
        opening=policy.opening_cash_rate * savings,
        productions=productions,
        wages=wages,
        other_receipts=transfers,
        other_payments=added((ZERO,) * horizon, *payments.values()),
    )
    return Prepared(
        policy=policy,
        books=books,
        scenarios=scenarios(books, policy),
        dues=dues,
        lines=_lines(books, payments, transfers),
        adjustments=tuple(found),
        assets=assets,
        debts=sum((debt.balance for debt in home.debts), ZERO),
        service=sum(service, ZERO),
        purpose=_input_need(books),
        income=sum(sales(books, productions), ZERO),
    )


def solve(prepared: Prepared, case: Case) -> Feasible:
    """Return the amounts that pass T1, in steps of the limit; a grade without credit as none."""
    grade = prepared.policy.grade(case.grade)
    return liquidity.feasible(
        prepared.scenarios,
        liquidity.parts(prepared.dues, case.annual_rate),
        base_rate=ONE if grade is None else grade.cash_rate,
        stress_rate=prepared.policy.stress_cash_rate,
    ).rounded(prepared.policy.limit_step)


def six(prepared: Prepared, case: Case, room: Feasible) -> tuple[Test, ...]:
    """Return T1–T6, each the largest amount that it allows, to the cent."""
    policy = prepared.policy
    cap = min(case.caps, key=lambda each: each.amount)
    grade = policy.grade(case.grade)
    base = ZERO if grade is None else grade.base_amount
    formula = policy.formula
    by_formula = (
        base + formula.asset_rate * prepared.assets + formula.income_rate * prepared.income
    )
    highest = cap.amount if room.high is None else room.high.amount
    return (
        Test("T1", ZERO if room.is_empty else highest, "" if room.high is None else _where(room)),
        Test("T2", _burden(prepared, case, policy.burden_rate), _poorest(prepared).code),
        Test("T3", _floor_cent(policy.purpose_rate * prepared.purpose)),
        Test("T4", _floor_cent(policy.debt_rate * prepared.assets - prepared.debts)),
        Test("T5", ZERO if grade is None else _floor_cent(min(by_formula, formula.cap))),
        Test("T6", cap.amount, cap.name),
    )


def outcomes_of(
    prepared: Prepared, amount: Decimal, due: Sequence[Instalment]
) -> tuple[Outcome, ...]:
    """Return every scenario with a loan of `amount` paid out in its first month."""
    by_month = {each.month: each.total for each in due}
    found = []
    for scenario in prepared.scenarios:
        cash = liquidity.cash(scenario, amount, due)
        months = tuple(
            Month(received, paid, by_month.get(at, ZERO), cash[at])
            for at, (received, paid) in enumerate(
                zip(scenario.receipts, scenario.payments, strict=True)
            )
        )
        found.append(
            Outcome(
                scenario.code,
                scenario.total_receipts,
                scenario.total_payments,
                scenario.surplus,
                months,
            )
        )
    return tuple(found)


def tightest(outcomes: Sequence[Outcome]) -> Tightest:
    """Return the month with least cash; the earliest of the first scenario if several have."""
    all_months = [
        Tightest(outcome.code, at, month.cash)
        for outcome in outcomes
        for at, month in enumerate(outcome.months)
    ]
    return min(all_months, key=lambda each: each.cash)


def floored(amount: Decimal, step: Decimal) -> Decimal:
    """Return the largest multiple of a step that is not above an amount."""
    return (amount / step).quantize(ONE, ROUND_FLOOR) * step


def _productions(
    case: Case, policy: Policy, start: date, found: list[Adjustment]
) -> list[Production]:
    made = [crops.production(each, policy, start, Notes(each.label, found)) for each in case.crops]
    made += [
        livestock.fattening(each, policy, start, Notes(each.label, found)) for each in case.batches
    ]
    made += [
        livestock.yielding(each, policy, start, Notes(each.label, found)) for each in case.herds
    ]
    return made


def _verdict(prepared: Prepared, case: Case, room: Feasible, ceiling: Decimal) -> Verdict:
    reasons = (
        (Verdict.BLOCKED, any(each.blocks for each in prepared.adjustments)),
        (Verdict.NO_GRADE, prepared.policy.grade(case.grade) is None),
        (Verdict.OVERBURDENED, _burden(prepared, case, prepared.policy.burden_stop_rate) <= 0),
        (Verdict.ILLIQUID, room.is_empty),
        (Verdict.BELOW_MINIMUM, ceiling < max(case.minimum, prepared.policy.limit_step)),
        (Verdict.TOO_SMALL, ceiling < room.low.amount),
    )
    return next((verdict for verdict, applies in reasons if applies), Verdict.LEND)


def _burden(prepared: Prepared, case: Case, rate: Decimal) -> Decimal:
    """T2 for the amount: (rate × worst receipts a year − other service) ÷ (1 + interest)."""
    worst = _poorest(prepared).total_receipts * YEAR / prepared.books.horizon
    each = sum((p.total for p in liquidity.parts(prepared.dues, case.annual_rate)), ZERO)
    return _floor_cent((rate * worst - prepared.service) / each)


def _poorest(prepared: Prepared) -> Scenario:
    return min(prepared.scenarios, key=lambda each: each.total_receipts)


def _input_need(books: Books) -> Decimal:
    """T3: the cash that the financed cycles still need, without rent."""
    rows = [row(p.inputs, books.start, books.horizon) for p in books.productions if p.is_financed]
    return sum((sum(months, ZERO) for months in rows), ZERO)


def _lines(
    books: Books, payments: dict[str, tuple[Decimal, ...]], transfers: tuple[Decimal, ...]
) -> tuple[Line, ...]:
    def months(amounts: tuple[MonthAmount, ...]) -> tuple[Decimal, ...]:
        return row(amounts, books.start, books.horizon)

    lines = [Line("receipt", p.label, months(p.receipts)) for p in books.productions]
    lines += [Line("receipt", "wages", books.wages), Line("receipt", "transfers", transfers)]
    lines += [Line("payment", p.label, months(p.costs)) for p in books.productions]
    lines += [Line("payment", name, amounts) for name, amounts in payments.items()]
    return tuple(line for line in lines if any(line.months))


def _where(room: Feasible) -> str:
    return "" if room.high is None else f"{room.high.scenario}:{room.high.month}"


def _floor_cent(amount: Decimal) -> Decimal:
    return floored(amount, Decimal("0.01"))
