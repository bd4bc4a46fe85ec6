"""On an application's page: which banks were asked, and what they said."""

from __future__ import annotations

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from lending.admin import cards
from lending.models import Application
from partners.models import BankDecision, Placement, Routing
from tenancy.admin.access import allowed
from tenancy.permissions import Permission


@cards.add
def banks_card(request: HttpRequest, row: Application) -> SafeString | str:
    """Show the rounds of routing, each with its placement and the bank's decision."""
    if not allowed(request, Permission.APPLICATION_VIEW):
        return ""
    rounds = list(Routing.objects.filter(application=row).order_by("round"))
    if not rounds:
        return ""
    placements = Placement.objects.filter(application=row).select_related("bank")
    placed = {each.routing_id: each for each in placements}
    decided = {
        each.placement_id: each for each in BankDecision.objects.filter(placement__application=row)
    }
    shown = [
        {"routing": each, "placement": (held := placed.get(each.pk)),
         "decision": decided.get(held.pk) if held else None}
        for each in rounds
    ]  # fmt: skip
    return render_to_string("partners/application_card.html", {"rounds": shown}, request)
