"""What a day comes to between us and one bank: the figures, the files, the payment."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ledger.models.fields import MoneyField
from partners.models.bank import PartnerBank
from partners.rules.files.kinds import KINDS
from tenancy.models import (
    Document,
    TenantForeignKey,
    TenantManager,
    TenantModel,
    TenantQuerySet,
    uuid_key,
)
from tenancy.rules.transitions import require_step

FILE_KINDS = [(name, name) for name in KINDS]


class SettlementStatus(models.TextChoices):
    """The life of a day's settlement."""

    DRAFT = "DRAFT", _("Draft")
    PUBLISHED = "PUBLISHED", _("Published")
    PAID = "PAID", _("Paid")
    RECONCILED = "RECONCILED", _("Reconciled")


# A day on which nothing is to be paid is reconciled as published.
SETTLEMENT_TRANSITIONS: dict[SettlementStatus, frozenset[SettlementStatus]] = {
    SettlementStatus.DRAFT: frozenset({SettlementStatus.PUBLISHED}),
    SettlementStatus.PUBLISHED: frozenset({SettlementStatus.PAID, SettlementStatus.RECONCILED}),
    SettlementStatus.PAID: frozenset({SettlementStatus.RECONCILED}),
    SettlementStatus.RECONCILED: frozenset(),
}


class SettlementQuerySet(TenantQuerySet["Settlement"]):
    """Settlements by what is left to do."""

    def unfinished(self) -> SettlementQuerySet:
        """Not yet reconciled."""
        return self.exclude(status=SettlementStatus.RECONCILED)


class Settlement(TenantModel):
    """
    One business date with one bank: receipts, the bank's part of them, and what is paid for it.

    `net` is positive where we pay the bank. Figures are frozen by a trigger once the payment is
    made; before that a correction may change them, and publishes the next file of each kind.
    """

    id = uuid_key()
    bank = TenantForeignKey(PartnerBank, models.PROTECT, related_name="settlements")
    on = models.DateField(_("business date"))
    currency = models.CharField(_("currency"), max_length=3)
    status = models.CharField(
        _("status"), max_length=10, choices=SettlementStatus, default=SettlementStatus.DRAFT
    )
    receipts = models.PositiveIntegerField(_("receipts"), default=0)
    gross_receipts = MoneyField(_("gross receipts"), default=0)
    partner_share = MoneyField(_("the bank's part"), default=0)
    fees_due_to_platform = MoneyField(_("fees due to us"), default=0)
    fees_due_to_partner = MoneyField(_("fees due to the bank"), default=0)
    adjustments = MoneyField(_("adjustments"), default=0)
    compensation = MoneyField(_("compensation"), default=0)
    collected_by_bank = MoneyField(_("collected by the bank"), default=0)
    net = MoneyField(_("net to the bank"), default=0)
    bank_ref = models.CharField(_("bank reference"), max_length=80, blank=True)
    drafted_at = models.DateTimeField(_("drafted"))
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    paid_at = models.DateTimeField(_("paid"), null=True, blank=True)
    reconciled_at = models.DateTimeField(_("reconciled"), null=True, blank=True)

    objects = TenantManager.from_queryset(SettlementQuerySet)()

    class Meta(TenantModel.Meta):
        verbose_name = _("settlement")
        verbose_name_plural = _("settlements")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "bank", "on"], name="partners_settlement_once_a_day"
            ),
            models.CheckConstraint(
                condition=Q(
                    net=F("partner_share")
                    - F("fees_due_to_platform")
                    + F("fees_due_to_partner")
                    + F("adjustments")
                    + F("compensation")
                    - F("collected_by_bank")
                ),
                name="partners_settlement_adds_up",
            ),
            models.CheckConstraint(
                condition=Q(status="DRAFT", published_at__isnull=True)
                | (~Q(status="DRAFT") & Q(published_at__isnull=False)),
                name="partners_settlement_published_at",
            ),
            models.CheckConstraint(
                condition=~Q(status="PAID") | (Q(paid_at__isnull=False) & ~Q(bank_ref="")),
                name="partners_settlement_paid_has_reference",
            ),
            models.CheckConstraint(
                condition=~Q(status="RECONCILED")
                | Q(reconciled_at__isnull=False) & (Q(net=0) | Q(paid_at__isnull=False)),
                name="partners_settlement_reconciled_is_paid",
            ),
        ]
        indexes = [models.Index(fields=["tenant", "on"], name="partners_settlement_day")]

    def __str__(self) -> str:
        return f"{self.bank.code} {self.on}"

    def move_to(self, status: SettlementStatus) -> None:
        """
        Change the status; the caller saves it under the row's lock.

        :raises InvalidTransition: where the table knows no such way
        """
        require_step(SETTLEMENT_TRANSITIONS, SettlementStatus(self.status), status, of=self)
        self.status = status


