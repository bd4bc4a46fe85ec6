"""Writing down who did what, in the transaction of what was done."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import models

from tenancy.actors import Actor
from tenancy.models import AuditEvent


def record(
    *,
    actor: Actor,
    at: datetime,
    action: str,
    subject: models.Model | str = "",
    changes: Mapping[str, Any] | None = None,
    reason: str = "",
) -> AuditEvent:
    """
    Append one audit event to the room's trail.

    `action` is a dotted verb ("loan.repay"); `subject` a row or a plain description; `changes`
    JSON values, money as strings, never an unmasked personal number.
    """
    return AuditEvent.objects.create(**facts(actor, at, action, subject, changes, reason))


def facts(
    actor: Actor,
    at: datetime,
    action: str,
    subject: models.Model | str,
    changes: Mapping[str, Any] | None,
    reason: str = "",
) -> dict[str, Any]:
    """Return the columns of an audit event, for writers that insert it along with other rows."""
    subject_type, subject_id = _name(subject)
    return {
        "at": at,
        "actor_kind": actor.kind,
        "actor_id": actor.id,
        "actor_name": actor.name,
        "role": actor.role,
        "source": actor.source,
        "request_id": actor.request_id,
        "action": action,
        "subject_type": subject_type,
        "subject_id": subject_id,
        "changes": dict(changes or {}),
        "reason": reason,
    }


def _name(subject: models.Model | str) -> tuple[str, str]:
    if isinstance(subject, models.Model):
        return subject._meta.label_lower, str(subject.pk)
    return "", subject[:60]
