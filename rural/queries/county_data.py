"""Which departments' data was used about a household: what a farmer is shown."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from rural.models import CountyDataUse


def used(household_id: UUID, at: datetime | None = None) -> list[CountyDataUse]:
    """Return the uses of data about a household, the latest first; `at`: in one decision."""
    rows = CountyDataUse.objects.filter(household_id=household_id).select_related("source")
    if at is not None:
        rows = rows.filter(used_at=at)
    return list(rows.order_by("-used_at", "source__code", "pk"))
