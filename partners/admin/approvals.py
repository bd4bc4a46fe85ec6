"""
What waits for a second person.

The model lies below all apps and knows none; here stands, for each kind of the apps up to this
one, the action that does what was approved. Other kinds are decided on their own app's pages.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partners.actions import decisions, quotas, regulation, reschedulings, writing_off
from tenancy.actions import approvals
from tenancy.admin.pages import RoomModelAdmin
from tenancy.admin.requests import outcome_tag
from tenancy.admin.verbs import Act, ReasonForm, Verb
from tenancy.models import ApprovalRequest, ApprovalStatus
from tenancy.permissions import Permission

DOES: dict[str, Callable[..., Any]] = {
    regulation.CHANGE: regulation.change,
    decisions.RECORD: decisions.record,
    quotas.RAISE: quotas.raise_approved,
    reschedulings.RESCHEDULE: reschedulings.carry_out,
    writing_off.WRITE_OFF: writing_off.approve,
}


def _approve(act: Act) -> str:
    approvals.approve(
        actor=act.actor, at=act.at, request_id=act.row.pk, reason=act.values["reason"]
    )
    done = DOES[act.row.kind](actor=act.actor, at=act.at, on=act.on, request_id=act.row.pk)
    if done is None and act.row.kind == reschedulings.RESCHEDULE:
        return _("Approved; it waits for the word of the bank that holds a part")
    return _("Approved and done")


def _reject(act: Act) -> str:
    approvals.reject(
        actor=act.actor, at=act.at, request_id=act.row.pk, reason=act.values["reason"]
    )
    return _("Rejected")


def _is_open(row: ApprovalRequest) -> bool:
    return bool(row.status == ApprovalStatus.PENDING)


@admin.register(ApprovalRequest)
class ApprovalRequestAdmin(RoomModelAdmin):
    """Requests, newest first."""

    view_permission = Permission.APPROVAL_DECIDE
    verbs = (
        Verb(
            "approve", gettext_lazy("Approve"), Permission.APPROVAL_DECIDE, _approve, ReasonForm,
            lambda row: _is_open(row) and row.kind in DOES,
            gettext_lazy("Who asked can't approve."), "go",
        ),
        Verb(
            "reject", gettext_lazy("Reject"), Permission.APPROVAL_DECIDE, _reject, ReasonForm,
            lambda row: _is_open(row) and not row.kind.endswith(approvals.OUTSIDE), tone="stop",
        ),
    )  # fmt: skip
    list_display = (
        "requested_at", "title", "kind", "maker_name", "shown_status", "expires_at",
        "checker_name",
    )  # fmt: skip
    list_filter = ("status", "kind")
    search_fields = ("title", "maker_name", "checker_name")
    ordering = ("-requested_at",)
    hidden_columns = ("maker_id", "checker_id", "subject_type", "subject_id")

    @admin.display(description=gettext_lazy("status"), ordering="status")
    def shown_status(self, row: ApprovalRequest) -> SafeString:
        return outcome_tag(row)
