"""The limits under which submissions come in, on a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext_lazy as _

from rural.models import IntakeRule
from tenancy.errors import Refusal


class NotSetUp(Refusal):
    """The tenant has not adopted the rules and forms of field work."""

    code = "field_not_set_up"


@dataclass(frozen=True, slots=True)
class Limits:
    """How late, how large and how old; from the rules in force on a day."""

    old_version: timedelta
    late: timedelta
    clock: timedelta
    held: timedelta
    near_duplicate: timedelta
    image_bytes: int
    chunk_bytes: int
    attachments: int
    retention: timedelta


def is_set_up() -> bool:
    """Return whether the tenant has adopted rules for field work."""
    return IntakeRule.objects.exists()


def limits_on(on: date) -> Limits:
    """
    Return the limits in force on a day.

    :raises NotSetUp: if one of them was never laid down
    """
    rows = IntakeRule.objects.filter(effective_from__lte=on).order_by("effective_from")
    value = {row.code: int(row.value) for row in rows}
    try:
        return Limits(
            old_version=timedelta(days=value["old_version_days"]),
            late=timedelta(hours=value["late_hours"]),
            clock=timedelta(hours=value["clock_hours"]),
            held=timedelta(days=value["held_days"]),
            near_duplicate=timedelta(days=value["near_duplicate_days"]),
            image_bytes=value["image_bytes"],
            chunk_bytes=value["chunk_bytes"],
            attachments=value["attachments"],
            retention=timedelta(days=value["retention_days"]),
        )
    except KeyError as error:
        raise NotSetUp(
            _("Field work is not set up: no rule %s is in force") % error.args[0]
        ) from error
