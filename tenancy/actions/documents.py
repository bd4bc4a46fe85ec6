"""Files, kept once by the hash of their content, each tenant's apart."""

from __future__ import annotations

import hashlib
import os
from datetime import date, datetime
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from tenancy import room
from tenancy.actions import audit
from tenancy.actors import Actor
from tenancy.errors import NotFound
from tenancy.models import Document
from tenancy.permissions import Permission, require


class DocumentAltered(RuntimeError):
    """The stored file no longer has the hash that its row names; someone touched the store."""


@room.atomic
def store(
    *,
    actor: Actor,
    at: datetime,
    content: bytes,
    media_type: str,
    name: str,
    subject: models.Model,
    retain_until: date,
) -> Document:
    """
    Keep a file with a subject; the same content twice is kept once.

    The file is written before the row commits: a crash may leave a file without a row, which
    is harmless, never a row without its file.
    """
    require(actor, Permission.DOCUMENT_ADD)
    sha256 = hashlib.sha256(content).hexdigest()
    _write(_path(sha256), content)
    document, created = Document.objects.get_or_create(
        subject_type=subject._meta.label_lower,
        subject_id=str(subject.pk),
        sha256=sha256,
        defaults={
            "size_bytes": len(content),
            "media_type": media_type,
            "name": name,
            "added_at": at,
            "added_by": actor.name,
            "retain_until": retain_until,
        },
    )
    if created:
        audit.record(
            actor=actor, at=at, action="document.add", subject=document, changes={"name": name}
        )
    return document


@room.atomic
def share(*, actor: Actor, at: datetime, sha256: str, subject: models.Model) -> Document:
    """
    Keep a file that the room has already with another subject too, for as long.

    :raises NotFound: if the room has no document of this content
    """
    require(actor, Permission.DOCUMENT_ADD)
    known = Document.objects.filter(sha256=sha256).order_by("-retain_until").first()
    if known is None:
        raise NotFound.of(_("document"), sha256)
    document, created = Document.objects.get_or_create(
        subject_type=subject._meta.label_lower,
        subject_id=str(subject.pk),
        sha256=sha256,
        defaults={
            "size_bytes": known.size_bytes,
            "media_type": known.media_type,
            "name": known.name,
            "added_at": at,
            "added_by": actor.name,
            "retain_until": known.retain_until,
        },
    )
    if created:
        audit.record(actor=actor, at=at, action="document.share", subject=document)
    return document


@room.atomic
def read(*, actor: Actor, at: datetime, document_id: UUID) -> tuple[Document, bytes]:
    """
    Return a document and its content, and note who looked.

    :raises NotFound: if the room has no such document
    :raises DocumentAltered: if the stored content was changed
    """
    require(actor, Permission.DOCUMENT_VIEW)
    document = Document.objects.filter(pk=document_id).first()
    if document is None:
        raise NotFound.of(_("document"), document_id)
    content = content_of(document)
    audit.record(actor=actor, at=at, action="document.view", subject=document)
    return document, content


def content_of(document: Document) -> bytes:
    """
    Return a document's content, for actions that check and note for themselves who reads it.

    :raises DocumentAltered: if the stored content was changed
    """
    content = _path(document.sha256).read_bytes()
    if hashlib.sha256(content).hexdigest() != document.sha256:
        raise DocumentAltered(str(document.pk))
    return content


def _path(sha256: str) -> Path:
    folder: Path = settings.DOCUMENT_ROOT
    return folder / str(room.current()) / sha256[:2] / sha256


def _write(path: Path, content: bytes) -> None:
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(f".{os.getpid()}")
    with draft.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
