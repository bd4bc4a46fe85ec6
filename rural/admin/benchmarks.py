"""Benchmarks and capacity policies: what is in force, what is next, and who may change it."""

from __future__ import annotations

from django import forms
from django.contrib import admin
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rural.actions import benchmarks, capacity_policies
from rural.actions.benchmarks import Survey
from rural.models import Benchmark, BenchmarkKind, CapacityPolicy, Observation
from tenancy.admin.access import business_date
from tenancy.admin.pages import RoomModelAdmin
from tenancy.admin.shown import tag
from tenancy.admin.verbs import Act, Verb, VerbForm
from tenancy.permissions import Permission


class SurveyForm(VerbForm):
    """A benchmark as a survey gives it; figures and cost lines one a line, as "yield: 427.78"."""

    kind = forms.ChoiceField(choices=BenchmarkKind)
    code = forms.CharField(max_length=40)
    name = forms.CharField(max_length=80)
    name_zh = forms.CharField(max_length=80)
    region = forms.CharField(max_length=12, required=False)
    year = forms.IntegerField()
    figures = forms.CharField(widget=forms.Textarea(attrs={"rows": 5}))
    lines = forms.CharField(widget=forms.Textarea(attrs={"rows": 3}), required=False)
    source = forms.CharField(max_length=300)
    note = forms.CharField(max_length=300, required=False)
    valid_from = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}))

    def prepare(self) -> None:
        """Name the fields in the reader's language; begin today."""
        for name, label in (
            ("kind", _("Kind")),
            ("code", _("Code")),
            ("name", _("Name")),
            ("name_zh", _("Chinese name")),
            ("region", _("Region code, empty for everywhere")),
            ("year", _("Year")),
            ("figures", _("Figures, one a line as “yield: 427.78”")),
            ("lines", _("Cost lines, one a line")),
            ("source", _("Source")),
            ("note", _("Note")),
            ("valid_from", _("Valid from")),
        ):
            self.fields[name].label = label
        self.fields["valid_from"].initial = business_date(self.request).isoformat()


class PolicyForm(VerbForm):
    """The thresholds as JSON, why they change, and from when."""

    rules = forms.JSONField(widget=forms.Textarea(attrs={"rows": 20}))
    note = forms.CharField(max_length=300)
    effective_from = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}))

    def prepare(self) -> None:
        """Begin with the thresholds in force, or with those that are shipped."""
        on = business_date(self.request)
        held = CapacityPolicy.objects.in_force(on).first()
        self.fields["rules"].initial = capacity_policies.bundled() if held is None else held.rules
        self.fields["effective_from"].initial = on.isoformat()
        self.fields["rules"].label = _("Thresholds")
        self.fields["note"].label = _("Reason")
        self.fields["effective_from"].label = _("Effective from")


def _record(act: Act) -> str:
    typed = act.values
    survey = Survey(
        kind=typed["kind"],
        code=typed["code"],
        name=typed["name"],
        name_zh=typed["name_zh"],
        region=typed["region"],
        year=typed["year"],
        figures=_pairs(typed["figures"]),
        lines=_pairs(typed["lines"]),
        source=typed["source"],
        note=typed["note"],
        valid_from=typed["valid_from"],
    )
    row = benchmarks.record(actor=act.actor, at=act.at, survey=survey)
    return _("%s is in force") % row


def _pairs(text: str) -> dict[str, str]:
    found = {}
    for line in text.splitlines():
        if line.strip():
            name, _colon, value = line.replace("：", ":").partition(":")
            found[name.strip()] = value.strip()
    return found


def _draft(act: Act) -> CapacityPolicy:
    return capacity_policies.draft(
        actor=act.actor,
        at=act.at,
        rules=act.values["rules"],
        effective_from=act.values["effective_from"],
        note=act.values["note"],
    )


def _publish(act: Act) -> str:
    capacity_policies.publish(actor=act.actor, at=act.at, on=act.on, policy_id=act.row.pk)
    return _("%s is published and frozen") % act.row


@admin.register(Benchmark)
class BenchmarkAdmin(RoomModelAdmin):
    """Benchmarks of all regions and times."""

    view_permission = Permission.HOUSEHOLD_VIEW
    list_verbs = (
        Verb(
            "record", gettext_lazy("New benchmark"), Permission.BENCHMARK_EDIT, _record,
            SurveyForm,
            explains=gettext_lazy("Ends the one of the same region that it follows."),
        ),
    )  # fmt: skip
    list_display = ("code", "shown_name", "kind", "region", "year", "valid_from", "valid_to",
                    "shown_assumed", "source")  # fmt: skip
    list_filter = ("kind", "is_assumed")
    search_fields = ("code", "name", "name_zh", "region", "source")
    ordering = ("kind", "code", "region", "-valid_from")

    @admin.display(description=gettext_lazy("name"))
    def shown_name(self, row: Benchmark) -> str:
        return row.local_name

    @admin.display(description=gettext_lazy("rests on"))
    def shown_assumed(self, row: Benchmark) -> SafeString:
        return tag(_("an assumption"), "warn") if row.is_assumed else tag(_("a survey"), "good")


@admin.register(CapacityPolicy)
class CapacityPolicyAdmin(RoomModelAdmin):
    """Every version of the thresholds."""

    view_permission = Permission.HOUSEHOLD_VIEW
    list_verbs = (
        Verb(
            "draft", gettext_lazy("Draft thresholds"), Permission.BENCHMARK_EDIT, _draft,
            PolicyForm,
            explains=gettext_lazy("In place of the draft that there may be."),
            lands=lambda row: reverse("admin:rural_capacitypolicy_change", args=[row.pk]),
        ),
    )  # fmt: skip
    verbs = (
        Verb(
            "publish", gettext_lazy("Publish the thresholds"), Permission.BENCHMARK_EDIT,
            _publish, is_due=lambda row: not row.is_published,
            explains=gettext_lazy("Assessments use them from their first day; then frozen."),
            tone="go",
        ),
    )  # fmt: skip
    list_display = ("number", "effective_from", "published_at", "drafted_by", "note")
    ordering = ("-number",)


@admin.register(Observation)
class ObservationAdmin(RoomModelAdmin):
    """What was seen from above."""

    view_permission = Permission.HOUSEHOLD_VIEW
    audits_views = True
    list_display = ("household", "parcel", "observed_on", "crop_class", "area_mu", "confidence",
                    "stage", "cloud_pct", "provider")  # fmt: skip
    list_select_related = ("household",)
    list_filter = ("provider", "crop_class")
    search_fields = ("household__code",)
    ordering = ("-observed_on", "pk")
