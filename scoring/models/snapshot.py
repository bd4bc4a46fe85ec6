from django.db import models
from django.utils.translation import gettext_lazy as _

from scoring.models.hashes import hash_field, is_hash
from tenancy.models import TenantModel, uuid_key


class FeatureSnapshot(TenantModel):
    """What was known of one subject as of one date, exactly as it was scored; append-only."""

    id = uuid_key()
    subject_type = models.CharField(_("kind of subject"), max_length=40)
    subject_id = models.CharField(_("subject"), max_length=60)
    as_of = models.DateField(_("as of"))
    taken_at = models.DateTimeField(_("taken at"))
    source = models.CharField(_("source"), max_length=120)
    # Feature to decimal string or category, or null where it is not known.
    values = models.JSONField(_("values"))
    sha256 = hash_field(_("content hash"))

    class Meta(TenantModel.Meta):
        verbose_name = _("feature snapshot")
        verbose_name_plural = _("feature snapshots")
        indexes = [
            models.Index(
                fields=["tenant", "subject_type", "subject_id", "as_of"],
                name="scoring_snapshot_history",
            )
        ]
        constraints = [is_hash("sha256", "scoring_snapshot_hash_is_sha256")]

    def __str__(self) -> str:
        return f"{self.subject_type} {self.subject_id} · {self.as_of}"
