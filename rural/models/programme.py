"""What a county and the lender agreed: which loans, which data, for what, until when."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ledger.models.fields import MoneyField
from rural.rules.programmes import Bounds
from tenancy.models import TenantForeignKey, TenantManager, TenantModel, TenantQuerySet, uuid_key


class ProgrammeQuerySet(TenantQuerySet["Programme"]):
    """Programmes by where and for what."""

    def of(self, county_id: UUID, product_code: str) -> ProgrammeQuerySet:
        return self.filter(county_id=county_id, product_code=product_code)


class Programme(TenantModel):
    """
    One county's lending programme for one product, with one bank or with our own money.

    The county's switch and the dates end it for new applications; loans already made go on.
    """

    id = uuid_key()
    code = models.CharField(_("code"), max_length=40)
    name = models.CharField(_("name"), max_length=120)
    name_zh = models.CharField(_("Chinese name"), max_length=120, blank=True)
    county = TenantForeignKey("rural.County", related_name="programmes", verbose_name=_("county"))
    # A bank's code, not a row: banks live in an app that knows nothing of counties.
    bank_code = models.CharField(
        _("bank"), max_length=40, blank=True, help_text=_("Empty: our own money.")
    )
    product_code = models.CharField(_("product"), max_length=40)
    min_amount = MoneyField(_("smallest amount"))
    max_amount = MoneyField(_("largest amount"))
    is_on = models.BooleanField(_("switched on"), default=False)
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(_("ends on"))
    source = models.CharField(_("source"), max_length=300)

    objects = TenantManager.from_queryset(ProgrammeQuerySet)()

    class Meta(TenantModel.Meta):
        verbose_name = _("programme")
        verbose_name_plural = _("programmes")
        constraints = [
            models.UniqueConstraint(fields=["tenant", "code"], name="rural_programme_code"),
            models.CheckConstraint(
                condition=Q(min_amount__gt=0, max_amount__gte=F("min_amount")),
                name="rural_programme_amounts",
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="rural_programme_dates"
            ),
        ]
        indexes = [
            models.Index(fields=["tenant", "county", "product_code"], name="rural_programme_of")
        ]

    def __str__(self) -> str:
        return self.name

    def bounds(self, on: date) -> Bounds:
        """Return the programme as it stands on a day."""
        return Bounds(
            min_amount=self.min_amount,
            max_amount=self.max_amount,
            starts_on=self.starts_on,
            ends_on=self.ends_on,
            is_on=self.is_on,
            has_agreement=ProgrammeAgreement.objects.in_force(on).filter(programme=self).exists(),
        )


class ProgrammeAgreementQuerySet(TenantQuerySet["ProgrammeAgreement"]):
    """Agreements by whether they bind."""

    def in_force(self, on: date) -> ProgrammeAgreementQuerySet:
        """Agreements that bind on a day: begun, not run out, and not left."""
        return self.filter(starts_on__lte=on, ends_on__gte=on).filter(
            Q(exited_on__isnull=True) | Q(exited_on__gt=on)
        )


class ProgrammeAgreement(TenantModel):
    """
    What the county signed: which data items may be used, for what purpose, for how long.

    A change is a new version; `exit_terms` says what happens to the data when it ends.
    """

    id = uuid_key()
    programme = TenantForeignKey(Programme, related_name="agreements", verbose_name=_("programme"))
    number = models.PositiveSmallIntegerField(_("version"))
    reference = models.CharField(_("reference"), max_length=80)
    data_items = models.JSONField(_("data items"))
    purpose = models.CharField(_("purpose"), max_length=300)
    exit_terms = models.CharField(_("on exit"), max_length=500)
    signed_on = models.DateField(_("signed on"))
    starts_on = models.DateField(_("starts on"))
    ends_on = models.DateField(_("ends on"))
    exited_on = models.DateField(_("left on"), null=True)
    exit_reason = models.CharField(_("why it was left"), max_length=500, blank=True)

    objects = TenantManager.from_queryset(ProgrammeAgreementQuerySet)()

    class Meta(TenantModel.Meta):
        verbose_name = _("programme agreement")
        verbose_name_plural = _("programme agreements")
        constraints = [
            models.UniqueConstraint(
                fields=["tenant", "programme", "number"], name="rural_agreement_number"
            ),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="rural_agreement_dates"
            ),
            models.CheckConstraint(
                condition=Q(exited_on__isnull=True, exit_reason="")
                | (Q(exited_on__isnull=False) & ~Q(exit_reason="")),
                name="rural_agreement_exit_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.programme} v{self.number}"
