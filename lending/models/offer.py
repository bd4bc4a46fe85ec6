from __future__ import annotations

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ledger.models.fields import MoneyField
from lending.models.application import Application
from lending.models.product import ProductVersion
from tenancy.models import TenantForeignKey, TenantModel, uuid_key


class OfferStatus(models.TextChoices):
    """Whether an offer still stands."""

    OPEN = "OPEN", _("Open")
    ACCEPTED = "ACCEPTED", _("Accepted")
    EXPIRED = "EXPIRED", _("Expired")
    WITHDRAWN = "WITHDRAWN", _("Withdrawn")


class OfferIsSettled(RuntimeError):
    """The caller did not check the status it holds under lock; a programming error."""


class Offer(TenantModel):
    """
    A limit and a price that the lender stands by until a moment, with their all-in cost table.

    Everything but the status is frozen by a database trigger: what the borrower saw can be
    shown again, and `cost_hash` proves it.
    """

    id = uuid_key()
    application = TenantForeignKey(Application, models.PROTECT, related_name="offers")
    version = TenantForeignKey(ProductVersion, models.PROTECT, related_name="+")
    amount = MoneyField(_("limit"))
    currency = models.CharField(_("currency"), max_length=3)
    annual_rate = models.DecimalField(_("annual rate"), max_digits=12, decimal_places=8)
    term = models.PositiveSmallIntegerField(_("term"))
    plan = models.JSONField(_("repayment plan"), null=True, blank=True)
    # Who lends with us, by name; empty where it is our own money.
    funder = models.CharField(_("partner bank"), max_length=120, blank=True)
    cost_table = models.JSONField(_("all-in cost table"))
    cost_hash = models.CharField(_("hash of the cost table"), max_length=64)
    issued_at = models.DateTimeField(_("issued"))
    expires_at = models.DateTimeField(_("valid until"))
    status = models.CharField(
        _("status"), max_length=10, choices=OfferStatus, default=OfferStatus.OPEN
    )
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)

    class Meta(TenantModel.Meta):
        verbose_name = _("offer")
        verbose_name_plural = _("offers")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "application"],
                condition=Q(status="OPEN"),
                name="lending_offer_one_open",
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0, annual_rate__gte=0, expires_at__gt=F("issued_at")),
                name="lending_offer_makes_sense",
            ),
            models.CheckConstraint(
                condition=Q(status="OPEN", settled_at__isnull=True)
                | (~Q(status="OPEN") & Q(settled_at__isnull=False)),
                name="lending_offer_settled_iff_not_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} {self.currency}"

    def has_expired(self, at: datetime) -> bool:
        return at >= self.expires_at

    def settle(self, status: OfferStatus, *, at: datetime) -> None:
        """Leave OPEN, once. Hold the application's row lock."""
        if self.status != OfferStatus.OPEN or status == OfferStatus.OPEN:
            raise OfferIsSettled(f"{self.pk}: {self.status} to {status}")
        self.status = status
        self.settled_at = at
        self.save(update_fields=["status", "settled_at"])
