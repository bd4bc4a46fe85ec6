"""
Taking hold of a loan: its lock, and everything that a fold needs, in one round trip.

Plain SQL, because this is the busiest path of the house: through the ORM the same reads cost
four times the processor time (docs/architecture.md has the figures).
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from lending.models import LoanStatus
from lending.queries.cache import INSTALMENT_COLUMNS, POSITION_COLUMNS
from lending.rules.events import Event, Kind
from lending.rules.terms import Terms
from tenancy.errors import NotFound

# Whoever books an event shares this lock until he commits; the close takes it alone for the
# moment in which the business date moves. So no event is booked on a day that has been closed.
CUT_OFF = 1_279_348_805

# The shared lock comes first: a row lock held while waiting for it could meet the close's wait.
LOCK = """
    WITH cut_off AS MATERIALIZED (SELECT pg_advisory_xact_lock_shared(%s, app.tenant()))
    SELECT loan.id, loan.number, loan.status, loan.terms, loan.currency, loan.version_id
    FROM cut_off, lending_loan loan WHERE loan.id = %s FOR NO KEY UPDATE OF loan
"""
# Statements of their own: they must see what was committed while the lock was waited for.
EVENTS = """
    SELECT tenant.business_date, event.id::text, event.kind, event.effective_on, event.booked_on,
           event.sequence, event.amount, event.reverses_id::text, event.rate, event.until_on,
           event.key, event.due_dates
    FROM tenancy_tenant tenant LEFT JOIN lending_loanevent event ON event.loan_id = %s
    WHERE tenant.id = app.tenant() ORDER BY event.sequence
"""
INSTALMENTS = f"SELECT {', '.join(INSTALMENT_COLUMNS)} FROM lending_instalment WHERE loan_id = %s"
POSITION = f"SELECT {', '.join(POSITION_COLUMNS)} FROM lending_loanposition WHERE loan_id = %s"
# Who listens decides whether a receipt is news; asked in the same trip, so it costs nothing.
TOPICS = """
    SELECT DISTINCT jsonb_array_elements_text(topics)
    FROM tenancy_webhooksubscription WHERE is_active
"""


@dataclass(slots=True)
class HeldLoan:
    """
    A loan under lock: facts, terms, events in order, and the cached fold as it was written.

    `keys` maps the idempotency key of each event to the event. `position` is empty before the
    loan is disbursed. `topics` are those that some client of the room listens to.
    """

    id: UUID
    number: str
    status: LoanStatus
    terms: Terms
    currency: str
    version_id: UUID
    business_date: date
    events: list[Event]
    keys: dict[str, Event]
    instalments: dict[int, tuple[Any, ...]]
    position: dict[str, Any]
    topics: frozenset[str] = frozenset()

    @property
    def next_sequence(self) -> int:
        """The number of the next event."""
        return self.events[-1].sequence + 1 if self.events else 1


def hold(loan_id: UUID) -> HeldLoan:
    """
    Lock a loan and read it; the lock ends with the transaction.

    :raises NotFound: if there is no such loan in the room
    """
    facts, events, instalments, position, topics = _in_one_trip(
        (LOCK, [CUT_OFF, loan_id]),
        (EVENTS, [loan_id]),
        (INSTALMENTS, [loan_id]),
        (POSITION, [loan_id]),
        (TOPICS, []),
    )
    if not facts:
        raise NotFound.of(_("Loan"), loan_id)
    held = assemble(facts[0], events, instalments, position[0] if position else None)
    held.topics = frozenset(topic for (topic,) in topics)
    return held


def assemble(
    facts: Sequence[Any],
    events: Sequence[Sequence[Any]],
    instalments: Sequence[tuple[Any, ...]],
    position: Sequence[Any] | None,
) -> HeldLoan:
    """Build a held loan from the rows of the four queries."""
    known = [(_event(row), row[10]) for row in events if row[1] is not None]
    return HeldLoan(
        id=facts[0],
        number=facts[1],
        status=LoanStatus(facts[2]),
        terms=Terms.from_json(json.loads(facts[3])),
        currency=facts[4],
        version_id=facts[5],
        business_date=events[0][0],
        events=[event for event, _key in known],
        keys={key: event for event, key in known},
        instalments={row[0]: tuple(row) for row in instalments},
        position=dict(zip(POSITION_COLUMNS, position, strict=True)) if position else {},
    )


def _event(row: Sequence[Any]) -> Event:
    return Event(
        id=row[1],
        kind=Kind(row[2]),
        effective_on=row[3],
        booked_on=row[4],
        sequence=row[5],
        amount=Decimal(row[6]),
        reverses=row[7],
        rate=row[8],
        until_on=row[9],
        due_dates=_dates(row[11]),
    )


def _dates(told: str) -> tuple[date, ...]:
    # Nearly every event has none; reading JSON for each of them would show in every receipt.
    return () if told == "[]" else tuple(map(date.fromisoformat, json.loads(told)))


def _in_one_trip(*queries: tuple[str, list[Any]]) -> list[list[Any]]:
    """
    Send several queries at once and return the rows of each.

    Each still runs with a snapshot of its own, taken when the one before has ended.
    """
    connection.ensure_connection()
    cursors = []
    with connection.wrap_database_errors, connection.connection.pipeline():
        for query, parameters in queries:
            cursor = connection.cursor()
            cursor.execute(query, parameters)
            cursors.append(cursor)
        return [cursor.fetchall() for cursor in cursors]
