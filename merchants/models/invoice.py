from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ledger.models.fields import MoneyField, UnlockedReference
from merchants.rules.columns import PURCHASE, SALE
from merchants.rules.invoices import EARLIEST, GROSS_TOLERANCE
from tenancy.models import TenantForeignKey, TenantModel


class Direction(models.TextChoices):
    """Whether the merchant issued the invoice or received it."""

    SALE = SALE, _("Sale")
    PURCHASE = PURCHASE, _("Purchase")


class Invoice(TenantModel):
    """
    One VAT invoice that a merchant issued (sale) or received (purchase).

    A negative amount is a credit note; a void invoice keeps its amounts but counts for nothing.
    Amounts are in the tenant's currency. Rows are written by `actions.batches` only, in bulk.
    """

    id = models.BigAutoField(primary_key=True)
    merchant = TenantForeignKey(
        "merchants.Merchant", related_name="invoices", verbose_name=_("merchant")
    )
    direction = models.CharField(_("direction"), max_length=8, choices=Direction)
    number = models.CharField(_("number"), max_length=130)
    issued_on = models.DateField(_("issued on"))
    counterparty = models.CharField(_("counterparty"), max_length=64)
    net = MoneyField(_("net amount"))
    tax = MoneyField(_("tax"))
    gross = MoneyField(_("gross amount"))
    is_void = models.BooleanField(_("void"), default=False)
    # Imports are never removed, and a lock on the one run per row would cost a fifth of the speed.
    import_run = UnlockedReference(
        "merchants.ImportRun", related_name="invoices", verbose_name=_("import")
    )

    class Meta(TenantModel.Meta):
        verbose_name = _("invoice")
        verbose_name_plural = _("invoices")
        constraints = [
            # The only index besides the key: it also serves every read of one merchant's rows.
            models.UniqueConstraint(
                fields=["tenant", "merchant", "direction", "number"],
                name="merchants_invoice_number",
            ),
            models.CheckConstraint(
                condition=Q(direction__in=Direction.values), name="merchants_invoice_direction"
            ),
            models.CheckConstraint(
                condition=~Q(number="") & ~Q(counterparty=""), name="merchants_invoice_named"
            ),
            models.CheckConstraint(
                condition=Q(issued_on__gte=EARLIEST), name="merchants_invoice_not_ancient"
            ),
            models.CheckConstraint(
                condition=Q(
                    gross__range=(
                        F("net") + F("tax") - GROSS_TOLERANCE,
                        F("net") + F("tax") + GROSS_TOLERANCE,
                    )
                ),
                name="merchants_invoice_adds_up",
            ),
        ]

    def __str__(self) -> str:
        return self.number
