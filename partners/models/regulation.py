from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from lending.models.regulation import Severity
from partners.models.bank import localised
from tenancy.models import (
    ApprovalRequest,
    TenantForeignKey,
    TenantManager,
    TenantModel,
    TenantQuerySet,
    uuid_key,
)


class Operator(models.TextChoices):
    """How a measured value stands to the threshold when a rule is kept."""

    LE = "le", "≤"
    GE = "ge", "≥"
    EQ = "eq", "="


class FundingRuleQuerySet(TenantQuerySet["FundingRule"]):
    """Rules by date and jurisdiction."""

    def in_force(self, on: date) -> FundingRuleQuerySet:
        """Rules that bind on a day; `effective_to` is the last day that they do."""
        return self.filter(effective_from__lte=on).filter(
            Q(effective_to__isnull=True) | Q(effective_to__gte=on)
        )


class FundingRule(TenantModel):
    """
    One dated, sourced rule on funding with others (co-lending.md §2.9). Law is data.

    Adopted from a rule-set file, or changed by two people (`approval`); once it stands, only
    its last day may be set.
    """

    id = uuid_key()
    code = models.CharField(_("code"), max_length=40)
    jurisdiction = models.CharField(_("jurisdiction"), max_length=2)
    title = models.CharField(_("title"), max_length=300)
    title_zh = models.CharField(_("Chinese title"), max_length=300)
    # Who is bound: "bank", "microloan_company", "guarantor" or "all_lenders".
    applies_to = models.CharField(_("applies to"), max_length=40)
    # Funding models; empty for all.
    funding_models = models.JSONField(_("funding models"), default=list, blank=True)
    metric = models.CharField(_("measures"), max_length=60)
    operator = models.CharField(_("must be"), max_length=2, choices=Operator)
    threshold = models.DecimalField(_("threshold"), max_digits=20, decimal_places=6)
    severity = models.CharField(_("severity"), max_length=5, choices=Severity)
    effective_from = models.DateField(_("in force from"))
    effective_to = models.DateField(_("in force to"), null=True, blank=True)
    legal_ref = models.CharField(_("legal reference"), max_length=300)
    source = models.CharField(_("source"), max_length=300)
    verified_by = models.CharField(_("verified by"), max_length=120)
    verified_on = models.DateField(_("verified on"))
    note = models.CharField(_("note"), max_length=400, blank=True)
    approval = TenantForeignKey(
        ApprovalRequest, models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = TenantManager.from_queryset(FundingRuleQuerySet)()

    class Meta(TenantModel.Meta):
        verbose_name = _("funding rule")
        verbose_name_plural = _("funding rules")
        constraints = [
            models.UniqueConstraint(
                fields=[
                    "tenant",
                    "jurisdiction",
                    "code",
                    "metric",
                    "operator",
                    "applies_to",
                    "effective_from",
                ],
                name="partners_rule_once",
            ),
            models.CheckConstraint(
                condition=Q(effective_to__isnull=True) | Q(effective_to__gte=F("effective_from")),
                name="partners_rule_dates_in_order",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def local_title(self) -> str:
        """The title in the reader's language."""
        return localised(self.title, self.title_zh)
