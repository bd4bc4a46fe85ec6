from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ledger.models.fields import MoneyField
from ledger.rules.money import quantum, rounded
from lending.rules.calendar import Unit
from lending.rules.fees import Fee, Timing
from lending.rules.plan import Plan
from lending.rules.rounding import Rounding
from lending.rules.terms import DayCount, Method, Terms
from tenancy.models import TenantForeignKey, TenantManager, TenantModel, TenantQuerySet, uuid_key


class RateBasis(models.TextChoices):
    """The period that a quoted rate is for."""

    DAILY = "daily", _("a day")
    MONTHLY = "monthly", _("a month")
    ANNUAL = "annual", _("a year")


class TermUnit(models.TextChoices):
    """What a term is counted in; the words are the engine's."""

    DAYS = Unit.DAYS.value, _("days")
    MONTHS = Unit.MONTHS.value, _("months")


class RepaymentMethod(models.TextChoices):
    """How principal comes back; the words are the engine's."""

    EQUAL_INSTALMENT = Method.EQUAL_INSTALMENT.value, _("Equal instalments")
    EQUAL_PRINCIPAL = Method.EQUAL_PRINCIPAL.value, _("Equal principal")
    INTEREST_ONLY = Method.INTEREST_ONLY.value, _("Interest monthly, principal at the end")
    BULLET = Method.BULLET.value, _("All at the end")
    REVOLVING = Method.REVOLVING.value, _("Draw and repay, interest by the day")
    CUSTOM = Method.CUSTOM.value, _("On dates of its own, such as after harvests")


class Funding(models.TextChoices):
    """Whose money is lent."""

    OWN = "own", _("Our own money")
    PARTNER = "partner", _("With a partner bank")


class DayCountBasis(models.TextChoices):
    """How days become a part of a year; the words are the engine's."""

    THIRTY_360 = DayCount.THIRTY_360.value, "30/360"
    ACTUAL_360 = DayCount.ACTUAL_360.value, "actual/360"
    ACTUAL_365 = DayCount.ACTUAL_365.value, "actual/365"


SINGLE_DUE_DATE = frozenset({RepaymentMethod.BULLET, RepaymentMethod.REVOLVING})
# Those of the others that fall due every month, so that their terms are counted in months.
MONTHLY = frozenset(RepaymentMethod) - SINGLE_DUE_DATE - {RepaymentMethod.CUSTOM}


class Product(TenantModel):
    """A kind of loan that the lender offers; what it is like stands in its versions."""

    id = uuid_key()
    code = models.CharField(_("code"), max_length=40)
    name = models.CharField(_("name"), max_length=120)
    name_zh = models.CharField(_("Chinese name"), max_length=120, blank=True)
    is_offered = models.BooleanField(_("is offered"), default=True)

    class Meta(TenantModel.Meta):
        verbose_name = _("product")
        verbose_name_plural = _("products")
        constraints = [
            models.UniqueConstraint(fields=["tenant", "code"], name="lending_product_code"),
        ]

    def __str__(self) -> str:
        return self.name


class ProductVersionQuerySet(TenantQuerySet["ProductVersion"]):
    """Versions by what may be sold."""

    def published(self) -> ProductVersionQuerySet:
        return self.filter(published_at__isnull=False)

    def on_offer(self, code: str, on: date) -> ProductVersionQuerySet:
        """Published versions of a product that have begun by a day, the one to sell first."""
        return (
            self.published()
            .filter(product__code=code, product__is_offered=True, effective_from__lte=on)
            .select_related("product")
            .order_by("-effective_from", "-number")
        )


