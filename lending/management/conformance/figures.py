"""Vectors of single figures: rate factors, the annuity's fn, due dates, the instalment."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Iterator, Mapping
from datetime import date
from decimal import ROUND_HALF_EVEN, Context, Decimal, localcontext
from typing import Any

from lending.management.conformance.loan_terms import NOMINAL_START, terms_of
from lending.management.conformance.outcome import Cell, Unmapped, Vector
from lending.rules.calendar import Unit, add_months, regular_due_dates
from lending.rules.daycount import DayCounter
from lending.rules.quote import quote
from lending.rules.schedule import accumulations


def _factors(inputs: Mapping[str, Any]) -> list[Decimal]:
    starts_on = date.fromisoformat(inputs["periods_from"])
    terms = terms_of({"principal": "1", **inputs}, starts_on)
    counter, factors, from_on = DayCounter(terms), [], starts_on
    for due_on in terms.due_dates:
        factors.append(terms.annual_rate * counter.years(from_on, due_on))
        from_on = due_on
    return factors


def rate_factors(vector: Vector) -> Iterator[Cell]:
    """Rate × part of a year, period by period, rounded to the vector's decimals."""
    unit = Decimal(1).scaleb(-int(vector["inputs"]["scale"]))
    factors = _factors(vector["inputs"])
    for number, wanted in enumerate(vector["expected_factors"], start=1):
        got = factors[number - 1].quantize(unit, ROUND_HALF_EVEN)
        yield Cell(f"factor {number}", wanted, got)


def fn_values(vector: Vector) -> Iterator[Cell]:
    """The annuity's accumulation fn, to the vector's number of significant digits."""
    context = Context(prec=int(vector["inputs"]["precision"]), rounding=ROUND_HALF_EVEN)
    with localcontext(context):  # the peer carries these digits through every step
        values = accumulations(_factors(vector["inputs"]))
    for number, wanted in enumerate(vector["expected_fn"], start=1):
        yield Cell(f"fn {number}", wanted, values[number - 1])


def instalment(vector: Vector) -> Iterator[Cell]:
    """The equal instalment of a plain monthly loan."""
    inputs = {"day_count": "1/12 per month", **vector["inputs"]}
    schedule = quote(terms_of(inputs, NOMINAL_START))
    yield Cell("instalment", vector["expected"]["instalment"], schedule[0].total_due)


def due_dates(vector: Vector) -> Iterator[Cell]:
    """First, second and last due date by the rule of the schedule type."""
    inputs = vector["inputs"]
    due = regular_due_dates(
        date.fromisoformat(inputs["disbursed_on"]),
        int(inputs["periods"]),
        1,
        Unit.MONTHS,
        _first_due_on(inputs),
    )
    got = {"first_due": due[0], "second_due": due[1], "last_due": due[-1]}
    for name, wanted in vector["expected"].items():
        if name not in got:
            raise Unmapped(f"expected {name}")
        yield Cell(name, wanted, got[name])


def _first_due_on(inputs: Mapping[str, Any]) -> date:
    starts_on = date.fromisoformat(inputs["repayment_start_date"])
    kind, falls_on = inputs["schedule_type"], inputs.get("repayment_date_on")
    if kind == "Monthly as per repayment start date":
        return starts_on
    if kind == "Pro-rated calendar months" and falls_on == "End of the current month":
        return starts_on.replace(day=monthrange(starts_on.year, starts_on.month)[1])
    if kind == "Pro-rated calendar months" and falls_on == "Start of the next month":
        return add_months(starts_on.replace(day=1), 1)
    raise Unmapped(f"schedule type {kind}, {falls_on}")
