"""
What waits for a second person.

The model lies below all apps and knows none; here stands, for each kind of the apps up to this
one, the action that does what was approved. Other kinds are decided on their own app's pages.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.apps import apps
from django.contrib import admin
from django.contrib.admin import SimpleListFilter
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lending.models import Loan
from partners.actions import decisions, quotas, regulation, reschedulings, writing_off
from partners.admin.loan_card import bank_word, consent_to
from tenancy.actions import approvals
from tenancy.admin.facts import Facts, facts, value_shown
from tenancy.admin.pages import RoomModelAdmin
from tenancy.admin.requests import outcome_tag
from tenancy.admin.shown import link
from tenancy.admin.verbs import Act, ReasonForm, Verb
from tenancy.models import ApprovalRequest, ApprovalStatus
from tenancy.permissions import Permission

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

DOES: dict[str, Callable[..., Any]] = {
    regulation.CHANGE: regulation.change,
    decisions.RECORD: decisions.record,
    quotas.RAISE: quotas.raise_approved,
    reschedulings.RESCHEDULE: reschedulings.carry_out,
    writing_off.WRITE_OFF: writing_off.approve,
}
KINDS: dict[str, _StrPromise] = {
    regulation.CHANGE: gettext_lazy("Change of a funding rule"),
    decisions.RECORD: gettext_lazy("A bank's decision entered by hand"),
    quotas.RAISE: gettext_lazy("A higher quota"),
    reschedulings.RESCHEDULE: gettext_lazy("New due dates"),
    reschedulings.CONSENT: gettext_lazy("A bank's consent to new due dates"),
    writing_off.WRITE_OFF: gettext_lazy("Write-off of a difference"),
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


class OfKind(SimpleListFilter):
    """Requests for one kind of thing."""

    title = gettext_lazy("kind")
    parameter_name = "kind"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        """Every kind, in words."""
        return list(KINDS.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Narrow to what was chosen."""
        return queryset.filter(kind=self.value()) if self.value() else queryset


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
        "requested_at", "title", "shown_kind", "maker_name", "shown_status", "expires_at",
        "checker_name",
    )  # fmt: skip
    list_display_links = ("requested_at", "title")
    list_filter = ("status", OfKind)
    search_fields = ("title", "maker_name", "checker_name")
    ordering = ("-requested_at",)
    hidden_columns = ("maker_id", "checker_id", "subject_type", "subject_id", "kind", "payload")

    def page(self, request: HttpRequest, row: ApprovalRequest) -> dict[str, Any]:
        """What it is about, what is asked for, and whose word is still lacking."""
        about = [(_("Kind"), _kind(row)), (_("About"), _subject(row)), *_waiting(row)]
        return {
            "cards": [
                ("", [*about, *facts(row, self.hidden_columns)]),
                (_("Content"), _content(row)),
            ]
        }

    @admin.display(description=gettext_lazy("kind"), ordering="kind")
    def shown_kind(self, row: ApprovalRequest) -> str:
        return _kind(row)

    @admin.display(description=gettext_lazy("status"), ordering="status")
    def shown_status(self, row: ApprovalRequest) -> SafeString:
        return outcome_tag(row)


def _kind(row: ApprovalRequest) -> str:
    return str(KINDS.get(row.kind, row.kind))


def _subject(row: ApprovalRequest) -> Any:
    """What it is about, as a link where it has a page."""
    if not row.subject_type:
        return "–"
    subject = apps.get_model(row.subject_type)._default_manager.filter(pk=row.subject_id).first()
    return link(subject) if subject is not None and type(subject) in admin.site._registry else "–"


def _waiting(row: ApprovalRequest) -> Facts:
    """Who is still to speak, where that is not plain from the status."""
    if row.kind.endswith(approvals.OUTSIDE):
        return [(_("Who decides"), _("only the bank, by its own credential"))]
    if row.kind == reschedulings.RESCHEDULE:
        return [(_("The bank's word"), bank_word(consent_to(row)))]
    return []


def _content(row: ApprovalRequest) -> Facts:
    """What is asked for; new due dates beside those that they take the place of."""
    if row.kind not in (reschedulings.RESCHEDULE, reschedulings.CONSENT):
        return [
            (name.replace("_", " "), value_shown(value)) for name, value in row.payload.items()
        ]
    loan = Loan.objects.get(pk=row.payload["loan_id"])
    unpaid = loan.instalments.filter(due_on__gt=row.payload["on"]).order_by("number")
    return [
        (_("Loan"), link(loan)),
        (_("Due dates in force"), ", ".join(each.due_on.isoformat() for each in unpaid) or "–"),
        (_("New due dates"), ", ".join(row.payload["due_dates"])),
        (_("With effect from"), row.payload["on"]),
    ]
