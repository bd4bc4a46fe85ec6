"""Who calls the API: a client program, by its OAuth 2 bearer token (RFC 6750)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import structlog
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from oauth2_provider.models import get_access_token_model
from oauth2_provider.oauth2_validators import OAuth2Validator
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.request import Request

from tenancy.actors import Actor
from tenancy.addresses import client_address
from tenancy.models import ApiClient
from tenancy.roles import Role

SCOPE = "lending"
REQUEST_ID_CHARACTERS = 60


def request_id() -> str:
    """Return what this request is called in the log, in the audit trail and in its answer."""
    known = structlog.contextvars.get_contextvars().get("request_id", "")
    return str(known)[:REQUEST_ID_CHARACTERS]


@dataclass(frozen=True, slots=True)
class ClientPrincipal:
    """The program that has shown a valid token; what the framework knows as the user."""

    client: ApiClient
    is_authenticated: bool = True

    def actor(self, request: Request) -> Actor:
        """Return the one on whose behalf this request acts."""
        return Actor(
            kind="client",
            id=str(self.client.pk),
            name=self.client.name,
            role=Role(self.client.role),
            source=client_address(request._request),
            request_id=request_id(),
        )


class TokenValidator(OAuth2Validator):
    """
    Decides who gets a token for a secret: a platform, and never a bank.

    A bank proves itself with a key of its own (`/bank/v1`); nor is anybody called by what no
    column can hold.
    """

    def _load_application(self, client_id: str, request: Any) -> Any:
        if "\x00" in (client_id or ""):
            return None
        found = super()._load_application(client_id, request)
        return None if found is not None and found.role == Role.BANK else found


class ClientAuthentication(BaseAuthentication):
    """
    Finds the client by its token's hash: one indexed read, no password hashing per request.

    Tokens are issued by `POST /api/v1/oauth/token` and stored as hashes only.
    """

    def authenticate(self, request: Request) -> tuple[ClientPrincipal, Any] | None:
        scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        checksum = hashlib.sha256(token.strip().encode()).hexdigest()
        found = (
            get_access_token_model()
            .objects.select_related("application__room")
            .filter(token_checksum=checksum, expires__gt=timezone.now())
            .first()
        )
        if found is None or found.application is None:
            raise AuthenticationFailed(_("The token is unknown or has expired"))
        if not found.allow_scopes([SCOPE]):
            raise PermissionDenied(_("The token's scope does not cover this"))
        return ClientPrincipal(found.application), found

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="granary"'
