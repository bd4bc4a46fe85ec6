"""An assessment's page: six numbers, what binds, every month of every scenario, what if."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lending.models import Application, Product, ProductVersion
from lending.models.product import RepaymentMethod
from rural.actions import applications, assessment
from rural.admin.assessment_words import (
    CAPS,
    REASONS,
    TESTS,
    item_name,
    line_name,
    unit_name,
)
from rural.admin.county_use import used_facts
from rural.models import Assessment, CapacityPolicy, Household, PanelOutcome
from rural.queries import cash_chart
from rural.queries import county_data as told
from rural.rules import capacity
from rural.rules.months import shifted
from tenancy.admin.access import acting, allowed, business_date
from tenancy.admin.pages import RoomModelAdmin
from tenancy.admin.shown import amount, tag
from tenancy.admin.verbs import Act, Verb, VerbForm
from tenancy.errors import NotFound, Refusal
from tenancy.permissions import Permission
from tenancy.templatetags.figures import local_name, money

DUES = 3


class AssessForm(VerbForm):
    """What an officer says when he assesses."""

    household = forms.CharField(max_length=24)
    product_code = forms.ChoiceField()
    grade = forms.ChoiceField(required=False)
    wages_verified = forms.BooleanField(required=False)
    remitted_rate = forms.DecimalField(
        required=False, min_value=0, max_value=100, decimal_places=2
    )
    comments = forms.CharField(widget=forms.Textarea(attrs={"rows": 3}), required=False)

    def prepare(self) -> None:
        """Offer the harvest products and the grades of the policy in force."""
        on = business_date(self.request)
        sold = ProductVersion.objects.published().filter(
            method=RepaymentMethod.CUSTOM, effective_from__lte=on, product__is_offered=True
        )
        codes = {version.product.code: local_name(version.product) for version in sold}
        policy = CapacityPolicy.objects.in_force(on).first()
        grades = [] if policy is None else [grade.code for grade in policy.policy.grades]
        self.fields["product_code"].choices = list(codes.items())  # type: ignore[attr-defined]
        self.fields["grade"].choices = [  # type: ignore[attr-defined]
            ("", _("as the village panel decided")),
            *((code, code) for code in grades),
        ]
        for name, label, note in (
            ("household", _("Household"), _("its code")),
            ("product_code", _("Product"), ""),
            ("grade", _("Grade"), _("chosen only where no panel has decided")),
            ("wages_verified", _("Bank statements of the wages were seen"), ""),
            ("remitted_rate", _("Part of wages sent home, %"), _("empty: as the policy says")),
            ("comments", _("Comments"), _("one a line, as: corn 2026-autumn/yield: why")),
        ):
            self.fields[name].label, self.fields[name].help_text = label, note


class ApplyForm(VerbForm):
    """What goes with an application beside the assessment."""

    amount = forms.DecimalField(max_digits=12, decimal_places=2)
    purpose = forms.CharField(max_length=200)
    opinion = forms.CharField(widget=forms.Textarea(attrs={"rows": 3}), max_length=500)

    def prepare(self) -> None:
        """Begin with the limit."""
        self.fields["amount"].label = _("Amount")
        self.fields["purpose"].label = _("Purpose")
        self.fields["opinion"].label = _("Recommendation")
        if self.row is not None:
            self.fields["amount"].initial = self.row.limit.quantize(Decimal(1))


def _assess(act: Act) -> Assessment:
    code = act.values["household"].strip()
    household = Household.objects.filter(code=code).first()
    if household is None:
        raise NotFound.of(gettext_lazy("Household"), code)
    rate = act.values["remitted_rate"]
    return assessment.assess(
        actor=act.actor,
        at=act.at,
        on=act.on,
        household_id=household.pk,
        product_code=act.values["product_code"],
        grade=act.values["grade"],
        wages_verified=act.values["wages_verified"],
        remitted_rate=None if rate is None else rate / 100,
        comments=_comments(act.values["comments"]),
    )


def _comments(text: str) -> dict[str, str]:
    """Read one comment a line, "subject/item: why"."""
    found = {}
    for line in text.splitlines():
        key, colon, why = line.replace("：", ":").partition(":")
        if colon:
            found[key.strip()] = why.strip()
    return found


def _apply(act: Act) -> Application:
    return applications.apply(
        actor=act.actor,
        at=act.at,
        on=act.on,
        assessment_id=act.row.pk,
        amount=act.values["amount"],
        purpose=act.values["purpose"],
        opinion=act.values["opinion"],
    )


ASSESS = Verb(
    "assess", gettext_lazy("Assess a household"), Permission.CAPACITY_ASSESS, _assess, AssessForm,
    explains=gettext_lazy("Works out month by month what it can repay, and keeps it."),
    lands=lambda row: reverse("admin:rural_assessment_change", args=[row.pk]),
    tone="go",
)  # fmt: skip


@admin.register(Assessment)
class AssessmentAdmin(RoomModelAdmin):
    """Every assessment, the latest first."""

    view_permission = Permission.HOUSEHOLD_VIEW
    audits_views = True
    page_template = "rural/assessment.html"
    list_verbs = (ASSESS,)
    verbs = (
        Verb(
            "apply", gettext_lazy("Apply for a loan"), Permission.APPLICATION_SUBMIT, _apply,
            ApplyForm, lambda row: row.verdict == capacity.Verdict.LEND,
            gettext_lazy("Hands the assessment to the lender with the due dates of the harvests."),
            "go",
            lands=lambda row: reverse("admin:lending_application_change", args=[row.pk]),
        ),
    )  # fmt: skip
    list_display = ("household", "business_date", "shown_verdict", "shown_limit", "binding",
                    "product_code", "policy", "assessed_by")  # fmt: skip
    list_filter = ("verdict", "binding", "product_code")
    list_select_related = ("household", "policy")
    search_fields = ("household__code", "household__head_name")
    ordering = ("-assessed_at",)

    def page(self, request: HttpRequest, row: Assessment) -> dict[str, Any]:
        """The numbers as people read them, the chart, and a trial if one was asked for."""
        found = capacity.read_result(row.result)
        start = capacity.read(row.case).start
        months = [f"{shifted(start, at):%Y-%m}" for at in range(found.horizon)]
        return {
            "found": found,
            "product": _product(row.product_code),
            "grounds": (_("What it stands on"), _grounds(row)),
            "may_try": allowed(request, Permission.CAPACITY_ASSESS),
            "tests": [
                {"test": test, "name": TESTS[test.code], "binds": test.code == row.binding,
                 "where": _where(test.code, test.detail, months)}
                for test in found.tests
            ],
            "adjustments": [
                {
                    "row": each,
                    "subject": line_name(each.subject),
                    "key": assessment.comment_key(each),
                    "item": item_name(each.item),
                    "unit": unit_name(each.unit),
                    "why": REASONS[each.why],
                    "comment": row.comments.get(assessment.comment_key(each), ""),
                }
                for each in found.adjustments
            ],
            "instalments": [
                {"month": months[each.month], "row": each} for each in found.instalments
            ],
            "chart": _safe(cash_chart.drawn(row)),
            "binding": TESTS.get(row.binding, ""),
            "months": months,
            "scenarios": _by_month(found.scenarios, months),
            "names": cash_chart.scenario_names(),
            "outcomes": found.scenarios,
            "tightest": {
                "month": months[found.tightest.month],
                "cash": found.tightest.cash,
                "scenario": found.tightest.scenario,
            },
            "lines": [
                {"kind": line.kind, "name": line_name(line.name), "months": line.months,
                 "total": sum(line.months)}
                for line in found.lines
            ],
            "trial": _trial(request, row, months),
        }  # fmt: skip

    @admin.display(description=gettext_lazy("verdict"), ordering="verdict")
    def shown_verdict(self, row: Assessment) -> SafeString:
        tone = "good" if row.verdict == capacity.Verdict.LEND else "bad"
        return tag(row.get_verdict_display(), tone)

    @admin.display(description=gettext_lazy("limit"), ordering="limit")
    def shown_limit(self, row: Assessment) -> SafeString | str:
        # Households are assessed in yuan, as their forms ask.
        return amount(row.limit, "CNY")


def _grounds(row: Assessment) -> list[tuple[str, Any]]:
    """What it stands on beside the forms; an assessment from before this was kept says nothing."""
    case = capacity.read(row.case)
    found = case.origin
    panel = _("no panel: the officer's grade")
    if found.panel is not None:
        words = {"grade": found.panel.grade or PanelOutcome(found.panel.outcome).label,
                 "day": found.panel.decided_on, "until": found.panel.valid_until}  # fmt: skip
        panel = _("%(grade)s, decided %(day)s, valid until %(until)s") % words
    programme = _("none")
    if found.programme is not None:
        one = found.programme
        programme = f"{one.code}: {money(one.min_amount)} – {money(one.max_amount)}"
    return [
        (_("Village panel"), panel),
        (_("County programme"), programme),
        *used_facts(told.used(row.household_id, row.assessed_at)),
    ]


def _trial(request: HttpRequest, row: Assessment, months: list[str]) -> dict[str, Any]:
    """Return the what-if form as it was sent, and what came of it."""
    found = capacity.read_result(row.result)
    asked = [due.month for due in found.dues][:DUES]
    chosen = asked + [0] * (DUES - len(asked))
    amount = str(found.ceiling)
    trial: dict[str, Any] = {}
    if "amount" in request.GET:
        amount = request.GET["amount"][:20]
        sent = [request.GET.get(f"due{at}", "0") for at in range(DUES)]
        chosen = [int(each) if each.isdecimal() and len(each) < 3 else 0 for each in sent]
        trial = _tried(request, row, amount, sorted(month for month in chosen if month), months)
    options = [
        [
            {"value": at, "name": month, "chosen": at == chosen[number]}
            for at, month in enumerate(months)
            if at
        ]
        for number in range(DUES)
    ]
    return {"amount": amount, "options": options, **trial}


def _tried(
    request: HttpRequest, row: Assessment, amount: str, dues: list[int], months: list[str]
) -> dict[str, Any]:
    number = forms.DecimalField(min_value=1, max_digits=12, decimal_places=2)
    try:
        wanted = number.clean(amount)
        tried = assessment.try_out(
            actor=acting(request), assessment=row, amount=wanted, months=dues
        )
    except forms.ValidationError as fault:
        return {"refused": " ".join(fault.messages)}
    except Refusal as refusal:
        told = [f"{error.value}: {error.expected}" for error in refusal.errors]
        return {"refused": " · ".join([str(refusal), *told])}
    return {
        "result": tried,
        "tightest_month": months[tried.tightest.month]
        if tried.tightest.month < len(months)
        else "",
        "chart": _safe(cash_chart.drawn_again(row, tried.outcomes, tried.tightest)),
        "instalments": [
            {"month": months[each.month] if each.month < len(months) else "", "row": each}
            for each in tried.instalments
        ],
    }


def _by_month(outcomes: Any, months: list[str]) -> list[dict[str, Any]]:
    return [
        {"month": month, "cells": [outcome.months[at] for outcome in outcomes]}
        for at, month in enumerate(months)
    ]


def _where(code: str, detail: str, months: list[str]) -> str:
    """Return what made a test's amount: a scenario, a month, the name of a cap."""
    names = cash_chart.scenario_names()
    scenario, _colon, month = detail.partition(":")
    if code == "T1" and month:
        return f"{names.get(scenario, scenario)}, {months[int(month)]}"
    return names.get(scenario, str(CAPS.get(detail, detail)))


def _product(code: str) -> str:
    product = Product.objects.filter(code=code).first()
    return local_name(product) if product else code


def _safe(svg: str) -> SafeString:
    """Let our own picture through: `rural.rules.cash_picture` escapes every word in it."""
    return mark_safe(svg)
