"""Taking in what the field sends: once, whole, and whatever is odd about it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from django.db import connection
from django.utils.translation import gettext_lazy as _

from rural.actions import accepting
from rural.actions.judging import Judgement, bad_attachments, judge
from rural.models import (
    Attachment,
    AttachmentUse,
    ConflictCase,
    ConflictKind,
    Submission,
    SubmissionStatus,
)
from rural.queries import forms, intake
from rural.queries.intake import Limits
from rural.rules.forms import personal
from rural.rules.forms.sent import Announced, Sent
from tenancy import room
from tenancy.actions import audit, documents
from tenancy.actors import Actor
from tenancy.errors import FieldError, Invalid
from tenancy.permissions import Permission, require

# Told apart from other uses of advisory locks.
_ARRIVALS = 1_919_247_202


class Arrival(StrEnum):
    """What a delivery turned out to be."""

    NEW = "new"
    KNOWN = "known"
    CONFLICT = "conflict"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a delivery; `errors` say why it was rejected, `case` what it clashes with."""

    arrival: Arrival
    submission: Submission
    errors: tuple[FieldError, ...] = ()
    case: ConflictCase | None = None


@room.atomic
def receive(*, actor: Actor, at: datetime, on: date, sent: Sent) -> Receipt:
    """
    Take a submission in; the same one again, however often, is known already.

    Nothing is lost: another content under the same root UUID opens a conflict case that holds
    both, and what can't be accepted is kept as rejected, with the reasons. That is why this
    returns what happened instead of refusing.

    :param on: the tenant's day, where the device does not say when the form was finished
    :raises Invalid: if the content does not have the hash that came with it: it was damaged
    """
    require(actor, Permission.FIELD_SUBMIT)
    if sent.computed_sha256 != sent.content_sha256:
        error = FieldError("/content_sha256", sent.content_sha256[:64], sent.computed_sha256)
        raise Invalid(_("The content does not have the hash that came with it"), errors=[error])
    _lock(sent)
    same_name = Submission.objects.filter(form_code=sent.form_code, root_uuid=sent.root_uuid)
    known = same_name.filter(content_sha256=sent.content_sha256).first()
    if known is not None:
        return _again(known)
    limits = intake.limits_on(at.date())
    standing = same_name.exclude(status=SubmissionStatus.REJECTED).for_update().first()
    if standing is not None:
        _check_files(sent, limits)
        return _contradict(actor=actor, at=at, sent=sent, standing=standing)
    judged = judge(actor=actor, at=at, on=on, sent=sent, limits=limits)
    if not judged.errors:
        judged.errors += _announced_otherwise(sent.attachments)
    submission = _write(actor=actor, at=at, sent=sent, judged=judged)
    if judged.errors:
        _audit(actor, at, submission)
        return Receipt(Arrival.REJECTED, submission, tuple(judged.errors))
    _announce(actor=actor, at=at, submission=submission, sent=sent)
    accepting.accept(actor=actor, at=at, submission=submission, limits=limits)
    _audit(actor, at, submission)
    return Receipt(Arrival.NEW, submission)


def _lock(sent: Sent) -> None:
    """Of many deliveries of one form at one moment, one is first and the others see it."""
    key = f"{room.current()}:{sent.form_code}:{sent.root_uuid}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [_ARRIVALS, key])


def _again(known: Submission) -> Receipt:
    if known.status == SubmissionStatus.REJECTED:
        errors = tuple(FieldError(**error) for error in known.errors)
        return Receipt(Arrival.REJECTED, known, errors)
    return Receipt(Arrival.KNOWN, known)


def _check_files(sent: Sent, limits: Limits) -> None:
    """Of a second content nothing is judged but its files: they are to be kept too."""
    errors = [*bad_attachments(sent, limits), *_announced_otherwise(sent.attachments)]
    if errors:
        raise Invalid(_("The submission does not fit"), errors=errors)


def _contradict(*, actor: Actor, at: datetime, sent: Sent, standing: Submission) -> Receipt:
    """Keep a second content beside the first one, once."""
    answers, numbers = _split(standing, sent.answers)
    case, created = ConflictCase.objects.get_or_create(
        submission=standing,
        kind=ConflictKind.SAME_UUID_OTHER_HASH,
        incoming_sha256=sent.content_sha256,
        defaults={
            "household": standing.household,
            "fields": {
                name: {
                    "base": None,
                    "current": standing.answers.get(name),
                    "incoming": answers.get(name),
                }
                for name in sorted(set(standing.answers) | set(answers))
                if standing.answers.get(name) != answers.get(name)
            },
            "incoming": {"answers": answers, **_facts(sent)},
            "incoming_numbers": json.dumps(numbers),
            "opened_at": at,
            "opened_by": actor.name,
        },
    )
    if created:
        for each in _make_known(at=at, announced=sent.attachments):
            if each.is_complete:
                documents.share(actor=actor, at=at, sha256=each.sha256, subject=case)
        audit.record(
            actor=actor,
            at=at,
            action="submission.conflict",
            subject=standing,
            changes={"incoming_sha256": sent.content_sha256},
        )
    return Receipt(Arrival.CONFLICT, standing, case=case)


