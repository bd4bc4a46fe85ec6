from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tenancy.models import TenantModel


class Period(TenantModel):
    """
    One closed stretch of the books: nothing is booked on a day up to its end any more.

    Periods follow one another without a gap, and are neither changed nor reopened. The
    fingerprint, made by the database while it keeps everyone else from booking, is the hash of
    the period's totals by account.
    """

    id = models.BigAutoField(primary_key=True)
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(_("ends on"))
    closed_at = models.DateTimeField(_("closed at"))
    fingerprint = models.CharField(_("fingerprint"), max_length=64, editable=False)

    class Meta(TenantModel.Meta):
        verbose_name = _("period")
        verbose_name_plural = _("periods")
        ordering = ["ends_on"]
        constraints = [
            models.UniqueConstraint(fields=["tenant", "ends_on"], name="ledger_period_once"),
            models.CheckConstraint(
                condition=Q(starts_on__lte=F("ends_on")), name="ledger_period_starts_before_end"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.starts_on} – {self.ends_on}"
