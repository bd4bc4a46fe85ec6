"""The law on funding with others: dated, sourced rows that only two people change."""

from __future__ import annotations

from django import forms
from django.contrib import admin
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lending.models import Severity
from partners.actions import regulation
from partners.models import FundingRule
from partners.rules.regulation import OPERATORS, plain
from tenancy.admin.facts import column_name
from tenancy.admin.pages import RoomModelAdmin
from tenancy.admin.shown import tag
from tenancy.admin.verbs import Act, ReasonForm, Verb
from tenancy.models import ApprovalRequest
from tenancy.permissions import Permission


class ChangeForm(ReasonForm):
    """What a rule will be from a day on; what is left empty stays."""

    effective_from = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}))
    threshold = forms.CharField(required=False, max_length=30)
    severity = forms.ChoiceField(choices=[("", "–"), *Severity.choices], required=False)
    legal_ref = forms.CharField(required=False, max_length=300)
    source = forms.CharField(required=False, max_length=300)
    verified_by = forms.CharField(required=False, max_length=120)
    verified_on = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}))
    field_order = (
        "effective_from", "threshold", "severity", "legal_ref", "source", "verified_by",
        "verified_on", "reason",
    )  # fmt: skip

    def prepare(self) -> None:
        """Name the fields as the columns are named."""
        super().prepare()
        for name in self.field_order[:-1]:
            self.fields[name].label = column_name(FundingRule, name)


def _propose(act: Act) -> ApprovalRequest:
    changes = {
        name: str(act.values[name]) for name in ChangeForm.field_order[:-1] if act.values[name]
    }
    return regulation.propose(
        actor=act.actor,
        at=act.at,
        on=act.on,
        rule_id=act.row.pk,
        changes=changes,
        reason=act.values["reason"],
    )


@admin.register(FundingRule)
class FundingRuleAdmin(RoomModelAdmin):
    """Rules in force, past and to come."""

    view_permission = Permission.BANK_VIEW
    verbs = (
        Verb(
            "propose", gettext_lazy("Ask for a change"), Permission.REGULATION_CHANGE, _propose,
            ChangeForm, lambda row: row.effective_to is None,
            gettext_lazy("Nothing changes before somebody else approves."),
            lands=lambda asked: reverse("admin:tenancy_approvalrequest_change", args=[asked.pk]),
        ),
    )  # fmt: skip
    list_display = (
        "code", "shown_title", "jurisdiction", "shown_demand", "shown_severity",
        "effective_from", "effective_to", "legal_ref",
    )  # fmt: skip
    list_filter = ("jurisdiction", "severity", "applies_to")
    search_fields = ("code", "title", "title_zh", "legal_ref", "source", "metric")
    ordering = ("jurisdiction", "code", "effective_from")

    @admin.display(description=gettext_lazy("title"))
    def shown_title(self, row: FundingRule) -> str:
        return row.local_title

    @admin.display(description=gettext_lazy("must be"))
    def shown_demand(self, row: FundingRule) -> str:
        return f"{row.metric} {OPERATORS[row.operator]} {plain(row.threshold)}"

    @admin.display(description=gettext_lazy("severity"), ordering="severity")
    def shown_severity(self, row: FundingRule) -> SafeString:
        return (
            tag(_("Blocks"), "bad") if row.severity == Severity.BLOCK else tag(_("Warns"), "warn")
        )
