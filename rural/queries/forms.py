"""Which versions of forms there are for somebody, and until when one counts."""

from __future__ import annotations

from datetime import datetime, timedelta

from rural.models import FormDefinition
from rural.rules.forms.definitions import Form, parse

PARSED_KEPT = 256
_PARSED: dict[str, Form] = {}


def current_for(role: str) -> list[FormDefinition]:
    """Return the newest published version of each form that a role fills in."""
    return [row for row in FormDefinition.objects.current() if role in row.definition["roles"]]


def parsed(row: FormDefinition) -> Form:
    """Return a version's parts; what a hash stands for is parsed once."""
    form = _PARSED.get(row.sha256)
    if form is None:
        if len(_PARSED) >= PARSED_KEPT:
            _PARSED.clear()
        form = _PARSED[row.sha256] = parse(row.definition)
    return form


def expires_at(row: FormDefinition, grace: timedelta) -> datetime | None:
    """Return until when a published version is accepted, None while it is the newest."""
    successor = (
        FormDefinition.objects.published()
        .filter(code=row.code, version__gt=row.version)
        .order_by("version")
        .values_list("published_at", flat=True)
        .first()
    )
    return None if successor is None else successor + grace
