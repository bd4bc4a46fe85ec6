from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ledger.models.fields import MoneyField
from rural.models.households import Household
from rural.rules import policy as policies
from rural.rules.capacity import Verdict
from rural.rules.policy import Policy
from tenancy.models import (
    TenantForeignKey,
    TenantManager,
    TenantModel,
    TenantQuerySet,
    uuid_key,
)


class CapacityPolicyQuerySet(TenantQuerySet["CapacityPolicy"]):
    """Policies by what may be assessed with."""

    def in_force(self, on: date) -> CapacityPolicyQuerySet:
        """Published versions that have begun by a day, the one to use first."""
        return self.filter(published_at__isnull=False, effective_from__lte=on).order_by(
            "-effective_from", "-number"
        )


class CapacityPolicy(TenantModel):
    """
    Every threshold of the capacity assessment at one time; every assessment keeps its own.

    A draft until `published_at` is set, frozen by a database trigger from then on.
    """

    id = uuid_key()
    number = models.PositiveSmallIntegerField(_("version"))
    rules = models.JSONField(_("rules"))
    note = models.CharField(_("note"), max_length=300)
    effective_from = models.DateField(_("effective from"))
    drafted_by = models.CharField(_("drafted by"), max_length=120)
    published_at = models.DateTimeField(_("published"), null=True, blank=True)

    objects = TenantManager.from_queryset(CapacityPolicyQuerySet)()

    class Meta(TenantModel.Meta):
        verbose_name = _("capacity policy")
        verbose_name_plural = _("capacity policies")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "number"], name="rural_capacitypolicy_number"
            ),
            models.UniqueConstraint(
                fields=["tenant"],
                condition=Q(published_at__isnull=True),
                name="rural_capacitypolicy_one_draft",
            ),
        ]

    def __str__(self) -> str:
        return f"v{self.number}"

    @property
    def is_published(self) -> bool:
        return self.published_at is not None

    @property
    def policy(self) -> Policy:
        """The thresholds as the rules read them."""
        return policies.read(self.rules)


class VerdictKind(models.TextChoices):
    """What an assessment says; the words are the rules'."""

    LEND = Verdict.LEND.value, _("Lend up to the limit")
    BELOW_MINIMUM = Verdict.BELOW_MINIMUM.value, _("Limit below the smallest amount")
    TOO_SMALL = Verdict.TOO_SMALL.value, _("Limit too small to keep cash above zero")
    ILLIQUID = Verdict.ILLIQUID.value, _("No amount keeps cash above zero")
    OVERBURDENED = Verdict.OVERBURDENED.value, _("Existing debts are too heavy")
    NO_GRADE = Verdict.NO_GRADE.value, _("This grade gets no credit")
    BLOCKED = Verdict.BLOCKED.value, _("Something must be cleared up first")


class Assessment(TenantModel):
    """
    What a household could repay, as worked out once; append-only.

    `case` holds everything that went in, as declared, `result` all that came out; with the
    policy's version the rules give `result` again, byte by byte (`evidence_sha256`).
    """

    id = uuid_key()
    household = TenantForeignKey(
        Household, related_name="assessments", verbose_name=_("household")
    )
    household_version = models.PositiveIntegerField(_("version of the household"))
    policy = TenantForeignKey(CapacityPolicy, verbose_name=_("capacity policy"))
    product_code = models.CharField(_("product"), max_length=40)
    case = models.JSONField(_("inputs"))
    result = models.JSONField(_("result"))
    # By subject and item of the adjustment that asked for it.
    comments = models.JSONField(_("comments"), default=dict)
    verdict = models.CharField(_("verdict"), max_length=16, choices=VerdictKind)
    limit = MoneyField(_("limit"))
    binding = models.CharField(_("binding test"), max_length=2)
    evidence_sha256 = models.CharField(_("hash"), max_length=64)
    business_date = models.DateField(_("business date"))
    assessed_at = models.DateTimeField(_("assessed"))
    assessed_by = models.CharField(_("assessed by"), max_length=120)

    class Meta(TenantModel.Meta):
        verbose_name = _("assessment")
        verbose_name_plural = _("assessments")
        constraints = [
            models.CheckConstraint(
                condition=Q(verdict=Verdict.LEND, limit__gt=0)
                | (~Q(verdict=Verdict.LEND) & Q(limit=0)),
                name="rural_assessment_lends_or_not",
            ),
            models.CheckConstraint(
                condition=Q(evidence_sha256__regex=r"^[0-9a-f]{64}$"),
                name="rural_assessment_hash_is_sha256",
            ),
        ]
        indexes = [
            models.Index(
                fields=["tenant", "household", "-assessed_at"], name="rural_assessment_latest"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.household} {self.business_date}"


class Observation(TenantModel):
    """What was seen of a parcel from above on a day (rural.md §3.4); append-only."""

    id = uuid_key()
    household = TenantForeignKey(
        Household, related_name="observations", verbose_name=_("household")
    )
    # The parcel's place in the household's record, from 0; as the form numbers it.
    parcel = models.CharField(_("parcel"), max_length=40)
    observed_on = models.DateField(_("observed on"))
    crop_class = models.CharField(_("crop seen"), max_length=40)
    area_mu = models.DecimalField(_("area in mu"), max_digits=9, decimal_places=2)
    confidence = models.DecimalField(_("confidence"), max_digits=5, decimal_places=4)
    stage = models.CharField(_("stage"), max_length=40, blank=True)
    cloud_pct = models.DecimalField(_("clouds in %"), max_digits=5, decimal_places=2)
    provider = models.CharField(_("provider"), max_length=60)
    evidence_url = models.CharField(_("evidence"), max_length=500, blank=True)
    received_at = models.DateTimeField(_("received"))

    class Meta(TenantModel.Meta):
        verbose_name = _("observation")
        verbose_name_plural = _("observations")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "household", "provider", "parcel", "observed_on"],
                name="rural_observation_once",
            ),
            models.CheckConstraint(
                condition=Q(
                    area_mu__gt=0,
                    confidence__gte=0,
                    confidence__lte=1,
                    cloud_pct__gte=0,
                    cloud_pct__lte=100,
                ),
                name="rural_observation_in_range",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.parcel} {self.observed_on}"
