"""What a bank's people see first: their inbox, quota, loans, settlement, and their programs."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from partners.actions.credentials import NotABank
from partners.admin.own import own_bank
from partners.models import BankCall, PartnerBank
from partners.queries import quotas
from partners.queries.inbox import inbox
from tenancy.admin.access import business_date

ROWS = 20
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
        **_calls(bank),
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
