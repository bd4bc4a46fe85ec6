"""Addresses that open one file for one bank, for a minute."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views import View

from partners.actions import reading
from partners.api.addresses import ROOT
from tenancy import room
from tenancy.actors import Actor
from tenancy.addresses import client_address
from tenancy.api.authentication import request_id
from tenancy.api.faults import not_found
from tenancy.errors import Refusal
from tenancy.roles import Role

SECONDS = 60
_SALT = "partners.document"


def link(
    request: HttpRequest, *, tenant_id: int, actor: Actor, placement_id: UUID, document_id: UUID
) -> str:
    """Return an address that opens a document of one tenant for one bank, and soon nothing."""
    signed = signing.dumps(
        [tenant_id, actor.id, actor.name, str(placement_id), str(document_id)], salt=_SALT
    )
    return request.build_absolute_uri(f"{ROOT}/files/{signed}")


class FileView(View):
    """A file by its link; the link is the permission, so it is short-lived and for one file."""

    http_method_names = ["get"]

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Any:
        """Tell the page door's middleware that this view finds its room by itself."""
        view: Any = super().as_view(**initkwargs)
        view.finds_its_room = True
        return view

    def get(self, request: HttpRequest, signed: str) -> HttpResponse:
        try:
            tenant_id, client_id, name, placement_id, document_id = signing.loads(
                signed, salt=_SALT, max_age=SECONDS
            )
        except signing.BadSignature as error:
            return not_found(request, error)
        actor = Actor(
            kind="client",
            id=client_id,
            name=name,
            role=Role.BANK,
            source=client_address(request),
            request_id=request_id(),
        )
        try:
            with room.enter(tenant_id):
                document, content = reading.open_document(
                    actor=actor,
                    at=timezone.now(),
                    placement_id=UUID(placement_id),
                    document_id=UUID(document_id),
                )
        except Refusal as refused:
            return not_found(request, refused)
        return HttpResponse(
            content,
            content_type=document.media_type,
            headers={
                "Content-Disposition": "attachment",
                "Cache-Control": "private, no-store",
                "X-Content-Type-Options": "nosniff",
            },
        )
