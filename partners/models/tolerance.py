from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ledger.models.fields import MoneyField
from partners.models.bank import PartnerBank
from tenancy.models import TenantForeignKey, TenantModel, uuid_key


class ReconTolerance(TenantModel):
    """
    Up to what a difference with a bank explains itself, from a day on; append-only.

    Without a bank it is every bank's that has none of its own.
    """

    id = uuid_key()
    bank = TenantForeignKey(PartnerBank, models.PROTECT, null=True, related_name="tolerances")
    effective_from = models.DateField(_("from"))
    line = MoneyField(_("rounding, per line"))
    day = MoneyField(_("rounding, per day"))
    value_date_days = models.PositiveSmallIntegerField(_("value date, days"))
    sla_days = models.PositiveSmallIntegerField(_("days to explain a difference"))
    set_at = models.DateTimeField(_("set"))
    set_by = models.CharField(_("set by"), max_length=120)

    class Meta(TenantModel.Meta):
        verbose_name = _("tolerance")
        verbose_name_plural = _("tolerances")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "bank", "effective_from"],
                name="partners_tolerance_dated",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                condition=Q(line__gte=0, day__gte=0), name="partners_tolerance_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.effective_from}: {self.line}, {self.day}"
