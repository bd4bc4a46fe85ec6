from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tenancy.models import TenantManager, TenantModel, TenantQuerySet, uuid_key


class DefinitionStatus(models.TextChoices):
    """Whether a form's version can still be edited."""

    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")


class FormDefinitionQuerySet(TenantQuerySet["FormDefinition"]):
    """Versions of forms by what may be filled in."""

    def published(self) -> FormDefinitionQuerySet:
        return self.filter(status=DefinitionStatus.PUBLISHED)

    def current(self) -> FormDefinitionQuerySet:
        """The newest published version of each form."""
        return self.published().order_by("code", "-version").distinct("code")


class FormDefinition(TenantModel):
    """
    One version of a form: what is asked, of whom, within which limits, in both languages.

    The one definition for the page, the check on the device and the server's own check. Frozen
    by a trigger when published; code and version are never used for other content.
    """

    id = uuid_key()
    code = models.CharField(_("form"), max_length=20)
    version = models.PositiveSmallIntegerField(_("version"))
    definition = models.JSONField(_("definition"))
    sha256 = models.CharField(_("content hash"), max_length=64)
    status = models.CharField(
        _("status"), max_length=10, choices=DefinitionStatus, default=DefinitionStatus.DRAFT
    )
    drafted_at = models.DateTimeField(_("drafted"))
    drafted_by = models.CharField(_("drafted by"), max_length=120)
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    published_by = models.CharField(_("published by"), max_length=120, blank=True)

    objects = TenantManager.from_queryset(FormDefinitionQuerySet)()

    class Meta(TenantModel.Meta):
        verbose_name = _("form")
        verbose_name_plural = _("forms")
        constraints = [
            models.UniqueConstraint(fields=["tenant", "code", "version"], name="rural_form_once"),
            # One draft at a time, so that two people do not edit past each other.
            models.UniqueConstraint(
                fields=["tenant", "code"],
                condition=Q(status=DefinitionStatus.DRAFT),
                name="rural_form_one_draft",
            ),
            models.CheckConstraint(
                condition=Q(status=DefinitionStatus.DRAFT, published_at__isnull=True)
                | Q(status=DefinitionStatus.PUBLISHED, published_at__isnull=False),
                name="rural_form_published_at_iff_published",
            ),
            models.CheckConstraint(
                condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="rural_form_hash_is_sha256"
            ),
            models.CheckConstraint(condition=Q(version__gt=0), name="rural_form_version_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.code} v{self.version}"
