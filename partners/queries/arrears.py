"""A day's new schedules, and the loans in arrears at its end, with one bank; read by folding."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from lending.models import EventKind, LoanEvent
from lending.queries.classification import said_by_funders
from lending.queries.folding import events_of
from lending.rules.fold import fold
from lending.rules.state import LoanState
from partners.models import Participation, PartnerBank, Share
from partners.queries.standing import Classes
from partners.rules.files.rows import Overdue, Planned
from partners.rules.own_part import Knife, plan

ZERO = Decimal(0)
# What gives a loan another schedule; what a receipt changes of it stands in OUTSTANDING.
PLANS = (EventKind.DISBURSED, EventKind.RATE_CHANGED, EventKind.RESCHEDULED)


def planned(bank: PartnerBank, on: date) -> Iterator[Planned]:
    """Return every instalment of the loans whose schedule was made, or made anew, on a day."""
    made = LoanEvent.objects.filter(loan_id=OuterRef("loan_id"), booked_on=on, kind__in=PLANS)
    parts = Participation.objects.filter(Exists(made), bank=bank)
    for part, state in _stood(list(parts.select_related("loan").order_by("loan__number")), on):
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
    # What was late then is late now, or something has moved since; nothing else is folded.
    since = Share.objects.filter(loan_id=OuterRef("loan_id"), booked_on__gt=on)
    changed = LoanEvent.objects.filter(loan_id=OuterRef("loan_id"), booked_on__gt=on)
    parts = Participation.objects.filter(
        Q(loan__position__arrears_since__lt=on) | Exists(since) | Exists(changed), bank=bank
    )
    said = said_by_funders(on)
    for part, state in _stood(list(parts.select_related("loan").order_by("loan__number")), on):
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


def _stood(parts: list[Participation], on: date) -> Iterator[tuple[Participation, LoanState]]:
    """Fold loans as they stood at the end of a day, without what was booked after it."""
    keys: list[UUID] = [part.loan_id for part in parts]
    events = events_of(keys)
    for part in parts:
        known = [event for event in events[part.loan_id] if event.booked_on <= on]
        if known:
            yield part, fold(part.loan.frozen_terms, known, on)
