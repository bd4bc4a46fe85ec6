"""On an application's page: what the household can repay, and when."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe

from lending.admin import cards
from lending.models import Application
from rural.admin.assessment_words import TESTS
from rural.models import Assessment, Household
from rural.queries import cash_chart
from rural.rules import capacity
from rural.rules.months import shifted
from tenancy.admin.access import allowed
from tenancy.permissions import Permission


@cards.add
def capacity_card(request: HttpRequest, row: Application) -> SafeString | str:
    """Show the assessment that the evidence names, with its chart and due dates."""
    named = row.evidence.get("capacity")
    key = named.get("assessment") if isinstance(named, dict) else None
    if key is None or not allowed(request, Permission.HOUSEHOLD_VIEW):
        return ""
    held = Assessment.objects.filter(pk=key).first()
    if held is None:
        return ""
    household = Household.objects.get(pk=held.household_id)
    return render_to_string(
        "rural/application_card.html", {"assessed": held, **_found(held, household)}, request
    )


def _found(held: Assessment, household: Household) -> dict[str, Any]:
    found = capacity.read_result(held.result)
    start = capacity.read(held.case).start
    return {
        "household": household,
        "found": found,
        "binding": f"{held.binding} {TESTS.get(held.binding, '')}",
        "instalments": [
            {"month": f"{shifted(start, each.month):%Y-%m}", "row": each}
            for each in found.instalments
        ],
        # Made by us from figures alone; `rural.rules.cash_picture` escapes its words.
        "chart": mark_safe(cash_chart.drawn(held)),
    }
