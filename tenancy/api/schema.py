"""The OpenAPI 3.1 document: what every operation shares is said here once."""

from __future__ import annotations

from typing import Any, ClassVar

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from tenancy.api.authentication import SCOPE
from tenancy.api.problems import MEDIA_TYPE
from tenancy.api.views import RoomView

TOKEN_PATH = "/api/v1/oauth/token"


class FieldProblemSerializer(serializers.Serializer[Any]):
    """One offending field."""

    pointer = serializers.CharField(help_text="JSON pointer into the body, or ?name of the query")
    value = serializers.CharField(allow_blank=True, help_text="What came; personal data masked")
    expected = serializers.CharField()


class ProblemSerializer(serializers.Serializer[Any]):
    """A refusal, as RFC 9457 writes it. Branch on `code`, which never changes."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField()
    detail = serializers.CharField()
    errors = FieldProblemSerializer(many=True, required=False)  # type: ignore[assignment]
    rule = serializers.CharField(required=False, help_text="The regulation rule that refused")
    source = serializers.CharField(  # type: ignore[assignment]
        required=False, help_text="Where that rule is written"
    )
    request_id = serializers.CharField(required=False)


_ALWAYS = {
    "401": "No token, or one that is unknown or has expired",
    "403": "The client's role does not allow this",
    "406": "Only JSON is spoken here",
    "422": "The input does not fit, or a rule refuses it",
}
_IN_PATH = {"404": "Not in this room"}
_OF_WRITES = {
    "400": "Not JSON, or no Idempotency-Key",
    "409": "The state does not allow this, or the same request is being worked on",
}
_OF_BODIES = {
    "400": "Not JSON",
    "413": "The body is too large",
    "415": "The body is not application/json",
}


class ApiSchema(AutoSchema):
    """Adds to every operation of a room the idempotency header and the problems."""

    also_answers: ClassVar[dict[str, str]] = {}

    @property
    def _is_write(self) -> bool:
        return self.method not in ("GET", "HEAD") and getattr(self.view, "writes", True)

    @property
    def _is_in_room(self) -> bool:
        return isinstance(self.view, RoomView)

    def get_override_parameters(self) -> list[Any]:
        """Say in which language to answer, and under which key to write."""
        language = OpenApiParameter(
            "Accept-Language",
            str,
            OpenApiParameter.HEADER,
            description="Language of messages: en or zh-Hans",
        )
        key = OpenApiParameter(
            "Idempotency-Key",
            {"type": "string", "pattern": "^[!-~]{1,255}$"},
            OpenApiParameter.HEADER,
            required=True,
            description=(
                "Chosen by the client, new for each intended write. Same key and same body: "
                "same answer; other body: 422; still in progress: 409."
            ),
        )
        if not self._is_in_room:
            return [language]
        return [language, key] if self._is_write else [language]

    def _get_response_bodies(self, direction: Any = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        described = _ALWAYS | self.also_answers
        if "{" in self.path:
            described |= _IN_PATH
        if self.method != "GET":
            described |= _OF_BODIES
        if self._is_write and self._is_in_room:
            described |= _OF_WRITES
        problem = self.resolve_serializer(ProblemSerializer(), "response").ref
        for status, text in described.items():
            bodies.setdefault(
                status, {"description": text, "content": {MEDIA_TYPE: {"schema": problem}}}
            )
        return dict(sorted(bodies.items()))


def close_requests(result: dict[str, Any], **_: Any) -> dict[str, Any]:
    """Say that a body with a field we don't know is refused: a misspelt one would be lost."""
    for name, schema in result["components"]["schemas"].items():
        if name.endswith("Request"):
            schema["additionalProperties"] = False
    return result


class ApiGenerator(SchemaGenerator):
    """The document of one API of the house; the banks' has one of its own."""

    prefix = "/api/v1"

    def _get_paths_and_endpoints(self) -> list[Any]:
        every = super()._get_paths_and_endpoints()  # type: ignore[no-untyped-call]
        return [found for found in every if found[0].startswith(f"{self.prefix}/")]


class ClientScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Describes the bearer token to the OpenAPI document."""

    target_class = "tenancy.api.authentication.ClientAuthentication"
    name = "oauth2"

    def get_security_requirement(self, auto_schema: AutoSchema) -> dict[str, list[str]]:
        """Name the scope that every operation needs."""
        return {self.name: [SCOPE]}

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        """Say where the token comes from."""
        scopes = {SCOPE: "Apply, draw, repay and read"}
        flow = {"tokenUrl": TOKEN_PATH, "scopes": scopes}
        return {"type": "oauth2", "flows": {"clientCredentials": flow}}
