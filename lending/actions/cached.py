"""
The fold's cached output: instalments and the position, written only where they differ.

One statement writes the event, what it changed and its audit row. In plain SQL for the same
reason as in `holding`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection

from lending.actions.holding import HeldLoan
from lending.models import LoanStatus
from lending.queries.cache import (
    INSTALMENT_COLUMNS,
    POSITION_COLUMNS,
    instalment_row,
    position_row,
)
from lending.rules.state import LoanState, Status

_ROWS = "jsonb_to_recordset(%s::jsonb) AS row(" + ", ".join(
    f"{name} {kind}"
    for name, kind in zip(
        INSTALMENT_COLUMNS, ["integer", "date", "date", *["numeric"] * 11], strict=True
    )
)
_PUT_INSTALMENTS = f"""INSERT INTO lending_instalment (loan_id, {", ".join(INSTALMENT_COLUMNS)})
    SELECT %s, {", ".join(f"row.{name}" for name in INSTALMENT_COLUMNS)} FROM {_ROWS})
    ON CONFLICT (tenant_id, loan_id, number) DO UPDATE SET
    {", ".join(f"{name} = excluded.{name}" for name in INSTALMENT_COLUMNS[1:])}"""
_DROP_INSTALMENTS = "DELETE FROM lending_instalment WHERE loan_id = %s AND number > %s"
_CHANGE_POSITION = f"""UPDATE lending_loanposition
    SET {", ".join(f"{name} = %s" for name in POSITION_COLUMNS)} WHERE loan_id = %s"""
_ADD_POSITION = f"""INSERT INTO lending_loanposition
    ({", ".join(POSITION_COLUMNS)}, loan_id, version_id, currency)
    VALUES ({", ".join(["%s"] * (len(POSITION_COLUMNS) + 3))})"""
_CHANGE_STATUS = """UPDATE lending_loan
    SET status = %s, disbursed_on = %s, closed_on = %s WHERE id = %s"""


@dataclass(slots=True)
class Writes:
    """Statements that go to the database as one, in the order in which they were added."""

    parts: list[str] = field(default_factory=list)
    parameters: list[Any] = field(default_factory=list)

    def add(self, statement: str, *parameters: Any) -> None:
        """Add one INSERT, UPDATE or DELETE."""
        self.parts.append(statement)
        self.parameters += parameters

    def insert(self, table: str, row: Mapping[str, Any]) -> None:
        """Add the insertion of one row; the database fills the tenant."""
        places = ", ".join(["%s"] * len(row))
        self.add(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({places})", *row.values())

    def execute(self) -> None:
        """Send them; all see the rows as they were before any of them."""
        if not self.parts:
            return
        *first, last = self.parts
        named = ", ".join(f"part_{i} AS ({part})" for i, part in enumerate(first))
        with connection.cursor() as cursor:
            cursor.execute(f"WITH {named} {last}" if first else last, self.parameters)


def put(writes: Writes, held: HeldLoan, state: LoanState) -> LoanStatus:
    """Add what the fold changed in the loan's cached rows; return the status it now has."""
    sequence = held.events[-1].sequence if held.events else 0
    _put_instalments(writes, held, state)
    _put_position(writes, held, position_row(state, held.terms, sequence))
    return _put_status(writes, held, state)


def _put_instalments(writes: Writes, held: HeldLoan, state: LoanState) -> None:
    rows = [instalment_row(row) for row in state.schedule]
    changed = [row for row in rows if held.instalments.get(row[0]) != row]
    if changed:
        named = [dict(zip(INSTALMENT_COLUMNS, row, strict=True)) for row in changed]
        writes.add(_PUT_INSTALMENTS, held.id, json.dumps(named, default=str))
    if len(held.instalments) > len(rows):
        writes.add(_DROP_INSTALMENTS, held.id, len(rows))


def _put_position(writes: Writes, held: HeldLoan, row: dict[str, Any]) -> None:
    if not held.position:
        writes.add(_ADD_POSITION, *row.values(), held.id, held.version_id, held.currency)
    elif row != held.position:
        writes.add(_CHANGE_POSITION, *row.values(), held.id)


def _put_status(writes: Writes, held: HeldLoan, state: LoanState) -> LoanStatus:
    status = LoanStatus.CLOSED if state.status is Status.CLOSED else LoanStatus.ACTIVE
    closed_on = state.closed_on if status is LoanStatus.CLOSED else None
    if status != held.status:
        writes.add(_CHANGE_STATUS, status.value, disbursed_on(held), closed_on, held.id)
    return status


def disbursed_on(held: HeldLoan) -> date:
    """Return the day on which money first went out; the loan has been disbursed."""
    return min(event.effective_on for event in held.events if event.kind == "disbursed")
