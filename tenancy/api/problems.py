"""How the API says no: RFC 9457 problems with a stable code, and never a half-done write."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied as DjangoPermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response

from tenancy.api.authentication import request_id
from tenancy.errors import FieldError, Refusal
from tenancy.fields import mask

MEDIA_TYPE = "application/problem+json"
VALUE_CHARACTERS = 80
# Never repeated in the clear, not even to the one who sent them: answers are logged.
SECRET_FIELDS = frozenset({"id_number", "phone", "bank_card", "client_secret"})
# Nor where it came under another name, misspelt or put into the wrong field.
_PERSONAL = re.compile(r"(?<![0-9])([0-9][ -]?){10,18}[0-9Xx](?![0-9])")

_CODES: dict[type[exceptions.APIException], str] = {
    exceptions.ParseError: "malformed_body",
    exceptions.NotAuthenticated: "not_authenticated",
    exceptions.AuthenticationFailed: "not_authenticated",
    exceptions.PermissionDenied: "forbidden",
    exceptions.NotFound: "not_found",
    exceptions.MethodNotAllowed: "method_not_allowed",
    exceptions.NotAcceptable: "not_acceptable",
    exceptions.UnsupportedMediaType: "unsupported_media_type",
    exceptions.Throttled: "too_many_requests",
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One problem as RFC 9457 writes it; `code` is what programs branch on."""

    status: int
    code: str
    detail: str
    errors: tuple[FieldError, ...] = ()
    rule: str = ""
    source: str = ""

    def body(self) -> dict[str, Any]:
        """Return the JSON object; members that have nothing to say are left out."""
        body: dict[str, Any] = {
            "type": f"urn:granary:problem:{self.code}",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
        }
        if self.errors:
            body["errors"] = [asdict(error) for error in self.errors]
        if self.rule:
            body |= {"rule": self.rule, "source": self.source}
        named = request_id()
        return body | ({"request_id": named} if named else {})


def problem_of(error: Exception, request: Request | None = None) -> Problem | None:
    """Return the problem that an error stands for, or None for a bug, which is not caught."""
    match error:
        case Refusal():
            return Problem(
                error.status, error.code, str(error), error.errors, error.rule, error.source
            )
        case exceptions.ValidationError():
            errors = tuple(_field_errors(error.detail, request))
            return Problem(422, "invalid_input", _("The input does not fit"), errors)
        case exceptions.APIException():
            code = _CODES.get(type(error), "refused")
            return Problem(error.status_code, code, str(error.detail))
        case Http404():
            return Problem(404, "not_found", _("There is nothing here"))
        case DjangoPermissionDenied():
            return Problem(403, "forbidden", _("This is not allowed"))
        case _:
            return None


def answer(error: Exception, context: Mapping[str, Any]) -> Response | None:
    """Turn an error raised by a view into its problem; DRF's exception handler."""
    problem = problem_of(error, context.get("request"))
    if problem is None:
        return None
    headers = {}
    if getattr(error, "auth_header", None):
        headers["WWW-Authenticate"] = error.auth_header  # type: ignore[attr-defined]
    wait = 1 if problem.code == "request_in_progress" else getattr(error, "wait", None)
    if wait:
        headers["Retry-After"] = str(int(wait))
    return Response(problem.body(), problem.status, headers=headers, content_type=MEDIA_TYPE)


def _field_errors(detail: Any, request: Request | None) -> Iterator[FieldError]:
    """Name each offending field by a JSON pointer, or `?name` where it stands in the query."""
    in_query = request is not None and request.method in ("GET", "HEAD")
    sent = {} if request is None else request.query_params if in_query else request.data
    for path, messages in _leaves(detail, ()):
        pointer = "".join(f"?{name}" if in_query else f"/{_escaped(name)}" for name in path)
        yield FieldError(pointer, _sent(sent, path), " ".join(messages))


def _leaves(detail: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], list[str]]]:
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            yield from _leaves(inner, path if name == "non_field_errors" else (*path, str(name)))
    elif isinstance(detail, Sequence) and any(not isinstance(item, str) for item in detail):
        for number, inner in enumerate(detail):
            yield from _leaves(inner, (*path, str(number)))
    elif detail:
        yield path, [str(detail)] if isinstance(detail, str) else [str(item) for item in detail]


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")


def _sent(sent: Any, path: tuple[str, ...]) -> str:
    for name in path:
        if isinstance(sent, Mapping) and name in sent:
            sent = sent[name]
        elif isinstance(sent, list) and name.isdigit() and int(name) < len(sent):
            sent = sent[int(name)]
        else:
            return ""
    if isinstance(sent, Mapping | list):
        return ""
    text = str(sent)[:VALUE_CHARACTERS]
    if path and path[-1] in SECRET_FIELDS:
        return mask(text)
    return _PERSONAL.sub(lambda found: mask(found[0]), text)
