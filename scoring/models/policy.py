from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from scoring.models.hashes import hash_field, is_hash
from tenancy.models import TenantModel, uuid_key


class PolicyStatus(models.TextChoices):
    """A policy is in force from its publishing until the next version; then never again."""

    PUBLISHED = "published", _("Published")
    RETIRED = "retired", _("Retired")


class Policy(TenantModel):
    """One published version of a decision table. All but its status is frozen."""

    id = uuid_key()
    name = models.CharField(_("name"), max_length=60)
    version = models.PositiveIntegerField(_("version"))
    table = models.JSONField(_("decision table"))
    sha256 = hash_field(_("hash of the table"))
    status = models.CharField(
        _("status"), max_length=10, choices=PolicyStatus, default=PolicyStatus.PUBLISHED
    )
    published_at = models.DateTimeField(_("published at"))
    published_by = models.CharField(_("published by"), max_length=120)
    retired_at = models.DateTimeField(_("retired at"), null=True)

    class Meta(TenantModel.Meta):
        verbose_name = _("policy")
        verbose_name_plural = _("policies")
        ordering = ["name", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "name", "version"], name="scoring_policy_version_once"
            ),
            models.UniqueConstraint(
                fields=["tenant", "name"],
                condition=Q(status="published"),
                name="scoring_policy_one_published",
            ),
            models.CheckConstraint(
                condition=Q(status="published", retired_at=None)
                | Q(status="retired", retired_at__isnull=False),
                name="scoring_policy_status_has_its_facts",
            ),
            is_hash("sha256", "scoring_policy_hash_is_sha256"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.version}"
