"""What all numbered versions have in common: a next number, and a first day that is not over."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import Max, QuerySet
from django.utils.translation import gettext_lazy as _

from tenancy.errors import FieldError, Invalid


def next_number(rows: QuerySet[Any]) -> int:
    """Return the number after the last of these versions; hold the lock of what they are of."""
    return (rows.aggregate(last=Max("number"))["last"] or 0) + 1


def require_not_past(effective_from: date, *, on: date) -> None:
    """
    Pass if a version begins on the business date or later: what was decided keeps its version.

    :raises Invalid: naming the field, the day and the first that is possible
    """
    if effective_from < on:
        error = FieldError("/effective_from", effective_from.isoformat(), on.isoformat())
        raise Invalid(_("A version cannot begin in the past"), errors=[error])
