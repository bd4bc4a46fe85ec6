"""What a partner holds of a loan, how its money came in, and whose every amount was."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ledger.models.fields import MoneyField
from partners.models.agreement import AgreementVersion
from partners.models.bank import Guarantor, PartnerBank
from partners.models.placement import Placement
from partners.rules.splitting import Cession as Stretch
from partners.rules.splitting import Component, Fractions, Holder
from tenancy.models import TenantForeignKey, TenantModel, uuid_key
from tenancy.rules.transitions import require_step

HOLDERS = [
    (Holder.BANK.value, _("the bank")),
    (Holder.GUARANTOR.value, _("the guarantor")),
    (Holder.OWN.value, _("ourselves")),
]
COMPONENTS = [
    (Component.DISBURSED.value, _("Paid out")),
    (Component.PRINCIPAL.value, _("Principal")),
    (Component.INTEREST.value, _("Interest")),
    (Component.FEE.value, _("Fees")),
    (Component.PENALTY.value, _("Penalty")),
]
FRACTION: dict[str, Any] = {"max_digits": 18, "decimal_places": 15}


class ParticipationStatus(models.TextChoices):
    """Where a participation stands."""

    PENDING = "PENDING", _("Waiting for the money")
    FUNDED = "FUNDED", _("Funded")
    ACTIVE = "ACTIVE", _("Active")
    COMPENSATED = "COMPENSATED", _("Paid by the guarantor")
    BOUGHT_BACK = "BOUGHT_BACK", _("Bought back")
    CANCELLED = "CANCELLED", _("Cancelled")


# The whole life of a participation. A status missing on the left is final.
PARTICIPATION_TRANSITIONS = {
    ParticipationStatus.PENDING: {ParticipationStatus.FUNDED, ParticipationStatus.CANCELLED},
    ParticipationStatus.FUNDED: {ParticipationStatus.ACTIVE, ParticipationStatus.CANCELLED},
    ParticipationStatus.ACTIVE: {
        ParticipationStatus.COMPENSATED,
        ParticipationStatus.BOUGHT_BACK,
    },
    # The guarantor's payment was taken back within its window.
    ParticipationStatus.COMPENSATED: {ParticipationStatus.ACTIVE},
}


class Participation(TenantModel):
    """
    A bank's part in one loan, as agreed when it was signed; the fractions never change.

    `holder` is whose the part is today: a guarantor that paid the bank takes its place, and so do
    we when we buy the part back.
    """

    id = uuid_key()
    loan = TenantForeignKey("lending.Loan", models.PROTECT, related_name="participations")
    version = TenantForeignKey(AgreementVersion, models.PROTECT, related_name="participations")
    placement = TenantForeignKey(
        Placement, models.PROTECT, null=True, blank=True, related_name="participations"
    )
    bank = TenantForeignKey(PartnerBank, models.PROTECT, related_name="participations")
    guarantor = TenantForeignKey(
        Guarantor, models.PROTECT, null=True, blank=True, related_name="participations"
    )
    currency = models.CharField(_("currency"), max_length=3)
    decimals = models.SmallIntegerField(_("decimals"))
    ratio_bp = models.PositiveSmallIntegerField(_("the bank's part of the funding, bp"))
    principal_fraction = models.DecimalField(_("the bank's part of principal"), **FRACTION)
    interest_fraction = models.DecimalField(_("the bank's part of interest"), **FRACTION)
    fee_fraction = models.DecimalField(_("the bank's part of fees"), **FRACTION)
    penalty_fraction = models.DecimalField(_("the bank's part of penalty"), **FRACTION)
    holder = models.CharField(
        _("held by"), max_length=9, choices=HOLDERS, default=Holder.BANK.value
    )
    status = models.CharField(
        _("status"),
        max_length=11,
        choices=ParticipationStatus,
        default=ParticipationStatus.PENDING,
    )
    bank_loan_number = models.CharField(_("the bank's loan number"), max_length=80, blank=True)
    opened_at = models.DateTimeField(_("opened"))

    class Meta(TenantModel.Meta):
        verbose_name = _("participation")
        verbose_name_plural = _("participations")
        constraints = [
            models.UniqueConstraint(fields=["tenant", "loan"], name="partners_participation_one"),
            # One loan in the bank's books is one of ours.
            models.UniqueConstraint(
                fields=["tenant", "bank", "bank_loan_number"],
                condition=~Q(bank_loan_number=""),
                name="partners_participation_bank_loan",
            ),
            models.CheckConstraint(
                condition=Q(
                    principal_fraction__range=(0, 1),
                    interest_fraction__range=(0, 1),
                    fee_fraction__range=(0, 1),
                    penalty_fraction__range=(0, 1),
                    ratio_bp__range=(0, 10_000),
                ),
                name="partners_participation_fractions",
            ),
            models.CheckConstraint(
                condition=~Q(holder="guarantor") | Q(guarantor__isnull=False),
                name="partners_participation_guarantor_known",
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "bank", "status"], name="partners_participation_bank"),
        ]

    def __str__(self) -> str:
        return f"{self.bank} {self.ratio_bp / 100:g} %"

    @property
    def fractions(self) -> Fractions:
        """The fractions as the rules read them."""
        return Fractions(
            principal=self.principal_fraction,
            interest=self.interest_fraction,
            fee=self.fee_fraction,
            penalty=self.penalty_fraction,
        )

    def move_to(self, status: ParticipationStatus) -> None:
        """
        Change the status in memory; hold the row lock and save the facts that go with it.

        :raises InvalidTransition: if the table does not have this step
        """
        before = ParticipationStatus(self.status)
        require_step(PARTICIPATION_TRANSITIONS, before, status, of=self)
        self.status = status


class LegSide(models.TextChoices):
    """Whose money a leg is."""

    BANK = "bank", _("the bank")
    OWN = "own", _("ourselves")


class LegStatus(models.TextChoices):
    """Where the money of a leg is."""

    REQUESTED = "REQUESTED", _("Asked for")
    CONFIRMED = "CONFIRMED", _("Paid in")
    FAILED = "FAILED", _("Failed")
    RETURNED = "RETURNED", _("Given back")
    CANCELLED = "CANCELLED", _("Cancelled")


LEG_TRANSITIONS = {
    LegStatus.REQUESTED: {LegStatus.CONFIRMED, LegStatus.FAILED, LegStatus.CANCELLED},
    LegStatus.CONFIRMED: {LegStatus.RETURNED},
}


class FundingLeg(TenantModel):
    """One lender's part of the money of a loan, on its way to the one payment."""

    id = uuid_key()
    participation = TenantForeignKey(Participation, models.PROTECT, related_name="legs")
    side = models.CharField(_("from"), max_length=4, choices=LegSide)
    amount = MoneyField(_("amount"))
    currency = models.CharField(_("currency"), max_length=3)
    status = models.CharField(
        _("status"), max_length=9, choices=LegStatus, default=LegStatus.REQUESTED
    )
    reference = models.CharField(_("reference"), max_length=64)
    bank_reference = models.CharField(_("the bank's reference"), max_length=80, blank=True)
    value_on = models.DateField(_("value date"), null=True, blank=True)
    requested_at = models.DateTimeField(_("asked for"))
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)
    failure = models.CharField(_("failure"), max_length=200, blank=True)

    class Meta(TenantModel.Meta):
        verbose_name = _("funding leg")
        verbose_name_plural = _("funding legs")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "participation", "side"], name="partners_leg_one_a_side"
            ),
            models.UniqueConstraint(fields=["tenant", "reference"], name="partners_leg_reference"),
            models.CheckConstraint(condition=Q(amount__gt=0), name="partners_leg_positive"),
            models.CheckConstraint(
                condition=Q(status="REQUESTED", settled_at__isnull=True)
                | (~Q(status="REQUESTED") & Q(settled_at__isnull=False)),
                name="partners_leg_settled_iff_answered",
            ),
        ]

    def __str__(self) -> str:
        return self.reference


