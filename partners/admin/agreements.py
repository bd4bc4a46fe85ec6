"""Agreements: a draft is negotiated, held against the law and published; then it is frozen."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partners.actions import agreements, quotas
from partners.admin.agreement_form import MONEY, TermsForm
from partners.models import Agreement, AgreementVersion, Quota, QuotaPeriod
from partners.queries.matching import left_of
from tenancy.admin.access import business_date
from tenancy.admin.facts import facts
from tenancy.admin.pages import RoomModelAdmin
from tenancy.admin.shown import related, tag
from tenancy.admin.verbs import Act, ReasonForm, Verb, VerbForm
from tenancy.errors import NotFound
from tenancy.permissions import Permission


class QuotaForm(VerbForm):
    """The most that is placed in a period, over all or in one region or product."""

    period = forms.ChoiceField(choices=QuotaPeriod.choices)
    amount = forms.DecimalField(**MONEY)
    region = forms.CharField(required=False, max_length=12)
    product = forms.CharField(required=False, max_length=40)

    def prepare(self) -> None:
        """Name the fields in the reader's language."""
        labels = {
            "period": _("Period"), "amount": _("Amount"), "region": _("Region"),
            "product": _("Product"),
        }  # fmt: skip
        for name, label in labels.items():
            self.fields[name].label = label


def draft_of(agreement: Agreement) -> AgreementVersion | None:
    """Return the version that is still being negotiated."""
    return AgreementVersion.objects.filter(agreement=agreement, published_at=None).first()


def _draft(act: Act) -> str:
    form: TermsForm = act.values["form"]
    version = agreements.draft(
        actor=act.actor, at=act.at, code=act.row.code, name=act.row.name, terms=form.terms()
    )
    return _("Draft %s is written") % version


def _publish(act: Act) -> str:
    version = draft_of(act.row)
    if version is None:
        raise NotFound.of(gettext_lazy("Draft of"), act.row)
    agreements.publish(actor=act.actor, at=act.at, on=act.on, version_id=version.pk)
    return _("%s is published and frozen") % version


def _set_quota(act: Act) -> str:
    quota = quotas.set_quota(
        actor=act.actor,
        at=act.at,
        agreement_id=act.row.pk,
        period=act.values["period"],
        amount=act.values["amount"],
        region=act.values["region"],
        product=act.values["product"],
    )
    return _("The quota is %s now") % quota


def _stop(act: Act) -> str:
    return _suspend(act, is_active=False)


def _resume(act: Act) -> str:
    return _suspend(act, is_active=True)


def _suspend(act: Act, *, is_active: bool) -> str:
    agreements.suspend(
        actor=act.actor,
        at=act.at,
        agreement_id=act.row.pk,
        is_active=is_active,
        reason=act.values["reason"],
    )
    return _("Placing goes on") if is_active else _("Placing has stopped")


def _scope(quota: Quota) -> str:
    parts = (quota.get_period_display(), quota.region, quota.product)
    return " · ".join(str(part) for part in parts if part)


VERBS = (
    Verb(
        "publish", gettext_lazy("Publish the draft"), Permission.AGREEMENT_EDIT, _publish,
        is_due=lambda row: draft_of(row) is not None,
        explains=gettext_lazy("Holds it against the funding rules; then it is frozen."),
        tone="go",
    ),
    Verb(
        "draft", gettext_lazy("Write a draft"), Permission.AGREEMENT_EDIT, _draft, TermsForm,
        explains=gettext_lazy("In place of the draft that there may be; published versions stay."),
    ),
    Verb("quota", gettext_lazy("Set a quota"), Permission.AGREEMENT_EDIT, _set_quota, QuotaForm),
    Verb(
        "stop", gettext_lazy("Stop placing"), Permission.AGREEMENT_EDIT, _stop, ReasonForm,
        lambda row: row.is_active, gettext_lazy("What was placed goes on."), "stop",
    ),
    Verb(
        "resume", gettext_lazy("Place again"), Permission.AGREEMENT_EDIT, _resume, ReasonForm,
        lambda row: not row.is_active,
    ),
)  # fmt: skip


@admin.register(Agreement)
class AgreementAdmin(RoomModelAdmin):
    """Agreements with all their versions and quotas."""

    view_permission = Permission.BANK_VIEW
    page_template = "partners/agreement.html"
    verbs = VERBS
    list_display = ("code", "name", "name_zh", related("bank", gettext_lazy("bank")), "shown")
    list_filter = ("is_active",)
    search_fields = ("code", "name", "name_zh")
    ordering = ("code",)
    list_select_related = ("bank",)

    def page(self, request: HttpRequest, row: Agreement) -> dict[str, Any]:
        """Every version, newest first, and what is left of each quota today."""
        versions = AgreementVersion.objects.filter(agreement=row).order_by("-number")
        held = list(Quota.objects.filter(agreement=row, is_active=True).order_by("pk"))
        return {
            "cards": [("", facts(row))],
            "versions": [
                {"version": each, "facts": facts(each, ("agreement", "number", "published_at"))}
                for each in versions
            ],
            "quotas": [
                {"scope": _scope(quota), "amount": left.amount, "left": left.left}
                for quota, left in zip(
                    held,
                    left_of(held, on=business_date(request), at=timezone.now()),
                    strict=True,
                )
            ],
        }

    @admin.display(description=gettext_lazy("active"), ordering="is_active")
    def shown(self, row: Agreement) -> SafeString:
        return tag(_("yes"), "good") if row.is_active else tag(_("no"))
