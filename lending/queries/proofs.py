"""
Lending's part of `verify`: every loan is folded anew and held against all that was written.

One pass over the loans in a bounded memory. Run it in one snapshot (the command does), or a
receipt that arrives meanwhile would look like a fault.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection

from ledger.models import Account
from ledger.rules import chart
from lending.models import LoanPosition
from lending.queries.cache import INSTALMENT_COLUMNS, instalment_row, position_row
from lending.queries.folding import FoldedFrom, disbursed_loans
from lending.rules.books import standing
from lending.rules.fold import fold
from tenancy import room
from tenancy.models import Tenant
from tenancy.proofs import Failure

LOANS = "loans_equal_postings"
SCHEDULES = "instalments_equal_fold"
POSITIONS = "positions_equal_fold"
POOLS = "aggregates_equal_open_loans"
CONTROL = "control_accounts_equal_loans"
NAMES = (LOANS, SCHEDULES, POSITIONS, POOLS, CONTROL)
ZERO = Decimal(0)

Subject = tuple[str, UUID]
Expected = dict[Subject, Decimal]


def prove() -> dict[str, list[Failure]]:
    """Return the failures of each proof, by its name; an empty list where it holds."""
    pass_ = _Pass(Tenant.objects.get(pk=room.current()).business_date)
    for batch in disbursed_loans():
        pass_.take(batch)
    pass_.finish()
    return pass_.failures


class _Pass:
    """One pass: what failed so far, and the sums that are compared at its end."""

    def __init__(self, today: date) -> None:
        self.today = today
        self.failures: dict[str, list[Failure]] = {name: [] for name in NAMES}
        self.pools: Expected = defaultdict(lambda: ZERO)
        self.control: dict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
        accounts = Account.objects.values_list("pk", "code", "currency")
        self.accounts = {key: (code, currency) for key, code, currency in accounts}

    def take(self, batch: list[FoldedFrom]) -> None:
        ids = [loan.id for loan in batch]
        rows, positions = _instalments(ids), LoanPosition.objects.in_bulk(ids)
        posted = self._posted(ids)
        for loan in batch:
            position = positions.get(loan.id)
            if position is None:
                self._fail(POSITIONS, loan.number, "a position", "none")
                continue
            self._compare_cache(loan, position, rows[loan.id])
            self._compare_books(loan, posted)

    def _compare_cache(
        self, loan: FoldedFrom, position: LoanPosition, rows: dict[int, tuple[Any, ...]]
    ) -> None:
        state = fold(loan.terms, loan.events, position.as_of)
        fresh = {row.number: instalment_row(row) for row in state.schedule}
        for number in sorted(fresh.keys() | rows.keys()):
            if fresh.get(number) != rows.get(number):
                name = f"loan {loan.number} instalment {number}"
                self._fail(SCHEDULES, name, *_first_difference(fresh, rows, number))
        sequence = loan.events[-1].sequence
        for column, value in position_row(state, loan.terms, sequence).items():
            if getattr(position, column) != value:
                name = f"loan {loan.number} {column}"
                self._fail(POSITIONS, name, value, getattr(position, column))

    def _compare_books(self, loan: FoldedFrom, posted: Expected) -> None:
        state = fold(loan.terms, loan.events, self.today)
        for (code, is_loans), amount in standing(state).subjects().items():
            if code == chart.CASH:
                continue
            self.control[code, loan.currency] += amount
            if not is_loans:
                self.pools[code, loan.version_id] += amount
            elif posted.get((code, loan.id), ZERO) != amount:
                got = posted.get((code, loan.id), ZERO)
                self._fail(LOANS, f"loan {loan.number} account {code}", amount, got)

    def finish(self) -> None:
        """Compare the aggregates: by product version, and each control account as a whole."""
        posted = self._posted([version_id for _code, version_id in self.pools])
        for (code, version_id), amount in sorted(self.pools.items()):
            if posted.get((code, version_id), ZERO) != amount:
                got = posted.get((code, version_id), ZERO)
                self._fail(POOLS, f"version {version_id} account {code}", amount, got)
        for (code, currency), got in self._totals().items():
            if self.control.get((code, currency), ZERO) != got:
                expected = self.control.get((code, currency), ZERO)
                self._fail(CONTROL, f"account {code} {currency}", expected, got)

    def _posted(self, subject_ids: list[UUID]) -> Expected:
        query = """
            SELECT account_id, subject_id, sum(amount) FROM ledger_posting
            WHERE account_id = ANY(%s) AND subject_id = ANY(%s) GROUP BY account_id, subject_id
        """
        found: Expected = defaultdict(lambda: ZERO)
        for account, subject, amount in _rows(query, [self._control_ids(), subject_ids]):
            found[self.accounts[account][0], subject] += amount
        return found

    def _totals(self) -> dict[tuple[str, str], Decimal]:
        query = """
            SELECT account_id, sum(amount) FROM ledger_posting
            WHERE account_id = ANY(%s) GROUP BY account_id
        """
        return {self.accounts[key]: total for key, total in _rows(query, [self._control_ids()])}

    def _control_ids(self) -> list[UUID]:
        return [key for key, (code, _currency) in self.accounts.items() if code in CONTROLLED]

    def _fail(self, proof: str, row: str, expected: object, got: object) -> None:
        self.failures[proof].append(Failure(proof, row, str(expected), str(got)))


# The accounts that only loans post to.
CONTROLLED = frozenset(
    {
        chart.PRINCIPAL,
        chart.ACCRUED_INTEREST,
        chart.FEES_RECEIVABLE,
        chart.PENALTY_RECEIVABLE,
        chart.OVERPAYMENTS,
        chart.INTEREST_INCOME,
        chart.FEE_INCOME,
        chart.PENALTY_INCOME,
    }
)


def _first_difference(
    fresh: dict[int, tuple[Any, ...]], rows: dict[int, tuple[Any, ...]], number: int
) -> tuple[str, str]:
    if number not in fresh or number not in rows:
        said = {True: "a row", False: "none"}
        return said[number in fresh], said[number in rows]
    for column, want, got in zip(INSTALMENT_COLUMNS, fresh[number], rows[number], strict=True):
        if want != got:
            return f"{column} {want}", f"{column} {got}"
    return "", ""


def _instalments(ids: list[UUID]) -> dict[UUID, dict[int, tuple[Any, ...]]]:
    query = f"""
        SELECT loan_id, {", ".join(INSTALMENT_COLUMNS)} FROM lending_instalment
        WHERE loan_id = ANY(%s)
    """
    found: dict[UUID, dict[int, tuple[Any, ...]]] = defaultdict(dict)
    for loan_id, *row in _rows(query, [ids]):
        found[loan_id][row[0]] = tuple(row)
    return found


def _rows(query: str, parameters: list[Any]) -> Iterator[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        yield from cursor.fetchall()
