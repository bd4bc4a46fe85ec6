"""Multiplying shapes into a portfolio: COPY what differs, then one INSERT … SELECT per table."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from config.synthetic.shapes import Shape
from ledger.models import account_id
from lending.actions import accrual
from lending.actions.borrowers import register
from lending.models import ProductVersion
from lending.queries.cache import (
    INSTALMENT_COLUMNS,
    POSITION_COLUMNS,
    instalment_row,
    position_row,
)
from tenancy import room
from tenancy.actions import audit
from tenancy.actors import Actor
from tenancy.ids import uuid7
from tenancy.models import Tenant

# Loans in one transaction: its deferred checks are kept in memory until it commits.
AT_ONCE = 20_000
LOANS_PER_BORROWER = 100

_TABLES = f"""
    CREATE TEMPORARY TABLE synthetic_shape (
        shape integer, terms jsonb, agreed numeric, currency text, starts_on date,
        {", ".join(f"{name} text" for name in POSITION_COLUMNS)}
    ) ON COMMIT DROP;
    CREATE TEMPORARY TABLE synthetic_event (
        shape integer, sequence integer, kind text, on_day date, amount numeric, legs integer
    ) ON COMMIT DROP;
    CREATE TEMPORARY TABLE synthetic_instalment (
        shape integer, {", ".join(f"{name} text" for name in INSTALMENT_COLUMNS)}
    ) ON COMMIT DROP;
    CREATE TEMPORARY TABLE synthetic_leg (
        shape integer, sequence integer, number integer, account_id uuid, is_loans boolean,
        amount numeric
    ) ON COMMIT DROP;
    CREATE TEMPORARY TABLE synthetic_loan (
        id uuid, shape integer, number text, borrower_id uuid
    ) ON COMMIT DROP;
"""
_DROPPED = """
    DROP TABLE synthetic_shape, synthetic_event, synthetic_instalment, synthetic_leg,
        synthetic_loan
