"""
What a loan really costs its borrower, as yearly rates and as money.

All figures come from one list: every amount that the borrower receives or pays, whoever the
other side is. The People's Bank's notice of 31 March 2021 wants the annualised cost, interest
and all directly related fees over the principal actually occupied, by compound interest (IRR) or
by simple interest if it says so; which of the rates a cap means is a parameter of the cap
(`caps`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import pyxirr

from lending.rules.calendar import Unit, regular_due_dates
from lending.rules.fees import Timing
from lending.rules.quote import quote
from lending.rules.terms import Terms

ZERO = Decimal(0)
YEAR_DAYS = 365
PLACES = Decimal("1e-8")
PERIODS_A_YEAR = {
    Unit.DAYS: Decimal(365),
    Unit.WEEKS: Decimal(52),
    Unit.MONTHS: Decimal(12),
    Unit.YEARS: Decimal(1),
}


class CostUnknown(ValueError):
    """No yearly rate makes the flows even: nothing is lent, or the fees eat all that is lent."""


@dataclass(frozen=True, slots=True)
class CashFlow:
    """
    One amount between the borrower and somebody; positive: he receives it.

    `item` is "principal", "interest" or a fee's code; `party` is who is on the other side.
    """

    on: date
    amount: Decimal
    item: str
    party: str


@dataclass(frozen=True, slots=True)
class Cost:
    """
    The cost of a loan, rates as fractions a year.

    - `contractual`: the rate that the contract names;
    - `simple`: all costs over the principal occupied, day by day, in a year of 365 days;
    - `nominal`: the internal rate of return of one period × periods a year;
    - `effective`: the same rate compounded, (1 + period rate)^periods − 1;
    - `xirr`: Σ CF_i / (1 + r)^(days_i / 365) = 0 over the real dates;
    - `total`: what is paid beyond what was received, in the loan's currency.

    Where due dates are not evenly spaced there is no period: `effective` is then the XIRR, and
    `nominal` the monthly rate that compounds to it, × 12.
    """

    contractual: Decimal
    simple: Decimal
    nominal: Decimal
    effective: Decimal
    xirr: Decimal
    total: Decimal
    currency: str


def borrower_flows(
    terms: Terms, *, lender: str = "lender", on: date | None = None
) -> tuple[CashFlow, ...]:
    """
    List every flow of a loan paid out in full on a day and repaid as agreed.

    A revolving loan is taken as drawn in full on the first day and repaid on the last.
    """
    day = on or terms.starts_on
    money = terms.rounding.money
    flows = [CashFlow(day, terms.principal, "principal", lender)]
    for fee in terms.fees:
        if fee.timing is Timing.UPFRONT:
            amount = money(fee.on(terms.principal))
            flows.append(CashFlow(day, -amount, fee.code, fee.collected_by))
    for row in quote(terms, day):
        flows.append(CashFlow(row.due_on, -row.principal_due, "principal", lender))
        flows.append(CashFlow(row.due_on, -row.interest_due, "interest", lender))
        for fee in terms.fees:
            if fee.timing is Timing.INSTALMENT:
                amount = money(fee.on(terms.principal))
                flows.append(CashFlow(row.due_on, -amount, fee.code, fee.collected_by))
    return tuple(flow for flow in flows if flow.amount)


def cost(terms: Terms, *, on: date | None = None) -> Cost:
    """
    Work out the all-in cost of a loan paid out in full on a day and repaid as agreed.

    :raises CostUnknown: if no rate exists
    """
    flows = borrower_flows(terms, on=on)
    return cost_of(terms, flows, is_even=_is_even(terms, on))


def cost_of(terms: Terms, flows: Sequence[CashFlow], *, is_even: bool) -> Cost:
    """
    Work out the cost of given flows; `is_even` says that they lie one period apart.

    :raises CostUnknown: if no rate exists
    """
    xirr = _xirr(flows)
    if is_even:
        periods = PERIODS_A_YEAR[terms.unit] / terms.every
        rate = _period_rate(flows)
        nominal, effective = rate * periods, (1 + rate) ** periods - 1
    else:
        effective = xirr
        nominal = ((1 + xirr) ** (1 / Decimal(12)) - 1) * 12
    return Cost(
        contractual=terms.annual_rate,
        simple=_simple(flows).quantize(PLACES),
        nominal=nominal.quantize(PLACES),
        effective=effective.quantize(PLACES),
        xirr=xirr.quantize(PLACES),
        total=-sum((flow.amount for flow in flows), ZERO),
        currency=terms.currency,
    )


def _is_even(terms: Terms, on: date | None) -> bool:
    """Say whether the due dates lie exactly one period apart, counted from the payout."""
    day = on or terms.starts_on
    regular = regular_due_dates(day, len(terms.due_dates), terms.every, terms.unit)
    return terms.due_dates == regular and not terms.down_payment_rate


def _by_day(flows: Sequence[CashFlow]) -> tuple[list[date], list[Decimal]]:
    sums: dict[date, Decimal] = {}
    for flow in flows:
        sums[flow.on] = sums.get(flow.on, ZERO) + flow.amount
    days = sorted(sums)
    amounts = [sums[day] for day in days]
    if not (any(a > 0 for a in amounts) and any(a < 0 for a in amounts)):
        raise CostUnknown("the borrower receives nothing, or pays nothing back")
    return days, amounts


def _found(rate: float | None) -> Decimal:
    if rate is None or not rate > -1:
        raise CostUnknown("no yearly rate makes these flows even")
    return Decimal(repr(rate)).quantize(Decimal("1e-12"))


def _xirr(flows: Sequence[CashFlow]) -> Decimal:
    days, amounts = _by_day(flows)
    return _found(pyxirr.xirr(days, [float(a) for a in amounts]))


def _period_rate(flows: Sequence[CashFlow]) -> Decimal:
    _, amounts = _by_day(flows)
    return _found(pyxirr.irr([float(a) for a in amounts]))


def _simple(flows: Sequence[CashFlow]) -> Decimal:
    """
    All costs over principal × days occupied: what the borrower holds after fees do not count.
    """
    occupied, held, since = ZERO, ZERO, flows[0].on
    for flow in sorted(flows, key=lambda flow: flow.on):
        if flow.item == "principal":
            occupied += held * (flow.on - since).days
            held, since = held + flow.amount, flow.on
    if not occupied:
        raise CostUnknown("the principal is held for no time at all")
    costs = -sum((flow.amount for flow in flows if flow.item != "principal"), ZERO)
    return costs * YEAR_DAYS / occupied
