"""Which visits wait, for whom, in which order."""

from __future__ import annotations

from datetime import date

from django.db.models import Q

from rural.models import Village, Visit, VisitStatus

MOST = 200


def waiting_for(user_id: str, on: date) -> list[Visit]:
    """
    Return an officer's offline pack: his plan of the day in its order, then what is due.

    Due are the open visits of his villages that nobody has planned for another day.
    """
    planned = list(
        Visit.objects.filter(plan__officer_id=user_id, plan__day=on, status=VisitStatus.PLANNED)
        .select_related("household__village", "loan", "plan")
        .order_by("plan__village__code", "stop")
    )
    villages = Village.objects.assigned_to(user_id)
    due = (
        Visit.objects.filter(household__village__in=villages)
        .filter(Q(status=VisitStatus.DUE) | Q(status=VisitStatus.PLANNED, plan__day__lt=on))
        .select_related("household__village", "loan")
        .order_by("due_on", "pk")
    )
    return [*planned, *due[: MOST - len(planned)]]


def overdue(on: date) -> list[Visit]:
    """Return the open visits that should have been made, the oldest first."""
    rows = Visit.objects.overdue(on).select_related("household__village", "loan")
    return list(rows.order_by("due_on", "pk")[:MOST])
