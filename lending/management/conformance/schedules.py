"""Vectors of kind `schedule`: rows, totals, and the summary figures that some give instead."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from lending.management.conformance.loan_events import (
    disbursements,
    events_of,
    paid_as_planned,
)
from lending.management.conformance.loan_terms import NOMINAL_START, terms_of
from lending.management.conformance.outcome import Cell, Unmapped, Vector
from lending.rules.fold import fold
from lending.rules.instalment import Instalment
from lending.rules.state import LoanState

ZERO = Decimal(0)
WHOLE = Decimal(1)

# A vector's column, and the same of our row. Columns about a payment's timing are servicing's.
COLUMNS: dict[str, Callable[[Instalment], Any]] = {
    "from": lambda row: row.from_on,
    "due": lambda row: row.due_on,
    "days": lambda row: (row.due_on - row.from_on).days,
    "principal": lambda row: row.principal_due,
    "interest": lambda row: row.interest_due,
    "fees": lambda row: row.fee_due,
    "penalties": lambda row: row.penalty_due,
    "instalment": lambda row: row.total_due,
    "due_total": lambda row: row.total_due,
    "balance": lambda row: row.balance,
    "paid": lambda row: row.total_paid,
    "outstanding": lambda row: row.outstanding,
}
TOTALS = {
    "principal": ("principal_due",),
    "interest": ("interest_due",),
    "total": ("total_due",),
    "Principal due": ("principal_due",),
    "Interest": ("interest_due",),
    "Fees": ("fee_due",),
    "Penalties": ("penalty_due",),
    "Due": ("total_due",),
    "Paid": ("total_paid",),
    "Outstanding": ("outstanding",),
}


def cells(vector: Vector) -> Iterator[Cell]:
    """Run a schedule vector and give every cell that it asserts."""
    if "checkpoints" in vector:
        yield from _checkpoints(vector)
        return
    schedule = _run(vector["inputs"], vector.get("events", ())).schedule
    expected = vector["expected"]
    if isinstance(expected, Mapping):
        yield from _summary(expected, schedule)
    else:
        yield from _rows(expected, schedule, is_partial=bool(vector.get("partial_rows")))
    yield from _totals(vector.get("totals", {}), schedule)


def _run(inputs: Mapping[str, Any], told: Sequence[Mapping[str, Any]]) -> LoanState:
    disbursed_on = date.fromisoformat(
        inputs.get("disbursed_on") or inputs.get("submitted_on") or NOMINAL_START.isoformat()
    )
    starts_on = date.fromisoformat(inputs.get("schedule_start") or disbursed_on.isoformat())
    terms = terms_of(inputs, starts_on)
    if not any(event["type"] == "disburse" for event in told):
        told = [*disbursements(inputs, disbursed_on), *told]
    auto = inputs.get("product", {}).get("down_payment") or {}
    share = terms.down_payment_rate if auto.get("auto_repayment") else ZERO
    was_disbursed = "product" not in inputs or any(e["type"] == "disburse" for e in told[1:])
    events = events_of(told, share if was_disbursed else ZERO)
    events = paid_as_planned(terms, events)
    return fold(terms, events, max(event.effective_on for event in events))


def _checkpoints(vector: Vector) -> Iterator[Cell]:
    told: list[Mapping[str, Any]] = []
    for checkpoint in vector["checkpoints"]:
        told += checkpoint["events_since_previous"]
        happened = [event for event in told if event["type"] not in ("business_date", "approve")]
        schedule = _run(vector["inputs"], happened).schedule
        yield from _rows(checkpoint["schedule"], schedule, is_partial=False)
        yield from _totals(checkpoint.get("totals", {}), schedule)


def _rows(
    expected: Sequence[Mapping[str, Any]], schedule: Sequence[Instalment], *, is_partial: bool
) -> Iterator[Cell]:
    if not is_partial:
        yield Cell("rows", len(expected), len(schedule))
    for wanted in expected:
        number = int(wanted["n"])
        if number > len(schedule):
            yield Cell(f"row {number}", "a row", "none")
            return
        row = schedule[number - 1]
        for column, read in COLUMNS.items():
            if column in wanted:
                yield Cell(f"row {number} {column}", wanted[column], read(row))


def _totals(expected: Mapping[str, Any], schedule: Sequence[Instalment]) -> Iterator[Cell]:
    for name, (attribute,) in TOTALS.items():
        if name in expected:
            got = sum((getattr(row, attribute) for row in schedule), ZERO)
            yield Cell(f"total {name}", expected[name], got)


def _whole(amount: Decimal) -> Decimal:
    return amount.quantize(WHOLE, ROUND_HALF_UP)


def _summary(expected: Mapping[str, Any], schedule: Sequence[Instalment]) -> Iterator[Cell]:
    """Figures of a schedule as a whole, some of them rounded to whole units."""
    got = {
        "instalment": schedule[0].total_due,
        "periods": len(schedule),
        "total_interest_rounded_0dp": _whole(sum((r.interest_due for r in schedule), ZERO)),
        "total_payment_rounded_0dp": _whole(sum((r.total_due for r in schedule), ZERO)),
    }
    for name, wanted in expected.items():
        if name == "rows":
            yield from _rows(wanted, schedule, is_partial=True)
        elif name == "rows_rounded_0dp":
            yield from _rounded_rows(wanted, schedule)
        elif name in got:
            yield Cell(name, wanted, got[name])
        else:
            raise Unmapped(f"expected {name}")


def _rounded_rows(
    expected: Sequence[Mapping[str, Any]], schedule: Sequence[Instalment]
) -> Iterator[Cell]:
    for wanted in expected:
        row = schedule[int(wanted["n"]) - 1]
        for column in ("principal", "interest", "balance"):
            if column in wanted:
                value = _whole(COLUMNS[column](row))
                yield Cell(f"row {wanted['n']} {column}", wanted[column], value)
