"""Households: the record, and which form set which of it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rural.actions import county_data as withdrawals
from rural.admin.answers import answered, named
from rural.admin.county_use import used_facts
from rural.models import FormDefinition, Household, HouseholdRevision
from rural.queries import choices, county_data
from rural.queries.forms import parsed
from rural.rules.forms.definitions import Form
from tenancy.admin.pages import RoomModelAdmin
from tenancy.admin.shown import link, related
from tenancy.admin.verbs import Act, ReasonForm, Verb
from tenancy.permissions import Permission

USES_SHOWN = 30
MOST_NAMED = 12


def _forget(act: Act) -> str:
    certificates = withdrawals.withdraw_household(
        actor=act.actor, at=act.at, household_id=act.row.pk, reason=act.values["reason"]
    )
    return _("%d deletion certificates are made") % len(certificates)


@admin.register(Household)
class HouseholdAdmin(RoomModelAdmin):
    """Every household that a form made known; its numbers are masked."""

    view_permission = Permission.HOUSEHOLD_VIEW
    audits_views = True
    list_display = (
        "code", "head_name",
        related("village", gettext_lazy("village"), "village__sort_key"),
        "group", "version", "changed_at",
    )  # fmt: skip
    list_filter = ("village",)
    list_select_related = ("village",)
    search_fields = ("=code", "head_name")
    ordering = ("-changed_at",)
    verbs = (
        Verb(
            "forget", gettext_lazy("Delete county data"), Permission.HOUSEHOLD_RESOLVE, _forget,
            ReasonForm,
            explains=gettext_lazy("What every department said of him, with a certificate."),
            tone="stop",
        ),
    )  # fmt: skip

    def page(self, request: HttpRequest, row: Household) -> dict[str, Any]:
        """The record in the form's words, with the version that set each part."""
        definition = FormDefinition.objects.current().filter(code="F1").first()
        form = parsed(definition) if definition else None
        head = [
            (_("Code"), row.code),
            (_("Village"), link(row.village)),
            (_("Borrower"), link(row.borrower) if row.borrower else "–"),
            (_("Version"), row.version),
            *((name, number) for name, number in _masked(row) if number),
        ]
        record = answered(form, row.values) if form else []
        return {
            "cards": [
                ("", head),
                *record,
                (_("Enterprises"), _enterprises(row)),
                (_("Where it comes from"), _sources(row, form)),
                (_("County data used"), used_facts(county_data.used(row.pk)[:USES_SHOWN])),
            ]
        }


def _masked(row: Household) -> list[tuple[str, str]]:
    shown = row.masked
    return [(_("ID number"), shown["id_number"]), (_("Telephone"), shown["phone"])]


def _enterprises(row: Household) -> list[tuple[str, Any]]:
    grown = [(each, choices.word("crops", each.crop)) for each in _newest(row.crops)]
    kept = [(each, choices.word("species", each.species)) for each in _newest(row.livestock)]
    return [
        (choices.word("seasons", each.season), link(each.submission, what))
        for each, what in [*grown, *kept]
    ]


def _newest(rows: Any) -> Any:
    return rows.select_related("submission").order_by("-season")


def _sources(row: Household, form: Form | None) -> list[tuple[str, Any]]:
    """Each version: which form, or which officer, set what."""
    revisions = HouseholdRevision.objects.filter(household=row).select_related("submission")
    found = []
    for each in revisions.order_by("-number"):
        more = " …" if len(each.fields) > MOST_NAMED else ""
        set_here = ", ".join(named(form, name) for name in each.fields[:MOST_NAMED]) + more
        who = f"v{each.number} · {each.at:%Y-%m-%d} · {each.by}"
        found.append((who, link(each.submission, set_here) if each.submission else set_here))
    return found
