"""What a village partner said of a farmer, as he signed it."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ledger.models.fields import MoneyField
from rural.rules.commission import EARNS_NOTHING, Relation
from tenancy.models import TenantForeignKey, TenantModel, uuid_key


class RelationToFarmer(models.TextChoices):
    """What the partner is to the farmer; the words are the form's."""

    NONE = Relation.NONE.value, _("None")
    KIN = Relation.KIN.value, _("Kin")
    CREDITOR = Relation.CREDITOR.value, _("Creditor")
    EMPLOYER = Relation.EMPLOYER.value, _("Employer")


class Opinion(models.TextChoices):
    """What the partner advises."""

    RECOMMEND = "recommend", _("Recommends")
    NEUTRAL = "neutral", _("Neutral")
    NOT_RECOMMEND = "not_recommend", _("Advises against")


class Recommendation(TenantModel):
    """
    One accepted recommendation form; frozen but for the application that followed and a fraud.

    The lender alone decides. Kin and creditors may recommend; it is flagged and earns nothing.
    """

    id = uuid_key()
    partner = TenantForeignKey("rural.VillagePartner", related_name="recommendations")
    lead = TenantForeignKey("rural.Lead", related_name="recommendations")
    submission = TenantForeignKey(
        "rural.Submission", related_name="+", verbose_name=_("submission")
    )
    relation = models.CharField(_("relation"), max_length=8, choices=RelationToFarmer)
    opinion = models.CharField(_("opinion"), max_length=13, choices=Opinion)
    known_years = models.DecimalField(
        _("known for years"), max_digits=4, decimal_places=1, null=True
    )
    reasons = models.JSONField(_("reasons"), default=list)
    purpose = models.CharField(_("purpose"), max_length=200, blank=True)
    asked_amount = MoneyField(_("asked amount"))
    made_at = models.DateTimeField(_("made"))
    # The request for credit that followed; found by looking, never told.
    application = TenantForeignKey(
        "lending.Application", null=True, related_name="+", verbose_name=_("application")
    )
    fraud_found_at = models.DateTimeField(_("fraud found"), null=True)
    fraud_reason = models.CharField(_("what the fraud was"), max_length=500, blank=True)

    class Meta(TenantModel.Meta):
        verbose_name = _("recommendation")
        verbose_name_plural = _("recommendations")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "submission"], name="rural_recommendation_per_form"
            ),
            models.UniqueConstraint(
                fields=["tenant", "application"], name="rural_recommendation_of_application"
            ),
            models.CheckConstraint(
                condition=Q(fraud_found_at__isnull=True, fraud_reason="")
                | (Q(fraud_found_at__isnull=False) & ~Q(fraud_reason="")),
                name="rural_recommendation_fraud_reason",
            ),
        ]
        indexes = [models.Index(fields=["tenant", "partner"], name="rural_recommendation_of")]

    def __str__(self) -> str:
        return f"{self.lead} · {self.get_opinion_display()}"

    @property
    def is_flagged(self) -> bool:
        """Whether it comes from kin or a creditor, and so earns nothing."""
        return self.relation in EARNS_NOTHING
