"""What a county's departments know of households: whose, for what, how good, and its end."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tenancy.fields import EncryptedTextField, mask
from tenancy.models import TenantForeignKey, TenantModel, uuid_key
from tenancy.rules.transitions import require_step


class ConsentBasis(models.TextChoices):
    """Why we may use a department's data."""

    CONSENT = "consent", _("The farmer's consent")
    AGREEMENT = "agreement", _("Programme agreement and consent")
    PUBLIC = "public", _("Published register")


class DataSource(TenantModel):
    """
    One department's data set, as a programme agreement allows it.

    `columns` is its schema: a list of {"name", "type", "required", "min"?, "max"?}, where type is
    text, integer, decimal, date or boolean. The identity number is a column of its own.
    """

    id = uuid_key()
    code = models.CharField(_("code"), max_length=40)
    department = models.CharField(_("department"), max_length=120)
    department_zh = models.CharField(_("Chinese name"), max_length=120, blank=True)
    programme = TenantForeignKey(
        "rural.Programme", related_name="sources", verbose_name=_("programme")
    )
    owner = models.CharField(_("owner"), max_length=120)
    columns = models.JSONField(_("columns"))
    consent_basis = models.CharField(_("basis"), max_length=9, choices=ConsentBasis)
    purpose = models.CharField(_("purpose"), max_length=300)
    refresh_days = models.PositiveSmallIntegerField(_("refreshed every (days)"))
    refreshed_on = models.DateField(_("refreshed on"), null=True)
    quality = models.DecimalField(
        _("quality"), max_digits=5, decimal_places=2, null=True,
        help_text=_("Share of good rows of the latest import, in per cent."),
    )  # fmt: skip
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True)

    class Meta(TenantModel.Meta):
        verbose_name = _("county data source")
        verbose_name_plural = _("county data sources")
        constraints = [
            models.UniqueConstraint(fields=["tenant", "code"], name="rural_datasource_code"),
            models.CheckConstraint(
                condition=Q(quality__isnull=True) | Q(quality__range=(0, 100)),
                name="rural_datasource_quality",
            ),
        ]

    def __str__(self) -> str:
        return self.department


class CountyImportStatus(models.TextChoices):
    """Whether an import still goes on."""

    RUNNING = "running", _("Running")
    FINISHED = "finished", _("Finished")
    ABANDONED = "abandoned", _("Abandoned")


COUNTY_IMPORT_TRANSITIONS = {
    CountyImportStatus.RUNNING: frozenset(
        {CountyImportStatus.FINISHED, CountyImportStatus.ABANDONED}
    ),
}


class CountyImport(TenantModel):
    """One file of a department taken in: which, by whom, when, what became of its rows."""

    id = uuid_key()
    source = TenantForeignKey(DataSource, related_name="imports", verbose_name=_("source"))
    file_name = models.CharField(_("file"), max_length=255)
    sha256 = models.CharField(_("content hash"), max_length=64)
    encoding = models.CharField(_("encoding"), max_length=40)
    status = models.CharField(
        _("status"), max_length=10, choices=CountyImportStatus, default=CountyImportStatus.RUNNING
    )
    started_at = models.DateTimeField(_("started at"))
    finished_at = models.DateTimeField(_("finished at"), null=True)
    started_by = models.CharField(_("started by"), max_length=150)
    rows_read = models.PositiveBigIntegerField(_("rows read"), default=0)
    rows_new = models.PositiveBigIntegerField(_("new"), default=0)
    rows_changed = models.PositiveBigIntegerField(_("changed"), default=0)
    rows_known = models.PositiveBigIntegerField(_("already there"), default=0)
    rows_rejected = models.PositiveBigIntegerField(_("rejected"), default=0)

    class Meta(TenantModel.Meta):
        verbose_name = _("county import")
        verbose_name_plural = _("county imports")
        constraints = [
            models.CheckConstraint(
                condition=Q(status="running", finished_at__isnull=True)
                | ~Q(status="running") & Q(finished_at__isnull=False),
                name="rural_countyimport_finished_iff_over",
            ),
        ]

    def __str__(self) -> str:
        return self.file_name

    def move_to(self, status: CountyImportStatus, *, at: datetime) -> None:
        """Change the status; an import that is over stays over."""
        before = CountyImportStatus(self.status)
        require_step(COUNTY_IMPORT_TRANSITIONS, before, status, of=self)
        self.status, self.finished_at = status, at
        self.save(update_fields=["status", "finished_at"])