"""


def plant(
    shapes: Sequence[Shape],
    count: int,
    *,
    version: ProductVersion,
    actor: Actor,
    at: datetime,
    progress: Callable[[float], object] = lambda _loans: None,
) -> None:
    """
    Write `count` loans that look like the shapes, with their events, schedules and entries.

    Call it in a room, outside any transaction. Their numbers begin with S, their borrowers'
    references with SYNTHETIC. What they have accrued is posted at the end in one entry.
    """
    borrowers = _borrowers(count, actor=actor, at=at)
    for first in range(0, count, AT_ONCE):
        batch = min(AT_ONCE, count - first)
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_TABLES)
            _copy_shapes(cursor, shapes, version.currency)
            _copy_loans(cursor, len(shapes), first, batch, borrowers)
            _insert(cursor, version, at)
            # Dropped at commit anyway, unless this is part of a longer transaction.
            cursor.execute(_DROPPED)
        progress(batch)
    today = Tenant.objects.get(pk=room.current()).business_date
    accrual.post_interest(on=today, at=at)
    accrual.post_penalties(on=today, at=at)


@room.atomic
def _borrowers(count: int, *, actor: Actor, at: datetime) -> list[UUID]:
    audit.record(actor=actor, at=at, action="portfolio.plant", changes={"loans": count})
    mark = uuid7().hex[-8:]
    return [
        register(
            actor=actor,
            at=at,
            reference=f"SYNTHETIC-{mark}-{number}",
            kind="firm",
            name=f"Synthetic firm {number}",
        ).pk
        for number in range(1, count // LOANS_PER_BORROWER + 2)
    ]


def _copy_shapes(cursor: Any, shapes: Sequence[Shape], currency: str) -> None:
    _copy(cursor, "synthetic_shape", (_shape_row(i, shape) for i, shape in enumerate(shapes)))
    _copy(
        cursor,
        "synthetic_event",
        (
            (i, e.sequence, e.kind.value, e.effective_on, e.amount, len(legs))
            for i, shape in enumerate(shapes)
            for e, legs in zip(shape.events, shape.legs, strict=True)
        ),
    )
    _copy(
        cursor,
        "synthetic_instalment",
        ((i, *instalment_row(row)) for i, s in enumerate(shapes) for row in s.state.schedule),
    )
    tenant_id = room.current()
    _copy(
        cursor,
        "synthetic_leg",
        (
            (i, sequence, number, account_id(tenant_id, code, currency), is_loans, amount)
            for i, shape in enumerate(shapes)
            for sequence, legs in enumerate(shape.legs, start=1)
            for number, (code, is_loans, amount) in enumerate(legs, start=1)
        ),
    )


def _shape_row(number: int, shape: Shape) -> tuple[Any, ...]:
    terms = shape.terms
    position = position_row(shape.state, terms, shape.events[-1].sequence)
    facts = (json.dumps(terms.to_json()), terms.principal, terms.currency, terms.starts_on)
    return (number, *facts, *position.values())


def _copy_loans(
    cursor: Any, shapes: int, first: int, count: int, borrowers: Sequence[UUID]
) -> None:
    def rows() -> Iterator[tuple[Any, ...]]:
        for number in range(first, first + count):
            key = uuid7()
            borrower = borrowers[number // LOANS_PER_BORROWER]
            yield key, number % shapes, f"S-{key.hex[-16:]}", borrower

    _copy(cursor, "synthetic_loan", rows())


def _copy(cursor: Any, table: str, rows: Iterator[tuple[Any, ...]]) -> None:
    with cursor.copy(f"COPY {table} FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)


def _insert(cursor: Any, version: ProductVersion, at: datetime) -> None:
    values = {
        "tenant": room.current(),
        "version": version.pk,
        "currency": version.currency,
        "at": at,
    }
    for statement in _INSERTS:
        cursor.execute(statement, values)


_LOAN_SHAPE = "synthetic_loan loan JOIN synthetic_shape shape USING (shape)"
_LOAN_EVENT = "synthetic_loan loan JOIN synthetic_event event USING (shape)"
_ENTRY_ID = "md5(loan.id::text || ':' || event.sequence)::uuid"
_INSTALMENT_TYPES = ["integer", "date", "date", *["numeric"] * 11]
_POSITION_TYPES = [
    "boolean", "date", "integer", "numeric", "numeric", "integer", "date", "numeric", "integer",
    "numeric", "integer", "date", "date", *["numeric"] * 10,
]  # fmt: skip


def _cast(source: str, names: Sequence[str], kinds: Sequence[str]) -> str:
    return ", ".join(f"{source}.{n}::{kind}" for n, kind in zip(names, kinds, strict=True))


# The tenant is named, so that the default that verifies the token is not called per row.
_INSERTS = (
    f"""INSERT INTO lending_loan (tenant_id, id, number, borrower_id, version_id, terms, currency,
            principal, key, status, requested_on, disbursed_on)
        SELECT %(tenant)s, loan.id, loan.number, loan.borrower_id, %(version)s, shape.terms,
            shape.currency, shape.agreed, 'synthetic:' || loan.number, 'ACTIVE',
            shape.starts_on, shape.starts_on
        FROM {_LOAN_SHAPE}""",
    f"""INSERT INTO lending_loanevent (tenant_id, id, loan_id, sequence, kind, effective_on,
            booked_on, recorded_at, amount, note, due_dates, key)
        SELECT %(tenant)s, gen_random_uuid(), loan.id, event.sequence, event.kind, event.on_day,
            event.on_day, %(at)s, event.amount, 'synthetic', '[]',
            'synthetic:' || loan.number || ':' || event.sequence
        FROM {_LOAN_EVENT}""",
    f"""INSERT INTO lending_instalment (tenant_id, loan_id, {", ".join(INSTALMENT_COLUMNS)})
        SELECT %(tenant)s, loan.id, {_cast("row", INSTALMENT_COLUMNS, _INSTALMENT_TYPES)}
        FROM synthetic_loan loan JOIN synthetic_instalment row USING (shape)""",
    f"""INSERT INTO lending_loanposition
            (tenant_id, loan_id, version_id, currency, {", ".join(POSITION_COLUMNS)})
        SELECT %(tenant)s, loan.id, %(version)s, shape.currency,
            {_cast("shape", POSITION_COLUMNS, _POSITION_TYPES)}
        FROM {_LOAN_SHAPE}""",
    f"""INSERT INTO ledger_journalentry (tenant_id, id, key, kind, value_date, booked_on,
            booked_at, narrative, line_count)
        SELECT %(tenant)s, {_ENTRY_ID}, 'loan:' || loan.id || ':' || event.sequence,
            'loan.' || event.kind, event.on_day, event.on_day, %(at)s, loan.number, event.legs
        FROM {_LOAN_EVENT}""",
    f"""INSERT INTO ledger_posting (tenant_id, entry_id, number, line_count, booked_on,
            account_id, currency, amount, subject_id)
        SELECT %(tenant)s, {_ENTRY_ID}, leg.number, event.legs, event.on_day, leg.account_id,
            %(currency)s, leg.amount, CASE WHEN leg.is_loans THEN loan.id END
        FROM {_LOAN_EVENT} JOIN synthetic_leg leg USING (shape, sequence)""",
)
