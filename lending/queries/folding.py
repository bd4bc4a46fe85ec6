"""
Loans with all that their folds need, many at a time and without locks: for proofs and lists.

Read in the order of their ids, so that a million loans pass through in a bounded memory.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from lending.models import LoanEvent
from lending.rules.events import Event
from lending.rules.terms import Terms

AT_ONCE = 500

_LOANS = """
    SELECT loan.id, loan.number, loan.status, loan.terms, loan.version_id, loan.currency
    FROM lending_loan loan
    WHERE loan.status NOT IN ('PENDING', 'CANCELLED') AND loan.id > %s
    ORDER BY loan.id LIMIT %s
"""
_FIRST = UUID(int=0)


@dataclass(frozen=True, slots=True)
class FoldedFrom:
    """What a disbursed loan is made of: terms and events."""

    id: UUID
    number: str
    status: str
    version_id: UUID
    currency: str
    terms: Terms
    events: list[Event]


def disbursed_loans() -> Iterator[list[FoldedFrom]]:
    """Yield every loan of the room that was ever paid out, in batches."""
    last = _FIRST
    while rows := _rows(_LOANS, [last, AT_ONCE]):
        last = rows[-1][0]
        events = events_of([row[0] for row in rows])
        yield [
            FoldedFrom(
                id=row[0],
                number=row[1],
                status=row[2],
                terms=Terms.from_json(json.loads(row[3])),
                version_id=row[4],
                currency=row[5],
                events=events[row[0]],
            )
            for row in rows
        ]


def events_of(loan_ids: list[UUID]) -> dict[UUID, list[Event]]:
    """Return the events of some loans as the engine reads them, in order."""
    found: dict[UUID, list[Event]] = defaultdict(list)
    for event in LoanEvent.objects.filter(loan_id__in=loan_ids).order_by("loan_id", "sequence"):
        found[event.loan_id].append(event.as_rule())
    return found


def _rows(query: str, parameters: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, parameters)
        return cursor.fetchall()
