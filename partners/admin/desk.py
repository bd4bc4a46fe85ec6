"""What a bank's people see first: their inbox, quota, loans, settlement, and their programs."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from partners.actions.credentials import NotABank
from partners.admin.own import own_bank
from partners.models import (
    BankCall,
    Break,
    ParticipationStatus,
    PartnerBank,
    Settlement,
)
from partners.queries import claims, own_loans, quotas
from partners.queries.inbox import inbox
from tenancy.admin.access import business_date

ROWS = 20
DAYS = 7
CALLS_COUNTED = 100


def dashboard(request: HttpRequest) -> dict[str, Any]:
    """Return the home page of a bank's people."""
    context: dict[str, Any] = {"home_parts": [], "list_url": "", "title": _("Home")}
    try:
        bank = own_bank(request)
    except NotABank:
        return context
    if bank is None:
        return context
    return context | {
        "home_parts": ["partners/desk.html"],
        "title": str(bank),
        "bank": bank,
        "waiting": inbox(bank).pending().order_by("respond_by")[:ROWS],
        "recent": inbox(bank).exclude(pk__in=inbox(bank).pending()).order_by("-pk")[:ROWS],
        "quotas": list(quotas.of_bank(bank, business_date(request))),
        "desk_parts": ["partners/own_desk.html"],
        **_own(bank, business_date(request)),
        **_calls(bank),
    }


def _own(bank: PartnerBank, on: date) -> dict[str, Any]:
    """What the bank has lent, what each day came to, what differs, and whom it claims on."""
    parts = own_loans.of_bank(bank).exclude(status=ParticipationStatus.CANCELLED)
    settled = Settlement.objects.filter(bank=bank, published_at__isnull=False)
    return {
        "own_loans": own_loans.standing(parts.order_by("-pk")[:ROWS], on),
        "own_loans_counted": parts.count(),
        "own_settlements": settled.order_by("-on").prefetch_related("files")[:DAYS],
        "own_breaks": Break.objects.unresolved().filter(bank=bank).order_by("due_on", "pk")[:ROWS],
        "own_claims": claims.of_bank(bank).order_by("-pk")[:ROWS],
    }


def _calls(bank: PartnerBank) -> dict[str, Any]:
    """How the bank's programs fared in their last calls."""
    calls = list(BankCall.objects.filter(bank=bank).order_by("-pk")[:CALLS_COUNTED])
    return {
        "calls": calls[:ROWS],
        "calls_counted": len(calls),
        "calls_refused": sum(400 <= call.status < 500 for call in calls),
        "calls_failed": sum(call.status >= 500 for call in calls),
        "slowest": max((call.milliseconds for call in calls), default=0),
        "calls_url": reverse("admin:partners_bankcall_changelist"),
        "health_now": timezone.now(),
    }
