"""How much a bank takes, and what has been taken of it."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ledger.models.fields import MoneyField
from partners.models.agreement import Agreement
from tenancy.models import TenantForeignKey, TenantModel, uuid_key


class QuotaPeriod(models.TextChoices):
    """For how long a quota counts."""

    DAY = "day", _("a day")
    MONTH = "month", _("a month")
    TOTAL = "total", _("in total")


class Quota(TenantModel):
    """
    The most that a bank takes in a period, over all or in one region or product.

    Its row lock serialises reservations: whoever holds it sees every reservation there is.
    """

    id = uuid_key()
    agreement = TenantForeignKey(Agreement, models.PROTECT, related_name="quotas")
    period = models.CharField(_("period"), max_length=5, choices=QuotaPeriod)
    region = models.CharField(_("region"), max_length=12, blank=True)
    product = models.CharField(_("product"), max_length=40, blank=True)
    amount = MoneyField(_("amount"))
    is_active = models.BooleanField(_("active"), default=True)
    set_at = models.DateTimeField(_("set"))

    class Meta(TenantModel.Meta):
        verbose_name = _("quota")
        verbose_name_plural = _("quotas")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "agreement", "period", "region", "product"],
                name="partners_quota_once",
            ),
            models.CheckConstraint(condition=Q(amount__gte=0), name="partners_quota_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.get_period_display()}"

    def begins_on(self, on: date) -> date:
        """Return the first day of the period that a day lies in; a total has one for ever."""
        if self.period == QuotaPeriod.DAY:
            return on
        return on.replace(day=1) if self.period == QuotaPeriod.MONTH else date(1970, 1, 1)


class UseStatus(models.TextChoices):
    """What became of a reservation."""

    RESERVED = "RESERVED", _("Reserved")
    CONVERTED = "CONVERTED", _("Used")
    RELEASED = "RELEASED", _("Released")


class QuotaUse(TenantModel):
    """A part of a quota held for one placement: reserved until a moment, then used or released."""

    id = models.BigAutoField(primary_key=True)
    quota = TenantForeignKey(Quota, models.PROTECT, related_name="uses")
    placement = TenantForeignKey("partners.Placement", models.PROTECT, related_name="quota_uses")
    begins_on = models.DateField(_("period begins"))
    amount = MoneyField(_("amount"))
    status = models.CharField(
        _("status"), max_length=9, choices=UseStatus, default=UseStatus.RESERVED
    )
    reserved_at = models.DateTimeField(_("reserved"))
    expires_at = models.DateTimeField(_("expires"))
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)

    class Meta(TenantModel.Meta):
        verbose_name = _("use of a quota")
        verbose_name_plural = _("uses of quotas")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "placement", "quota"], name="partners_use_once"
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="partners_use_positive"),
            models.CheckConstraint(
                condition=Q(status="RESERVED", settled_at__isnull=True)
                | (~Q(status="RESERVED") & Q(settled_at__isnull=False)),
                name="partners_use_settled_iff_not_reserved",
            ),
        ]
        indexes = [
            # What is taken of a period is summed from the index alone.
            models.Index(
                fields=["tenant", "quota", "begins_on"],
                include=["amount"],
                condition=~Q(status="RELEASED"),
                name="partners_use_of_period",
            ),
            models.Index(
                fields=["tenant", "expires_at"],
                condition=Q(status="RESERVED"),
                name="partners_use_expiring",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.get_status_display()}"
