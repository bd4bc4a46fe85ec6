"""A product's draft as a form; rates are typed in per cent, the engine has fractions."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from lending.actions.configuration import Configuration
from lending.models import (
    DayCountBasis,
    Funding,
    PaperKind,
    Product,
    ProductVersion,
    RateBasis,
    RepaymentMethod,
    TermUnit,
)
from lending.rules.fees import Fee, Timing
from tenancy.admin.access import business_date
from tenancy.admin.facts import column_name
from tenancy.admin.verbs import VerbForm

HUNDRED = Decimal(100)
MONEY: dict[str, Any] = {"max_digits": 20, "decimal_places": 4}
RATE: dict[str, Any] = {"max_digits": 12, "decimal_places": 8}
# What upfront and instalment fees of the form are called in the configuration.
UPFRONT, WITH_INSTALMENT = "arrangement", "service"


class DraftForm(VerbForm):
    """The whole configuration of a product's next version."""

    method = forms.ChoiceField(choices=RepaymentMethod.choices)
    currency = forms.CharField(max_length=3)
    min_amount = forms.DecimalField(**MONEY)
    max_amount = forms.DecimalField(**MONEY)
    min_draw = forms.DecimalField(**MONEY)
    quoted_rate = forms.DecimalField(**RATE)
    rate_basis = forms.ChoiceField(choices=RateBasis.choices)
    day_count = forms.ChoiceField(choices=DayCountBasis.choices)
    funding = forms.ChoiceField(choices=Funding.choices)
    penalty_rate = forms.DecimalField(**RATE)
    min_term = forms.IntegerField()
    max_term = forms.IntegerField()
    term_unit = forms.ChoiceField(choices=TermUnit.choices)
    upfront_fee = forms.DecimalField(required=False, **RATE)
    instalment_fee = forms.DecimalField(required=False, **MONEY)
    redraws = forms.BooleanField(required=False)
    line_months = forms.IntegerField()
    offer_days = forms.IntegerField()
    required_papers = forms.MultipleChoiceField(
        choices=PaperKind.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    effective_from = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}))

    def prepare(self) -> None:
        """Begin with the latest version, and name every field."""
        for name, label in self.labels().items():
            self.fields[name].label = label
        for name, value in self.first_values().items():
            self.fields[name].initial = value

    def labels(self) -> dict[str, str]:
        """Return the fields' names: the model's where it has them."""
        named = {
            name: column_name(ProductVersion, name)
            for name in (
                "method", "currency", "min_amount", "max_amount", "min_draw", "rate_basis",
                "day_count", "funding", "min_term", "max_term", "term_unit", "redraws",
                "line_months", "offer_days", "effective_from", "required_papers",
            )
        }  # fmt: skip
        return named | {
            "quoted_rate": _("Quoted rate in per cent"),
            "penalty_rate": _("Annual penalty rate in per cent"),
            "upfront_fee": _("Fee withheld when paid out, in per cent of the principal"),
            "instalment_fee": _("Fee with each instalment"),
        }

    def first_values(self) -> dict[str, Any]:
        """Return the latest version's values, or those that most products have."""
        today = business_date(self.request)
        latest = None
        if isinstance(self.row, Product):
            latest = ProductVersion.objects.filter(product=self.row).order_by("-number").first()
        if latest is None:
            return {
                "currency": self.request.presence.tenant.currency,  # type: ignore[attr-defined]
                "penalty_rate": 0, "line_months": 12, "offer_days": 30, "redraws": True,
                "effective_from": today.isoformat(),
            }  # fmt: skip
        fees = {fee.timing: fee for fee in latest.fee_rules}
        upfront, instalment = fees.get(Timing.UPFRONT), fees.get(Timing.INSTALMENT)
        plain = {
            name: getattr(latest, name)
            for name in (
                "method", "currency", "rate_basis", "day_count", "funding", "min_term",
                "max_term", "term_unit", "redraws", "line_months", "offer_days",
            )
        }  # fmt: skip
        amounts = {
            name: f"{getattr(latest, name).normalize():f}"
            for name in ("min_amount", "max_amount", "min_draw")
        }
        return {
            **plain,
            **amounts,
            "quoted_rate": _per_cent(latest.quoted_rate),
            "penalty_rate": _per_cent(latest.penalty_rate),
            "upfront_fee": _per_cent(upfront.rate) if upfront else None,
            "instalment_fee": instalment.amount if instalment else None,
            "effective_from": max(today, latest.effective_from).isoformat(),
        }

    def configuration(self) -> Configuration:
        """Return what was typed as the action takes it."""
        typed = self.cleaned_data
        as_typed = {
            name: typed[name]
            for name in (
                "method", "currency", "min_amount", "max_amount", "min_draw", "rate_basis",
                "day_count", "funding", "min_term", "max_term", "term_unit", "redraws",
                "line_months", "offer_days",
            )
        }  # fmt: skip
        return Configuration(
            **as_typed,
            quoted_rate=typed["quoted_rate"] / HUNDRED,
            penalty_rate=typed["penalty_rate"] / HUNDRED,
            fees=tuple(self._fees()),
            required_papers=tuple(typed["required_papers"]),
        )

    def _fees(self) -> list[Fee]:
        fees = []
        if self.cleaned_data["upfront_fee"]:
            rate = self.cleaned_data["upfront_fee"] / HUNDRED
            fees.append(Fee(UPFRONT, _("Arrangement fee"), Timing.UPFRONT, rate=rate))
        if self.cleaned_data["instalment_fee"]:
            amount = self.cleaned_data["instalment_fee"]
            fees.append(Fee(WITH_INSTALMENT, _("Service fee"), Timing.INSTALMENT, amount=amount))
        return fees


class NewProductForm(DraftForm):
    """A product that does not exist yet: its names come first."""

    code = forms.SlugField(max_length=40)
    name = forms.CharField(max_length=120)
    name_zh = forms.CharField(max_length=120, required=False)
    field_order = ("code", "name", "name_zh")

    def labels(self) -> dict[str, str]:
        """Name the three fields of the product itself, too."""
        own = {name: column_name(Product, name) for name in ("code", "name", "name_zh")}
        return own | super().labels()


def _per_cent(rate: Decimal) -> str:
    return f"{(rate * HUNDRED).normalize():f}"
