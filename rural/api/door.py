"""The door for the field app: a page session, JSON in and out, problems as of RFC 9457."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException

from tenancy.actors import Actor
from tenancy.api.parsing import StrictJsonParser
from tenancy.api.problems import MEDIA_TYPE, Problem, problem_of
from tenancy.errors import Refusal
from tenancy.middleware import Presence
from tenancy.models import Tenant
from tenancy.permissions import Permission, require


@dataclass(frozen=True, slots=True)
class Call:
    """One request of the field app: who asks, in which room, when."""

    request: HttpRequest
    actor: Actor
    tenant: Tenant
    at: datetime

    @property
    def on(self) -> date:
        """The day on which field work is done: the clock's, since its books may lag behind."""
        return timezone.localdate(self.at, self.tenant.zone)

    def json(self) -> Any:
        """
        Return the body.

        :raises ParseError: if it is not JSON by the book
        :raises TooLarge: if it is larger than any form needs to be
        """
        return StrictJsonParser().parse(self.request)


Handler = Callable[..., HttpResponse]


def field_view(**handlers: Handler) -> Callable[..., HttpResponse]:
    """
    Return a view that lets whoever may submit forms call one handler a method.

    The middleware has opened the room's transaction; a refusal rolls it back.
    """

    def view(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        presence: Presence | None = getattr(request, "presence", None)
        if presence is None:
            return refused(Problem(401, "not_authenticated", _("Sign in first")))
        handler = handlers.get(str(request.method).lower())
        if handler is None:
            answer = refused(Problem(405, "method_not_allowed", _("This can't be done here")))
            answer.headers["Allow"] = ", ".join(sorted(name.upper() for name in handlers))
            return answer
        call = Call(request, presence.actor(request), presence.tenant, timezone.now())
        try:
            require(call.actor, Permission.FIELD_SUBMIT)
            return handler(call, **kwargs)
        except (Refusal, APIException) as error:
            transaction.set_rollback(True)
            problem = problem_of(error)
            assert problem is not None
            return refused(problem, **_more(error))

    return view


def refused(problem: Problem, **more: Any) -> HttpResponse:
    """Answer with a problem, and with what else the app needs to go on."""
    return JsonResponse(problem.body() | more, status=problem.status, content_type=MEDIA_TYPE)


def _more(error: Exception) -> dict[str, Any]:
    received = getattr(error, "received", None)
    return {} if received is None else {"received": received}
