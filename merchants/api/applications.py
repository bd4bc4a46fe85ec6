"""Applications of merchants over the API."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from lending.api.application_bodies import ApplicationSerializer, BareApplicationRequestSerializer
from merchants.actions import applications
from tenancy.api.views import RoomView


class MerchantApplications(RoomView):
    """Applications of one merchant."""

    @extend_schema(
        operation_id="apply_as_merchant",
        request=BareApplicationRequestSerializer,
        responses={201: ApplicationSerializer},
        tags=["applications"],
    )
    def post(self, request: Request, code: str) -> Response:
        """Apply for a merchant whose invoices are known here: they are the evidence."""
        facts = self.valid(BareApplicationRequestSerializer)
        money = facts["amount"]
        application = applications.apply(
            actor=self.actor,
            at=self.at,
            on=self.on,
            code=code,
            product_code=facts["product"],
            amount=money.amount,
            currency=money.currency,
            term=facts["term"],
            purpose=facts["purpose"],
        )
        return Response(ApplicationSerializer(application).data, 201)
