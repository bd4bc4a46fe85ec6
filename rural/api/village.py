"""What a village partner sees and does between forms: his leads, reminders and commission."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse, JsonResponse
from django.utils.translation import gettext_lazy as _

from rural.actions import commission as commissions
from rural.actions import leads as lead_actions
from rural.actions import village_partners
from rural.api.door import Call
from rural.models import CommissionStatement, PartnerStatus, VillagePartner
from rural.queries import status_words
from tenancy.errors import Invalid
from tenancy.wording import said

MONTHS_SHOWN = 24


def leads(call: Call) -> HttpResponse:
    """List his leads, each with one word of how it stands."""
    partner = village_partners.of_actor(call.actor)
    rows = [
        {
            "id": str(row.id),
            "name": row.name,
            "village": row.village,
            "status": row.word.value,
            "words": str(row.word.label),
            "papers": list(row.papers),
            "created_at": row.created_at.isoformat(),
        }
        for row in status_words.leads_of(partner)
    ]
    return JsonResponse({"leads": rows})


def contact(call: Call, *, lead_id: UUID) -> HttpResponse:
    """Log that he spoke to a farmer whom he brought."""
    body = _object(call)
    lead_actions.log_contact(
        actor=call.actor,
        at=call.at,
        lead_id=lead_id,
        kind=_word(body, "kind"),
        outcome=_word(body, "outcome"),
        key=_word(body, "key"),
    )
    return JsonResponse({"logged": True}, status=201)


def reminders(call: Call) -> HttpResponse:
    """List whom he is to remind, and of which day; no amounts."""
    partner = village_partners.of_actor(call.actor)
    rows = [
        {
            "id": str(row.id),
            "lead": str(row.lead),
            "name": row.name,
            "kind": row.kind,
            "due_on": row.due_on.isoformat(),
        }
        for row in status_words.reminders_of(partner)
    ]
    return JsonResponse({"reminders": rows})


def finish(call: Call, *, reminder_id: UUID) -> HttpResponse:
    """Note what came of reminding."""
    body = _object(call)
    lead_actions.finish_reminder(
        actor=call.actor,
        at=call.at,
        reminder_id=reminder_id,
        kind=_word(body, "kind"),
        outcome=_word(body, "outcome"),
    )
    return JsonResponse({"finished": True})


def commission(call: Call) -> HttpResponse:
    """Show his status, his balance and his months; never a single loan's amount."""
    partner = village_partners.of_actor(call.actor)
    currency = call.tenant.currency
    statements = CommissionStatement.objects.filter(partner=partner).order_by("-month")
    return JsonResponse(
        {
            "status": partner.status,
            "words": partner.get_status_display(),
            "suspension": _suspension(partner),
            "currency": currency,
            "balance": f"{commissions.balance(partner, currency):.2f}",
            "statements": [
                {
                    "month": f"{row.month:%Y-%m}",
                    "currency": row.currency,
                    "opening": f"{row.opening:.2f}",
                    "earned": f"{row.earned:.2f}",
                    "clawed_back": f"{row.clawed_back:.2f}",
                    "payable": f"{row.payable:.2f}",
                    "carried": f"{row.carried:.2f}",
                    "status": row.status,
                    "paid": None if row.paid is None else f"{row.paid:.2f}",
                    "paid_on": None if row.paid_on is None else row.paid_on.isoformat(),
                }
                for row in statements[:MONTHS_SHOWN]
            ],
        }
    )


def _suspension(partner: VillagePartner) -> dict[str, str] | None:
    """Since when and why he is suspended; what he may appeal against."""
    if partner.status not in (PartnerStatus.SUSPENDED, PartnerStatus.APPEALING):
        return None
    steps = partner.changes.filter(to_status=PartnerStatus.SUSPENDED).order_by("-pk")
    last = steps.first()
    if last is None:
        return None
    return {"id": str(last.pk), "on": f"{last.at:%Y-%m-%d}", "reason": said(last.reason)}


def appeal(call: Call) -> HttpResponse:
    """Ask for his suspension to be looked at again."""
    partner = village_partners.of_actor(call.actor)
    body = _object(call)
    after = village_partners.appeal(
        actor=call.actor,
        at=call.at,
        partner_id=partner.pk,
        reason=_word(body, "reason", 500),
        against=_word(body, "against"),
    )
    return JsonResponse({"status": after.status, "words": after.get_status_display()})


def _object(call: Call) -> dict[str, Any]:
    body = call.json()
    if not isinstance(body, dict):
        raise Invalid(_("The body is an object"))
    return body


def _word(body: dict[str, Any], name: str, most: int = 80) -> str:
    value = body.get(name)
    return value[:most] if isinstance(value, str) else ""