class SettlementFile(TenantModel):
    """
    One published file; append-only. A correction is the next `seq`, and names what it replaces.

    The content lies in the document store under its hash.
    """

    id = uuid_key()
    settlement = TenantForeignKey(Settlement, models.PROTECT, related_name="files")
    kind = models.CharField(_("kind"), max_length=20, choices=FILE_KINDS)
    seq = models.PositiveIntegerField(_("sequence"))
    name = models.CharField(_("name"), max_length=120)
    rows = models.PositiveIntegerField(_("rows"))
    sum = MoneyField(_("sum"))
    sha256 = models.CharField(_("content hash"), max_length=64)
    size_bytes = models.PositiveBigIntegerField(_("size in bytes"))
    document = TenantForeignKey(Document, models.PROTECT, related_name="+")
    companion = models.TextField(_("companion file"))
    supersedes = TenantForeignKey(
        "partners.SettlementFile", models.PROTECT, null=True, related_name="corrections"
    )
    published_at = models.DateTimeField(_("published"))
    reason = models.CharField(_("reason"), max_length=500, blank=True)

    class Meta(TenantModel.Meta):
        verbose_name = _("settlement file")
        verbose_name_plural = _("settlement files")
        constraints = [
            models.UniqueConstraint(fields=["tenant", "name"], name="partners_file_name"),
            models.UniqueConstraint(
                fields=["tenant", "settlement", "kind", "seq"], name="partners_file_seq"
            ),
            models.UniqueConstraint(
                fields=["tenant", "supersedes"], name="partners_file_superseded_once"
            ),
            models.CheckConstraint(
                condition=Q(seq=1, supersedes__isnull=True)
                | (Q(seq__gt=1, supersedes__isnull=False) & ~Q(reason="")),
                name="partners_file_correction_says_why",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Adjustment(TenantModel):
    """
    An amount that a day's settlement carries besides its receipts; append-only.

    Positive to the bank's good; it counts for the settlement of the business date `on`.
    """

    id = uuid_key()
    bank = TenantForeignKey(PartnerBank, models.PROTECT, related_name="adjustments")
    on = models.DateField(_("business date"))
    amount = MoneyField(_("amount"))
    currency = models.CharField(_("currency"), max_length=3)
    reason = models.CharField(_("reason"), max_length=500)
    made_at = models.DateTimeField(_("made at"))
    made_by = models.CharField(_("made by"), max_length=120)
    # The same cause adjusts once: a break that was written off, a claim that was paid.
    key = models.CharField(_("key"), max_length=120)

    class Meta(TenantModel.Meta):
        verbose_name = _("adjustment")
        verbose_name_plural = _("adjustments")
        constraints = [
            models.UniqueConstraint(fields=["tenant", "key"], name="partners_adjustment_once"),
            models.CheckConstraint(condition=~Q(amount=0), name="partners_adjustment_not_nought"),
            models.CheckConstraint(condition=~Q(reason=""), name="partners_adjustment_reason"),
        ]
        indexes = [
            models.Index(fields=["tenant", "bank", "on"], name="partners_adjustment_day"),
        ]

    def __str__(self) -> str:
        return f"{self.on} {self.amount} {self.currency}"


class PartnerPaymentDirection(models.TextChoices):
    """Who pays."""

    TO_BANK = "TO_BANK", _("To the bank")
    FROM_BANK = "FROM_BANK", _("From the bank")


class PartnerPaymentStatus(models.TextChoices):
    """Whether the money has moved."""

    PENDING = "PENDING", _("Pending")
    PAID = "PAID", _("Paid")
    CANCELLED = "CANCELLED", _("Cancelled")


class PartnerPayment(TenantModel):
    """
    The instruction to pay a settlement's net; what is to be paid is frozen.

    A correction before it is paid cancels it and writes another, so at most one of a settlement
    is alive.
    """

    id = uuid_key()
    settlement = TenantForeignKey(Settlement, models.PROTECT, related_name="payments")
    direction = models.CharField(_("direction"), max_length=9, choices=PartnerPaymentDirection)
    amount = MoneyField(_("amount"))
    currency = models.CharField(_("currency"), max_length=3)
    reference = models.CharField(_("reference"), max_length=40)
    status = models.CharField(
        _("status"),
        max_length=9,
        choices=PartnerPaymentStatus,
        default=PartnerPaymentStatus.PENDING,
    )
    requested_at = models.DateTimeField(_("requested"))
    paid_at = models.DateTimeField(_("paid"), null=True, blank=True)
    value_date = models.DateField(_("value date"), null=True, blank=True)
    bank_ref = models.CharField(_("bank reference"), max_length=80, blank=True)

    class Meta(TenantModel.Meta):
        verbose_name = _("payment with a bank")
        verbose_name_plural = _("payments with banks")
        constraints = [
            models.UniqueConstraint(fields=["tenant", "reference"], name="partners_payment_ref"),
            models.UniqueConstraint(
                fields=["tenant", "settlement"],
                condition=~Q(status="CANCELLED"),
                name="partners_payment_one_alive",
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="partners_payment_amount"),
            models.CheckConstraint(
                condition=(
                    Q(status="PAID", paid_at__isnull=False, value_date__isnull=False)
                    & ~Q(bank_ref="")
                )
                | (~Q(status="PAID") & Q(paid_at__isnull=True, value_date__isnull=True)),
                name="partners_payment_paid_has_reference",
            ),
        ]

    def __str__(self) -> str:
        return self.reference
