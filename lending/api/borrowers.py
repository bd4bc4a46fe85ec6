"""Borrowers over the API: made known once, their personal numbers never shown again."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from lending.actions import borrowers
from lending.models import Borrower
from tenancy.actions import audit
from tenancy.api.views import RoomView
from tenancy.errors import NotFound
from tenancy.permissions import Permission


class BorrowerRequestSerializer(serializers.Serializer[Any]):
    """Who wants to borrow. The reference is yours; the same one is always the same borrower."""

    reference = serializers.CharField(max_length=80)
    kind = serializers.CharField(max_length=10, help_text="firm or person")
    name = serializers.CharField(max_length=200)
    name_zh = serializers.CharField(max_length=200, required=False, allow_blank=True)
    id_number = serializers.CharField(max_length=40, required=False, allow_blank=True)
    phone = serializers.CharField(max_length=40, required=False, allow_blank=True)
    bank_card = serializers.CharField(max_length=40, required=False, allow_blank=True)


class MaskedNumbersSerializer(serializers.Serializer[Any]):
    """Personal numbers, first and last characters only."""

    id_number = serializers.CharField(allow_blank=True)
    phone = serializers.CharField(allow_blank=True)
    bank_card = serializers.CharField(allow_blank=True)


class BorrowerSerializer(serializers.Serializer[Any]):
    """A borrower as the lender knows him."""

    id = serializers.UUIDField()
    reference = serializers.CharField()
    kind = serializers.CharField(help_text="firm or person")
    name = serializers.CharField()
    name_zh = serializers.CharField(allow_blank=True)
    numbers = MaskedNumbersSerializer(source="masked")


class BorrowerList(RoomView):
    """Borrowers."""

    @extend_schema(
        operation_id="register_borrower",
        request=BorrowerRequestSerializer,
        responses={201: BorrowerSerializer},
        tags=["borrowers"],
    )
    def post(self, request: Request) -> Response:
        """Make a borrower known; a reference that is known already gives the same borrower."""
        facts = self.valid(BorrowerRequestSerializer)
        borrower = borrowers.register(actor=self.actor, at=self.at, **facts)
        return Response(BorrowerSerializer(borrower).data, 201)


class BorrowerDetail(RoomView):
    """One borrower."""

    reads = Permission.BORROWER_VIEW

    @extend_schema(operation_id="get_borrower", responses=BorrowerSerializer, tags=["borrowers"])
    def get(self, request: Request, borrower_id: UUID) -> Response:
        """Read a borrower, numbers masked; each reading is noted in the audit trail."""
        borrower = Borrower.objects.filter(pk=borrower_id).first()
        if borrower is None:
            raise NotFound.of("Borrower", borrower_id)
        audit.record(actor=self.actor, at=self.at, action="borrower.view", subject=borrower)
        return Response(BorrowerSerializer(borrower).data)
