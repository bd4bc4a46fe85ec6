"""Where a settlement's file is handed out; the action notes to whom."""

from __future__ import annotations

from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header

from partners.actions.handing_out import hand_out
from partners.models import SettlementFile
from tenancy.admin.access import acting
from tenancy.errors import Forbidden, NotFound


def download(request: HttpRequest, file_id: UUID) -> HttpResponse:
    """Hand out the file, always as a download."""
    file, content = _handed(request, file_id)
    return _answer(content, file.document.media_type, file.name)


def companion(request: HttpRequest, file_id: UUID) -> HttpResponse:
    """Hand out the `.ok` file that says that the other one is complete."""
    file, _content = _handed(request, file_id)
    name = file.name.removesuffix(".csv") + ".ok"
    return _answer(file.companion.encode(), "application/json", name)


def _handed(request: HttpRequest, file_id: UUID) -> tuple[SettlementFile, bytes]:
    try:
        return hand_out(actor=acting(request), at=timezone.now(), file_id=file_id)
    except NotFound as refusal:
        raise Http404(str(refusal)) from refusal
    except Forbidden as refusal:
        raise PermissionDenied(str(refusal)) from refusal


def _answer(content: bytes, media_type: str, name: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=media_type)
    header = content_disposition_header(as_attachment=True, filename=name)
    answer.headers["Content-Disposition"] = header or "attachment"
    answer.headers["X-Content-Type-Options"] = "nosniff"
    return answer
