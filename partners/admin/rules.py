"""The law on funding with others: dated, sourced rows that only two people change."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lending.models import Severity
from partners.actions import regulation
from partners.admin.rule_words import bound_name, metric_name
from partners.models import FundingRule
from partners.models.agreement import MODELS
from partners.rules.regulation import OPERATORS, plain
from tenancy.admin.facts import column_name, facts
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


class BoundFilter(admin.SimpleListFilter):
    """Whom a rule binds."""

    title = gettext_lazy("applies to")
    parameter_name = "applies_to"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return those that any rule binds."""
        kinds = FundingRule.objects.order_by("applies_to").values_list("applies_to", flat=True)
        return [(kind, bound_name(kind)) for kind in kinds.distinct()]

    def queryset(
        self, request: HttpRequest, queryset: QuerySet[FundingRule]
    ) -> QuerySet[FundingRule]:
        """Keep the rules that bind who was chosen."""
        return queryset.filter(applies_to=self.value()) if self.value() else queryset


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
        "code", "shown_title", "jurisdiction", "shown_bound", "shown_demand", "shown_severity",
        "effective_from", "effective_to", "legal_ref",
    )  # fmt: skip
    list_filter = ("jurisdiction", "severity", BoundFilter)
    hidden_columns = ("applies_to", "funding_models", "metric", "operator", "threshold")
    search_fields = ("code", "title", "title_zh", "legal_ref", "source", "metric")
    ordering = ("jurisdiction", "code", "effective_from")

    def page(self, request: HttpRequest, row: FundingRule) -> dict[str, Any]:
        """Say first what is demanded, and of whom."""
        models = [str(dict(MODELS)[each]) for each in row.funding_models] or [_("All")]
        demand = [
            (column_name(FundingRule, "operator"), self.shown_demand(row)),
            (column_name(FundingRule, "applies_to"), bound_name(row.applies_to)),
            (column_name(FundingRule, "funding_models"), ", ".join(models)),
        ]
        return {"cards": [("", [*demand, *facts(row, self.hidden_columns)])]}

    @admin.display(description=gettext_lazy("title"))
    def shown_title(self, row: FundingRule) -> str:
        return row.local_title

    @admin.display(description=gettext_lazy("must be"))
    def shown_demand(self, row: FundingRule) -> str:
        return f"{metric_name(row.metric)} {OPERATORS[row.operator]} {plain(row.threshold)}"

    @admin.display(description=gettext_lazy("applies to"), ordering="applies_to")
    def shown_bound(self, row: FundingRule) -> str:
        return bound_name(row.applies_to)

    @admin.display(description=gettext_lazy("severity"), ordering="severity")
    def shown_severity(self, row: FundingRule) -> SafeString:
        return (
            tag(_("Blocks"), "bad") if row.severity == Severity.BLOCK else tag(_("Warns"), "warn")
        )
