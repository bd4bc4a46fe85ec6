"""
A repayment in twelve statements of plain psycopg: the floor that the action is held against.

It pays one instalment that is due today, and writes the very rows that the action writes; so
`verify` holds afterwards. It knows nothing else: no early or partial payment, no second try.
"""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import psycopg

from ledger.models import account_id
from ledger.rules import chart
from tenancy.ids import uuid7
from tenancy.tokens import token_for


class ByHand:
    """One connection of the app role, working for one tenant."""

    def __init__(
        self, connection: psycopg.Connection, tenant_id: int, currency: str, today: date
    ) -> None:
        self.connection = connection
        self.tenant_id, self.currency, self.today = tenant_id, currency, today
        self.cash, self.principal, self.interest = (
            account_id(tenant_id, code, currency)
            for code in (chart.CASH, chart.PRINCIPAL, chart.ACCRUED_INTEREST)
        )

    def repay(self, loan_id: UUID, amount: Decimal, key: str) -> None:
        """Pay what is due today, interest first; the caller commits, after one or after many."""
        run = self.connection.execute
        run("SELECT set_config('app.tenant', %s, true)", [token_for(self.tenant_id)])
        (number,) = _one(
            run("SELECT number FROM lending_loan WHERE id = %s FOR UPDATE", [loan_id])
        )
        row, interest, principal = _one(
            run(
                "SELECT number, interest_due - interest_paid, principal_due - principal_paid "
                "FROM lending_instalment WHERE loan_id = %s AND due_on <= %s "
                "AND principal_paid < principal_due ORDER BY number LIMIT 1 FOR UPDATE",
                [loan_id, self.today],
            )
        )
        owed, accrued, sequence = _one(
            run(
                "SELECT principal, interest_accrued, sequence + 1 FROM lending_loanposition "
                "WHERE loan_id = %s FOR UPDATE",
                [loan_id],
            )
        )
        interest = min(interest, amount)
        principal = min(principal, amount - interest)
        self._event(loan_id, sequence, amount, key)
        run(
            "UPDATE lending_instalment SET interest_paid = interest_paid + %s, "
            "principal_paid = principal_paid + %s WHERE loan_id = %s AND number = %s",
            [interest, principal, loan_id, row],
        )
        run(
            "UPDATE lending_loanposition SET sequence = %s, principal = principal - %s, "
            "interest_paid = interest_paid + %s, accrual_base = %s, accrual_since = %s, "
            "accrued_at_since = %s, arrears_since = NULL WHERE loan_id = %s",
            [sequence, principal, interest, owed - principal, self.today, accrued, loan_id],
        )
        self._entry(loan_id, number, sequence, principal, interest)
        self._audit(loan_id, number, amount)

    def _event(self, loan_id: UUID, sequence: int, amount: Decimal, key: str) -> None:
        self.connection.execute(
            "INSERT INTO lending_loanevent (id, loan_id, sequence, kind, effective_on, booked_on, "
            "recorded_at, amount, note, due_dates, key) "
            "VALUES (%s, %s, %s, 'repaid', %s, %s, now(), %s, '', '[]', %s)",
            [uuid7(), loan_id, sequence, self.today, self.today, amount, key],
        )

    def _entry(
        self, loan_id: UUID, number: str, sequence: int, principal: Decimal, interest: Decimal
    ) -> None:
        entry, legs = uuid7(), (
            (1, self.cash, principal + interest, None),
            (2, self.principal, -principal, loan_id),
            (3, self.interest, -interest, loan_id),
        )  # fmt: skip
        self.connection.execute(
            "INSERT INTO ledger_journalentry (id, key, kind, value_date, booked_on, booked_at, "
            "narrative, line_count) VALUES (%s, %s, 'loan.repaid', %s, %s, now(), %s, 3)",
            [entry, f"loan:{loan_id}:{sequence}", self.today, self.today, number],
        )
        values: list[Any] = []
        for place, account, amount, subject in legs:
            values += [entry, place, self.today, account, self.currency, amount, subject]
        self.connection.execute(
            "INSERT INTO ledger_posting (entry_id, number, line_count, booked_on, account_id, "
            "currency, amount, subject_id) VALUES "
            "(%s, %s, 3, %s, %s, %s, %s, %s), (%s, %s, 3, %s, %s, %s, %s, %s), "
            "(%s, %s, 3, %s, %s, %s, %s, %s)",
            values,
        )

    def _audit(self, loan_id: UUID, number: str, amount: Decimal) -> None:
        changes = {"number": number, "amount": str(amount), "on": str(self.today)}
        self.connection.execute(
            "INSERT INTO tenancy_auditevent (at, actor_kind, actor_id, actor_name, role, source, "
            "request_id, action, subject_type, subject_id, changes, reason) "
            "VALUES (now(), 'system', 'bench', 'bench', 'system', '', '', 'loan.repay', "
            "'lending.loan', %s, %s, '')",
            [str(loan_id), json.dumps(changes)],
        )


def _one(cursor: psycopg.Cursor[Any]) -> tuple[Any, ...]:
    row = cursor.fetchone()
    if row is None:
        raise LookupError("a row that the benchmark planted is missing")
    return row
