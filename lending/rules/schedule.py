"""
How principal is spread over the instalments.

The equal instalment solves `Σ (instalment discounted) = principal` with one factor per period:
`EMI = (P + first interest) × Π(1 + f_i) / fn`, `fn_1 = 1`, `fn_i = 1 + fn_(i-1) × (1 + f_i)`,
where f_i is rate × part of a year. Interest is rounded per period and the last instalment takes
the remainder. If that remainder is off by more than half a cent per period, one second try moves
the instalment by the n-th part of the gap and is kept if the gap shrinks (Fineract's
ProgressiveEMICalculator).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from lending.rules.calendar import Unit
from lending.rules.daycount import DayCounter
from lending.rules.terms import Interest, Method, Terms

ZERO = Decimal(0)
ONE = Decimal(1)
MONTHS_OF = {Unit.MONTHS: 1, Unit.YEARS: 12}


@dataclass(slots=True)
class Plan:
    """
    Principal by instalment, the flat interest (else empty), and the equal instalment, if any.
    """

    principal: list[Decimal]
    flat_interest: list[Decimal]
    level: Decimal | None = None


@dataclass(slots=True)
class Span:
    """The days of one open instalment: interest runs from `from_on` to `due_on`."""

    from_on: date
    due_on: date


@dataclass(slots=True)
class Opening:
    """
    Where a plan starts: the balance, and interest that already accrued in the first open period.

    `done` instalments lie before the first open one (they count for grace periods); `level`
    keeps an equal instalment that was agreed before. `shares` are the custom proportions of the
    balance, one for each open instalment.
    """

    balance: Decimal
    accrued: Decimal = ZERO
    done: int = 0
    level: Decimal | None = None
    shares: Sequence[Decimal] = ()


def plan(
    terms: Terms, counter: DayCounter, rate: Decimal, spans: Sequence[Span], opening: Opening
) -> Plan:
    """Spread the opening balance over the open instalments by the method of the terms."""
    if terms.interest is Interest.FLAT:
        return _flat(terms, counter, rate, spans, opening)
    if terms.method is Method.EQUAL_INSTALMENT:
        return _equal_instalment(terms, counter, rate, spans, opening)
    if terms.method is Method.EQUAL_PRINCIPAL:
        return Plan(_equal_principal(terms, len(spans), opening), [])
    if terms.method is Method.CUSTOM:
        return Plan(_in_shares(terms, opening), [])
    return Plan([ZERO] * (len(spans) - 1) + [opening.balance], [])


def _grace(terms: Terms, count: int, opening: Opening) -> int:
    return min(max(terms.grace_principal_periods - opening.done, 0), count - 1)


def _equal_principal(terms: Terms, count: int, opening: Opening) -> list[Decimal]:
    grace = _grace(terms, count, opening)
    part = terms.fixed_principal
    if part is None:
        part = terms.rounding.money(opening.balance / (count - grace))
    return last_takes_the_rest([ZERO] * grace + [part] * (count - grace), opening.balance)


def _in_shares(terms: Terms, opening: Opening) -> list[Decimal]:
    """Cut the balance in the proportion of the shares: rounded totals, so the parts sum to it."""
    whole = sum(opening.shares, ZERO)
    parts, share, before = [], ZERO, ZERO
    for each in opening.shares[:-1]:
        share += each
        total = terms.rounding.money(opening.balance * share / whole)
        parts.append(total - before)
        before = total
    return last_takes_the_rest([*parts, ZERO], opening.balance)


def last_takes_the_rest(parts: list[Decimal], balance: Decimal) -> list[Decimal]:
    """Cut parts, in place, to what is left of the balance; so none is negative."""
    left = balance
    for i, part in enumerate(parts[:-1]):
        parts[i] = min(part, left)
        left -= parts[i]
    parts[-1] = left
    return parts


def _equal_instalment(
    terms: Terms, counter: DayCounter, rate: Decimal, spans: Sequence[Span], opening: Opening
) -> Plan:
    grace = _grace(terms, len(spans), opening)
    level = opening.level or terms.fixed_instalment
    is_given = level is not None
    if level is None:
        level = _level(terms, counter, rate, spans, opening, grace)
    parts, gap = _run(terms, counter, rate, spans, opening, level, grace)
    count = len(spans) - grace
    unit = terms.rounding.unit
    may_retry = not is_given and terms.rounding.instalment_multiple is None
    if may_retry and abs(gap) > unit * (count // 2):
        other = level + terms.rounding.money(gap / count)
        other_parts, other_gap = _run(terms, counter, rate, spans, opening, other, grace)
        if abs(other_gap) < abs(gap):
            level, parts = other, other_parts
    return Plan(parts, [], level)


def _level(
    terms: Terms,
    counter: DayCounter,
    rate: Decimal,
    spans: Sequence[Span],
    opening: Opening,
    grace: int,
) -> Decimal:
    months = MONTHS_OF.get(terms.unit)
    if terms.level_by_period and months:
        factors = [rate * terms.every * months / 12] * (len(spans) - grace)
        value = opening.balance * (ONE + factors[0])
    else:
        factors = [rate * counter.years(s.from_on, s.due_on) for s in spans[grace:]]
        # What accrued before belongs to the first open period; after a grace it has been paid.
        accrued = opening.accrued if grace == 0 else ZERO
        value = opening.balance * (ONE + factors[0]) + accrued
    for factor in factors[1:]:
        value *= ONE + factor
    return terms.rounding.instalment(value / accumulations(factors)[-1])


def accumulations(factors: Sequence[Decimal]) -> list[Decimal]:
    """Return the annuity's fn up to each period: fn_1 = 1, fn_i = 1 + fn_(i-1) × (1 + f_i)."""
    values = [ONE]
    for factor in factors[1:]:
        values.append(ONE + values[-1] * (ONE + factor))
    return values


