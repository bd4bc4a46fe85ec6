"""What the field app loads while there is network: who he is, forms, lists, households, tasks."""

from __future__ import annotations

from django.http import HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.utils.translation import get_language

from rural.actions import packs
from rural.api.door import Call
from rural.models import Submission, SubmissionStatus
from rural.queries import choices, forms
from rural.queries import visits as planned
from rural.queries.progress import words
from tenancy.roles import Role

MOST_TASKS = 100


def session(call: Call) -> HttpResponse:
    """Say who is here, where, and which villages are his."""
    return JsonResponse(
        {
            "user": call.request.user.get_username(),
            "name": call.actor.name,
            "role": call.actor.role,
            "tenant": {"slug": call.tenant.slug, "name": call.tenant.name},
            "csrf": get_token(call.request),
            "language": get_language(),
            "villages": [
                {
                    "code": village.code,
                    "name_zh": village.name_zh,
                    "name": village.name,
                    "township": village.township.name,
                    "county": village.township.county.name,
                }
                for village in choices.villages_of(call.actor)
            ],
            "now": call.at.isoformat(),
        }
    )


def definitions(call: Call) -> HttpResponse:
    """Give the newest version of each form of his."""
    return JsonResponse(
        {
            "forms": [
                {
                    "code": row.code,
                    "version": row.version,
                    "sha256": row.sha256,
                    "definition": row.definition,
                }
                for row in forms.current_for(call.actor.role)
            ]
        }
    )


def lists(call: Call) -> HttpResponse:
    """Give every list that a form lets choose from."""
    return JsonResponse(choices.choices(call.actor, call.on))


def households(call: Call) -> HttpResponse:
    """Give the households of one village."""
    code = call.request.GET.get("village", "")
    taken = packs.take_households(actor=call.actor, at=call.at, village_code=code)
    return JsonResponse({"households": taken})


def visits(call: Call) -> HttpResponse:
    """Give what waits for him: forms that were not accepted or miss their photos."""
    waiting = Submission.objects.filter(
        agent_id=call.actor.id,
        status__in=[SubmissionStatus.REJECTED, SubmissionStatus.WAITING],
    ).order_by("-received_at")[:MOST_TASKS]
    tasks = [
        {
            "kind": row.status,
            "form_code": row.form_code,
            "root_uuid": str(row.root_uuid),
            "received_at": row.received_at.isoformat(),
            "words": words(row),
            "errors": row.errors,
        }
        for row in waiting
    ]
    return JsonResponse({"visits": _planned(call), "tasks": tasks})


def _planned(call: Call) -> list[dict[str, str | int | None]]:
    """Staff's visits: the day's plan in its order, then what is due. A partner makes none."""
    if call.actor.role == Role.AGENT:
        return []
    return [
        {
            "id": str(row.pk),
            "household": str(row.household_id),
            "household_name": row.household.head_name,
            "village": row.household.village.name,
            "kind": row.get_kind_display(),
            "due_on": row.due_on.isoformat(),
            "stop": row.stop,
            "loan_no": row.loan.number if row.loan else None,
        }
        for row in planned.waiting_for(call.actor.id, call.on)
    ]
