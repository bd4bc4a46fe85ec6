"""How far a submission has come, in the few words that a village may know."""

from __future__ import annotations

from django.utils.translation import gettext as _

from lending.models import Application
from lending.rules.stages import Stage
from rural.models import Submission, SubmissionStatus

_APPROVED = frozenset({Stage.APPROVED, Stage.ACCEPTED})
_REFUSED = frozenset({Stage.DECLINED})


def words(submission: Submission) -> str:
    """
    Return the state of a submission, or of the application that came of it.

    No score, no limit, no reason: an agent is not to know them (domain: village partner).
    """
    if submission.status == SubmissionStatus.COMPLETE and submission.household_id:
        stage = (
            Application.objects.filter(
                borrower__households=submission.household_id,
                submitted_at__gte=submission.received_at,
            )
            .order_by("-submitted_at")
            .values_list("stage", flat=True)
            .first()
        )
        if stage is not None:
            return _stage_words(Stage(stage))
    return {
        SubmissionStatus.WAITING: _("photos are missing"),
        SubmissionStatus.COMPLETE: _("received"),
        SubmissionStatus.HELD: _("waits for the household's form"),
        SubmissionStatus.CONFLICT: _("an officer looks at it"),
        SubmissionStatus.REJECTED: _("not accepted"),
    }[SubmissionStatus(submission.status)]


def _stage_words(stage: Stage) -> str:
    if stage in _APPROVED:
        return _("approved")
    return _("refused") if stage in _REFUSED else _("being assessed")
