"""A guarantor pays a bank for what a borrower has not paid, or we buy the bank's part back."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ledger.models.fields import MoneyField
from partners.models.agreement import Agreement, ClaimScope
from partners.models.bank import Guarantor
from partners.models.participation import Participation
from partners.rules.splitting import Component
from tenancy.models import TenantForeignKey, TenantModel, uuid_key

CLAIMED = (Component.PRINCIPAL, Component.INTEREST, Component.FEE, Component.PENALTY)


class ClaimStatus(models.TextChoices):
    """Where a claim stands."""

    FILED = "FILED", _("Filed")
    PAID = "PAID", _("Paid")
    REVERSED = "REVERSED", _("Taken back")


class CompensationClaim(TenantModel):
    """
    What a guarantor is to pay a bank for one loan, component by component.

    `..._from` is where the running total of the bank's part stood when the claim was filed: from
    there on receipts are the guarantor's, up to what it paid, or all of them if it paid in full.
    The borrower's debt does not change.
    """

    id = uuid_key()
    number = models.CharField(_("number"), max_length=24)
    participation = TenantForeignKey(Participation, models.PROTECT, related_name="claims")
    guarantor = TenantForeignKey(Guarantor, models.PROTECT, related_name="claims")
    scope = models.CharField(_("scope"), max_length=10, choices=ClaimScope)
    trigger_dpd = models.PositiveSmallIntegerField(_("days past due"))
    # The oldest unpaid due date: what was claimed for it is not claimed again.
    arrears_since = models.DateField(_("in arrears since"))
    principal = MoneyField(_("principal"))
    interest = MoneyField(_("interest"))
    fee = MoneyField(_("fees"))
    penalty = MoneyField(_("penalty"))
    principal_from = MoneyField(_("principal from"))
    interest_from = MoneyField(_("interest from"))
    fee_from = MoneyField(_("fees from"))
    penalty_from = MoneyField(_("penalty from"))
    status = models.CharField(
        _("status"), max_length=8, choices=ClaimStatus, default=ClaimStatus.FILED
    )
    filed_on = models.DateField(_("filed on"))
    paid_on = models.DateField(_("paid on"), null=True, blank=True)
    reversible_until = models.DateField(_("may be taken back until"), null=True, blank=True)
    reference = models.CharField(_("reference"), max_length=80, blank=True)
    reversed_on = models.DateField(_("taken back on"), null=True, blank=True)

    class Meta(TenantModel.Meta):
        verbose_name = _("compensation claim")
        verbose_name_plural = _("compensation claims")
        constraints = [
            models.UniqueConstraint(fields=["tenant", "number"], name="partners_claim_number"),
            # Twice for the same delay is once too often.
            models.UniqueConstraint(
                fields=["tenant", "participation", "arrears_since"],
                condition=~Q(status="REVERSED"),
                name="partners_claim_once_a_delay",
            ),
            # Who was paid in full has nothing left to claim.
            models.UniqueConstraint(
                fields=["tenant", "participation"],
                condition=Q(scope="FULL") & ~Q(status="REVERSED"),
                name="partners_claim_full_once",
            ),
            models.CheckConstraint(
                condition=Q(principal__gte=0, interest__gte=0, fee__gte=0, penalty__gte=0),
                name="partners_claim_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(status="FILED", paid_on__isnull=True)
                | Q(status="PAID", paid_on__isnull=False, reversible_until__isnull=False)
                | Q(status="REVERSED", reversed_on__isnull=False),
                name="partners_claim_paid_iff_paid",
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def currency(self) -> str:
        """The currency of the loan."""
        return str(self.participation.currency)

    @property
    def total(self) -> Decimal:
        """All that the guarantor pays."""
        return self.principal + self.interest + self.fee + self.penalty

    def stretches(self) -> list[tuple[str, Decimal, Decimal | None]]:
        """What the guarantor holds once it has paid: component, where it begins, and its end."""
        is_full = self.scope == ClaimScope.FULL
        return [
            (
                component.value,
                getattr(self, f"{component.value}_from"),
                None if is_full else getattr(self, component.value),
            )
            for component in CLAIMED
        ]


class BuyBack(TenantModel):
    """We took a bank's part over at a price; append-only."""

    id = uuid_key()
    participation = TenantForeignKey(Participation, models.PROTECT, related_name="buy_backs")
    principal = MoneyField(_("the bank's principal"))
    interest = MoneyField(_("the bank's accrued interest"))
    price_ratio = models.DecimalField(_("price ratio"), max_digits=9, decimal_places=6)
    price = MoneyField(_("price"))
    on = models.DateField(_("settled on"))
    reason = models.CharField(_("reason"), max_length=200)

    class Meta(TenantModel.Meta):
        verbose_name = _("buy-back")
        verbose_name_plural = _("buy-backs")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "participation"], name="partners_bought_once"
            ),
            models.CheckConstraint(condition=Q(price__gte=0), name="partners_bought_for_a_price"),
        ]

    def __str__(self) -> str:
        return f"{self.participation} {self.price}"


class GuaranteeCover(TenantModel):
    """An amount of cover that a guarantor gave, or took back, under an agreement; append-only."""

    id = models.BigAutoField(primary_key=True)
    agreement = TenantForeignKey(Agreement, models.PROTECT, related_name="covers")
    amount = MoneyField(_("amount"))
    on = models.DateField(_("given on"))
    form = models.CharField(_("form"), max_length=80)

    class Meta(TenantModel.Meta):
        verbose_name = _("guarantee cover")
        verbose_name_plural = _("guarantee covers")

    def __str__(self) -> str:
        return str(self.amount)
