"""How a request for a second person is told to people, on its own page and on its subject's."""

from __future__ import annotations

from django.db import models
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from tenancy.admin.shown import tag
from tenancy.models import ApprovalRequest, ApprovalStatus

TONES = {
    ApprovalStatus.PENDING: "warn",
    ApprovalStatus.APPROVED: "good",
    ApprovalStatus.REJECTED: "bad",
    ApprovalStatus.REFUSED: "bad",
}


def outcome(row: ApprovalRequest) -> str:
    """Return what became of a request, and through whom where somebody outside ended it."""
    if row.status == ApprovalStatus.REFUSED:
        return _("Refused by %(who)s: %(why)s") % {"who": row.ended_by, "why": row.ended_reason}
    if row.ended_by:
        return _("%(who)s did not answer in time") % {"who": row.ended_by}
    return str(row.get_status_display())


def outcome_tag(row: ApprovalRequest) -> SafeString:
    """Return what became of a request, coloured."""
    return tag(outcome(row), TONES.get(ApprovalStatus(row.status), ""))


def about(subject: models.Model) -> list[tuple[ApprovalRequest, SafeString]]:
    """Return what was asked for about something, newest first, each with its outcome."""
    asked = ApprovalRequest.objects.filter(
        subject_type=subject._meta.label_lower, subject_id=str(subject.pk)
    ).order_by("-requested_at")
    return [(row, outcome_tag(row)) for row in asked]
