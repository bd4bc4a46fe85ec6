"""The schedule as the fold last gave it, for reading; nobody computes from it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from ledger.models.fields import MoneyField
from tenancy.models import TenantForeignKey, TenantModel


class Instalment(TenantModel):
    """
    One row of a loan's current schedule, cached from the fold of its events.

    Written with the event that changed it, and only where it differs; `verify` folds again.
    """

    id = models.BigAutoField(primary_key=True)
    loan = TenantForeignKey("lending.Loan", related_name="instalments")
    number = models.SmallIntegerField(_("number"))
    from_on = models.DateField(_("from"))
    due_on = models.DateField(_("due on"))
    principal_due = MoneyField(_("principal due"))
    interest_due = MoneyField(_("interest due"))
    fee_due = MoneyField(_("fees due"))
    penalty_due = MoneyField(_("penalty due"))
    principal_paid = MoneyField(_("principal paid"))
    interest_paid = MoneyField(_("interest paid"))
    fee_paid = MoneyField(_("fees paid"))
    penalty_paid = MoneyField(_("penalty paid"))
    balance = MoneyField(_("balance after"))
    # Overdue principal × days up to the position's day: the daily aggregate goes on from there.
    overdue_days = MoneyField(_("overdue principal × days"))
    # Penalty from before a rescheduling, to which that of this row is added.
    penalty_brought = MoneyField(_("penalty brought along"), db_default=0)

    class Meta(TenantModel.Meta):
        verbose_name = _("instalment")
        verbose_name_plural = _("instalments")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "loan", "number"], name="lending_instalment_number"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.due_on}"
