"""An officer chooses between two versions that were both kept."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rural.actions import enterprises, households
from rural.actions.accepting import let_in, move, release
from rural.actions.judging import HOUSEHOLD_FORM
from rural.models import (
    ConflictCase,
    ConflictKind,
    ConflictStatus,
    Household,
    Submission,
    SubmissionStatus,
)
from rural.queries import forms, intake
from rural.queries.attachments import missing
from rural.rules.forms import personal
from rural.rules.forms.definitions import Form
from tenancy import room
from tenancy.actions import audit
from tenancy.actors import Actor
from tenancy.errors import FieldError, Invalid, NotFound, Refusal
from tenancy.permissions import Permission, require

CURRENT, INCOMING = "current", "incoming"
SAME, OTHER = "same", "other"
NONE = "none"
# What a choice is named that is not about a field.
HOUSEHOLD, CONTENT = "household", "content"


class AlreadyResolved(Refusal):
    """Somebody has chosen before."""

    code = "conflict_resolved"


class SameHead(Refusal):
    """Two households can't have the same head."""

    code = "household_same_head"


@room.atomic
def resolve(
    *, actor: Actor, at: datetime, case_id: UUID, choices: Mapping[str, str], reason: str
) -> ConflictCase:
    """
    Choose, and say why; what was not chosen stays in the case.

    :param choices: of a clash of fields, each field to `current` or `incoming`; of two contents
        under one form, `content` to one of them; of what is perhaps one household, `household`
        to `same`, with each field that differs, or to `other`; of what was held too long,
        `household` to a household's code, or to `none`, which rejects the form
    :raises NotFound: if there is no such case
    :raises AlreadyResolved: if somebody has chosen before
    :raises Invalid: if a choice is missing or is none, or no reason is given
    :raises SameHead: if another household is to have the same head
    """
    require(actor, Permission.HOUSEHOLD_RESOLVE)
    case = ConflictCase.objects.for_update().filter(pk=case_id).first()
    if case is None:
        raise NotFound.of(gettext_lazy("Conflict"), case_id)
    if case.status == ConflictStatus.RESOLVED:
        raise AlreadyResolved(gettext_lazy("%s has chosen already") % case.resolved_by)
    _check(case, choices, reason)
    submission = Submission.objects.for_update().get(pk=case.submission_id)
    _APPLY[ConflictKind(case.kind)](
        actor=actor, at=at, case=case, submission=submission, choices=choices
    )
    _settle(submission, case, at=at)
    case.status, case.resolution, case.reason = ConflictStatus.RESOLVED, dict(choices), reason
    case.resolved_at, case.resolved_by = at, actor.name
    # The rest is frozen, and what is encrypted would be written anew.
    case.save(update_fields=["status", "resolution", "reason", "resolved_at", "resolved_by"])
    audit.record(
        actor=actor,
        at=at,
        action="conflict.resolve",
        subject=case,
        changes={"choices": dict(choices)},
        reason=reason,
    )
    return case