class CountyRecord(TenantModel):
    """
    What one department says of one person; gone when the data is withdrawn.

    `values` are decimal strings, dates and words by the source's columns, never a personal
    number; the identity number is encrypted and found by its blind index.
    """

    id = models.BigAutoField(primary_key=True)
    source = TenantForeignKey(DataSource, related_name="records", verbose_name=_("source"))
    county_import = TenantForeignKey(CountyImport, related_name="+", verbose_name=_("import"))
    id_number = EncryptedTextField(_("ID number"))
    id_number_index = models.CharField(max_length=64, editable=False)
    # Several rows of one person in one source: two parcels, three subsidies.
    item = models.CharField(_("item"), max_length=80)
    values = models.JSONField(_("values"))
    sha256 = models.CharField(_("content hash"), max_length=64)
    as_of = models.DateField(_("as of"))
    received_at = models.DateTimeField(_("received"))

    class Meta(TenantModel.Meta):
        verbose_name = _("county record")
        verbose_name_plural = _("county records")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "source", "id_number_index", "item"],
                name="rural_countyrecord_once",
            ),
            models.CheckConstraint(
                condition=~Q(id_number_index=""), name="rural_countyrecord_whose"
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "id_number_index"], name="rural_countyrecord_of")
        ]

    def __str__(self) -> str:
        return f"{mask(self.id_number)} {self.item}"


class CountyDataUse(TenantModel):
    """
    One use of a department's data about a household: what, for what, when; append-only.

    It outlives the record, whose content it names by hash only: the farmer is told of it, and
    what was decided keeps its own evidence.
    """

    id = models.BigAutoField(primary_key=True)
    source = TenantForeignKey(DataSource, related_name="uses", verbose_name=_("source"))
    household = TenantForeignKey(
        "rural.Household", related_name="data_uses", verbose_name=_("household")
    )
    items = models.JSONField(_("data items"))
    sha256 = models.CharField(_("content hash"), max_length=64)
    purpose = models.CharField(_("purpose"), max_length=300)
    as_of = models.DateField(_("as of"))
    used_at = models.DateTimeField(_("used"))
    used_by = models.CharField(_("used by"), max_length=150)

    class Meta(TenantModel.Meta):
        verbose_name = _("use of county data")
        verbose_name_plural = _("uses of county data")
        indexes = [models.Index(fields=["tenant", "household"], name="rural_datause_of")]

    def __str__(self) -> str:
        return f"{self.source} · {self.household}"


class DeletionCertificate(TenantModel):
    """
    Proof that data was deleted: how many rows, and the hash over their hashes; append-only.

    `rows_sha256` is the SHA-256 of the rows' content hashes in ascending order, one a line, so
    that the department can check it against the file that it sent.
    """

    id = uuid_key()
    source = TenantForeignKey(DataSource, related_name="certificates", verbose_name=_("source"))
    household = TenantForeignKey(
        "rural.Household", null=True, blank=True, related_name="+", verbose_name=_("household"),
        help_text=_("Empty: all data of the source."),
    )  # fmt: skip
    rows = models.PositiveBigIntegerField(_("rows deleted"))
    rows_sha256 = models.CharField(_("hash of the rows"), max_length=64)
    reason = models.CharField(_("reason"), max_length=500)
    deleted_at = models.DateTimeField(_("deleted"))
    deleted_by = models.CharField(_("deleted by"), max_length=150)

    class Meta(TenantModel.Meta):
        verbose_name = _("deletion certificate")
        verbose_name_plural = _("deletion certificates")

    def __str__(self) -> str:
        return f"{self.source} {self.rows_sha256[:12]}"
