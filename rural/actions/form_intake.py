"""What accepted forms become: recommendations, visits, ballots."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from uuid import UUID

from django.db import transaction

from rural.actions import panels, recommendations, visits
from rural.models import Submission, TakenForm
from tenancy import room
from tenancy.actors import Actor
from tenancy.errors import Refusal
from tenancy.permissions import Permission, require

# Small enough that somebody who waits for one of these rows does not notice.
BATCH = 100


def _recommendation(actor: Actor, at: datetime, on: date, submission_id: UUID) -> None:
    recommendations.take(actor=actor, at=at, submission_id=submission_id)


def _visit(actor: Actor, at: datetime, on: date, submission_id: UUID) -> None:
    visits.take(actor=actor, at=at, on=on, submission_id=submission_id)


def _ballot(actor: Actor, at: datetime, on: date, submission_id: UUID) -> None:
    panels.cast(actor=actor, at=at, submission_id=submission_id)


TAKERS: dict[str, Callable[[Actor, datetime, date, UUID], None]] = {
    "F4": _recommendation,
    "F5": _visit,
    "F6": _ballot,
}


@room.atomic
def take(*, actor: Actor, at: datetime, on: date) -> int:
    """
    Make of accepted forms what they say; return how many were looked at, a batch at the most.

    A form that nothing can be made of, such as a ballot of a session that is over, is noted with
    the reason and does not stop the others.
    """
    require(actor, Permission.FIELD_SUBMIT)
    taken = TakenForm.objects.values("submission")
    waiting = (
        Submission.objects.accepted()
        .filter(form_code__in=TAKERS)
        .exclude(pk__in=taken)
        .select_for_update(of=("self",), skip_locked=True)
        .order_by("received_at", "pk")[:BATCH]
    )
    count = 0
    for submission in waiting:
        refusal = ""
        try:
            with transaction.atomic():
                TAKERS[submission.form_code](actor, at, on, submission.pk)
        except Refusal as refused:
            refusal = f"{refused.code}: {refused}"[:500]
        TakenForm.objects.create(
            submission=submission, form_code=submission.form_code, taken_at=at, refusal=refusal
        )
        count += 1
    return count
