from uuid import NAMESPACE_OID, UUID, uuid5

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from ledger.rules.chart import AccountKind
from tenancy.models import TenantModel

_NAMESPACE = uuid5(NAMESPACE_OID, "granary ledger account")


def account_id(tenant_id: int, code: str, currency: str) -> UUID:
    """
    Return the id that an account has, whether or not it has been opened.

    Made of what identifies it, so that an id kept in memory stays right when the transaction
    that opened the account is rolled back and the account is opened again.
    """
    return uuid5(_NAMESPACE, f"{tenant_id}/{code}/{currency}")


class Account(TenantModel):
    """One account of the tenant's chart, in one currency; it can be renamed, not removed."""

    class Kind(models.TextChoices):
        ASSET = AccountKind.ASSET.value, _("Asset")
        LIABILITY = AccountKind.LIABILITY.value, _("Liability")
        INCOME = AccountKind.INCOME.value, _("Income")
        EXPENSE = AccountKind.EXPENSE.value, _("Expense")
        EQUITY = AccountKind.EQUITY.value, _("Equity")

    id = models.UUIDField(primary_key=True, editable=False)
    code = models.CharField(_("code"), max_length=20)
    name = models.CharField(_("name"), max_length=120)
    name_zh = models.CharField(_("Chinese name"), max_length=120, blank=True)
    kind = models.CharField(_("kind"), max_length=10, choices=Kind)
    currency = models.CharField(_("currency"), max_length=3)

    class Meta(TenantModel.Meta):
        verbose_name = _("account")
        verbose_name_plural = _("accounts")
        ordering = ["code", "currency"]
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "code", "currency"], name="ledger_account_once"
            ),
            models.CheckConstraint(
                condition=models.Q(kind__in=[kind.value for kind in AccountKind]),
                name="ledger_account_kind_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.local_name} ({self.currency})"

    @property
    def local_name(self) -> str:
        """The account's name in the reader's language."""
        in_chinese = (get_language() or "").startswith("zh")
        return self.name_zh if in_chinese and self.name_zh else self.name
