from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from rural.models.submissions import Submission
from tenancy.models import TenantForeignKey, TenantModel, uuid_key


class Attachment(TenantModel):
    """
    A file that submissions announced, by the hash of its content, and how much of it has come.

    Once complete its content stands in the documents of its submissions. `problem` says why a
    file was refused: the hash differs, it is no image.
    """

    id = uuid_key()
    sha256 = models.CharField(_("content hash"), max_length=64)
    size_bytes = models.PositiveIntegerField(_("size in bytes"))
    received_bytes = models.PositiveIntegerField(_("received"), default=0)
    media_type = models.CharField(_("media type"), max_length=60)
    is_complete = models.BooleanField(_("complete"), default=False)
    # The picture itself still says where it was taken: devices are to remove that.
    has_place = models.BooleanField(_("holds a place"), default=False)
    problem = models.CharField(_("problem"), max_length=200, blank=True)
    announced_at = models.DateTimeField(_("announced"))
    completed_at = models.DateTimeField(_("completed"), null=True, blank=True)

    class Meta(TenantModel.Meta):
        verbose_name = _("attachment")
        verbose_name_plural = _("attachments")
        constraints = [
            models.UniqueConstraint(fields=["tenant", "sha256"], name="rural_attachment_once"),
            models.CheckConstraint(
                condition=Q(sha256__regex=r"^[0-9a-f]{64}$"),
                name="rural_attachment_hash_is_sha256",
            ),
            models.CheckConstraint(
                condition=Q(received_bytes__lte=F("size_bytes"), size_bytes__gt=0),
                name="rural_attachment_not_more_than_all",
            ),
            models.CheckConstraint(
                condition=Q(
                    is_complete=True,
                    completed_at__isnull=False,
                    received_bytes=F("size_bytes"),
                    problem="",
                )
                | Q(is_complete=False, completed_at__isnull=True),
                name="rural_attachment_complete_iff_all_there",
            ),
        ]

    def __str__(self) -> str:
        return self.sha256


class AttachmentUse(TenantModel):
    """A submission has an attachment; append-only."""

    submission = TenantForeignKey(Submission, related_name="attachment_uses")
    attachment = TenantForeignKey(Attachment, related_name="uses")

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "submission", "attachment"], name="rural_attachmentuse_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.submission_id}: {self.attachment_id}"


class AttachmentChunk(TenantModel):
    """
    A part of a file that is still coming, in its place; gone when the file is complete.

    In the table and not in a file, so that what is there and what we say of it commit together.
    """

    attachment = TenantForeignKey(Attachment, related_name="chunks")
    position = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta(TenantModel.Meta):
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "attachment", "position"], name="rural_attachmentchunk_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.attachment_id} @{self.position}"
