"""What waits in the villages when the season has been played: the officer's visits."""

from __future__ import annotations

from itertools import groupby

from django.utils import timezone

from config.demonstration.cast import DIRECTOR
from config.demonstration.county import cast
from lending.actions import close
from rural.actions import visits
from rural.models import Visit, VisitPlan, VisitStatus
from tenancy import room
from tenancy.models import User


def plan() -> None:
    """Plan today's way of the officer through each village where a loan wants its visit."""
    today = close.business_date()
    with room.enter(room.current()):
        visits.fall_due(actor=DIRECTOR, at=timezone.now(), on=today)
        if VisitPlan.objects.exists():
            return
        due = (
            Visit.objects.filter(status=VisitStatus.DUE)
            .order_by("household__village", "due_on")
            .values_list("household__village", "pk")
        )
        for village_id, rows in groupby(due, key=lambda row: row[0]):
            visits.plan(
                actor=cast.actor_of(cast.OFFICER),
                at=timezone.now(),
                officer=User.objects.get(username=cast.OFFICER),
                village_id=village_id,
                day=today,
                visit_ids=[pk for _village, pk in rows],
            )
