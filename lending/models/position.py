"""Where a loan stands: one narrow row, read and summed by the million."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ledger.models.fields import MoneyField
from tenancy.models import TenantForeignKey, TenantModel, TenantOneToOneField


class LoanPosition(TenantModel):
    """
    A disbursed loan's totals on `as_of`, and interest from then on as a closed form.

    Cached from the fold with every event, and on `refresh_on`, when the closed form ends:

        accrued(d) = round(accrued_at + round(base × rate × (d − since) / year_days, 10), decimals)

    Days past due are never stored: they are the days since `arrears_since`.
    """

    loan = TenantOneToOneField("lending.Loan", primary_key=True, related_name="position")
    version = TenantForeignKey("lending.ProductVersion", related_name="+")
    currency = models.CharField(_("currency"), max_length=3)
    is_open = models.BooleanField(_("is open"))
    as_of = models.DateField(_("as of"))
    sequence = models.IntegerField(_("last event"))
    accrual_base = MoneyField(_("accrual base"))
    accrual_rate = models.DecimalField(_("accrual rate"), max_digits=12, decimal_places=8)
    accrual_year_days = models.SmallIntegerField(_("days of the accrual's year"))
    accrual_since = models.DateField(_("accrual since"))
    # Exact between roundings, which are at due dates: ten decimals, as the engine keeps.
    accrued_at_since = models.DecimalField(_("accrued then"), max_digits=24, decimal_places=10)
    decimals = models.SmallIntegerField(_("decimals"))
    penalty_rate = models.DecimalField(_("penalty rate"), max_digits=12, decimal_places=8)
    penalty_year_days = models.SmallIntegerField(_("days of the penalty's year"))
    refresh_on = models.DateField(_("fold again on"), null=True)
    arrears_since = models.DateField(_("in arrears since"), null=True)
    disbursed = MoneyField(_("disbursed"))
    principal = MoneyField(_("principal"))
    interest_accrued = MoneyField(_("interest accrued"))
    interest_paid = MoneyField(_("interest paid"))
    fee_charged = MoneyField(_("fees charged"))
    fee_paid = MoneyField(_("fees paid"))
    fee_withheld = MoneyField(_("fees withheld"))
    penalty_accrued = MoneyField(_("penalty accrued"))
    penalty_paid = MoneyField(_("penalty paid"))
    overpaid = MoneyField(_("overpaid"))

    class Meta(TenantModel.Meta):
        verbose_name = _("position")
        verbose_name_plural = _("positions")
        constraints = [
            models.CheckConstraint(
                condition=Q(principal__gte=0, overpaid__gte=0),
                name="lending_position_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(is_open=True) | Q(principal=0, refresh_on=None, arrears_since=None),
                name="lending_position_closed_is_settled",
            ),
        ]
        # None of these columns changes with an ordinary receipt, so its update stays in the page.
        indexes = [
            models.Index(
                fields=["tenant", "version"],
                condition=Q(is_open=True),
                name="lending_position_open",
            ),
            models.Index(
                fields=["tenant", "refresh_on"],
                condition=Q(refresh_on__isnull=False),
                name="lending_position_refresh",
            ),
            models.Index(
                fields=["tenant", "arrears_since"],
                condition=Q(arrears_since__isnull=False),
                name="lending_position_arrears",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.loan_id} {self.as_of}"
