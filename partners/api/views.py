"""The bank's door: a room view in which a bank sees and does what is its own."""

from __future__ import annotations

import time
from typing import Any

from django.http import HttpRequest, HttpResponse
from rest_framework.request import Request

from partners.actions import access
from partners.api.authentication import BankAuthentication, BankPrincipal
from partners.api.schema import BankSchema
from partners.models import PartnerBank
from tenancy import room
from tenancy.api.views import RoomView
from tenancy.permissions import Permission


class BankView(RoomView):
    """
    Authenticates a bank's program; `self.bank` is the only bank that a handler may ask about.

    Every call of a known bank is written down with its answer, so that the bank's own people
    can see how its programs fare.
    """

    authentication_classes = (BankAuthentication,)
    schema = BankSchema()
    reads = Permission.BANK_VIEW

    bank: PartnerBank

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        principal = request.user
        assert isinstance(principal, BankPrincipal)
        assert principal.bank is not None
        self.bank = principal.bank

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Answer as every API does, then write the call down."""
        started = time.monotonic()
        response = super().dispatch(request, *args, **kwargs)
        if hasattr(self, "bank"):
            self._write_down(response, int(1000 * (time.monotonic() - started)))
        return response

    def _write_down(self, response: Any, milliseconds: int) -> None:
        body = response.data if response.status_code >= 400 else None
        with room.enter(self.tenant.pk):
            access.note_call(
                bank=self.bank,
                at=self.at,
                method=str(self.request.method),
                path=self.request.path,
                status=response.status_code,
                code=str(body.get("code", "")) if isinstance(body, dict) else "",
                milliseconds=milliseconds,
                source=self.actor.source,
                request_id=self.actor.request_id,
            )
