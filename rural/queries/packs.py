"""What a device takes along into a village: its households, without personal numbers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from rural.models import FormDefinition, Household, Village
from rural.queries.forms import parsed
from rural.rules.forms.personal import without_numbers

HOUSEHOLD_FORM = "F1"


def households(village: Village, role: str) -> Iterator[dict[str, Any]]:
    """Give the households of a village, each with the answers that the role fills in."""
    row = FormDefinition.objects.current().filter(code=HOUSEHOLD_FORM).first()
    if row is None:
        return
    form = parsed(row)
    asked = form.fields_for(role)
    for household in Household.objects.filter(village=village).order_by("code"):
        values = without_numbers(form, household.values)
        yield {
            "id": str(household.pk),
            "code": household.code,
            "name": household.head_name,
            "village": village.code,
            "group": household.group,
            "version": household.version,
            "values": {name: value for name, value in values.items() if name in asked},
            "lat": "" if household.latitude is None else str(household.latitude),
            "lon": "" if household.longitude is None else str(household.longitude),
        }
