"""The log of daily closes: a report to read, never a flag that a step consults."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from tenancy.models import TenantForeignKey, TenantModel, uuid_key


class CloseRun(TenantModel):
    """The closing of one business date, however often it was interrupted and resumed."""

    id = uuid_key()
    business_date = models.DateField(_("business date"))
    started_at = models.DateTimeField(_("started at"))
    finished_at = models.DateTimeField(_("finished at"), null=True)

    class Meta(TenantModel.Meta):
        verbose_name = _("daily close")
        verbose_name_plural = _("daily closes")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "business_date"], name="lending_closerun_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.business_date}"


class CloseStep(TenantModel):
    """One execution of one step: how long it took and how many rows it touched."""

    id = models.BigAutoField(primary_key=True)
    run = TenantForeignKey("lending.CloseRun", related_name="steps")
    name = models.CharField(_("step"), max_length=40)
    rows = models.IntegerField(_("rows"))
    seconds = models.DecimalField(_("seconds"), max_digits=10, decimal_places=3)
    finished_at = models.DateTimeField(_("finished at"))

    class Meta(TenantModel.Meta):
        verbose_name = _("close step")
        verbose_name_plural = _("close steps")

    def __str__(self) -> str:
        return f"{self.run} {self.name}"
