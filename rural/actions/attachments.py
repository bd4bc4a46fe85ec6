"""Photos arrive in pieces: resumed where they stopped, whole only with the right hash."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from rural.actions.accepting import move
from rural.models import (
    Attachment,
    AttachmentChunk,
    ConflictCase,
    Submission,
    SubmissionStatus,
)
from rural.queries import intake
from rural.queries.attachments import missing
from rural.rules import images
from tenancy import room
from tenancy.actions import audit, documents
from tenancy.actors import Actor
from tenancy.errors import FieldError, Invalid, NotFound, Refusal
from tenancy.permissions import Permission, require
from tenancy.wording import Sentence, said


class NotThere(Refusal):
    """The chunk does not begin where the last one ended; `received` says where that is."""

    code = "wrong_offset"

    def __init__(self, received: int, offset: int) -> None:
        expected = FieldError("?offset", str(offset), str(received))
        super().__init__(
            gettext_lazy("%s bytes have been received: continue there") % received,
            errors=[expected],
        )
        self.received = received


@dataclass(frozen=True, slots=True)
class Progress:
    """How much has come; `problem` says why a whole file was refused, and it begins anew."""

    received: int
    size: int
    is_complete: bool
    problem: str = ""


@room.atomic
def put(
    *,
    actor: Actor,
    at: datetime,
    on: date,
    sha256: str,
    offset: int,
    size: int,
    content: bytes,
) -> Progress:
    """
    Add a chunk to a file that a submission announced; the last one completes it.

    A complete file answers complete, whatever is sent. A whole file with another hash, or one
    that is no picture, is thrown away and told as a problem: the announcement stays.

    :raises NotFound: if nobody announced the file
    :raises Invalid: for an empty chunk, too large a chunk, or another size than announced
    :raises NotThere: if the chunk does not begin where the last one ended
    """
    require(actor, Permission.FIELD_SUBMIT)
    attachment = Attachment.objects.for_update().filter(sha256=sha256).first()
    if attachment is None:
        raise NotFound.of(gettext_lazy("Attachment"), sha256)
    if attachment.is_complete:
        return progress(attachment)
    limits = intake.limits_on(at.date())
    _check(attachment, offset, size, content, limits.chunk_bytes)
    AttachmentChunk.objects.create(attachment=attachment, position=offset, content=content)
    attachment.received_bytes += len(content)
    attachment.problem = ""
    if attachment.received_bytes == attachment.size_bytes:
        _finish(actor, at, attachment, on + limits.retention)
    attachment.save()
    return progress(attachment)


def progress(attachment: Attachment) -> Progress:
    """Return how much of a file has come."""
    return Progress(
        attachment.received_bytes,
        attachment.size_bytes,
        attachment.is_complete,
        said(attachment.problem),
    )


def _check(
    attachment: Attachment, offset: int, size: int, content: bytes, chunk_bytes: int
) -> None:
    errors = []
    if size != attachment.size_bytes:
        errors.append(FieldError("?size", str(size), str(attachment.size_bytes)))
    if not 0 < len(content) <= chunk_bytes:
        expected = _("1 to %s bytes") % chunk_bytes
        errors.append(FieldError("", str(len(content)), expected))
    if errors:
        raise Invalid(gettext_lazy("The chunk does not fit"), errors=errors)
    if offset != attachment.received_bytes:
        raise NotThere(attachment.received_bytes, offset)
    if offset + len(content) > size:
        left = FieldError("", str(len(content)), str(size - offset))
        raise Invalid(gettext_lazy("The chunk does not fit"), errors=[left])


def _finish(actor: Actor, at: datetime, attachment: Attachment, retain_until: date) -> None:
    chunks = attachment.chunks.order_by("position")
    content = b"".join(bytes(chunk.content) for chunk in chunks)
    chunks.delete()
    attachment.problem = _problem(attachment, content)
    if attachment.problem:
        attachment.received_bytes = 0
        audit.record(
            actor=actor,
            at=at,
            action="attachment.refuse",
            subject=attachment,
            reason=attachment.problem,
        )
        return
    attachment.has_place = images.inspect(content).has_place
    attachment.is_complete, attachment.completed_at = True, at
    attachment.save()
    users = list(Submission.objects.for_update().filter(attachment_uses__attachment=attachment))
    # A second content under one form stands in its case, and so do its photos.
    cases = ConflictCase.objects.filter(
        incoming__attachments__contains=[{"sha256": attachment.sha256}]
    )
    for subject in (*users, *cases):
        documents.store(
            actor=actor,
            at=at,
            content=content,
            media_type=attachment.media_type,
            name=attachment.sha256[:12],
            subject=subject,
            retain_until=retain_until,
        )
    for submission in users:
        if submission.status == SubmissionStatus.WAITING and not missing(submission):
            move(submission, SubmissionStatus.COMPLETE, at=at)
            submission.save(update_fields=["status", "status_at"])


def _problem(attachment: Attachment, content: bytes) -> str:
    if hashlib.sha256(content).hexdigest() != attachment.sha256:
        return _kept(gettext_noop("The file does not have the hash that was announced"))
    try:
        picture = images.inspect(content)
    except images.NotAPicture:
        return _kept(gettext_noop("The file is not a picture that can be opened"))
    if picture.media_type != attachment.media_type:
        return _kept(gettext_noop("The file is not of the type that was announced"))
    return ""


def _kept(message: str) -> str:
    return Sentence(message).kept_text()
