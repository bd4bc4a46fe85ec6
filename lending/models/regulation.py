from __future__ import annotations

from datetime import date

from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from tenancy.models import TenantManager, TenantModel, TenantQuerySet, uuid_key


class RuleKind(models.TextChoices):
    """What a rule demands."""

    COST_CAP = "cost_cap", _("Cap on the all-in annual cost")
    COST_TABLE = "cost_table", _("All-in cost table before signing")


class CapBasis(models.TextChoices):
    """Which annual rate a cap is measured against."""

    NOMINAL = "nominal", _("nominal")
    EFFECTIVE = "effective", _("effective")
    SIMPLE = "simple", _("simple")


class Severity(models.TextChoices):
    """What breaking a rule does."""

    BLOCK = "block", _("Blocks")
    WARN = "warn", _("Warns")


class RegulationRuleQuerySet(TenantQuerySet["RegulationRule"]):
    """Rules by date and kind."""

    def in_force(self, on: date) -> RegulationRuleQuerySet:
        """Rules that bind on a day; `effective_to` is the last day that they do."""
        return self.filter(effective_from__lte=on).filter(
            Q(effective_to__isnull=True) | Q(effective_to__gte=on)
        )

    def coming(self, after: date) -> RegulationRuleQuerySet:
        """Rules already published that begin to bind later."""
        return self.filter(effective_from__gt=after)

    def caps(self) -> RegulationRuleQuerySet:
        return self.filter(kind=RuleKind.COST_CAP)

    def demanding_cost_table(self, on: date) -> RegulationRuleQuerySet:
        return self.in_force(on).filter(kind=RuleKind.COST_TABLE)


class RegulationRule(TenantModel):
    """One dated, sourced rule of a jurisdiction that binds this tenant. Law is data."""

    id = uuid_key()
    code = models.CharField(_("code"), max_length=40)
    kind = models.CharField(_("kind"), max_length=12, choices=RuleKind)
    title = models.CharField(_("title"), max_length=200)
    title_zh = models.CharField(_("Chinese title"), max_length=200)
    applies_to = models.CharField(_("applies to"), max_length=40)
    # Empty for rules that are not caps.
    basis = models.CharField(_("basis"), max_length=10, choices=CapBasis, blank=True)
    cap = models.DecimalField(_("cap"), max_digits=9, decimal_places=6, null=True, blank=True)
    severity = models.CharField(_("severity"), max_length=5, choices=Severity)
    effective_from = models.DateField(_("in force from"))
    effective_to = models.DateField(_("in force to"), null=True, blank=True)
    source = models.CharField(_("source"), max_length=300)
    note = models.CharField(_("note"), max_length=300, blank=True)

    objects = TenantManager.from_queryset(RegulationRuleQuerySet)()

    class Meta(TenantModel.Meta):
        verbose_name = _("regulation rule")
        verbose_name_plural = _("regulation rules")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "code", "basis", "effective_from"], name="lending_rule_once"
            ),
            models.CheckConstraint(
                condition=Q(kind="cost_cap", cap__isnull=False, cap__gt=0, basis__gt="")
                | Q(kind="cost_table", cap__isnull=True, basis=""),
                name="lending_rule_caps_have_basis",
            ),
            models.CheckConstraint(
                condition=Q(effective_to__isnull=True) | Q(effective_to__gte=F("effective_from")),
                name="lending_rule_dates_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.basis}".strip()

    @property
    def local_title(self) -> str:
        """The title in the reader's language."""
        return self.title_zh if (get_language() or "").startswith("zh") else self.title
