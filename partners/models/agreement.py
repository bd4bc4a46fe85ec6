"""What is agreed with a bank: versioned terms, frozen when they are published."""

from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ledger.models.fields import MoneyField
from lending.models.product import TermUnit
from partners.models.bank import Guarantor, PartnerBank, localised
from partners.rules.funding import WHOLE_BP, FundingModel
from tenancy.models import TenantForeignKey, TenantManager, TenantModel, TenantQuerySet, uuid_key

MODELS = [
    (FundingModel.CO_LEND.value, _("Co-lending")),
    (FundingModel.CO_LEND_G.value, _("Co-lending with a guarantor")),
    (FundingModel.FACILITATE.value, _("The bank funds all")),
    (FundingModel.FACILITATE_G.value, _("The bank funds all, with a guarantor")),
    (FundingModel.ASSIGN.value, _("Originated, then assigned")),
    (FundingModel.OWN.value, _("Own book")),
]


class ClaimScope(models.TextChoices):
    """What a guarantor pays when the trigger is reached."""

    INSTALMENT = "INSTALMENT", _("The overdue instalments")
    FULL = "FULL", _("All that is outstanding")


class CollectedBy(models.TextChoices):
    """Who takes the borrower's money."""

    OWN = "own", _("ourselves")
    BANK = "bank", _("the bank")


class WaterfallMode(models.TextChoices):
    """How one receipt runs over several instalments."""

    HORIZONTAL = "horizontal", _("Instalment by instalment")
    VERTICAL = "vertical", _("Component by component")


class Agreement(TenantModel):
    """A contract with a bank; without a bank it says that our own book may fund as well."""

    id = uuid_key()
    code = models.CharField(_("code"), max_length=30)
    name = models.CharField(_("name"), max_length=120)
    name_zh = models.CharField(_("Chinese name"), max_length=120, blank=True)
    bank = TenantForeignKey(
        PartnerBank, models.PROTECT, null=True, blank=True, related_name="agreements"
    )
    guarantor = TenantForeignKey(
        Guarantor, models.PROTECT, null=True, blank=True, related_name="agreements"
    )
    is_active = models.BooleanField(_("active"), default=True)

    class Meta(TenantModel.Meta):
        verbose_name = _("agreement")
        verbose_name_plural = _("agreements")
        constraints = [
            models.UniqueConstraint(fields=["tenant", "code"], name="partners_agreement_code"),
        ]

    def __str__(self) -> str:
        return localised(self.name, self.name_zh)


class AgreementVersionQuerySet(TenantQuerySet["AgreementVersion"]):
    """Versions by what binds."""

    def published(self) -> AgreementVersionQuerySet:
        return self.filter(published_at__isnull=False)

    def in_force(self, on: date) -> AgreementVersionQuerySet:
        """Published versions that have begun by a day and not ended before it."""
        return (
            self.published()
            .filter(agreement__is_active=True, effective_from__lte=on)
            .filter(Q(effective_to__isnull=True) | Q(effective_to__gte=on))
        )


