"""What a household grows and raises, as its last accepted form says."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from rural.models import CropEnterprise, Household, LivestockEnterprise, Submission

CROP_FORM, LIVESTOCK_FORM = "F2", "F3"


def put(*, at: datetime, submission: Submission, answers: Mapping[str, Any] | None = None) -> None:
    """
    Keep a crop or livestock form as the household's row of that season.

    The form that was finished last counts, in whatever order they arrive; an earlier one is
    flagged as superseded. Runs in the transaction that took the submission in.

    :param answers: where an officer chose others than the submission's; they count in any case
    """
    # The household's lock: two forms about one crop come one after the other.
    assert submission.household_id is not None
    household = Household.objects.for_update().get(pk=submission.household_id)
    is_chosen, answers = answers is not None, answers or submission.answers
    about = {"household": household, "season": answers["season"]}
    known: CropEnterprise | LivestockEnterprise | None
    fresh: CropEnterprise | LivestockEnterprise
    if submission.form_code == CROP_FORM:
        about |= {"crop": answers["crop"]}
        known, fresh = CropEnterprise.objects.filter(**about).first(), CropEnterprise(**about)
    else:
        about |= {"species": answers["species"], "mode": answers["mode"]}
        known = LivestockEnterprise.objects.filter(**about).first()
        fresh = LivestockEnterprise(**about)
    if known and not is_chosen and _finished(known.submission) > _finished(submission):
        submission.flags = [*submission.flags, "superseded"]
        return
    row = known or fresh
    row.values, row.submission, row.accepted_at = dict(answers), submission, at
    row.save()


def _finished(submission: Submission) -> datetime:
    return submission.finalized_at or submission.received_at
