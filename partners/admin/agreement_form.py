"""An agreement's draft as a form; rates and parts are typed in per cent."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from lending.models import TermUnit
from partners.actions.terms import AgreementTerms
from partners.models import Agreement, AgreementVersion, CollectedBy
from partners.models.agreement import MODELS
from tenancy.admin.access import business_date
from tenancy.admin.facts import column_name
from tenancy.admin.verbs import VerbForm

HUNDRED = Decimal(100)
MONEY: dict[str, Any] = {"max_digits": 20, "decimal_places": 4}
RATE: dict[str, Any] = {"max_digits": 12, "decimal_places": 6}
# Columns that the form shows under the model's own names.
_AS_NAMED = (
    "model", "jurisdiction", "currency", "min_amount", "max_amount", "min_term", "max_term",
    "term_unit", "exposure_cap", "borrower_cap", "priority", "weight", "declined_days",
    "compensation_dpd", "collected_by", "products", "regions", "grades", "effective_from",
    "effective_to",
)  # fmt: skip
_LISTS = ("products", "regions", "grades")


class TermsForm(VerbForm):
    """What is agreed in the next version; what the form does not ask for stays as it was."""

    model = forms.ChoiceField(choices=MODELS)
    jurisdiction = forms.CharField(max_length=2)
    currency = forms.CharField(max_length=3)
    bank_part = forms.DecimalField(**RATE)
    max_annual_rate = forms.DecimalField(**RATE)
    coupon_rate = forms.DecimalField(required=False, **RATE)
    min_amount = forms.DecimalField(**MONEY)
    max_amount = forms.DecimalField(**MONEY)
    min_term = forms.IntegerField()
    max_term = forms.IntegerField()
    term_unit = forms.ChoiceField(choices=TermUnit.choices)
    exposure_cap = forms.DecimalField(required=False, **MONEY)
    borrower_cap = forms.DecimalField(required=False, **MONEY)
    products = forms.CharField(required=False, max_length=400)
    regions = forms.CharField(required=False, max_length=400)
    grades = forms.CharField(required=False, max_length=100)
    priority = forms.IntegerField()
    weight = forms.IntegerField()
    declined_days = forms.IntegerField()
    compensation_dpd = forms.IntegerField(required=False)
    collected_by = forms.ChoiceField(choices=CollectedBy.choices)
    effective_from = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}))
    effective_to = forms.DateField(required=False, widget=forms.DateInput(attrs={"type": "date"}))
    pointers = {"/bank_ratio_bp": "bank_part"}

    def prepare(self) -> None:
        """Begin with the newest version, and name every field."""
        for name in _AS_NAMED:
            self.fields[name].label = column_name(AgreementVersion, name)
        self.fields["bank_part"].label = _("The bank's part of the funding, in per cent")
        self.fields["max_annual_rate"].label = _("Highest annual rate in per cent")
        self.fields["coupon_rate"].label = _("The bank's coupon in per cent")
        self.fields["effective_from"].initial = business_date(self.request)
        newest = self._newest()
        if newest is None:
            return
        for name in _AS_NAMED:
            value = getattr(newest, name)
            self.fields[name].initial = ", ".join(value) if name in _LISTS else value
        self.fields["bank_part"].initial = Decimal(newest.bank_ratio_bp) / HUNDRED
        for name in ("max_annual_rate", "coupon_rate"):
            rate = getattr(newest, name)
            self.fields[name].initial = None if rate is None else (rate * HUNDRED).normalize()

    def terms(self) -> AgreementTerms:
        """Return what was typed, as fractions and basis points, over the newest version."""
        typed = self.cleaned_data
        newest = self._newest()
        held = {} if newest is None else _held(newest)
        coupon = typed["coupon_rate"]
        return AgreementTerms(
            **{
                **held,
                **{name: typed[name] for name in _AS_NAMED if name not in _LISTS},
                **{name: _split(typed[name]) for name in _LISTS},
                "bank_ratio_bp": int(typed["bank_part"] * HUNDRED),
                "max_annual_rate": typed["max_annual_rate"] / HUNDRED,
                "coupon_rate": None if coupon is None else coupon / HUNDRED,
            }
        )

    def _newest(self) -> AgreementVersion | None:
        if not isinstance(self.row, Agreement):
            return None
        return AgreementVersion.objects.filter(agreement=self.row).order_by("-number").first()


def _held(version: AgreementVersion) -> dict[str, Any]:
    names = AgreementTerms.__dataclass_fields__
    held = {name: getattr(version, name) for name in names}
    # The parts of interest and penalty follow the funding unless they were agreed apart.
    for name in ("bank_interest_bp", "bank_penalty_bp"):
        if held[name] == version.bank_ratio_bp:
            held[name] = None
    return {
        name: tuple(value) if isinstance(value, list) else value for name, value in held.items()
    }


def _split(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.replace("，", ",").split(",") if part.strip())