class AgreementVersion(TenantModel):
    """
    All terms of an agreement at one time; a loan keeps those it was placed under.

    A draft until `published_at` is set, frozen by a database trigger from then on. Empty lists
    mean "all"; a null amount means "no limit". The `bank_..._bp` columns are the bank's parts of
    each component, out of 10,000; of principal it holds what it funded.
    """

    id = uuid_key()
    agreement = TenantForeignKey(Agreement, models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField(_("version"))
    model = models.CharField(_("funding model"), max_length=12, choices=MODELS)
    # Whose law binds: the jurisdiction of the funding rules.
    jurisdiction = models.CharField(_("rule set"), max_length=2, default="CN")
    currency = models.CharField(_("currency"), max_length=3, default="CNY")
    effective_from = models.DateField(_("in force from"))
    effective_to = models.DateField(_("in force to"), null=True, blank=True)

    bank_ratio_bp = models.PositiveSmallIntegerField(_("the bank's part of the funding, bp"))
    bank_interest_bp = models.PositiveSmallIntegerField(_("the bank's part of interest, bp"))
    bank_penalty_bp = models.PositiveSmallIntegerField(_("the bank's part of penalty, bp"))
    bank_fee_bp = models.PositiveSmallIntegerField(_("the bank's part of fees, bp"), default=0)
    # With a coupon the bank earns that rate on its part, and we keep the spread.
    coupon_rate = models.DecimalField(
        _("the bank's coupon"), max_digits=12, decimal_places=8, null=True, blank=True
    )
    max_annual_rate = models.DecimalField(
        _("highest annual rate"), max_digits=12, decimal_places=8
    )
    # All-in, as a fraction a year of what the borrower pays to everybody.
    max_all_in_rate = models.DecimalField(
        _("highest all-in rate"), max_digits=12, decimal_places=8, null=True, blank=True
    )
    service_fee_rate = models.DecimalField(
        _("service fee from the bank, of interest"), max_digits=9, decimal_places=6, default=0
    )
    guarantee_fee_rate = models.DecimalField(
        _("guarantee fee, a year"), max_digits=9, decimal_places=6, default=0
    )

    products = models.JSONField(_("products"), default=list, blank=True)
    regions = models.JSONField(_("regions"), default=list, blank=True)
    grades = models.JSONField(_("risk grades"), default=list, blank=True)
    industries = models.JSONField(_("industries"), default=list, blank=True)
    min_amount = MoneyField(_("smallest amount"))
    max_amount = MoneyField(_("largest amount"))
    min_term = models.PositiveSmallIntegerField(_("shortest term"))
    max_term = models.PositiveSmallIntegerField(_("longest term"))
    term_unit = models.CharField(_("term in"), max_length=6, choices=TermUnit)
    min_age = models.PositiveSmallIntegerField(_("youngest"), null=True, blank=True)
    max_age = models.PositiveSmallIntegerField(_("oldest"), null=True, blank=True)
    exposure_cap = MoneyField(_("cap on all its loans"), null=True, blank=True)
    borrower_cap = MoneyField(_("cap on one borrower"), null=True, blank=True)

    priority = models.PositiveSmallIntegerField(_("priority, 1 first"), default=100)
    weight = models.PositiveSmallIntegerField(_("weight"), default=1)
    # At most this part of a month's placements, while another bank could take them.
    fairness_cap_bp = models.PositiveSmallIntegerField(
        _("largest part of a month, bp"), null=True, blank=True
    )
    declined_days = models.PositiveSmallIntegerField(
        _("days without asking again after a decline"), default=30
    )
    sla_minutes = models.PositiveIntegerField(_("minutes to answer"), null=True, blank=True)
    reservation_minutes = models.PositiveIntegerField(
        _("minutes a quota stays reserved"), default=7 * 24 * 60
    )

    collected_by = models.CharField(
        _("collected by"), max_length=4, choices=CollectedBy, default=CollectedBy.OWN
    )
    waterfall = models.JSONField(_("order of components"), default=list, blank=True)
    waterfall_mode = models.CharField(
        _("runs"), max_length=10, choices=WaterfallMode, default=WaterfallMode.HORIZONTAL
    )
    principal_first_dpd = models.PositiveSmallIntegerField(
        _("principal first after days overdue"), null=True, blank=True
    )
    compensation_dpd = models.PositiveSmallIntegerField(
        _("guarantor pays after days overdue"), null=True, blank=True
    )
    compensation_scope = models.CharField(
        _("guarantor pays"), max_length=10, choices=ClaimScope, default=ClaimScope.INSTALMENT
    )
    guarantee_cap_bp = models.PositiveSmallIntegerField(
        _("guarantee cap, bp of outstanding"), null=True, blank=True
    )
    guarantee_alerts_bp = models.JSONField(_("alerts at, bp"), default=list, blank=True)
    buy_back_ratio = models.DecimalField(
        _("buy-back price ratio"), max_digits=9, decimal_places=6, default=1
    )

    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    # What publishing found that warns without blocking; kept to be shown years later.
    warnings = models.JSONField(_("warnings"), default=list, blank=True)

    objects = TenantManager.from_queryset(AgreementVersionQuerySet)()

    class Meta(TenantModel.Meta):
        verbose_name = _("agreement version")
        verbose_name_plural = _("agreement versions")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "agreement", "number"], name="partners_version_number"
            ),
            # One draft at a time, so that two people do not negotiate past each other.
            models.UniqueConstraint(
                fields=["tenant", "agreement"],
                condition=Q(published_at__isnull=True),
                name="partners_version_one_draft",
            ),
            models.CheckConstraint(
                condition=Q(
                    bank_ratio_bp__lte=WHOLE_BP,
                    bank_interest_bp__lte=WHOLE_BP,
                    bank_penalty_bp__lte=WHOLE_BP,
                    bank_fee_bp__lte=WHOLE_BP,
                ),
                name="partners_version_parts_of_a_whole",
            ),
            models.CheckConstraint(
                condition=Q(model="OWN", bank_ratio_bp=0)
                | Q(model__in=["FACILITATE", "FACILITATE_G"], bank_ratio_bp=WHOLE_BP)
                | Q(
                    model__in=["CO_LEND", "CO_LEND_G"],
                    bank_ratio_bp__gt=0,
                    bank_ratio_bp__lt=WHOLE_BP,
                )
                | Q(model="ASSIGN", bank_ratio_bp__gt=0),
                name="partners_version_ratio_fits_model",
            ),
            models.CheckConstraint(
                condition=Q(min_amount__gt=0, max_amount__gte=F("min_amount")),
                name="partners_version_amounts",
            ),
            models.CheckConstraint(
                condition=Q(min_term__gt=0, max_term__gte=F("min_term")),
                name="partners_version_terms",
            ),
            models.CheckConstraint(
                condition=Q(effective_to__isnull=True) | Q(effective_to__gte=F("effective_from")),
                name="partners_version_dates_in_order",
            ),
            models.CheckConstraint(
                condition=Q(
                    max_annual_rate__gte=0,
                    service_fee_rate__gte=0,
                    guarantee_fee_rate__gte=0,
                    weight__gt=0,
                    reservation_minutes__gt=0,
                ),
                name="partners_version_numbers_make_sense",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.agreement.code} v{self.number}"

    @property
    def is_published(self) -> bool:
        return self.published_at is not None

    @property
    def own_ratio_bp(self) -> int:
        """Our own part of the funding, out of 10,000."""
        return WHOLE_BP - self.bank_ratio_bp
