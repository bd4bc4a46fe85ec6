"""Training runs: asked for with a labelled file, watched while a worker fits the card."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from scoring.actions import cards
from scoring.models import RunStatus, TrainingRun
from scoring.queries import samples
from tenancy.admin.pages import RoomModelAdmin
from tenancy.admin.shown import tag
from tenancy.admin.verbs import Act, Verb, VerbForm
from tenancy.permissions import Permission

TONES = {RunStatus.SUCCEEDED: "good", RunStatus.FAILED: "bad", RunStatus.RUNNING: "calm"}
CATALOGUE = "merchant_flow"
KEPT_FOR = timedelta(days=10 * 366)
LARGEST_BYTES = 50_000_000


class TrainForm(VerbForm):
    """The labelled file, and what the card is for."""

    file = forms.FileField()
    name = forms.SlugField(max_length=60, initial=CATALOGUE)
    target = forms.CharField(max_length=60, initial="defaulted")
    intended_use = forms.CharField(max_length=500, widget=forms.Textarea(attrs={"rows": 2}))

    def prepare(self) -> None:
        """Name the fields."""
        for name, label in (
            ("file", _("Labelled file (CSV or Parquet)")),
            ("name", _("Name of the card")),
            ("target", _("Column that says who defaulted")),
            ("intended_use", _("Intended use")),
        ):
            self.fields[name].label = label

    def clean_file(self) -> Any:
        """Refuse what a worker could not hold in memory."""
        file = self.cleaned_data["file"]
        if file.size > LARGEST_BYTES:
            raise forms.ValidationError(_("At most 50 MB"))
        return file


def _train(act: Act) -> TrainingRun:
    file = act.values["file"]
    return cards.train(
        actor=act.actor,
        at=act.at,
        name=act.values["name"],
        content=file.read(),
        media_type="text/csv" if file.name.endswith(".csv") else "application/vnd.apache.parquet",
        target=act.values["target"],
        catalogue=samples.catalogue(CATALOGUE),
        intended_use=act.values["intended_use"],
        retain_until=act.on + KEPT_FOR,
    )


@admin.register(TrainingRun)
class TrainingRunAdmin(RoomModelAdmin):
    """What was trained, when and with what result."""

    view_permission = Permission.SCORE_VIEW
    page_template = "scoring/training.html"
    list_verbs = (
        Verb(
            "train", _("Train a card"), Permission.SCORECARD_TRAIN, _train, TrainForm,
            explains=_("A worker fits the card; it comes as a draft."), tone="go",
            lands=lambda run: reverse("admin:scoring_trainingrun_change", args=[run.pk]),
        ),
    )  # fmt: skip
    list_display = ("__str__", "shown_status", "progress", "asked_by", "asked_at", "finished_at")
    list_filter = ("status",)
    search_fields = ("name",)
    ordering = ("-asked_at",)

    def get_urls(self) -> list[URLPattern]:
        """The progress has an address that a running page asks."""
        progress = self.admin_site.admin_view(self.progress)
        return [
            path("<str:object_id>/progress/", progress, name="scoring_trainingrun_progress"),
            *super().get_urls(),
        ]

    def progress(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Say how far a run is."""
        run: TrainingRun = self.found(request, object_id)
        is_over = run.status in (RunStatus.SUCCEEDED, RunStatus.FAILED)
        return JsonResponse({"progress": run.progress, "message": run.message, "is_over": is_over})

    def page(self, request: HttpRequest, row: TrainingRun) -> dict[str, Any]:
        """How far it is, and what came of it."""
        return {
            "is_over": row.status in (RunStatus.SUCCEEDED, RunStatus.FAILED),
            "metrics": [(name.upper(), value) for name, value in sorted(row.metrics.items())],
        }

    @admin.display(description=_("status"), ordering="status")
    def shown_status(self, row: TrainingRun) -> SafeString:
        return tag(row.get_status_display(), TONES.get(RunStatus(row.status), ""))
