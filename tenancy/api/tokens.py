"""Where a platform changes its secret for a token; asked too often, it is told to wait."""

from __future__ import annotations

import base64
import binascii
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from oauth2_provider.views import TokenView

from tenancy.actions import throttle
from tenancy.addresses import client_address
from tenancy.api.problems import MEDIA_TYPE, Problem


class ThrottledTokenView(TokenView):
    """The token endpoint of the platform API (RFC 6749, client credentials)."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            throttle.admit(
                client_id=_client_id(request), address=client_address(request), at=timezone.now()
            )
        except throttle.TooManyRequests as refused:
            return told_to_wait(refused)
        answer: HttpResponse = super().post(request, *args, **kwargs)
        return answer


def told_to_wait(refused: throttle.TooManyRequests) -> HttpResponse:
    """Answer with 429 and the seconds to wait."""
    return JsonResponse(
        Problem(refused.status, refused.code, str(refused)).body(),
        status=refused.status,
        content_type=MEDIA_TYPE,
        headers={"Retry-After": str(refused.wait)},
    )


def _client_id(request: HttpRequest) -> str:
    """Return whom the request names, in its header or its form; it need not be anybody."""
    scheme, _space, encoded = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return str(request.POST.get("client_id", ""))
    try:
        return base64.b64decode(encoded).decode("latin-1").partition(":")[0]
    except (ValueError, binascii.Error):
        return ""
