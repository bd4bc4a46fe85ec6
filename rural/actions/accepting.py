"""What an accepted submission changes, at once or when what it refers to has come."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.utils.translation import gettext_noop

from rural.actions import enterprises, households
from rural.actions.judging import HOUSEHOLD_FORM
from rural.models import (
    ConflictCase,
    ConflictKind,
    ConflictStatus,
    Household,
    Submission,
    SubmissionStatus,
)
from rural.models.submissions import TRANSITIONS
from rural.queries import attachments, forms
from rural.queries.intake import Limits
from tenancy.actions import audit
from tenancy.actors import Actor
from tenancy.rules.transitions import require_step
from tenancy.wording import Sentence

_HAS_COME = Sentence(gettext_noop("The household has come"))
_ENTERPRISES = frozenset({enterprises.CROP_FORM, enterprises.LIVESTOCK_FORM})


def accept(*, actor: Actor, at: datetime, submission: Submission, limits: Limits) -> None:
    """
    Let a submission count: write the record, the enterprise, and whatever waited for it.

    Runs in the transaction that took the submission in. One that is held stays held until its
    household is there.
    """
    if submission.status == SubmissionStatus.HELD:
        return
    if submission.form_code == HOUSEHOLD_FORM:
        _record(actor=actor, at=at, submission=submission, limits=limits)
    elif submission.form_code in _ENTERPRISES:
        enterprises.put(at=at, submission=submission)
    if submission.status == SubmissionStatus.WAITING and not attachments.missing(submission):
        move(submission, SubmissionStatus.COMPLETE, at=at)
    submission.save(update_fields=["status", "status_at", "flags", "household", "merged_fields"])


def release(
    *, actor: Actor, at: datetime, root_uuid: UUID, household: Household, limits: Limits
) -> int:
    """
    Let those count that were held until a household is known; return how many.

    :param root_uuid: of the form that made it known, by which devices refer to it
    """
    overdue = ConflictCase.objects.filter(
        kind=ConflictKind.HELD_TOO_LONG, status=ConflictStatus.OPEN
    ).values("submission")
    held = list(
        Submission.objects.for_update()
        .filter(Q(status=SubmissionStatus.HELD) | Q(pk__in=overdue), subject=str(root_uuid))
        .select_related("definition")
    )
    # As they were finished, not as they arrived.
    for submission in sorted(held, key=lambda each: each.finalized_at or each.received_at):
        # Who was put before an officer meanwhile has what he waited for.
        submission.conflicts.filter(
            kind=ConflictKind.HELD_TOO_LONG, status=ConflictStatus.OPEN
        ).update(
            status=ConflictStatus.RESOLVED, resolved_at=at, resolved_by=actor.name,
            resolution={"household": household.code},
            reason=_HAS_COME.kept_text(),
        )  # fmt: skip
        let_in(actor=actor, at=at, submission=submission, household=household, limits=limits)
    return len(held)


def let_in(
    *, actor: Actor, at: datetime, submission: Submission, household: Household, limits: Limits
) -> None:
    """Let a submission count that was held, about the household that it is about."""
    submission.household, submission.village = household, household.village
    submission.save(update_fields=["household", "village"])
    move(submission, SubmissionStatus.WAITING, at=at)
    accept(actor=actor, at=at, submission=submission, limits=limits)
    audit.record(actor=actor, at=at, action="submission.release", subject=submission)


def move(submission: Submission, status: SubmissionStatus, *, at: datetime) -> None:
    """Change a submission's status in memory."""
    require_step(TRANSITIONS, SubmissionStatus(submission.status), status, of=submission)
    submission.status, submission.status_at = status, at


def _record(*, actor: Actor, at: datetime, submission: Submission, limits: Limits) -> None:
    assert submission.definition is not None
    outcome = households.record(
        actor=actor,
        at=at,
        submission=submission,
        form=forms.parsed(submission.definition),
        near=at - limits.near_duplicate,
    )
    submission.household = outcome.household
    submission.merged_fields = list(outcome.merged)
    if outcome.merged:
        submission.flags = [*submission.flags, "merged"]
    if outcome.case is not None:
        move(submission, SubmissionStatus.CONFLICT, at=at)
    # Before anybody who was held for this household is let in, it is to be seen as its maker.
    submission.save(update_fields=["status", "status_at", "household", "merged_fields", "flags"])
    if outcome.household is not None and outcome.household.version == 1:
        release(
            actor=actor,
            at=at,
            root_uuid=submission.root_uuid,
            household=outcome.household,
            limits=limits,
        )
