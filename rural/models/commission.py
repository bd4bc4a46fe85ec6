"""What village partners earn: the tariff, the entries and the monthly statements."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ledger.models.fields import MoneyField
from rural.rules.commission import Basis, Entry, Tariff
from rural.rules.suspension import Limits
from tenancy.models import TenantForeignKey, TenantModel, uuid_key
from tenancy.rules.transitions import require_step

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise


def _share(label: _StrPromise) -> models.DecimalField[Any, Any]:
    """A fraction of one."""
    return models.DecimalField(label, max_digits=7, decimal_places=6)


class CommissionTariff(TenantModel):
    """How commission is earned, lost and suspended from a day on; a loan keeps its own day's."""

    id = uuid_key()
    effective_from = models.DateField(_("in force from"))
    rate = _share(_("share of the amount paid out"))
    first_share = _share(_("part earned after cooling-off"))
    cooling_off_days = models.PositiveSmallIntegerField(_("days of cooling-off"))
    on_time_dues = models.PositiveSmallIntegerField(_("due dates met for the rest"))
    first_default_days = models.PositiveSmallIntegerField(_("days that make a first default"))
    arrears_days = models.PositiveSmallIntegerField(_("days past due that take back"))
    watch_months = models.PositiveSmallIntegerField(_("months watched"))
    arrears_clawback = _share(_("part taken back for arrears"))
    max_first_defaults = _share(_("highest share of first defaults"))
    max_late = _share(_("highest share of principal that is late"))
    late_days = models.PositiveSmallIntegerField(_("days past due that count as late"))
    min_loans = models.PositiveSmallIntegerField(_("smallest book that is judged"))
    review_days = models.PositiveSmallIntegerField(_("days of rest after an appeal"))
    source = models.CharField(_("source"), max_length=300)

    class Meta(TenantModel.Meta):
        verbose_name = _("commission tariff")
        verbose_name_plural = _("commission tariffs")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "effective_from"], name="rural_tariff_per_day"
            ),
            models.CheckConstraint(
                condition=Q(rate__range=(0, 1), first_share__range=(0, 1))
                & Q(arrears_clawback__range=(0, 1)),
                name="rural_tariff_shares",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.effective_from}"

    def as_rule(self) -> Tariff:
        """The tariff as the arithmetic reads it."""
        return Tariff(
            rate=self.rate,
            first_share=self.first_share,
            cooling_off_days=self.cooling_off_days,
            on_time_dues=self.on_time_dues,
            first_default_days=self.first_default_days,
            arrears_days=self.arrears_days,
            watch_months=self.watch_months,
            arrears_clawback=self.arrears_clawback,
        )

    @property
    def limits(self) -> Limits:
        """What suspends a partner."""
        return Limits(self.max_first_defaults, self.max_late, self.min_loans)


class EntryKind(models.TextChoices):
    """Why a partner's balance changed, named for people."""

    EARNED = Entry.EARNED.value, _("Earned")
    CLAWED_BACK = Entry.CLAWED_BACK.value, _("Taken back")
    PAID = Entry.PAID.value, pgettext_lazy("commission", "Paid out")
    RECOVERED = Entry.RECOVERED.value, _("Paid back by the partner")


class EntryBasis(models.TextChoices):
    """What decided what a loan earns, named for people."""

    NOT_YET = Basis.NOT_YET.value, _("Cooling-off is not over")
    RELATED = Basis.RELATED.value, _("Recommended by kin or a creditor")
    FIRST_PART = Basis.FIRST_PART.value, _("First part, after cooling-off")
    BOTH_PARTS = Basis.BOTH_PARTS.value, _("Both parts, due dates met")
    FIRST_DEFAULT = Basis.FIRST_DEFAULT.value, _("First payment default")
    FRAUD = Basis.FRAUD.value, _("Fraud")
    ARREARS = Basis.ARREARS.value, _("Arrears in the first year")