class ProductVersion(TenantModel):
    """
    The whole configuration of a product at one time; every loan keeps the one it was made under.

    A draft until `published_at` is set, frozen by a database trigger from then on.
    """

    id = uuid_key()
    product = TenantForeignKey(Product, models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField(_("version"))
    method = models.CharField(_("repayment"), max_length=20, choices=RepaymentMethod)
    currency = models.CharField(_("currency"), max_length=3)
    min_amount = MoneyField(_("smallest amount"))
    max_amount = MoneyField(_("largest amount"))
    min_draw = MoneyField(_("smallest draw"))
    quoted_rate = models.DecimalField(_("quoted rate"), max_digits=12, decimal_places=8)
    rate_basis = models.CharField(_("quoted for"), max_length=8, choices=RateBasis)
    # A fraction per year of 365 days, or of 360 where the day count says so; see `yearly_rate`.
    annual_rate = models.DecimalField(_("annual rate"), max_digits=12, decimal_places=8)
    day_count = models.CharField(_("day count"), max_length=10, choices=DayCountBasis)
    min_term = models.PositiveSmallIntegerField(_("shortest term"))
    max_term = models.PositiveSmallIntegerField(_("longest term"))
    term_unit = models.CharField(_("term in"), max_length=6, choices=TermUnit)
    fees = models.JSONField(_("fees"), default=list, blank=True)
    penalty_rate = models.DecimalField(
        _("annual penalty rate"), max_digits=12, decimal_places=8, default=Decimal(0)
    )
    redraws = models.BooleanField(
        _("repaid principal may be drawn again"),
        default=True,
        help_text=_("If not, the limit is paid out in full, once."),
    )
    line_months = models.PositiveSmallIntegerField(_("months in which to draw"), default=12)
    offer_days = models.PositiveSmallIntegerField(_("days an offer is valid"), default=30)
    stage_minutes = models.JSONField(_("service levels"), default=dict, blank=True)
    required_inputs = models.JSONField(_("required inputs"), default=list, blank=True)
    required_papers = models.JSONField(_("required papers"), default=list, blank=True)
    funding = models.CharField(_("funding"), max_length=8, choices=Funding, default=Funding.OWN)
    effective_from = models.DateField(_("offered from"))
    published_at = models.DateTimeField(_("published"), null=True, blank=True)
    # What publishing computed and found: kept, so that it can be shown years later.
    cost_scenarios = models.JSONField(_("cost scenarios"), default=list, blank=True)
    warnings = models.JSONField(_("warnings"), default=list, blank=True)

    objects = TenantManager.from_queryset(ProductVersionQuerySet)()

    class Meta(TenantModel.Meta):
        verbose_name = _("product version")
        verbose_name_plural = _("product versions")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "product", "number"], name="lending_version_number"
            ),
            # One draft at a time, so that two people do not configure past each other.
            models.UniqueConstraint(
                fields=["tenant", "product"],
                condition=Q(published_at__isnull=True),
                name="lending_version_one_draft",
            ),
            models.CheckConstraint(
                condition=Q(
                    min_amount__gt=0,
                    max_amount__gte=F("min_amount"),
                    min_draw__gt=0,
                    min_draw__lte=F("max_amount"),
                ),
                name="lending_version_amounts",
            ),
            models.CheckConstraint(
                condition=Q(min_term__gt=0, max_term__gte=F("min_term"), offer_days__gt=0),
                name="lending_version_terms",
            ),
            models.CheckConstraint(
                condition=Q(quoted_rate__gte=0, annual_rate__gte=0, penalty_rate__gte=0),
                name="lending_version_rates",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.product.code} v{self.number}"

    @property
    def is_published(self) -> bool:
        return self.published_at is not None

    @property
    def fee_rules(self) -> tuple[Fee, ...]:
        """The fees as the engine reads them; stored with decimal strings."""
        return tuple(
            Fee(
                code=fee["code"],
                name=fee["name"],
                timing=Timing(fee["timing"]),
                amount=Decimal(fee["amount"]),
                rate=Decimal(fee["rate"]),
                collected_by=fee["collected_by"],
            )
            for fee in self.fees
        )

    def terms(
        self,
        *,
        principal: Decimal,
        annual_rate: Decimal,
        term: int,
        starts_on: date,
        plan: Mapping[str, Any] | None = None,
    ) -> Terms:
        """
        Return the terms of a loan of this version.

        Instalment methods fall due every month; a bullet and a draw fall due once, at the end; a
        custom loan by its plan.

        :param plan: see `lending.rules.plan`; for a custom version, and checked before
            (`lending.actions.plans`)
        """
        falls_due_once = self.method in SINGLE_DUE_DATE
        agreed = Plan.from_json(plan) if plan is not None else None
        return Terms(
            # As written on paper, whatever the columns' decimals: it is stored and hashed.
            principal=rounded(principal, self.currency),
            currency=self.currency,
            annual_rate=annual_rate.normalize(),
            method=Method(self.method),
            day_count=DayCount(self.day_count),
            starts_on=starts_on,
            due_dates=agreed.due_dates if agreed else (),
            principal_shares=agreed.shares if agreed else (),
            periods=0 if agreed else 1 if falls_due_once else term,
            every=term if falls_due_once else 1,
            unit=Unit(self.term_unit),
            penalty_rate=self.penalty_rate.normalize(),
            fees=self.fee_rules,
            rounding=Rounding(unit=quantum(self.currency)),
        )


def yearly_rate(quoted: Decimal, basis: str, day_count: str) -> Decimal:
    """
    Return a quoted rate as the simple annual rate that the engine computes with.

    0.0005 a day is 0.1825 a year of 365 days; under actual/360 it is 0.18, because the engine
    then divides by 360 and a day must still cost 0.0005.
    """
    if basis == RateBasis.DAILY:
        return quoted * (360 if day_count == DayCountBasis.ACTUAL_360 else 365)
    if basis == RateBasis.MONTHLY:
        return quoted * 12
    return quoted
