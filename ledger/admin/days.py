"""Days as they come in an address."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest


def day(request: HttpRequest, name: str, otherwise: date) -> date:
    """Return the day that the address names, or another one where it names none."""
    try:
        return date.fromisoformat(request.GET.get(name, ""))
    except ValueError:
        return otherwise
