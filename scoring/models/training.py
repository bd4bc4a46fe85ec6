from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from scoring.models.scorecard import Scorecard
from tenancy.models import Document, TenantForeignKey, TenantModel, uuid_key


class RunStatus(models.TextChoices):
    """Succeeded and failed are final."""

    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Running")
    SUCCEEDED = "succeeded", _("Succeeded")
    FAILED = "failed", _("Failed")


class TrainingRun(TenantModel):
    """One training of a card on one labelled file: what was asked, how far it is, what came."""

    id = uuid_key()
    name = models.CharField(_("name of the card"), max_length=60)
    target = models.CharField(_("target"), max_length=60)
    # The feature catalogue as it was then; see scoring/rules/catalogue.py.
    catalogue = models.JSONField(_("feature catalogue"))
    folds = models.PositiveSmallIntegerField(_("folds"))
    seed = models.PositiveIntegerField(_("seed"))
    intended_use = models.TextField(_("intended use"))
    document = TenantForeignKey(Document, verbose_name=_("labelled file"), null=True)
    status = models.CharField(
        _("status"), max_length=10, choices=RunStatus, default=RunStatus.WAITING
    )
    progress = models.PositiveSmallIntegerField(_("progress in per cent"), default=0)
    message = models.TextField(_("message"), blank=True)
    metrics = models.JSONField(_("metrics"), default=dict)
    scorecard = TenantForeignKey(Scorecard, verbose_name=_("scorecard"), null=True)
    asked_at = models.DateTimeField(_("asked at"))
    asked_by = models.CharField(_("asked by"), max_length=120)
    finished_at = models.DateTimeField(_("finished at"), null=True)

    class Meta(TenantModel.Meta):
        verbose_name = _("training run")
        verbose_name_plural = _("training runs")
        ordering = ["-asked_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(progress__lte=100), name="scoring_trainingrun_progress_is_per_cent"
            ),
            models.CheckConstraint(
                condition=Q(status="succeeded", scorecard__isnull=False, finished_at__isnull=False)
                | Q(status="failed", scorecard=None, finished_at__isnull=False)
                | Q(status__in=["waiting", "running"], scorecard=None, finished_at=None),
                name="scoring_trainingrun_status_has_its_facts",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} · {self.asked_at:%Y-%m-%d %H:%M}"
