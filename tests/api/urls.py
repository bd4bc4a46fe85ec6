"""The house's addresses, and a view that does what a test tells it to."""

import time
from typing import Any
from uuid import uuid4

from django.urls import include, path
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tenancy.actions import audit
from tenancy.api.views import RoomView
from tenancy.errors import FieldError, Refusal
from tenancy.models import AuditEvent
from tenancy.permissions import Permission


class NotToday(Refusal):
    code = "not_today"


class NoteSerializer(serializers.Serializer[Any]):
    text = serializers.CharField(max_length=20)
    id_number = serializers.CharField(max_length=6, required=False)
    then = serializers.ChoiceField(["refuse", "break", "dawdle"], required=False)


class Notes(RoomView):
    reads = Permission.AUDIT_VIEW

    def get(self, request: Request) -> Response:
        return Response({"notes": AuditEvent.objects.filter(action="note").count()})

    def post(self, request: Request) -> Response:
        note = self.valid(NoteSerializer)
        audit.record(actor=self.actor, at=self.at, action="note", changes={"text": note["text"]})
        match note.get("then"):
            case "refuse":
                raise NotToday(
                    "Come back tomorrow",
                    errors=[FieldError("/text", note["text"], "another day")],
                    rule="CN-OPENING-HOURS",
                    source="House rules, 3",
                )
            case "break":
                raise ZeroDivisionError
            case "dawdle":
                time.sleep(0.5)
        return Response({"id": str(uuid4()), "text": note["text"]}, 201)


urlpatterns = [path("api/v1/notes", Notes.as_view()), path("", include("config.urls"))]
handler400 = "tenancy.api.faults.bad_request"
handler404 = "tenancy.api.faults.not_found"
handler500 = "tenancy.api.faults.server_error"
