"""Which loans a day changes by itself."""

from __future__ import annotations

from datetime import date
from uuid import UUID

from lending.models import LoanPosition


def to_refresh(on: date, limit: int) -> list[UUID]:
    """
    Return open loans whose closed form ends by a day, in the order in which they are locked.

    A due date has come, or a month or year after which their day count divides differently.
    """
    rows = LoanPosition.objects.filter(refresh_on__lte=on).order_by("loan_id")
    return list(rows.values_list("loan_id", flat=True)[:limit])
