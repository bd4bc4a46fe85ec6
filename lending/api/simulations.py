"""The engine over the API: what would become of a loan."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from lending.actions import simulation
from lending.api.application_bodies import ANY_OBJECT, ObjectField
from tenancy.api.views import RoomView
from tenancy.permissions import Permission


class SimulationRequestSerializer(serializers.Serializer[Any]):
    """A loan to be imagined; docs/engine.md lists the fields of terms and events."""

    terms = ObjectField()
    events = serializers.ListField(child=ObjectField())
    as_of = serializers.CharField(max_length=10, help_text="A date")


class SimulationList(RoomView):
    """Simulations."""

    reads = Permission.PRODUCT_VIEW
    writes = False

    @extend_schema(
        operation_id="simulate",
        request=SimulationRequestSerializer,
        responses={200: ANY_OBJECT},
        tags=["simulations"],
    )
    def post(self, request: Request) -> Response:
        """Fold terms and events: schedule, allocations, balances, journal. Keeps nothing."""
        return Response(
            simulation.run(actor=self.actor, case=self.valid(SimulationRequestSerializer))
        )
