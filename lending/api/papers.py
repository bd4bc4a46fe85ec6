"""An application's papers over the API: what is asked for, and bringing it."""

from __future__ import annotations

import base64
import binascii
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from lending.actions import papers
from lending.models import Paper, PaperKind
from tenancy.api.views import RoomView
from tenancy.errors import FieldError, Invalid, NotFound
from tenancy.permissions import Permission

# As JSON it is a third longer, and a request may have two and a half megabytes.
LARGEST_BYTES = 1_800_000
KEPT_FOR = timedelta(days=5 * 366)
MEDIA_TYPES = ("application/pdf", "image/jpeg", "image/png")


class PaperSerializer(serializers.Serializer[Any]):
    """A paper that the product asks for."""

    kind = serializers.CharField(help_text=", ".join(PaperKind.values))
    status = serializers.SerializerMethodField()
    reason = serializers.CharField()
    expires_on = serializers.DateField(allow_null=True)
    changed_at = serializers.DateTimeField()

    def get_status(self, paper: Paper) -> str:
        """MISSING, RECEIVED, VERIFIED, REJECTED (see the reason) or EXPIRED."""
        return str(paper.status_on(self.context["on"]).value)


class PaperRequestSerializer(serializers.Serializer[Any]):
    """The file of one paper."""

    kind = serializers.ChoiceField(choices=PaperKind.values)
    name = serializers.CharField(max_length=200)
    media_type = serializers.ChoiceField(choices=MEDIA_TYPES)
    content = serializers.CharField(help_text=f"Base64; at most {LARGEST_BYTES} bytes of file")
    expires_on = serializers.DateField(required=False, allow_null=True)


class ApplicationPapers(RoomView):
    """The checklist of an application."""

    reads = Permission.APPLICATION_VIEW

    @extend_schema(
        operation_id="list_papers", responses=PaperSerializer(many=True), tags=["applications"]
    )
    def get(self, request: Request, application_id: UUID) -> Response:
        """List the papers that the product asks for and where each stands; a short list."""
        rows = Paper.objects.filter(application=application_id).order_by("kind")
        return Response(PaperSerializer(rows, many=True, context={"on": self.on}).data)

    @extend_schema(
        operation_id="bring_paper",
        request=PaperRequestSerializer,
        responses={201: PaperSerializer},
        tags=["applications"],
    )
    def post(self, request: Request, application_id: UUID) -> Response:
        """Bring a paper; with the last that was missing the application is submitted."""
        body = self.valid(PaperRequestSerializer)
        row = Paper.objects.filter(application=application_id, kind=body["kind"]).first()
        if row is None:
            raise NotFound.of(_("Paper"), body["kind"])
        paper = papers.receive(
            actor=self.actor,
            at=self.at,
            on=self.on,
            paper_id=row.pk,
            content=_decoded(body["content"]),
            media_type=body["media_type"],
            name=body["name"],
            retain_until=self.on + KEPT_FOR,
            expires_on=body.get("expires_on"),
        )
        return Response(PaperSerializer(paper, context={"on": self.on}).data, 201)


def _decoded(text: str) -> bytes:
    try:
        content = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        content = b""
    if not 0 < len(content) <= LARGEST_BYTES:
        expected = str(_("Base64 of 1 to %d bytes") % LARGEST_BYTES)
        error = FieldError("/content", ascii(text[:20]), expected)
        raise Invalid(_("The paper does not fit"), errors=[error])
    return content
