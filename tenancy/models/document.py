from django.db import models
from django.utils.translation import gettext_lazy as _

from tenancy.models.keys import TenantModel, uuid_key


class Document(TenantModel):
    """A file kept by its content's hash; the row says whose it is and how long it stays."""

    id = uuid_key()
    sha256 = models.CharField(_("content hash"), max_length=64)
    size_bytes = models.PositiveBigIntegerField(_("size in bytes"))
    media_type = models.CharField(_("media type"), max_length=100)
    name = models.CharField(_("name"), max_length=200)
    subject_type = models.CharField(_("kind of subject"), max_length=60)
    subject_id = models.CharField(_("subject"), max_length=60)
    added_at = models.DateTimeField(_("added at"))
    added_by = models.CharField(_("added by"), max_length=120)
    retain_until = models.DateField(_("retain until"))

    class Meta(TenantModel.Meta):
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "subject_type", "subject_id", "sha256"],
                name="tenancy_document_once_per_subject",
            ),
            models.CheckConstraint(
                condition=models.Q(sha256__regex=r"^[0-9a-f]{64}$"),
                name="tenancy_document_hash_is_sha256",
            ),
        ]

    def __str__(self) -> str:
        return self.name
