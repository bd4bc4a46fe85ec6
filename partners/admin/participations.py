"""Who holds what of a co-lent loan: legs, claims on guarantors, buying back, paying over."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partners.actions import books, buy_backs, claims, paying_over
from partners.models import (
    BankReceipt,
    BuyBack,
    ClaimStatus,
    CompensationClaim,
    FundingLeg,
    Participation,
    ParticipationStatus,
)
from partners.rules.funding import WHOLE_BP
from tenancy.admin.access import business_date
from tenancy.admin.facts import facts
from tenancy.admin.pages import RoomModelAdmin
from tenancy.admin.shown import amount, related, tag
from tenancy.admin.verbs import Act, ReasonForm, Verb, VerbForm
from tenancy.permissions import Permission
from tenancy.templatetags.figures import money, percent

RECEIPTS_SHOWN = 12
TONES = {
    ParticipationStatus.ACTIVE: "good",
    ParticipationStatus.COMPENSATED: "bad",
    ParticipationStatus.CANCELLED: "bad",
}
CLAIM_TONES = {ClaimStatus.FILED: "warn", ClaimStatus.PAID: "good"}


class BuyBackForm(ReasonForm):
    """At which part of what the bank holds, and why."""

    price_ratio = forms.DecimalField(max_digits=9, decimal_places=6, min_value=0, required=False)
    field_order = ("price_ratio", "reason")

    def prepare(self) -> None:
        """Begin with what the agreement says."""
        super().prepare()
        ratio = self.fields["price_ratio"]
        ratio.label = _("Price ratio")
        ratio.widget.attrs["inputmode"] = "decimal"
        ratio.help_text = _("1 is all that the bank holds; empty takes the agreement's")


class PaidForm(VerbForm):
    """By which payment, and until when it may be taken back."""

    reference = forms.CharField(max_length=80)
    reversible_until = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}))

    def prepare(self) -> None:
        """Name every field."""
        self.fields["reference"].label = _("Reference of the guarantor's payment")
        until = self.fields["reversible_until"]
        until.label = _("May be taken back until")
        until.initial = business_date(self.request).isoformat()


class PayOverForm(VerbForm):
    """How much, and by which payment."""

    amount = forms.DecimalField(max_digits=20, decimal_places=4)
    currency = forms.CharField(max_length=3)
    reference = forms.CharField(max_length=80)

    def prepare(self) -> None:
        """Begin with what is owed."""
        currency = self.request.presence.tenant.currency  # type: ignore[attr-defined]
        owed = books.due_to_guarantor(self.row.pk, currency)
        self.fields["amount"].label, self.fields["currency"].label = _("Amount"), _("Currency")
        self.fields["amount"].initial, self.fields["currency"].initial = f"{owed:.2f}", currency
        self.fields["amount"].help_text = _("%s is owed") % money(owed, currency)
        self.fields["amount"].widget.attrs["inputmode"] = "decimal"
        self.fields["reference"].label = _("Reference")


def _file(act: Act) -> str:
    claim = claims.file(actor=act.actor, at=act.at, on=act.on, loan_id=act.row.loan_id)
    total = money(claim.total, act.row.currency)
    return _("%(claim)s claims %(total)s") % {"claim": claim, "total": total}


def _buy_back(act: Act) -> str:
    bought = buy_backs.buy_back(
        actor=act.actor,
        at=act.at,
        on=act.on,
        loan_id=act.row.loan_id,
        reason=act.values["reason"],
        price_ratio=act.values["price_ratio"],
    )
    return _("Bought back for %s") % money(bought.price, act.row.currency)


def _paid(act: Act) -> str:
    claims.pay(
        actor=act.actor,
        at=act.at,
        on=act.on,
        claim_id=act.row.pk,
        reference=act.values["reference"],
        reversible_until=act.values["reversible_until"],
    )
    return _("The guarantor stands in the bank's place")


def _take_back(act: Act) -> str:
    claims.take_back(
        actor=act.actor, at=act.at, on=act.on, claim_id=act.row.pk, reason=act.values["reason"]
    )
    return _("The bank holds its part again")


def _pay_over(act: Act) -> str:
    left = paying_over.pay_over(
        actor=act.actor,
        at=act.at,
        on=act.on,
        guarantor_id=act.row.pk,
        amount=act.values["amount"],
        currency=act.values["currency"],
        reference=act.values["reference"],
    )
    return _("%s is still owed") % money(left, act.values["currency"])


PAY_OVER = Verb(
    "pay-over", gettext_lazy("Pay over"), Permission.SETTLEMENT_RUN, _pay_over, PayOverForm,
    lambda row: True, gettext_lazy("What was collected for the guarantor and is paid to it."),
)  # fmt: skip


@admin.register(Participation)
class ParticipationAdmin(RoomModelAdmin):
    """Banks' parts of loans, newest first."""

    view_permission = Permission.SETTLEMENT_VIEW
    verbs = (
        Verb(
            "claim", gettext_lazy("Claim on the guarantor"), Permission.CLAIM_FILE, _file,
            VerbForm,
            lambda row: row.status == ParticipationStatus.ACTIVE and row.guarantor_id is not None,
            gettext_lazy("For what the agreement says: overdue instalments, or all of it."),
        ),
        Verb(
            "buy-back", gettext_lazy("Buy back"), Permission.SETTLEMENT_RUN, _buy_back,
            BuyBackForm,
            lambda row: row.status == ParticipationStatus.ACTIVE,
            gettext_lazy("The bank's part becomes ours; the borrower notices nothing."), "stop",
        ),
    )  # fmt: skip
    list_display = (
        related("loan", gettext_lazy("loan"), "loan__number"),
        related("bank", gettext_lazy("bank"), "bank__code"), "shown_part", "holder",
        "shown_status", "bank_loan_number", "opened_at",
    )  # fmt: skip
    list_display_links = ("opened_at",)
    list_filter = ("status", "holder", "bank")
    list_select_related = ("loan", "bank")
    search_fields = ("loan__number", "bank_loan_number", "bank__code")
    ordering = ("-opened_at",)

    def page(self, request: HttpRequest, row: Participation) -> dict[str, Any]:
        """What was agreed, each leg, each claim, and the purchase."""
        mine = ("participation",)
        legs = FundingLeg.objects.filter(participation=row).order_by("side")
        filed = CompensationClaim.objects.filter(participation=row).order_by("number")
        bought = BuyBack.objects.filter(participation=row)
        collected = BankReceipt.objects.filter(participation=row).order_by("-pk")[:RECEIPTS_SHOWN]
        return {
            "cards": [
                ("", facts(row)),
                *((_("Leg %s") % each, facts(each, mine)) for each in legs),
                *((_("Claim %s") % each, facts(each, mine)) for each in filed),
                *((_("Bought back"), facts(each, mine)) for each in bought),
                *((_("Collected by the bank"), facts(each, mine)) for each in collected),
            ]
        }

    @admin.display(description=gettext_lazy("the bank's part"), ordering="ratio_bp")
    def shown_part(self, row: Participation) -> str:
        return percent(Decimal(row.ratio_bp) / WHOLE_BP)

    @admin.display(description=gettext_lazy("status"), ordering="status")
    def shown_status(self, row: Participation) -> SafeString:
        return tag(row.get_status_display(), TONES.get(ParticipationStatus(row.status), ""))


