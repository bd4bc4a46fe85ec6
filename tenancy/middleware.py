"""The door for pages: who is signed in, which room he is in, in which language."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import structlog
from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from structlog.contextvars import get_contextvars

from tenancy import room
from tenancy.actors import Actor
from tenancy.addresses import client_address
from tenancy.models import Tenant, User
from tenancy.queries.rooms import RoomPass, rooms_of
from tenancy.roles import Role

SESSION_ROOM = "room"
REQUEST_ID_CHARACTERS = 60
LANGUAGE_COOKIE = settings.LANGUAGE_COOKIE_NAME


@dataclass(frozen=True, slots=True)
class Presence:
    """A signed-in person in a room: the tenant, his pass to it, and the others he could enter."""

    tenant: Tenant
    pass_: RoomPass
    passes: tuple[RoomPass, ...]

    def actor(self, request: HttpRequest) -> Actor:
        """Return the one on whose behalf this request acts."""
        user = request.user
        return Actor(
            kind="user",
            id=str(user.pk),
            name=str(user),
            role=Role(self.pass_.role),
            authority_limit=self.pass_.authority_limit,
            source=client_address(request),
            # As it stands in the log: the caller's own, else one that was made up for him.
            request_id=str(get_contextvars().get("request_id", ""))[:REQUEST_ID_CHARACTERS],
        )


class RoomMiddleware:
    """
    Put a signed-in person into his room and run the view there, in one transaction.

    The view runs inside `process_view`, together with its rendering, because a template reads
    rows too; an exception leaves the room by rolling back.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if getattr(view, "finds_its_room", False):
            return None
        if "%00" in request.META.get("QUERY_STRING", ""):
            # The lists filter by whatever the address says, and no column can hold a NUL.
            raise BadRequest
        presence = find_presence(request)
        request.presence = presence  # type: ignore[attr-defined]
        if presence is None:
            return None
        structlog.contextvars.bind_contextvars(tenant=presence.tenant.slug)
        zone = presence.tenant.zone
        with room.enter(presence.tenant.pk), timezone.override(zone):
            response = view(request, *args, **kwargs)
            if callable(getattr(response, "render", None)):
                response.render()
            return response


class LanguageMiddleware:
    """Speak the language that was chosen (cookie), else the person's, else the browser's."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        chosen = request.COOKIES.get(LANGUAGE_COOKIE, "")
        preferred = getattr(request.user, "locale", "") if request.user.is_authenticated else ""
        known = dict(settings.LANGUAGES)
        language = next((code for code in (chosen, preferred) if code in known), None)
        translation.activate(language or translation.get_language_from_request(request))
        request.LANGUAGE_CODE = translation.get_language()
        response = self.get_response(request)
        response.headers.setdefault("Content-Language", translation.get_language())
        return response


def find_presence(request: HttpRequest) -> Presence | None:
    """Return the room that the session's user is in; his first one unless he has chosen."""
    user = request.user
    if not isinstance(user, User) or not user.is_active:
        return None
    passes = tuple(rooms_of(user))
    if not passes:
        return None
    chosen = request.session.get(SESSION_ROOM)
    pass_ = next((p for p in passes if p.membership_id == chosen), passes[0])
    return Presence(Tenant.objects.get(pk=pass_.tenant_id), pass_, passes)


def room_context(request: HttpRequest) -> dict[str, Any]:
    """Template context: where the person is and where else he could be."""
    presence = getattr(request, "presence", None)
    return {"presence": presence}
