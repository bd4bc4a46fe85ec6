"""What a loan's page shows."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from ledger.models import Posting
from lending.admin import cards
from lending.admin.charts import steps
from lending.models import EventKind, Loan, LoanEvent, PaymentOrder, RepaymentMethod
from lending.queries import loans
from lending.rules.state import LoanState
from tenancy.admin.access import allowed, business_date
from tenancy.admin.documents import documents_of
from tenancy.admin.requests import about
from tenancy.permissions import Permission

POSTINGS_SHOWN = 200


def context(request: HttpRequest, row: Loan) -> dict[str, Any]:
    """Return the loan as it stands on the business date, each part as the role allows."""
    today = business_date(request)
    state = loans.state(row, on=today)
    events = list(LoanEvent.objects.filter(loan=row).order_by("sequence"))
    terms = row.frozen_terms
    sees_books = allowed(request, Permission.LEDGER_VIEW)
    return {
        "state": state,
        "today": today,
        "terms": terms,
        "method": RepaymentMethod(terms.method.value).label,
        "schedule": [_instalment(each, today) for each in state.schedule],
        "events": _events(events, state),
        "postings": _postings(row) if sees_books else [],
        "sees_books": sees_books,
        "requests": about(row),
        "payments": PaymentOrder.objects.filter(loan=row).order_by("-requested_at")
        if allowed(request, Permission.PAYMENT_VIEW)
        else [],
        "documents": documents_of(row) if allowed(request, Permission.DOCUMENT_VIEW) else [],
        "sees_documents": allowed(request, Permission.DOCUMENT_VIEW),
        "cards": cards.of_loan(request, row),
        "balance_chart": _balance(events, state) if events else None,
    }


def _instalment(each: Any, today: date) -> dict[str, Any]:
    is_paid = each.outstanding == 0
    is_late = not is_paid and each.due_on < today
    tone = "done" if is_paid else "late" * is_late
    return {"row": each, "tone": tone, "is_paid": is_paid}


def _events(events: list[LoanEvent], state: LoanState) -> list[dict[str, Any]]:
    """Return each event with what it paid, and whether it was taken back."""
    paid = {allocation.event_id: allocation for allocation in state.allocations}
    taken_back = {event.reverses_id for event in events if event.reverses_id}
    return [
        {
            "event": event,
            "paid": paid.get(str(event.pk)),
            "is_reversed": event.pk in taken_back,
        }
        for event in reversed(events)
    ]


def _postings(row: Loan) -> list[Posting]:
    held = Posting.objects.filter(subject_id=row.pk).select_related("entry", "account")
    return list(held.order_by("-booked_on", "-entry_id", "number")[:POSTINGS_SHOWN])


def _balance(events: list[LoanEvent], state: LoanState) -> dict[str, Any]:
    """Draw the outstanding principal so far, and as it goes on if all is paid as agreed."""
    taken_back = {event.reverses_id for event in events if event.reverses_id}
    moves: dict[date, Decimal] = {}
    for event in events:
        if event.kind == EventKind.DISBURSED and event.pk not in taken_back:
            moves[event.effective_on] = moves.get(event.effective_on, Decimal(0)) + event.amount
    for allocation in state.allocations:
        moves[allocation.on] = moves.get(allocation.on, Decimal(0)) - allocation.principal
    past: dict[date, Decimal] = {}
    standing = Decimal(0)
    for day in sorted(moves):
        standing += moves[day]
        past[day] = standing
    past[state.as_of] = state.balances.principal
    ahead = {each.due_on: each.balance for each in state.schedule if each.due_on > state.as_of}
    days = sorted({*past, *ahead})
    planned = {state.as_of: state.balances.principal, **ahead} if ahead else {}
    return steps(
        [day.isoformat() for day in days],
        (_("Outstanding principal"), [past.get(day) for day in days], "--color-primary-600"),
        (_("Planned"), [planned.get(day) for day in days], "--color-base-400"),
    )