@admin.register(CompensationClaim)
class CompensationClaimAdmin(RoomModelAdmin):
    """Claims on guarantors, newest first."""

    view_permission = Permission.SETTLEMENT_VIEW
    verbs = (
        Verb(
            "paid", gettext_lazy("The guarantor has paid"), Permission.SETTLEMENT_RUN, _paid,
            PaidForm, lambda row: row.status == ClaimStatus.FILED,
            gettext_lazy("Later receipts are the guarantor's; the debt is unchanged."), "go",
        ),
        Verb(
            "take-back", gettext_lazy("Take it back"), Permission.SETTLEMENT_RUN, _take_back,
            ReasonForm, lambda row: row.status in (ClaimStatus.FILED, ClaimStatus.PAID),
            tone="stop",
        ),
    )  # fmt: skip
    list_display = (
        "number", related("participation", gettext_lazy("participation")),
        related("guarantor", gettext_lazy("guarantor")), "scope", "shown_total", "shown_status",
        "filed_on", "paid_on",
    )  # fmt: skip
    list_filter = ("status", "scope", "guarantor")
    list_select_related = ("participation__bank", "guarantor")
    search_fields = ("number", "participation__loan__number", "reference")
    ordering = ("-number",)

    @admin.display(description=gettext_lazy("total"))
    def shown_total(self, row: CompensationClaim) -> SafeString | str:
        return amount(row.total, row.participation.currency)

    @admin.display(description=gettext_lazy("status"), ordering="status")
    def shown_status(self, row: CompensationClaim) -> SafeString:
        return tag(row.get_status_display(), CLAIM_TONES.get(ClaimStatus(row.status), ""))
