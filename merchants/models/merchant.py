from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from tenancy.models import TenantForeignKey, TenantModel, uuid_key


class Merchant(TenantModel):
    """
    One small firm, known by its code in the channel that it comes from.

    A labelled firm's credit history is known from elsewhere: its rating, and whether it defaulted.
    """

    id = uuid_key()
    code = models.CharField(_("code"), max_length=64)
    name = models.CharField(_("name"), max_length=200)
    is_labelled = models.BooleanField(_("has a credit history"), default=False)
    rating = models.CharField(_("rating"), max_length=8, blank=True)
    is_defaulted = models.BooleanField(_("defaulted"), null=True, blank=True)
    borrower = TenantForeignKey(
        "lending.Borrower",
        null=True,
        blank=True,
        related_name="merchants",
        verbose_name=_("borrower"),
        help_text=_("Empty until the merchant first applies."),
    )
    registered_at = models.DateTimeField(_("registered at"))

    class Meta(TenantModel.Meta):
        verbose_name = _("merchant")
        verbose_name_plural = _("merchants")
        constraints = [
            models.UniqueConstraint(fields=["tenant", "code"], name="merchants_merchant_code"),
            models.UniqueConstraint(
                fields=["tenant", "borrower"], name="merchants_merchant_per_borrower"
            ),
            models.CheckConstraint(condition=~Q(code=""), name="merchants_merchant_has_code"),
            models.CheckConstraint(
                condition=Q(is_labelled=True, is_defaulted__isnull=False)
                | Q(is_labelled=False, is_defaulted__isnull=True, rating=""),
                name="merchants_merchant_label_complete",
            ),
        ]

    def __str__(self) -> str:
        return self.name
