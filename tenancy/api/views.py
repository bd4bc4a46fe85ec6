"""The door for programs: every API view runs its handler in the client's room, once."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any, ClassVar

import structlog
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework.exceptions import ValidationError
from rest_framework.generics import GenericAPIView
from rest_framework.pagination import BasePagination
from rest_framework.permissions import SAFE_METHODS
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer, Serializer

from tenancy import room
from tenancy.actions import audit, idempotency
from tenancy.actors import Actor
from tenancy.api.authentication import ClientPrincipal, request_id
from tenancy.api.problems import problem_of
from tenancy.models import Tenant
from tenancy.permissions import Permission, require

_KEY = re.compile(r"[\x21-\x7e]{1,255}")
Handler = Callable[..., Response]


class RoomView(GenericAPIView[Any]):
    """
    Authenticates, enters the client's room in one transaction, and calls one handler.

    What a handler may use: `self.actor`, `self.tenant`, `self.at` (the clock, read once),
    `self.on` (the business date), `self.valid(Serializer)` (the body, its shape checked),
    `self.page(Serializer)` (a page of `get_queryset()`) and `self.key` (for actions that are
    idempotent by a key of their own). Handlers of writes run under the request's
    `Idempotency-Key`; those of reads need the permission in `reads`.

    A refusal leaves the room by rolling back: of a refused request stays its audit row.
    """

    reads: ClassVar[Permission]
    # False for a POST that only asks: no key, nothing kept, and the permission in `reads`.
    writes: ClassVar[bool] = True
    pagination_class: type[BasePagination] | None = None
    filter_backends: Sequence[Any] = ()
    # Without OPTIONS: what a view understands stands in the OpenAPI document.
    http_method_names = ["get", "post", "head"]

    actor: Actor
    tenant: Tenant
    at: datetime

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Any:
        """Tell the page door's middleware that these views find their room by themselves."""
        view: Any = super().as_view(**initkwargs)
        view.finds_its_room = True
        return view

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        principal = request.user
        assert isinstance(principal, ClientPrincipal)
        self.tenant, self.at = principal.client.room, timezone.now()
        self.actor = principal.actor(request)
        structlog.contextvars.bind_contextvars(tenant=self.tenant.slug, client=self.actor.id)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Do as DRF does, but run the handler in the room and write refusals down after it."""
        self.args, self.kwargs = args, kwargs
        self.request = self.initialize_request(request, *args, **kwargs)
        self.headers = {**self.default_response_headers, "X-Request-ID": request_id()}
        try:
            self.initial(self.request, *args, **kwargs)
            response = self._answer(*args, **kwargs)
        except Exception as error:
            response = self.handle_exception(error)
            self._note(error)
        self.response = self.finalize_response(self.request, response, *args, **kwargs)
        return self.response

    @property
    def on(self) -> date:
        """The tenant's business date."""
        return self.tenant.business_date

    @property
    def key(self) -> str:
        """The request's idempotency key, made unique over all clients; at most 53 characters."""
        sent = self.request.headers["Idempotency-Key"]
        return f"{self.actor.id}-{hashlib.sha256(sent.encode()).hexdigest()[:32]}"

    def valid(self, serializer_class: type[Serializer[Any]]) -> dict[str, Any]:
        """
        Return the body, its shape checked and its values typed.

        A field that is not known is refused: a misspelt optional one would be lost in silence.

        :raises rest_framework.exceptions.ValidationError: naming every field that does not fit
        """
        serializer = serializer_class(data=self.request.data)
        is_valid = serializer.is_valid()
        errors = dict(serializer.errors)
        if isinstance(self.request.data, dict):
            known = set(serializer.fields)
            errors |= {name: [_("No such field")] for name in self.request.data.keys() - known}
        if errors or not is_valid:
            raise ValidationError(errors)
        checked: dict[str, Any] = serializer.validated_data
        return checked

    def page(self, serializer_class: type[BaseSerializer[Any]]) -> Response:
        """Return a page of `get_queryset()`, filtered as the query says."""
        rows = self.paginate_queryset(self.filter_queryset(self.get_queryset()))
        return self.get_paginated_response(serializer_class(rows, many=True).data)

    def _answer(self, *args: Any, **kwargs: Any) -> Response:
        method = str(self.request.method)
        handler: Handler | None = None
        if method.lower() in self.http_method_names:
            handler = getattr(self, method.lower(), None)
        if handler is None:
            self.http_method_not_allowed(self.request, *args, **kwargs)
        assert handler is not None
        if method in SAFE_METHODS or not self.writes:
            with room.enter(self.tenant.pk):
                require(self.actor, self.reads)
                return handler(self.request, *args, **kwargs)
        return self._answer_once(handler, *args, **kwargs)

    def _answer_once(self, handler: Handler, *args: Any, **kwargs: Any) -> Response:
        """Run a write under its key; its answer is what its record holds."""
        request = self.request
        key = request.headers.get("Idempotency-Key", "")
        if not _KEY.fullmatch(key):
            raise idempotency.KeyMissing(
                _("Send an Idempotency-Key of 1 to 255 visible ASCII characters")
            )
        mark = idempotency.fingerprint(
            method=str(request.method), path=request.get_full_path(), body=request.data
        )

        def perform() -> idempotency.Answer:
            response = handler(request, *args, **kwargs)
            body = json.loads(JSONRenderer().render(response.data) or b"null")
            return idempotency.Answer(response.status_code, body)

        with room.enter(self.tenant.pk):
            answer = idempotency.once(
                client=self.actor.id, key=key, fingerprint=mark, at=self.at, perform=perform
            )
        headers = {"Idempotency-Replayed": "true"} if answer.is_repeated else {}
        return Response(answer.body, answer.status, headers=headers)

    def _note(self, error: Exception) -> None:
        """Write down, in a transaction of its own, that a known client was refused, and why."""
        problem = problem_of(error, self.request)
        if problem is None or not hasattr(self, "actor"):
            return
        with room.enter(self.tenant.pk):
            audit.record(
                actor=self.actor,
                at=self.at,
                action="request.refused",
                subject=f"{self.request.method} {self.request.path}",
                changes={
                    "code": problem.code,
                    "status": problem.status,
                    "path": self.request.path,
                    # The values stay out: one of them may be a personal number.
                    "fields": [error.pointer for error in problem.errors],
                },
                # What it quotes may hold what no column can.
                reason=problem.detail.replace("\x00", "\N{REPLACEMENT CHARACTER}"),
            )
