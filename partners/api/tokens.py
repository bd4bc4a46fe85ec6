"""Where a bank's program shows who it is and gets a token that only its own key can use."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from partners.actions import access
from partners.api.addresses import issuer_of, public_url
from partners.models import BankCredential, ProofKind
from partners.queries.access import live_credential
from partners.rules import assertions, possession
from partners.rules.jose import NotProven
from partners.rules.keys import key_set
from tenancy import room
from tenancy.actions import throttle
from tenancy.actors import Actor
from tenancy.addresses import client_address
from tenancy.api.authentication import request_id
from tenancy.api.tokens import told_to_wait
from tenancy.models import ApiClient
from tenancy.roles import Role

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
SCOPE = "bank"
MAX_CHARACTERS = 16_000


class TokenRefused(Exception):
    """Why no token is given, as RFC 6749 (5.2) and RFC 9449 (5) call it."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(description)
        self.error, self.description = error, description


@method_decorator(csrf_exempt, name="dispatch")
class BankTokenView(View):
    """
    The token endpoint: client credentials by `private_key_jwt`, bound by DPoP.

    RFC 6749, 7523 and 9449, as FAPI 2.0 puts them together.
    """

    http_method_names = ["post"]

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Any:
        """Tell the page door's middleware that this view finds its room by itself."""
        view: Any = super().as_view(**initkwargs)
        view.finds_its_room = True
        return view

    def post(self, request: HttpRequest) -> HttpResponse:
        at = timezone.now()
        asserted = request.POST.get("client_assertion", "")[: MAX_CHARACTERS + 1]
        client_id = _claimed_client(asserted)
        try:
            throttle.admit(client_id=client_id, address=client_address(request), at=at)
            issued = _issue(request, asserted, client_id, at)
        except throttle.TooManyRequests as refused:
            return told_to_wait(refused)
        except TokenRefused as refused:
            body = {"error": refused.error, "error_description": refused.description}
            status = 401 if refused.error == "invalid_client" else 400
            return JsonResponse(body, status=status, headers={"Cache-Control": "no-store"})
        return JsonResponse(
            {
                "access_token": issued.token,
                "token_type": "DPoP",
                "expires_in": issued.seconds,
                "scope": SCOPE,
            },
            headers={"Cache-Control": "no-store"},
        )


def _issue(request: HttpRequest, asserted: str, client_id: str, at: datetime) -> access.Issued:
    _check_form(request, asserted, client_id)
    client = None
    if "\x00" not in client_id:
        client = ApiClient.objects.filter(client_id=client_id, role=Role.BANK).first()
    if client is None:
        raise TokenRefused("invalid_client", "the client is not known here")
    proof = _proof(request, at)
    with room.enter(client.room_id):
        credential = live_credential(client_id)
        if credential is None:
            raise TokenRefused("invalid_client", "the client is not known here")
        _spend(request, asserted, credential, proof, at)
        actor = Actor(
            kind="client",
            id=client_id,
            name=credential.bank.name,
            role=Role.BANK,
            source=client_address(request),
            request_id=request_id(),
        )
        return access.issue_token(
            credential=credential,
            prefix=str(client.pk),
            thumbprint=proof.thumbprint,
            actor=actor,
            at=at,
        )


def _check_form(request: HttpRequest, asserted: str, client_id: str) -> None:
    if request.POST.get("grant_type") != "client_credentials":
        raise TokenRefused("unsupported_grant_type", "grant_type must be client_credentials")
    if request.POST.get("scope", SCOPE) != SCOPE:
        raise TokenRefused("invalid_scope", f"scope must be {SCOPE}")
    if request.POST.get("client_assertion_type") != ASSERTION_TYPE:
        raise TokenRefused("invalid_client", f"client_assertion_type must be {ASSERTION_TYPE}")
    if not client_id or len(asserted) > MAX_CHARACTERS:
        raise TokenRefused("invalid_client", "client_assertion must be a signed JSON Web Token")
    if request.POST.get("client_id", client_id) != client_id:
        raise TokenRefused("invalid_client", "client_id is not the one in the assertion")


def _proof(request: HttpRequest, at: datetime) -> possession.Proof:
    try:
        return possession.check(
            request.headers.get("DPoP", ""),
            method="POST",
            url=public_url(request),
            now=int(at.timestamp()),
        )
    except NotProven as error:
        raise TokenRefused("invalid_dpop_proof", str(error)) from error


def _spend(
    request: HttpRequest,
    asserted: str,
    credential: BankCredential,
    proof: possession.Proof,
    at: datetime,
) -> None:
    """Check who asks, and use up both the assertion and the proof that came with it."""
    try:
        assertion = assertions.check(
            asserted,
            client_id=credential.client_id,
            keys=key_set(credential.jwks),
            audiences=(public_url(request), issuer_of(request)),
            now=int(at.timestamp()),
        )
    except NotProven as error:
        raise TokenRefused("invalid_client", str(error)) from error
    for error_code, name, expires in (
        ("invalid_client", f"{credential.client_id} {assertion.jti}", assertion.expires),
        ("invalid_dpop_proof", f"{proof.thumbprint} {proof.jti}", proof.expires),
    ):
        try:
            access.spend(
                bank=credential.bank,
                kind=ProofKind.ASSERTION,
                name=name,
                at=at,
                expires_at=datetime.fromtimestamp(expires, UTC),
            )
        except access.ProofSpent as error:
            raise TokenRefused(error_code, "jti has been used before") from error


def _claimed_client(asserted: str) -> str:
    """Return whom an assertion says that it is from, before anything of it is believed."""
    try:
        payload = asserted.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    except (IndexError, ValueError, RecursionError):
        return ""
    claimed = claims.get("iss") if isinstance(claims, dict) else None
    return claimed if isinstance(claimed, str) and len(claimed) <= 100 else ""
