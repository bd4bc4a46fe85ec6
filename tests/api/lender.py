"""A lender who is open for business, and a platform that borrows from him over HTTP."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone

from ledger.actions import chart
from lending.models import Application
from tenancy import room
from tenancy.models import Tenant
from tests.api.build import SYSTEM, Platform
from tests.lending import build
from tests.tasks import SentTasks

NOON = datetime(2026, 1, 5, 4, tzinfo=UTC)


def yuan(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "CNY"}


def open_for_business(tenant: Tenant) -> None:
    """Give the lender rules, books and the product "seller"."""
    with room.enter(tenant.pk):
        build.product()
        chart.open_accounts(currency="CNY", actor=SYSTEM, at=NOON)


def application(**changes: Any) -> dict[str, Any]:
    """The body of an application for 100,000 yuan over 180 days."""
    body = {
        "borrower": "F-001",
        "product": "seller",
        "amount": yuan("100000.00"),
        "term": 180,
        "purpose": "Stock for the spring season",
        "evidence": build.evidence(),
    }
    return {**body, **changes}


def register(platform: Platform, reference: str = "F-001") -> dict[str, Any]:
    body = {"reference": reference, "kind": "firm", "name": f"Firm {reference}"}
    answer = platform.post("borrowers", body)
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def apply(platform: Platform, **changes: Any) -> dict[str, Any]:
    """Register the borrower and submit."""
    register(platform)
    answer = platform.post("applications", application(**changes))
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def approve(tenant: Tenant, application_id: str, sent_tasks: SentTasks) -> dict[str, Any]:
    """Let the workers refer it (there is no scorecard) and a supervisor approve it."""
    sent_tasks.run()
    with room.enter(tenant.pk):
        offer = build.approve(Application.objects.get(pk=application_id), at=timezone.now())
        return {"id": str(offer.pk), "cost_hash": offer.cost_hash}


def open_line(tenant: Tenant, platform: Platform, sent_tasks: SentTasks) -> dict[str, Any]:
    """Go all the way to an open credit line of 100,000 yuan."""
    offer = approve(tenant, apply(platform)["id"], sent_tasks)
    answer = platform.post(f"offers/{offer['id']}/acceptance", {"cost_hash": offer["cost_hash"]})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def draw(
    tenant: Tenant, platform: Platform, sent_tasks: SentTasks, amount: str = "10000.00"
) -> dict[str, Any]:
    """Go all the way to an active loan."""
    line = open_line(tenant, platform, sent_tasks)
    answer = platform.post(f"credit-lines/{line['id']}/draws", {"amount": yuan(amount)})
    assert answer.status_code == 201, answer.text
    sent_tasks.run()
    return dict(platform.get(f"loans/{answer.json()['id']}").json())


def sums(parts: dict[str, dict[str, str]]) -> Decimal:
    """Add up money."""
    return sum((Decimal(part["amount"]) for part in parts.values()), Decimal(0))
