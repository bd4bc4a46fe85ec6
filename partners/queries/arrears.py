"""A day's new schedules, and the loans in arrears at its end, with one bank; read by folding."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from lending.models import EventKind
from lending.queries.classification import said_otherwise
from lending.queries.folding import events_of
from lending.rules.fold import fold
from lending.rules.state import LoanState
from partners.models import Participation, PartnerBank
from partners.queries.setwise import by_sets, fetch
from partners.queries.standing import Classes
from partners.rules.files.rows import Overdue, Planned
from partners.rules.own_part import Knife, plan

ZERO = Decimal(0)
# What gives a loan another schedule; what a receipt changes of it stands in OUTSTANDING.
PLANS = (EventKind.DISBURSED, EventKind.RATE_CHANGED, EventKind.RESCHEDULED)

_PLANNED = """
    SELECT DISTINCT part.id
    FROM partners_participation part
    JOIN lending_loanevent event
      ON event.tenant_id = part.tenant_id AND event.loan_id = part.loan_id
    WHERE part.bank_id = %(bank)s AND event.booked_on = %(on)s AND event.kind = ANY(%(kinds)s)
"""
# What was late at the end of a day is late now, or was so that morning by the close's own word;
# nothing else is folded.
_MAYBE_LATE = """
    SELECT part.id
    FROM partners_participation part
    JOIN lending_loanposition position
      ON position.tenant_id = part.tenant_id AND position.loan_id = part.loan_id
    WHERE part.bank_id = %(bank)s AND position.arrears_since < %(on)s
    UNION
    SELECT part.id
    FROM partners_participation part
    JOIN (
        SELECT DISTINCT ON (tenant_id, loan_id) tenant_id, loan_id, asset_class
        FROM lending_loanclass WHERE basis = 'delay' AND effective_on <= %(on)s
        ORDER BY tenant_id, loan_id, id DESC
    ) said ON said.tenant_id = part.tenant_id AND said.loan_id = part.loan_id
    WHERE part.bank_id = %(bank)s AND said.asset_class <> 'normal'
"""


def planned(bank: PartnerBank, on: date) -> Iterator[Planned]:
    """Return every instalment of the loans whose schedule was made, or made anew, on a day."""
    facts = {"bank": bank.pk, "on": on, "kinds": [kind.value for kind in PLANS]}
    for part, state in _stood(fetch(_PLANNED, facts), on):
        cut = plan(state.schedule, Knife(part.fractions, part.decimals))
        for row, own in zip(state.schedule, cut, strict=True):
            yield Planned(
                loan_no=part.loan.number,
                partner_loan_no=part.bank_loan_number,
                instalment_no=row.number,
                due_date=row.due_on,
                principal_due=row.principal_due,
                interest_due=row.interest_due,
                fee_due=row.fee_due,
                partner_principal=own.due.principal,
                partner_interest=own.due.interest,
            )


def overdue(bank: PartnerBank, on: date, classes: Classes) -> Iterator[Overdue]:
    """Return every loan of a bank that was late at the end of a day, with what is overdue."""
    said = said_otherwise(on)
    for part, state in _stood(fetch(_MAYBE_LATE, {"bank": bank.pk, "on": on}), on):
        if not state.days_past_due or state.oldest_unpaid_due_on is None:
            continue
        late = [row for row in state.schedule if row.due_on < on]
        bucket, class5 = classes(state.days_past_due, said.get(part.loan_id))
        yield Overdue(
            as_of=on,
            loan_no=part.loan.number,
            partner_loan_no=part.bank_loan_number,
            arrears_since=state.oldest_unpaid_due_on,
            dpd=state.days_past_due,
            bucket=bucket,
            class5=class5,
            overdue_principal=sum((r.principal_due - r.principal_paid for r in late), ZERO),
            overdue_interest=sum((r.interest_due - r.interest_paid for r in late), ZERO),
            penalty=state.balances.penalty,
        )


def _stood(keys: list[tuple[Any, ...]], on: date) -> Iterator[tuple[Participation, LoanState]]:
    """Fold loans as they stood at the end of a day, without what was booked after it."""
    if not keys:
        return
    found = Participation.objects.filter(pk__in=[key for (key,) in keys]).select_related("loan")
    with by_sets():
        parts = list(found.order_by("loan__number"))
    events = events_of([part.loan_id for part in parts])
    for part in parts:
        known = [event for event in events[part.loan_id] if event.booked_on <= on]
        if known:
            yield part, fold(part.loan.frozen_terms, known, on)
