"""`/field/api/attachments`: photos come in here, in pieces."""

from __future__ import annotations

from django.http import HttpResponse, JsonResponse
from django.utils.translation import gettext_lazy as _

from rural.actions import attachments
from rural.api.bodies import HASH
from rural.api.door import Call
from rural.models import Attachment
from rural.queries import intake
from tenancy.errors import FieldError, Invalid, NotFound, Refusal


class ChunkTooLarge(Refusal):
    """A chunk is larger than any chunk may be."""

    code = "chunk_too_large"
    status = 413


def show(call: Call, *, sha256: str) -> HttpResponse:
    """Say how much of a file has come, so that the device goes on from there."""
    attachment = Attachment.objects.filter(sha256=sha256).first()
    if attachment is None:
        return JsonResponse({"received": 0, "size": 0, "complete": False})
    return _answer(attachments.progress(attachment))


def put(call: Call, *, sha256: str) -> HttpResponse:
    """Take a chunk in."""
    if not HASH.fullmatch(sha256):
        raise NotFound.of(_("Attachment"), sha256[:64])
    offset, size = _number(call, "offset"), _number(call, "size")
    most = intake.limits_on(call.at.date()).chunk_bytes
    # Before it is read: whoever sends fifty megabytes hears of it at once.
    if int(call.request.headers.get("Content-Length") or 0) > most:
        raise ChunkTooLarge(_("A chunk has at most %d bytes") % most)
    return _answer(
        attachments.put(
            actor=call.actor,
            at=call.at,
            on=call.on,
            sha256=sha256,
            offset=offset,
            size=size,
            content=call.request.body,
        )
    )


def _answer(progress: attachments.Progress) -> HttpResponse:
    body = {
        "received": progress.received,
        "size": progress.size,
        "complete": progress.is_complete,
        "problem": progress.problem,
    }
    # Not raised: that the file begins anew has to be written down.
    return JsonResponse(body, status=422 if progress.problem else 200)


def _number(call: Call, name: str) -> int:
    sent = call.request.GET.get(name, "")
    if sent.isascii() and sent.isdigit() and len(sent) < 10:
        return int(sent)
    error = FieldError(f"?{name}", sent[:40], str(_("a whole number from 0")))
    raise Invalid(_("The chunk does not fit"), errors=[error])
