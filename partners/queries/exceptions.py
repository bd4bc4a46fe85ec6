"""How many differences a day brought, and what became of them."""

from __future__ import annotations

from datetime import date, timedelta
from typing import NamedTuple

from django.db.models import Count, Q, Sum

from partners.models import Break, ReconRun


class Exceptions(NamedTuple):
    """A day's differences: resolved by themselves, by people, and left; the rows compared."""

    on: date
    automatic: int
    explained: int
    left: int
    rows: int


def by_day(*, until: date, days: int) -> list[Exceptions]:
    """Return the days on which files were taken, oldest first, at most `days` back."""
    since = until - timedelta(days=days - 1)
    is_done = Q(resolved_at__isnull=False)
    found = {
        row["opened_on"]: row
        for row in Break.objects.filter(opened_on__range=(since, until))
        .values("opened_on")
        .annotate(
            automatic=Count("pk", filter=is_done & Q(is_automatic=True)),
            explained=Count("pk", filter=is_done & Q(is_automatic=False)),
            left=Count("pk", filter=~is_done),
        )
    }
    runs = (
        ReconRun.objects.filter(taken_on__range=(since, until))
        .values("taken_on")
        .annotate(rows=Sum("rows_theirs"))
        .order_by("taken_on")
    )
    nothing = {"automatic": 0, "explained": 0, "left": 0}
    return [
        Exceptions(
            on=run["taken_on"],
            automatic=(day := found.get(run["taken_on"], nothing))["automatic"],
            explained=day["explained"],
            left=day["left"],
            rows=run["rows"],
        )
        for run in runs
    ]