class Cession(TenantModel):
    """
    A stretch of the bank's part of one component that somebody else has paid the bank for.

    It begins where the bank's running total stood then; without a limit it goes on for good.
    Taken back, it is void, and every share is cut anew.
    """

    id = models.BigAutoField(primary_key=True)
    participation = TenantForeignKey(Participation, models.PROTECT, related_name="cessions")
    component = models.CharField(_("component"), max_length=9, choices=COMPONENTS)
    starts_at = MoneyField(_("begins at"))
    limit = MoneyField(_("limit"), null=True, blank=True)
    holder = models.CharField(_("held by"), max_length=9, choices=HOLDERS)
    # What the guarantor paid for; empty where we bought the part back.
    claim = TenantForeignKey(
        "partners.CompensationClaim",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="cessions",
    )
    is_void = models.BooleanField(_("void"), default=False)

    class Meta(TenantModel.Meta):
        verbose_name = _("cession")
        verbose_name_plural = _("cessions")
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_at__gte=0) & (Q(limit__isnull=True) | Q(limit__gte=0)),
                name="partners_cession_not_negative",
            ),
            models.CheckConstraint(
                condition=Q(holder__in=["guarantor", "own"]) & ~Q(component="disbursed"),
                name="partners_cession_from_the_bank",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.component} {self.holder}"

    def as_rule(self) -> Stretch:
        """The stretch as the rules read it."""
        component, holder = Component(self.component), Holder(self.holder)
        return Stretch(component, self.starts_at, self.limit, holder)


class Share(TenantModel):
    """
    Whose a change of one component of a loan was; append-only, written by the database itself.

    The difference of two cuts of the running total, so the rows of a loan always sum to its
    borrower's ledger. A reversal has negative amounts. `spread` is a part of `own_part`.
    """

    id = models.BigAutoField(primary_key=True)
    participation = TenantForeignKey(Participation, models.PROTECT, related_name="shares")
    loan = TenantForeignKey("lending.Loan", models.PROTECT, related_name="shares")
    bank = TenantForeignKey(PartnerBank, models.PROTECT, related_name="shares")
    # The loan's event after which the total stood so.
    sequence = models.IntegerField(_("event"))
    booked_on = models.DateField(_("booked on"))
    component = models.CharField(_("component"), max_length=9, choices=COMPONENTS)
    total = MoneyField(_("total"))
    bank_part = MoneyField(_("the bank's part"))
    guarantor_part = MoneyField(_("the guarantor's part"))
    own_part = MoneyField(_("our part"))
    spread = MoneyField(_("spread in it"))
    holder = models.CharField(_("held by"), max_length=9, choices=HOLDERS)

    class Meta(TenantModel.Meta):
        verbose_name = _("share")
        verbose_name_plural = _("shares")
        constraints = [
            models.CheckConstraint(
                condition=Q(total=F("bank_part") + F("guarantor_part") + F("own_part")),
                name="partners_share_whole",
            ),
        ]
        indexes = [
            models.Index(
                fields=["tenant", "participation", "component"],
                include=["total", "bank_part", "guarantor_part", "own_part", "spread"],
                name="partners_share_sums",
            ),
            # A day's settlement with a bank reads one stretch of this.
            models.Index(fields=["tenant", "bank", "booked_on"], name="partners_share_of_day"),
            models.Index(fields=["tenant", "loan", "sequence"], name="partners_share_of_event"),
        ]

    def __str__(self) -> str:
        return f"{self.component} {self.total}"