class CommissionEntry(TenantModel):
    """
    One change of a partner's balance; append-only. Positive: we owe the partner more.

    Entries of loans name loan and recommendation; payments name neither.
    """

    id = models.BigAutoField(primary_key=True)
    partner = TenantForeignKey("rural.VillagePartner", related_name="entries")
    recommendation = TenantForeignKey(
        "rural.Recommendation", null=True, related_name="entries", verbose_name=_("recommendation")
    )
    loan = TenantForeignKey("lending.Loan", null=True, related_name="+", verbose_name=_("loan"))
    kind = models.CharField(_("kind"), max_length=11, choices=EntryKind)
    basis = models.CharField(_("basis"), max_length=13, choices=EntryBasis, blank=True)
    amount = MoneyField(_("amount"))
    currency = models.CharField(_("currency"), max_length=3)
    booked_on = models.DateField(_("booked on"))
    at = models.DateTimeField(_("at"))
    key = models.CharField(_("idempotency key"), max_length=120)

    class Meta(TenantModel.Meta):
        verbose_name = _("commission entry")
        verbose_name_plural = _("commission entries")
        constraints = [
            models.UniqueConstraint(fields=["tenant", "key"], name="rural_commission_once"),
            models.CheckConstraint(
                condition=Q(kind__in=["earned", "recovered"], amount__gt=0)
                | Q(kind__in=["clawed_back", "paid"], amount__lt=0),
                name="rural_commission_sign",
            ),
            models.CheckConstraint(
                condition=Q(
                    kind__in=["earned", "clawed_back"],
                    loan__isnull=False,
                    recommendation__isnull=False,
                )
                | Q(
                    kind__in=["paid", "recovered"],
                    loan__isnull=True,
                    recommendation__isnull=True,
                ),
                name="rural_commission_names_loan",
            ),
        ]
        indexes = [
            models.Index(
                fields=["tenant", "partner", "booked_on"], name="rural_commission_by_day"
            ),
            models.Index(fields=["tenant", "loan"], name="rural_commission_of_loan"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.amount} {self.currency}"


class StatementStatus(models.TextChoices):
    """Whether a statement waits for finance."""

    PREPARED = "PREPARED", _("Waits for approval")
    PAID = "PAID", _("Paid")
    SUPERSEDED = "SUPERSEDED", _("Superseded")


STATEMENT_TRANSITIONS: dict[StatementStatus, frozenset[StatementStatus]] = {
    StatementStatus.PREPARED: frozenset({StatementStatus.PAID, StatementStatus.SUPERSEDED}),
}


class CommissionStatement(TenantModel):
    """A partner's month: brought forward, moved, to be paid; what is below zero is carried."""

    id = uuid_key()
    partner = TenantForeignKey("rural.VillagePartner", related_name="statements")
    month = models.DateField(_("month"))
    currency = models.CharField(_("currency"), max_length=3)
    opening = MoneyField(_("brought forward"))
    earned = MoneyField(_("earned"))
    clawed_back = MoneyField(_("taken back"))
    payable = MoneyField(_("payable"))
    carried = MoneyField(_("carried on"))
    status = models.CharField(
        _("status"), max_length=10, choices=StatementStatus, default=StatementStatus.PREPARED
    )
    prepared_at = models.DateTimeField(_("prepared"))
    prepared_by = models.CharField(max_length=80, editable=False)
    paid = MoneyField(pgettext_lazy("commission", "paid"), null=True)
    paid_on = models.DateField(_("paid on"), null=True)
    paid_by = models.CharField(_("approved by"), max_length=150, blank=True)

    class Meta(TenantModel.Meta):
        verbose_name = _("commission statement")
        verbose_name_plural = _("commission statements")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "partner", "month", "currency"], name="rural_statement_once"
            ),
            models.CheckConstraint(
                condition=Q(payable__gte=0, carried__lte=0), name="rural_statement_never_negative"
            ),
            models.CheckConstraint(
                condition=Q(payable=F("opening") + F("earned") + F("clawed_back") - F("carried")),
                name="rural_statement_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(status="PAID", paid__gte=0, paid__lte=F("payable"))
                & Q(paid_on__isnull=False)
                | ~Q(status="PAID") & Q(paid__isnull=True, paid_on__isnull=True),
                name="rural_statement_paid_iff_paid",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.partner} {self.month:%Y-%m}"

    def move_to(self, status: StatementStatus) -> None:
        """
        Change the status in memory; hold the row lock and save the facts that go with it.

        :raises InvalidTransition: if the transition table does not have this step
        """
        before = StatementStatus(self.status)
        require_step(STATEMENT_TRANSITIONS, before, status, of=self.pk)
        self.status = status
