"""How bad a loan is thought to be: what changed, when, and on whose word."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from lending.rules.classification import AssetClass
from tenancy.models import TenantForeignKey, TenantModel

CLASSES = [
    (AssetClass.NORMAL.value, _("Normal")),
    (AssetClass.SPECIAL_MENTION.value, _("Special mention")),
    (AssetClass.SMA_0.value, _("Special mention, up to 30 days")),
    (AssetClass.SMA_1.value, _("Special mention, 31 to 60 days")),
    (AssetClass.SMA_2.value, _("Special mention, 61 to 90 days")),
    (AssetClass.NPA.value, _("Non-performing")),
    (AssetClass.SUBSTANDARD.value, _("Substandard")),
    (AssetClass.DOUBTFUL.value, _("Doubtful")),
    (AssetClass.LOSS.value, _("Loss")),
]


class ClassBasis(models.TextChoices):
    """What a class rests on; a loan is of the worst that any of them says."""

    DELAY = "delay", _("days past due")
    FUNDER = "funder", _("another lender's word")


class LoanClass(TenantModel):
    """
    From a day on a loan is of a class, by one basis; append-only, written where it changes.

    The last row of each basis counts. A loan without rows is normal.
    """

    id = models.BigAutoField(primary_key=True)
    loan = TenantForeignKey("lending.Loan", models.PROTECT, related_name="classes")
    basis = models.CharField(_("basis"), max_length=6, choices=ClassBasis)
    asset_class = models.CharField(_("class"), max_length=15, choices=CLASSES)
    effective_on = models.DateField(_("from"))
    days_past_due = models.PositiveIntegerField(_("days past due"), default=0)
    # The rule set's profile, or who said so.
    source = models.CharField(_("according to"), max_length=80)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    recorded_at = models.DateTimeField(_("recorded"))

    class Meta(TenantModel.Meta):
        verbose_name = _("loan class")
        verbose_name_plural = _("loan classes")
        indexes = [
            models.Index(fields=["tenant", "loan", "basis", "-id"], name="lending_class_last"),
            models.Index(fields=["tenant", "effective_on"], name="lending_class_day"),
        ]

    def __str__(self) -> str:
        return f"{self.get_asset_class_display()} {self.effective_on}"
