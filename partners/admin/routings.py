"""Why an application went to its bank, and why not to the others."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lending.models import TermUnit
from partners.models import Routing, RoutingCandidate, RoutingOutcome
from tenancy.admin.pages import RoomModelAdmin
from tenancy.admin.shown import related, tag
from tenancy.permissions import Permission
from tenancy.templatetags.figures import local, money, percent

TONES = {
    RoutingOutcome.PLACED: "good",
    RoutingOutcome.CONSENT: "warn",
    RoutingOutcome.WAIT: "warn",
    RoutingOutcome.NONE: "bad",
}


@admin.register(Routing)
class RoutingAdmin(RoomModelAdmin):
    """Rounds of routing, newest first."""

    view_permission = Permission.APPLICATION_VIEW
    page_template = "partners/routings.html"
    list_display = (
        "routed_at", related("application", _("application")), "round", "shown_outcome",
        related("chosen", _("chosen")),
    )  # fmt: skip
    list_filter = ("outcome",)
    search_fields = ("application__number",)
    ordering = ("-routed_at",)
    list_select_related = ("application", "chosen__agreement")

    def page(self, request: HttpRequest, row: Routing) -> dict[str, Any]:
        """Every candidate with its reasons, those who passed in the order of asking."""
        rows = RoutingCandidate.objects.filter(routing=row).select_related(
            "version__agreement__bank"
        )
        held = sorted(rows, key=lambda each: (each.place is None, each.place or 0, each.pk))
        return {
            "asked": [
                (_("Application"), row.application.number),
                (_("Round"), row.round),
                *_asked(row.request),
            ],
            "candidates": [{"row": each, "reasons": _in_words(each)} for each in held],
        }

    @admin.display(description=_("outcome"), ordering="outcome")
    def shown_outcome(self, row: Routing) -> SafeString:
        return tag(row.get_outcome_display(), TONES.get(RoutingOutcome(row.outcome), ""))


# What was asked for, in the order in which people read it.
_LABELS = {
    "on": _("Business date"),
    "product": _("Product"),
    "amount": _("Amount"),
    "currency": _("Currency"),
    "term": _("Term"),
    "annual_rate": _("Annual rate"),
    "all_in_rate": _("All-in rate"),
    "grade": _("Grade"),
    "region": _("Region"),
    "industry": _("Industry"),
    "age": _("Age"),
    "consents": _("Consented to"),
    "refused": pgettext_lazy("consent", "Refused"),
    "local_time": _("Time of day"),
}


def _asked(request: Mapping[str, Any]) -> list[tuple[Any, Any]]:
    """Return what the round was about, label and value; what is not known stays out."""
    shown = {
        **request,
        "amount": money(Decimal(request["amount"])),
        "term": f"{request['term']} {TermUnit(request['term_unit']).label}",
        **{name: percent(Decimal(request[name])) for name in ("annual_rate", "all_in_rate")},
        **{name: ", ".join(request[name]) for name in ("consents", "refused")},
    }
    return [(label, shown[name]) for name, label in _LABELS.items() if shown.get(name)]


def _in_words(candidate: RoutingCandidate) -> list[dict[str, str]]:
    return [
        {"words": local(reason["text"]), "source": reason.get("source", "")}
        for reason in candidate.reasons
    ]
