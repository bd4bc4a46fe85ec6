"""A fold as the cached tables have it: which columns, and what stands in them."""

from __future__ import annotations

from typing import Any

from lending.rules.daycount import PENALTY_YEAR_DAYS
from lending.rules.instalment import Instalment
from lending.rules.state import LoanState, Status
from lending.rules.terms import Terms

INSTALMENT_COLUMNS = (
    "number", "from_on", "due_on", "principal_due", "interest_due", "fee_due", "penalty_due",
    "principal_paid", "interest_paid", "fee_paid", "penalty_paid", "balance", "overdue_days",
    "penalty_brought",
)  # fmt: skip
POSITION_COLUMNS = (
    "is_open", "as_of", "sequence", "accrual_base", "accrual_rate", "accrual_year_days",
    "accrual_since", "accrued_at_since", "decimals", "penalty_rate",
    "penalty_year_days", "refresh_on", "arrears_since", "disbursed",
    "principal", "interest_accrued", "interest_paid", "fee_charged", "fee_paid", "fee_withheld",
    "penalty_accrued", "penalty_paid", "overpaid",
)  # fmt: skip


def instalment_row(row: Instalment) -> tuple[Any, ...]:
    """Return a row of the schedule as the table has it, in the order of its columns."""
    return (
        row.number, row.from_on, row.due_on, row.principal_due, row.interest_due, row.fee_due,
        row.penalty_due, row.principal_paid, row.interest_paid, row.fee_paid, row.penalty_paid,
        row.balance, row.overdue_days, row.penalty_brought,
    )  # fmt: skip


def position_row(state: LoanState, terms: Terms, sequence: int) -> dict[str, Any]:
    """Return the position as the table has it, in the order of its columns."""
    is_open = state.status is Status.ACTIVE
    accrual, totals = state.accrual, state.balances
    ahead = [day for day in (accrual.until_on, state.next_due_on) if day and day > state.as_of]
    return {
        "is_open": is_open,
        "as_of": state.as_of,
        "sequence": sequence,
        "accrual_base": accrual.base,
        "accrual_rate": accrual.annual_rate,
        "accrual_year_days": accrual.year_days,
        "accrual_since": accrual.since_on,
        "accrued_at_since": accrual.accrued_at,
        "decimals": decimals(terms),
        "penalty_rate": terms.penalty_rate,
        "penalty_year_days": PENALTY_YEAR_DAYS[terms.day_count],
        "refresh_on": min(ahead) if is_open and ahead else None,
        "arrears_since": state.oldest_unpaid_due_on,
        "disbursed": totals.disbursed,
        "principal": totals.principal,
        "interest_accrued": totals.interest_accrued,
        "interest_paid": totals.interest_paid,
        "fee_charged": totals.fee_charged,
        "fee_paid": totals.fee_paid,
        "fee_withheld": totals.fee_withheld,
        "penalty_accrued": totals.penalty_accrued,
        "penalty_paid": totals.penalty_paid,
        "overpaid": totals.overpaid,
    }


def decimals(terms: Terms) -> int:
    """Return what PostgreSQL's `round(numeric, n)` needs to round as the terms do."""
    exponent = terms.rounding.unit.normalize().as_tuple().exponent
    return -exponent if isinstance(exponent, int) else 0