def _run(
    terms: Terms,
    counter: DayCounter,
    rate: Decimal,
    spans: Sequence[Span],
    opening: Opening,
    level: Decimal,
    grace: int,
) -> tuple[list[Decimal], Decimal]:
    """Lay out an equal instalment; return the principal parts and the last one's gap to it."""
    money, balance, accrued = terms.rounding.money, opening.balance, opening.accrued
    parts: list[Decimal] = []
    interest = ZERO
    for i, span in enumerate(spans):
        interest = money(accrued + counter.interest(balance, rate, span.from_on, span.due_on))
        accrued = ZERO
        part = min(max(level - interest, ZERO), balance) if i >= grace else ZERO
        parts.append(part)
        balance -= part
    parts[-1] += balance
    return parts, parts[-1] + interest - level


def _flat(
    terms: Terms, counter: DayCounter, rate: Decimal, spans: Sequence[Span], opening: Opening
) -> Plan:
    """
    Interest on the opening balance over the whole time, spread evenly; the last takes the rest.
    """
    count, balance, rounding = len(spans), opening.balance, terms.rounding
    grace = _grace(terms, count, opening)
    whole = rounding.money(counter.interest(balance, rate, spans[0].from_on, spans[-1].due_on))
    interest = last_takes_the_rest([rounding.money(whole / count)] * count, whole)
    if terms.method is Method.EQUAL_PRINCIPAL or terms.fixed_principal is not None:
        return Plan(_equal_principal(terms, count, opening), interest)
    if terms.method is Method.CUSTOM:
        return Plan(_in_shares(terms, opening), interest)
    if terms.method is not Method.EQUAL_INSTALMENT:
        return Plan([ZERO] * (count - 1) + [balance], interest)
    level = rounding.instalment(balance / (count - grace) + whole / count)
    parts = [ZERO] * grace + [max(level - part, ZERO) for part in interest[grace:]]
    return Plan(last_takes_the_rest(parts, balance), interest, level)
