"""A loan: frozen terms, a status, and the facts that the status stands for."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ledger.models.fields import MoneyField
from lending.rules.terms import Terms
from tenancy.models import TenantForeignKey, TenantModel, uuid_key
from tenancy.rules.transitions import require_step


class LoanStatus(models.TextChoices):
    """Where a loan stands."""

    PENDING = "PENDING", _("Waiting for payment")
    ACTIVE = "ACTIVE", _("Active")
    CLOSED = "CLOSED", _("Closed")
    CANCELLED = "CANCELLED", _("Cancelled")
    WRITTEN_OFF = "WRITTEN_OFF", _("Written off")


# The whole life of a loan. A status missing on the left is final.
LOAN_TRANSITIONS: dict[LoanStatus, frozenset[LoanStatus]] = {
    LoanStatus.PENDING: frozenset({LoanStatus.ACTIVE, LoanStatus.CANCELLED}),
    LoanStatus.ACTIVE: frozenset({LoanStatus.CLOSED, LoanStatus.WRITTEN_OFF}),
    # A reversed receipt opens a loan again; a later charge does too.
    LoanStatus.CLOSED: frozenset({LoanStatus.ACTIVE}),
    # Recoveries may still clear a written-off loan in full.
    LoanStatus.WRITTEN_OFF: frozenset({LoanStatus.CLOSED}),
}


class Loan(TenantModel):
    """
    One draw of money under terms that never change; what happened to it are its `LoanEvent` rows.

    `terms` is `lending.rules.terms.Terms.to_json()`: rates as fractions a year, amounts and
    rates as decimal strings. A trigger freezes it with the other facts of the signing.
    """

    id = uuid_key()
    number = models.CharField(_("number"), max_length=32)
    borrower = TenantForeignKey("lending.Borrower", related_name="loans")
    line = TenantForeignKey("lending.CreditLine", null=True, related_name="loans")
    version = TenantForeignKey("lending.ProductVersion", related_name="loans")
    terms = models.JSONField(_("terms"))
    currency = models.CharField(_("currency"), max_length=3)
    principal = MoneyField(_("principal"))
    key = models.CharField(_("idempotency key"), max_length=120)
    status = models.CharField(
        _("status"), max_length=12, choices=LoanStatus, default=LoanStatus.PENDING
    )
    requested_on = models.DateField(_("requested on"))
    disbursed_on = models.DateField(_("disbursed on"), null=True)
    closed_on = models.DateField(_("closed on"), null=True)

    class Meta(TenantModel.Meta):
        verbose_name = _("loan")
        verbose_name_plural = _("loans")
        constraints = [
            models.UniqueConstraint(fields=["tenant", "number"], name="lending_loan_number"),
            models.UniqueConstraint(fields=["tenant", "key"], name="lending_loan_once"),
            models.CheckConstraint(condition=Q(principal__gt=0), name="lending_loan_principal"),
            models.CheckConstraint(
                condition=Q(status__in=["PENDING", "CANCELLED"], disbursed_on__isnull=True)
                | Q(status__in=["ACTIVE", "CLOSED", "WRITTEN_OFF"], disbursed_on__isnull=False),
                name="lending_loan_disbursed_iff_paid_out",
            ),
            models.CheckConstraint(
                condition=Q(status="CLOSED", closed_on__isnull=False)
                | (~Q(status="CLOSED") & Q(closed_on__isnull=True)),
                name="lending_loan_closed_on_iff_closed",
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "borrower"], name="lending_loan_borrower"),
            models.Index(fields=["tenant", "line", "status"], name="lending_loan_line"),
            models.Index(fields=["tenant", "version"], name="lending_loan_version"),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def frozen_terms(self) -> Terms:
        """The terms as the engine reads them."""
        return Terms.from_json(self.terms)

    def move_to(self, status: LoanStatus) -> None:
        """
        Change the status in memory; hold the row lock and save the facts that go with it.

        :raises InvalidTransition: if the transition table does not have this step
        """
        require_step(LOAN_TRANSITIONS, LoanStatus(self.status), status, of=self)
        self.status = status
