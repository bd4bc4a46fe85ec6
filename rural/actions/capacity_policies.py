"""Capacity policies: a draft is written, checked against its ranges, published and frozen."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rural.models import CapacityPolicy
from rural.rules import policy as policies
from rural.rules.policy import InvalidPolicy
from tenancy import room
from tenancy.actions import audit, versions
from tenancy.actors import Actor
from tenancy.errors import FieldError, Invalid, NotFound
from tenancy.permissions import Permission, require

BUNDLED = Path(__file__).resolve().parent.parent / "capacity" / "policy.json"
NOTE_CHARACTERS = 300


@room.atomic
def draft(
    *,
    actor: Actor,
    at: datetime,
    rules: Mapping[str, Any],
    effective_from: date,
    note: str,
) -> CapacityPolicy:
    """
    Write the draft of the next version, in place of the draft that there may be.

    :param rules: as `rural.rules.policy.read` reads them: decimal strings, whole numbers
    :param note: why it changes, in words
    :raises Invalid: naming each figure that does not fit, with its range
    """
    require(actor, Permission.BENCHMARK_EDIT)
    errors = _problems(rules)
    if not 0 < len(note.strip()) <= NOTE_CHARACTERS:
        expected = _("1 to %d characters") % NOTE_CHARACTERS
        errors.append(FieldError("/note", note[:40], expected))
    if errors:
        raise Invalid(gettext_lazy("The policy does not fit"), errors=errors)
    row = CapacityPolicy.objects.for_update().filter(published_at__isnull=True).first()
    if row is None:
        row = CapacityPolicy(number=versions.next_number(CapacityPolicy.objects.all()))
    row.rules = policies.read(rules).to_json()
    row.note, row.effective_from, row.drafted_by = note.strip(), effective_from, actor.name
    row.save()
    audit.record(
        actor=actor,
        at=at,
        action="capacity_policy.draft",
        subject=row,
        changes={"rules": row.rules, "effective_from": effective_from.isoformat()},
        reason=row.note,
    )
    return row


@room.atomic
def publish(*, actor: Actor, at: datetime, on: date, policy_id: UUID) -> CapacityPolicy:
    """
    Freeze a draft; publishing again is harmless.

    :param on: the tenant's business date; a version cannot begin before it
    :raises NotFound: if there is no such version
    :raises Invalid: if it would begin in the past
    """
    require(actor, Permission.BENCHMARK_EDIT)
    row = CapacityPolicy.objects.for_update().filter(pk=policy_id).first()
    if row is None:
        raise NotFound.of(_("Capacity policy"), policy_id)
    if row.is_published:
        return row
    versions.require_not_past(row.effective_from, on=on)
    row.published_at = at
    row.save(update_fields=["published_at"])
    audit.record(
        actor=actor,
        at=at,
        action="capacity_policy.publish",
        subject=row,
        changes={"number": row.number},
    )
    return row


def bundled() -> dict[str, Any]:
    """Return the thresholds that are shipped: those of rural.md §3.6."""
    return dict(json.loads(BUNDLED.read_text(encoding="utf-8")))


def _problems(rules: Mapping[str, Any]) -> list[FieldError]:
    try:
        policy = policies.read(rules)
    except InvalidPolicy as fault:
        pointer, _colon, what = str(fault).partition(": ")
        return [FieldError(f"/rules/{pointer}", what[:80], _("a figure of its type"))]
    return [
        FieldError(
            f"/rules{each.pointer}",
            str(each.value),
            _("%(low)s to %(high)s") % {"low": each.low, "high": each.high},
        )
        for each in policies.problems(policy)
    ]