def asked(case: ConflictCase, choices: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Return what has to be chosen, each with its two possible answers."""
    if case.kind == ConflictKind.HELD_TOO_LONG:
        code = choices.get(HOUSEHOLD, "")
        return {HOUSEHOLD: (NONE, *([code] if _coded(code) else []))}
    sides: dict[str, tuple[str, ...]] = dict.fromkeys(sorted(case.fields), (CURRENT, INCOMING))
    if case.kind == ConflictKind.SAME_UUID_OTHER_HASH:
        return {CONTENT: (CURRENT, INCOMING)}
    if case.kind == ConflictKind.NEAR_DUPLICATE:
        household: dict[str, tuple[str, ...]] = {HOUSEHOLD: (SAME, OTHER)}
        return household if choices.get(HOUSEHOLD) == OTHER else household | sides
    return sides


def _check(case: ConflictCase, choices: Mapping[str, str], reason: str) -> None:
    wanted = asked(case, choices)
    errors = [
        FieldError(f"/choices/{name}", choices.get(name, "")[:40], _expected(case, sides))
        for name, sides in wanted.items()
        if choices.get(name) not in sides
    ]
    errors += [
        FieldError(f"/choices/{name[:40]}", choices[name][:40], _("nothing of this name"))
        for name in sorted(set(choices) - set(wanted))
    ]
    if not reason.strip():
        errors.append(FieldError("/reason", "", _("why, in words")))
    if errors:
        raise Invalid(gettext_lazy("The choice does not fit"), errors=errors)


def _expected(case: ConflictCase, sides: tuple[str, ...]) -> str:
    if case.kind == ConflictKind.HELD_TOO_LONG:
        return _("a household's code, or: %s") % NONE
    return " / ".join(sides)


def _coded(code: str) -> Household | None:
    found: Household | None = Household.objects.filter(code=code).first()
    return found


def _place(
    *,
    actor: Actor,
    at: datetime,
    case: ConflictCase,
    submission: Submission,
    choices: Mapping[str, str],
) -> None:
    """Say whom a form is about whose household never came, or that it is about nobody."""
    home = None if choices[HOUSEHOLD] == NONE else _coded(choices[HOUSEHOLD])
    if home is None:
        fault = FieldError("/subject", submission.subject[:40], _("a household that has come"))
        move(submission, SubmissionStatus.REJECTED, at=at)
        submission.errors = [asdict(fault)]
        submission.save(update_fields=["status", "status_at", "errors"])
        return
    limits = intake.limits_on(at.date())
    let_in(actor=actor, at=at, submission=submission, household=home, limits=limits)


def _choose_fields(
    *,
    actor: Actor,
    at: datetime,
    case: ConflictCase,
    submission: Submission,
    choices: Mapping[str, str],
) -> None:
    household, form = _held(case.household_id), _form(submission)
    incoming = _sent(submission, form)
    before = _before(household, submission)
    wanted = {
        name: (incoming if side == INCOMING else before).get(name)
        for name, side in choices.items()
    }
    _revise(household, wanted, actor=actor, at=at, form=form, submission=submission)


def _choose_household(
    *,
    actor: Actor,
    at: datetime,
    case: ConflictCase,
    submission: Submission,
    choices: Mapping[str, str],
) -> None:
    form, rival = _form(submission), _held(case.household_id)
    incoming = _sent(submission, form)
    if choices[HOUSEHOLD] == OTHER:
        if incoming.get("id_no") == rival.id_number:
            raise SameHead(gettext_lazy("Two households can't have the same head"))
        household = households.make(
            actor=actor, at=at, submission=submission, form=form, answers=incoming
        )
    else:
        household = rival
        wanted = {name: incoming.get(name) for name, s in choices.items() if s == INCOMING}
        _revise(household, wanted, actor=actor, at=at, form=form, submission=submission)
    submission.household = household
    submission.save(update_fields=["household"])
    release(
        actor=actor,
        at=at,
        root_uuid=submission.root_uuid,
        household=household,
        limits=intake.limits_on(at.date()),
    )


def _choose_content(
    *,
    actor: Actor,
    at: datetime,
    case: ConflictCase,
    submission: Submission,
    choices: Mapping[str, str],
) -> None:
    """The second content replaces what the first one wrote; both stay where they are kept."""
    if choices[CONTENT] == CURRENT:
        return
    numbers = json.loads(case.incoming_numbers or "{}")
    answers = personal.restore(case.incoming["answers"], numbers)
    submission.flags = [*submission.flags, "replaced"]
    submission.save(update_fields=["flags"])
    if submission.household_id is None:
        return
    if submission.form_code == HOUSEHOLD_FORM:
        household, form = _held(submission.household_id), _form(submission)
        recorded = households.recordable(form, answers)
        wanted = {name: recorded.get(name) for name in case.fields if _is_recorded(form, name)}
        _revise(household, wanted, actor=actor, at=at, form=form, submission=submission)
    elif submission.form_code in (enterprises.CROP_FORM, enterprises.LIVESTOCK_FORM):
        enterprises.put(at=at, submission=submission, answers=case.incoming["answers"])


_APPLY: dict[ConflictKind, Any] = {
    ConflictKind.SAME_FIELD: _choose_fields,
    ConflictKind.NEAR_DUPLICATE: _choose_household,
    ConflictKind.SAME_UUID_OTHER_HASH: _choose_content,
    ConflictKind.HELD_TOO_LONG: _place,
}


def _revise(
    household: Household,
    wanted: Mapping[str, Any],
    *,
    actor: Actor,
    at: datetime,
    form: Form,
    submission: Submission,
) -> None:
    stands = households.in_the_clear(household)
    changes = {name: value for name, value in wanted.items() if stands.get(name) != value}
    if changes:
        households.revise(household, changes, form=form, actor=actor, at=at, submission=submission)


def _before(household: Household, submission: Submission) -> dict[str, Any]:
    """Return the record as it was before a submission wrote to it; as it is, if it did not."""
    wrote = household.revisions.filter(submission=submission).order_by("number").first()
    if wrote is None:
        return households.in_the_clear(household)
    return households.at_version(household, wrote.number - 1)


def _sent(submission: Submission, form: Form) -> dict[str, Any]:
    answers = personal.restore(submission.answers, households.numbers_of(submission))
    return households.recordable(form, answers)


def _held(household_id: UUID | None) -> Household:
    assert household_id is not None
    household: Household = Household.objects.for_update().get(pk=household_id)
    return household


def _form(submission: Submission) -> Form:
    assert submission.definition is not None
    return forms.parsed(submission.definition)


def _is_recorded(form: Form, name: str) -> bool:
    field = form.field(name)
    return field is not None and field.type not in households.NOT_RECORDED


def _settle(submission: Submission, case: ConflictCase, *, at: datetime) -> None:
    """Let a submission go on that waited for the choice, unless it waits for another one."""
    lacks_household = submission.conflicts.filter(
        kind=ConflictKind.HELD_TOO_LONG, status=ConflictStatus.OPEN
    ).exclude(pk=case.pk)
    if submission.status != SubmissionStatus.CONFLICT or (
        case.kind == ConflictKind.HELD_TOO_LONG or lacks_household.exists()
    ):
        return
    is_whole = not missing(submission)
    move(submission, SubmissionStatus.COMPLETE if is_whole else SubmissionStatus.WAITING, at=at)
    submission.save(update_fields=["status", "status_at"])
