"""Money of borrowers that a bank took itself."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ledger.models.fields import MoneyField
from partners.models.bank import PartnerBank
from partners.models.participation import Participation
from tenancy.models import TenantForeignKey, TenantModel


class BankReceipt(TenantModel):
    """
    That a receipt's money stands with the bank, which told us of it; append-only.

    Where the receipt is taken back, by whomever, the database writes the same again, negative.
    """

    id = models.BigAutoField(primary_key=True)
    participation = TenantForeignKey(Participation, models.PROTECT, related_name="bank_receipts")
    bank = TenantForeignKey(PartnerBank, models.PROTECT, related_name="receipts")
    loan = TenantForeignKey("lending.Loan", models.PROTECT, related_name="bank_receipts")
    event = TenantForeignKey("lending.LoanEvent", models.PROTECT, related_name="bank_receipts")
    amount = MoneyField(_("amount"))
    currency = models.CharField(_("currency"), max_length=3)
    value_on = models.DateField(_("value date"))
    booked_on = models.DateField(_("booked on"))
    bank_ref = models.CharField(_("the bank's reference"), max_length=80)
    told_at = models.DateTimeField(_("told"))

    class Meta(TenantModel.Meta):
        verbose_name = _("receipt at the bank")
        verbose_name_plural = _("receipts at banks")
        constraints = [
            # What a bank tells twice came once.
            models.UniqueConstraint(
                fields=["tenant", "bank", "bank_ref"],
                condition=Q(amount__gt=0),
                name="partners_bankreceipt_once",
            ),
            models.UniqueConstraint(fields=["tenant", "event"], name="partners_bankreceipt_event"),
            models.CheckConstraint(
                condition=~Q(amount=0) & ~Q(bank_ref=""), name="partners_bankreceipt_facts"
            ),
        ]
        indexes = [
            # A day's settlement with a bank reads one stretch of this.
            models.Index(fields=["tenant", "bank", "booked_on"], name="partners_bankreceipt_day"),
        ]

    def __str__(self) -> str:
        return f"{self.bank_ref} {self.amount}"
