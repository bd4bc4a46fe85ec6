"""Where payment rails call back: signed by the rail, taken in whatever it says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from lending.actions import payments
from lending.api.values import MoneyField
from lending.rails import signing
from lending.rails.protocol import Outcome, RailAnswer
from tenancy import room
from tenancy.actors import Actor
from tenancy.addresses import client_address
from tenancy.api.authentication import request_id
from tenancy.errors import FieldError, Invalid, Refusal
from tenancy.models import Tenant
from tenancy.roles import Role

ID_CHARACTERS = 120


class NotSigned(Refusal):
    """The message is not signed with the rail's secret of this room, or is too old."""

    code = "signature_invalid"
    status = 403


class CallbackRequestSerializer(serializers.Serializer[Any]):
    """What became of one payment."""

    reference = serializers.CharField(max_length=120, help_text="Ours, as it was sent")
    outcome = serializers.ChoiceField(choices=[outcome.value for outcome in Outcome])
    amount = MoneyField()
    value_date = serializers.DateField()


class CallbackSerializer(serializers.Serializer[Any]):
    """How the message was taken in; nothing is asked of the rail in any case."""

    disposition = serializers.CharField(help_text="APPLIED, REPEATED, SET_ASIDE; may grow")
    reason = serializers.CharField(allow_blank=True)


def _header(name: str, text: str) -> OpenApiParameter:
    return OpenApiParameter(name, str, OpenApiParameter.HEADER, required=True, description=text)


class RailCallback(APIView):
    """A payment rail's answers, for one tenant."""

    # The signature is over the raw body, so it is checked in the view, after reading.
    authentication_classes = ()
    permission_classes = ()
    http_method_names = ["post"]

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Any:
        """Tell the page door's middleware that this view finds its room by itself."""
        view: Any = super().as_view(**initkwargs)
        view.finds_its_room = True
        return view

    @extend_schema(
        operation_id="rail_callback",
        request=CallbackRequestSerializer,
        responses={200: CallbackSerializer},
        tags=["rails"],
        auth=[],
        parameters=[
            OpenApiParameter("tenant", str, required=True, description="The tenant's slug"),
            _header("webhook-id", "The message's id; repeating it is harmless"),
            _header("webhook-timestamp", "Seconds since 1970, not older than five minutes"),
            _header("webhook-signature", "v1, and HMAC-SHA256 as Standard Webhooks says"),
        ],
    )
    def post(self, request: Request, rail: str) -> Response:
        """Say what became of a payment. What fits no open payment is kept and set aside."""
        slug = request.query_params.get("tenant", "")
        tenant = None if "\x00" in slug else Tenant.objects.filter(slug=slug).first()
        if tenant is None:
            raise NotSigned(_("The signature does not verify"))
        raw = request._request.body
        with room.enter(tenant.pk):
            message_id = _verified(rail, raw, request.headers)
            body = CallbackRequestSerializer(data=request.data)
            body.is_valid(raise_exception=True)
            answer = _answer(rail, message_id, body.validated_data)
            actor = Actor(
                kind="system", id=f"rail:{rail}", name=rail, role=Role.SYSTEM,
                source=client_address(request._request), request_id=request_id(),
            )  # fmt: skip
            message = payments.callback(answer=answer, actor=actor, at=timezone.now())
            return Response(CallbackSerializer(message).data)


def _verified(rail: str, raw: bytes, headers: Mapping[str, str]) -> str:
    try:
        message_id = signing.check(rail, body=raw, headers=headers)
    except signing.BadSignature as error:
        raise NotSigned(_("The signature does not verify")) from error
    if not 0 < len(message_id) <= ID_CHARACTERS:
        expected = f"1 – {ID_CHARACTERS}"
        raise Invalid(
            _("The message's id does not fit"),
            errors=[FieldError("webhook-id", message_id[:80], expected)],
        )
    return message_id


def _answer(rail: str, message_id: str, body: dict[str, Any]) -> RailAnswer:
    return RailAnswer(
        rail=rail,
        message_id=message_id,
        reference=body["reference"],
        outcome=Outcome(body["outcome"]),
        amount=body["amount"].amount,
        currency=body["amount"].currency,
        on=body["value_date"],
    )