def _split(standing: Submission, answers: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    if standing.definition is None:
        return answers, {}
    return personal.split(forms.parsed(standing.definition), answers)


def _facts(sent: Sent) -> dict[str, Any]:
    """What a second content says of itself, beside its answers."""
    return {
        "form_version": sent.form_version,
        "instance_id": sent.instance_id,
        "device_id": sent.device_id,
        "subject": sent.subject,
        "base_version": sent.base_version,
        "finalized_at": sent.finalized_at.isoformat() if sent.finalized_at else "",
        "attachments": [asdict(each) for each in sent.attachments],
    }


def _write(*, actor: Actor, at: datetime, sent: Sent, judged: Judgement) -> Submission:
    answers, numbers = _storable(judged, sent)
    status = SubmissionStatus.HELD if judged.is_held else SubmissionStatus.WAITING
    return Submission.objects.create(
        form_code=sent.form_code,
        form_version=sent.form_version,
        definition=judged.definition,
        root_uuid=sent.root_uuid,
        instance_id=sent.instance_id,
        content_sha256=sent.content_sha256,
        subject=sent.subject,
        household=judged.household,
        village=judged.village,
        base_version=sent.base_version,
        answers=answers,
        numbers=numbers,
        device_id=sent.device_id,
        started_at=sent.started_at,
        finalized_at=sent.finalized_at,
        received_at=at,
        start_gps=sent.start_gps,
        agent_id=actor.id,
        agent_name=actor.name,
        agent_role=actor.role,
        status=SubmissionStatus.REJECTED if judged.errors else status,
        flags=judged.flags,
        errors=[asdict(error) for error in judged.errors],
        status_at=at,
    )


def _storable(judged: Judgement, sent: Sent) -> tuple[dict[str, Any], str]:
    """
    Return answers and personal numbers as they are kept.

    Without a form nobody knows where the personal numbers stand: then all of it is encrypted.
    """
    if judged.definition is None or judged.errors:
        return {}, json.dumps({"": sent.answers})
    answers, numbers = personal.split(forms.parsed(judged.definition), sent.answers)
    return answers, json.dumps(numbers)


def _announced_otherwise(attachments: Iterable[Announced]) -> list[FieldError]:
    """A hash stands for one content, so for one size."""
    told = {each.sha256: (place, each.size) for place, each in enumerate(attachments)}
    return [
        FieldError(
            f"/attachments/{told[row.sha256][0]}/size",
            str(told[row.sha256][1]),
            str(row.size_bytes),
        )
        for row in Attachment.objects.filter(sha256__in=told)
        if row.size_bytes != told[row.sha256][1]
    ]


def _announce(*, actor: Actor, at: datetime, submission: Submission, sent: Sent) -> None:
    """Make known what will come; what is here already belongs to this submission too."""
    attachments = _make_known(at=at, announced=sent.attachments)
    AttachmentUse.objects.bulk_create(
        [AttachmentUse(submission=submission, attachment=each) for each in attachments]
    )
    for each in attachments:
        if each.is_complete:
            documents.share(actor=actor, at=at, sha256=each.sha256, subject=submission)


def _make_known(*, at: datetime, announced: Iterable[Announced]) -> list[Attachment]:
    """Return the files' rows, made where they are new, under lock."""
    by_hash = {each.sha256: each for each in announced}
    Attachment.objects.bulk_create(
        [
            Attachment(
                sha256=sha256,
                size_bytes=by_hash[sha256].size,
                media_type=by_hash[sha256].media_type,
                announced_at=at,
            )
            for sha256 in sorted(by_hash)
        ],
        ignore_conflicts=True,
    )
    # Locked, so that none is completed between being seen incomplete and being waited for.
    return list(Attachment.objects.for_update().filter(sha256__in=by_hash))


def _audit(actor: Actor, at: datetime, submission: Submission) -> None:
    audit.record(
        actor=actor,
        at=at,
        action="submission.receive",
        subject=submission,
        changes={
            "form": f"{submission.form_code} v{submission.form_version}",
            "status": submission.status,
            "flags": submission.flags,
            # The values stay out: one of them may be a personal number.
            "fields": [error["pointer"] for error in submission.errors],
        },
    )
