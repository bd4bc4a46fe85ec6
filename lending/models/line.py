from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ledger.models.fields import MoneyField
from lending.models.application import Application
from lending.models.borrower import Borrower
from lending.models.offer import Offer
from lending.models.product import ProductVersion
from tenancy.models import TenantForeignKey, TenantModel, uuid_key
from tenancy.rules.transitions import require_step


class LineStatus(models.TextChoices):
    """Whether a line may be drawn from."""

    OPEN = "OPEN", _("Open")
    FROZEN = "FROZEN", _("Frozen")
    CLOSED = "CLOSED", _("Closed")


# The whole life of a credit line. A status missing on the left is final.
TRANSITIONS = {
    LineStatus.OPEN: {LineStatus.FROZEN, LineStatus.CLOSED},
    LineStatus.FROZEN: {LineStatus.OPEN, LineStatus.CLOSED},
}


class CreditLine(TenantModel):
    """
    A limit that a borrower accepted and may draw from until a day.

    What is used is never stored: it is the sum of the line's loans, read under this row's lock.
    """

    id = uuid_key()
    number = models.CharField(_("number"), max_length=24)
    borrower = TenantForeignKey(Borrower, models.PROTECT, related_name="lines")
    application = TenantForeignKey(Application, models.PROTECT, related_name="lines")
    offer = TenantForeignKey(Offer, models.PROTECT, related_name="lines")
    version = TenantForeignKey(ProductVersion, models.PROTECT, related_name="+")
    limit = MoneyField(_("limit"))
    currency = models.CharField(_("currency"), max_length=3)
    annual_rate = models.DecimalField(_("annual rate"), max_digits=12, decimal_places=8)
    term = models.PositiveSmallIntegerField(_("term of a draw"))
    plan = models.JSONField(_("repayment plan"), null=True, blank=True)
    opened_on = models.DateField(_("opened on"))
    ends_on = models.DateField(_("last day to draw"))
    status = models.CharField(
        _("status"), max_length=6, choices=LineStatus, default=LineStatus.OPEN
    )

    class Meta(TenantModel.Meta):
        verbose_name = _("credit line")
        verbose_name_plural = _("credit lines")
        constraints = [
            models.UniqueConstraint(fields=["tenant", "number"], name="lending_line_number"),
            # An offer is accepted at most once, however often the button is pressed.
            models.UniqueConstraint(fields=["tenant", "offer"], name="lending_line_per_offer"),
            models.CheckConstraint(
                condition=Q(limit__gt=0, annual_rate__gte=0, ends_on__gte=F("opened_on")),
                name="lending_line_makes_sense",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    def has_ended(self, on: date) -> bool:
        return on > self.ends_on

    def move_to(self, status: LineStatus) -> None:
        """Change the status. Hold the row lock; the action records who and why."""
        require_step(TRANSITIONS, LineStatus(self.status), status, of=self)
        self.status = status
        self.save(update_fields=["status"])
