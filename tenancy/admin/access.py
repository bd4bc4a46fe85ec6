"""Who is asking, what he may do, and writing down that he was refused."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.http import HttpRequest
from django.utils import timezone

from tenancy.actions import audit
from tenancy.actors import Actor
from tenancy.errors import Refusal
from tenancy.models import AuditEvent
from tenancy.permissions import Permission, allows

TRAIL = 50


def acting(request: HttpRequest) -> Actor:
    """Return the one on whose behalf a request of a signed-in person acts."""
    actor: Actor = request.presence.actor(request)  # type: ignore[attr-defined]
    return actor


def business_date(request: HttpRequest) -> date:
    """Return the date that the room's business has reached."""
    reached: date = request.presence.tenant.business_date  # type: ignore[attr-defined]
    return reached


def allowed(request: HttpRequest, permission: Permission) -> bool:
    """Return whether the signed-in person's role in this room holds a permission."""
    presence = getattr(request, "presence", None)
    return presence is not None and allows(presence.pass_.role, permission)


def trail(row: models.Model) -> list[AuditEvent]:
    """Return what the audit trail says of a row, newest first."""
    held = AuditEvent.objects.filter(subject_type=row._meta.label_lower, subject_id=str(row.pk))
    return list(held.order_by("-id")[:TRAIL])


def note_refusal(request: HttpRequest, refusal: Refusal) -> None:
    """Write down who was refused what; the values stay out, one may be a personal number."""
    audit.record(
        actor=acting(request),
        at=timezone.now(),
        action="request.refused",
        subject=f"POST {request.path}",
        changes={
            "code": refusal.code,
            "status": refusal.status,
            "path": request.path,
            "fields": [error.pointer for error in refusal.errors],
        },
        reason=str(refusal),
    )
