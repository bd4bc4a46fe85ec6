"""Who calls the bank API: a bank's program, by a token and by proof that it holds the key."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from partners.actions import access
from partners.api.addresses import public_url
from partners.models import BankCredential, PartnerBank
from partners.queries.access import live_token
from partners.rules import possession, signatures
from partners.rules.jose import ALGORITHMS, NotProven
from partners.rules.keys import key_set
from tenancy import room
from tenancy.actions.throttle import TooManyRequests
from tenancy.actors import Actor
from tenancy.addresses import client_address
from tenancy.api.authentication import ClientPrincipal, request_id
from tenancy.api.parsing import TooLarge
from tenancy.models import ApiClient
from tenancy.roles import Role

SCHEME = "DPoP"
TOKEN_CHARACTERS = 200


@dataclass(frozen=True, slots=True)
class BankPrincipal(ClientPrincipal):
    """A bank's program whose token and proof hold."""

    bank: PartnerBank | None = None

    def actor(self, request: Request) -> Actor:
        """Return the bank's program; its id is the client id that its credential has."""
        return Actor(
            kind="client",
            id=self.client.client_id,
            name=self.client.name,
            role=Role.BANK,
            source=client_address(request._request),
            request_id=request_id(),
        )


class BankAuthentication(BaseAuthentication):
    """
    Finds the bank by its token and checks the proof of possession (RFC 9449).

    A token alone opens nothing: whoever stole it has not the key. Where the bank wants it, the
    whole message has to be signed as well (RFC 9421).
    """

    def authenticate(self, request: Request) -> tuple[BankPrincipal, Any] | None:
        scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
        if not scheme:
            return None
        if scheme.lower() != SCHEME.lower():
            raise AuthenticationFailed(_("Send the token with the scheme DPoP, and its proof"))
        token = token.strip()
        client = _client(token)
        if client is None:
            raise AuthenticationFailed(_("The token is unknown or has expired"))
        at = timezone.now()
        with room.enter(client.room_id):
            bank, refusal = _admit(request._request, client, token, at)
        if refusal is not None:
            raise refusal
        return BankPrincipal(client, bank=bank), token

    def authenticate_header(self, request: Request) -> str:
        return f'{SCHEME} realm="granary", algs="{" ".join(ALGORITHMS)}"'


def _client(token: str) -> ApiClient | None:
    """Return the client that a token begins with; nothing of the token is proven by that."""
    number = token.partition(".")[0]
    if len(token) > TOKEN_CHARACTERS or not (number.isascii() and number.isdigit()):
        return None
    if len(number) > 18:
        return None
    return ApiClient.objects.filter(pk=int(number), role=Role.BANK).select_related("room").first()


def _admit(
    request: HttpRequest, client: ApiClient, token: str, at: datetime
) -> tuple[PartnerBank, TooManyRequests | None]:
    kept = live_token(access.checksum(token), client_id=client.client_id, at=at)
    if kept is None:
        raise AuthenticationFailed(_("The token is unknown or has expired"))
    credential: BankCredential = kept.credential
    try:
        proof = possession.check(
            request.headers.get("DPoP", ""),
            method=str(request.method),
            url=public_url(request),
            now=int(at.timestamp()),
            token=token,
        )
        if proof.thumbprint != kept.thumbprint:
            raise NotProven("the token is bound to another key")
        if credential.bank.signatures_required:
            signatures.check(_message(request), keys=key_set(credential.jwks), now=at)
    except NotProven as error:
        raise AuthenticationFailed(_("The proof does not hold: %s") % error) from error
    try:
        refusal = access.spend_on_call(
            bank=credential.bank,
            name=f"{proof.thumbprint} {proof.jti}",
            at=at,
            expires_at=datetime.fromtimestamp(proof.expires, UTC),
        )
    except access.ProofSpent as error:
        raise AuthenticationFailed(str(error)) from error
    return credential.bank, refusal


def _message(request: HttpRequest) -> signatures.Message:
    limit: int = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
    if int(request.META.get("CONTENT_LENGTH") or 0) > limit:
        raise TooLarge(_("A signed body may have %d bytes at most") % limit)
    return signatures.Message(
        method=str(request.method),
        url=request.build_absolute_uri(),
        headers={name.lower(): value for name, value in request.headers.items()},
        body=request.body,
    )
