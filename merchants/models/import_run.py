from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tenancy.models import TenantModel, uuid_key
from tenancy.rules.transitions import require_step


class ImportStatus(models.TextChoices):
    """Whether an import still goes on."""

    RUNNING = "running", _("Running")
    FINISHED = "finished", _("Finished")
    ABANDONED = "abandoned", _("Abandoned")


# The whole life of an import. One that was killed is abandoned by the next of the same file.
TRANSITIONS = {
    ImportStatus.RUNNING: {ImportStatus.FINISHED, ImportStatus.ABANDONED},
}


class ImportRun(TenantModel):
    """
    One file of invoices taken in: which, by whom, when, and what became of its rows.

    Counts grow with each batch, in the transaction that writes its rows.
    """

    id = uuid_key()
    file_name = models.CharField(_("file"), max_length=255)
    sha256 = models.CharField(_("content hash"), max_length=64)
    size_bytes = models.PositiveBigIntegerField(_("size in bytes"))
    encoding = models.CharField(_("encoding"), max_length=40)
    status = models.CharField(
        _("status"), max_length=10, choices=ImportStatus, default=ImportStatus.RUNNING
    )
    started_at = models.DateTimeField(_("started at"))
    finished_at = models.DateTimeField(_("finished at"), null=True, blank=True)
    started_by = models.CharField(_("started by"), max_length=120)
    rows_read = models.PositiveBigIntegerField(_("rows read"), default=0)
    rows_new = models.PositiveBigIntegerField(_("new"), default=0)
    rows_known = models.PositiveBigIntegerField(_("already there"), default=0)
    rows_rejected = models.PositiveBigIntegerField(_("rejected"), default=0)

    class Meta(TenantModel.Meta):
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        indexes = [models.Index(fields=["tenant", "sha256"], name="merchants_import_of_file")]
        constraints = [
            models.CheckConstraint(
                condition=Q(status=ImportStatus.RUNNING, finished_at__isnull=True)
                | Q(
                    status__in=[ImportStatus.FINISHED, ImportStatus.ABANDONED],
                    finished_at__isnull=False,
                ),
                name="merchants_import_finished_at_iff_over",
            ),
            models.CheckConstraint(
                condition=Q(sha256__regex=r"^[0-9a-f]{64}$"),
                name="merchants_import_hash_is_sha256",
            ),
        ]

    def move_to(self, status: ImportStatus, *, at: datetime) -> None:
        """Change the status; an import that is over stays over."""
        require_step(TRANSITIONS, ImportStatus(self.status), status, of=self)
        self.status, self.finished_at = status, at
        self.save(update_fields=["status", "finished_at"])

    def __str__(self) -> str:
        return self.file_name
