"""
A loan told as one JSON document and answered as one: `manage.py simulate` and the API share it.

Input: `terms`, `events` and `as_of`. Output: schedule, allocations, balances, accrual, arrears and
status on that day, and the journal entries that the events and the passing of days would post.
`docs/engine.md` lists the fields.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from ledger.rules.entry import Line
from lending.rules.allocation import Allocation
from lending.rules.books import Standing, difference, standing
from lending.rules.codec import encoded
from lending.rules.events import Event, InvalidEvents, effective
from lending.rules.fold import fold
from lending.rules.instalment import Instalment
from lending.rules.state import Balances, LoanState
from lending.rules.terms import Terms

# Whose sub-ledger a line is in; real books carry the ids of the loan and of its product version.
LOAN, PRODUCT = UUID(int=1), UUID(int=2)
SUBJECTS = {LOAN: "loan", PRODUCT: "product", None: ""}
FIELDS = {"terms", "events", "as_of"}
# The fold's own notes on an instalment.
PRIVATE = {"overdue_days", "penalty_since_on", "penalty_brought"}


class InvalidCase(ValueError):
    """The document is not a case; the message names the field."""


def simulate(case: Any) -> dict[str, Any]:
    """
    Fold a case.

    An event needs `kind` and `effective_on`; `id`, `sequence` and `booked_on` may be left out and
    follow the order in which events are told.

    :raises InvalidCase: if the document lacks or does not know a field
    :raises InvalidTerms: if the terms do not fit
    :raises InvalidEvents: if an event does not fit
    """
    if not isinstance(case, Mapping) or set(case) != FIELDS:
        raise InvalidCase(f"expected an object with the fields {', '.join(sorted(FIELDS))}")
    try:
        as_of = date.fromisoformat(case["as_of"])
    except (TypeError, ValueError):
        raise InvalidCase(f"as_of: {case['as_of']!r} is not a date") from None
    if not isinstance(case["events"], list):
        raise InvalidCase("events: expected a list")
    terms = Terms.from_json(case["terms"])
    events = [_event(told, number) for number, told in enumerate(case["events"], start=1)]
    state = fold(terms, events, as_of)
    unit = terms.rounding.unit
    return {**_state(state, unit), "journal": _journal(terms, events, as_of)}


def _event(told: Any, number: int) -> Event:
    if not isinstance(told, Mapping):
        raise InvalidEvents(f"events/{number - 1}: expected an object")
    assumed = {
        "id": f"event-{number}",
        "sequence": number,
        "booked_on": told.get("effective_on"),
    }
    try:
        return Event.from_json({**assumed, **told})
    except InvalidEvents as problem:
        raise InvalidEvents(f"events/{number - 1}/{problem}") from None


def _state(state: LoanState, unit: Decimal) -> dict[str, Any]:
    return {
        **encoded(state),
        "schedule": [_amounts(row, unit) for row in state.schedule],
        "allocations": [_amounts(used, unit) for used in state.allocations],
        "balances": _amounts(state.balances, unit),
        "next_due_on": encoded(state.next_due_on),
        "due_now": _money(state.due_now, unit),
    }


def _amounts(part: Instalment | Allocation | Balances, unit: Decimal) -> dict[str, Any]:
    """Encode a part of the state with every amount in whole units of money."""
    values = {f.name: getattr(part, f.name) for f in fields(part) if f.name not in PRIVATE}
    return {
        name: _money(value, unit) if isinstance(value, Decimal) else encoded(value)
        for name, value in values.items()
    }


def _money(amount: Decimal, unit: Decimal) -> str:
    return format(amount.quantize(unit) if unit <= 1 else amount, "f")


def _journal(terms: Terms, events: Sequence[Event], as_of: date) -> list[dict[str, Any]]:
    """What each event posts, and before it what the days since the last one accrued."""
    entries: list[dict[str, Any]] = []
    known: list[Event] = []
    books = Standing()
    for event in effective(events, as_of):
        on = event.effective_on
        passed = standing(fold(terms, known, on))
        known.append(event)
        after = standing(fold(terms, known, on))
        _add(entries, terms, on, "accrued", None, books, passed)
        _add(entries, terms, on, event.kind.value, event.id, passed, after)
        books = after
    _add(entries, terms, as_of, "accrued", None, books, standing(fold(terms, known, as_of)))
    return entries


def _add(
    entries: list[dict[str, Any]],
    terms: Terms,
    on: date,
    kind: str,
    event_id: str | None,
    before: Standing,
    after: Standing,
) -> None:
    lines = difference(before, after, loan_id=LOAN, version_id=PRODUCT, currency=terms.currency)
    if lines:
        entries.append(
            {
                "on": on.isoformat(),
                "kind": kind,
                "event": event_id,
                "lines": [_line(line, terms.rounding.unit) for line in lines],
            }
        )


def _line(line: Line, unit: Decimal) -> dict[str, str]:
    return {
        "account": line.account_code,
        "currency": line.currency,
        "amount": _money(line.amount, unit),
        "subject": SUBJECTS[line.subject_id],
    }
