from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from scoring.models.hashes import hash_field, is_hash
from tenancy.models import TenantModel, uuid_key


class ScorecardStatus(models.TextChoices):
    """Only an approved card decides, one of each name."""

    DRAFT = "draft", _("Draft")
    APPROVED = "approved", _("Approved")
    RETIRED = "retired", _("Retired")


# The whole life of a card; the database refuses any other step. Retired is final.
TRANSITIONS = {
    ScorecardStatus.DRAFT: {ScorecardStatus.APPROVED, ScorecardStatus.RETIRED},
    ScorecardStatus.APPROVED: {ScorecardStatus.RETIRED},
}


class Scorecard(TenantModel):
    """One version of a points card. All but its status is frozen from the start."""

    id = uuid_key()
    name = models.CharField(_("name"), max_length=60)
    version = models.PositiveIntegerField(_("version"))
    card = models.JSONField(_("points card"))
    sha256 = hash_field(_("hash of the card"))
    model_card = models.JSONField(_("model card"))
    status = models.CharField(
        _("status"), max_length=10, choices=ScorecardStatus, default=ScorecardStatus.DRAFT
    )
    trained_at = models.DateTimeField(_("trained at"))
    trained_by = models.CharField(_("trained by"), max_length=120)
    approved_at = models.DateTimeField(_("approved at"), null=True)
    approved_by = models.CharField(_("approved by"), max_length=120, blank=True)
    retired_at = models.DateTimeField(_("retired at"), null=True)

    class Meta(TenantModel.Meta):
        verbose_name = _("scorecard")
        verbose_name_plural = _("scorecards")
        ordering = ["name", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "name", "version"], name="scoring_scorecard_version_once"
            ),
            models.UniqueConstraint(
                fields=["tenant", "name"],
                condition=Q(status="approved"),
                name="scoring_scorecard_one_approved",
            ),
            models.CheckConstraint(
                condition=Q(status="draft", approved_at=None, retired_at=None)
                | Q(status="approved", approved_at__isnull=False, retired_at=None)
                | Q(status="retired", retired_at__isnull=False),
                name="scoring_scorecard_status_has_its_facts",
            ),
            is_hash("sha256", "scoring_scorecard_hash_is_sha256"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.version}"
