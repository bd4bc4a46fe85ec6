"""What was held for a household that does not come is put before an officer."""

from __future__ import annotations

from datetime import datetime

from rural.actions.accepting import move
from rural.models import ConflictCase, ConflictKind, Submission, SubmissionStatus
from rural.queries import intake
from tenancy import room
from tenancy.actions import audit
from tenancy.actors import Actor
from tenancy.permissions import Permission, require

# Small enough that whoever waits for one of these rows does not notice.
BATCH = 100


@room.atomic
def escalate(*, actor: Actor, at: datetime) -> int:
    """
    Open a case for each form that has been held longer than the rules allow (rural.md §3.9).

    Nothing in it is applied: it may be about money, and whom it is about an officer has to say.
    Repeating it opens nothing twice. Returns how many, a batch at the most.

    :raises NotSetUp: if field work has no rules
    """
    require(actor, Permission.HOUSEHOLD_RESOLVE)
    longest = intake.limits_on(at.date()).held
    overdue = (
        Submission.objects.filter(status=SubmissionStatus.HELD, received_at__lte=at - longest)
        .select_for_update(skip_locked=True)
        .order_by("received_at", "pk")[:BATCH]
    )
    count = 0
    for submission in overdue:
        move(submission, SubmissionStatus.CONFLICT, at=at)
        submission.flags = [*submission.flags, ConflictKind.HELD_TOO_LONG.value]
        submission.save(update_fields=["status", "status_at", "flags"])
        ConflictCase.objects.create(
            kind=ConflictKind.HELD_TOO_LONG, submission=submission, opened_at=at,
            opened_by=submission.agent_name,
        )  # fmt: skip
        audit.record(actor=actor, at=at, action="submission.held_too_long", subject=submission)
        count += 1
    return count
