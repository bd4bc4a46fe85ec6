"""What a bank does with an application: receive it, ask, decide."""

from __future__ import annotations

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from partners.actions import decisions, placements
from partners.api.application_bodies import ApplicationSerializer
from partners.api.decision_bodies import (
    AckRequestSerializer,
    DecisionRequestSerializer,
    InfoRequestSerializer,
    decided,
)
from partners.api.views import BankView
from partners.models import Placement
from partners.queries.inbox import of_bank
from tenancy.errors import NotFound


class _Step(BankView):
    """One step of an application, by its bank."""

    def found(self, application_id: UUID) -> Placement:
        """
        Return the bank's own application as it now stands.

        :raises NotFound: if it is not this bank's
        """
        placement = of_bank(self.bank, application_id)
        if placement is None:
            raise NotFound.of("Application", application_id)
        return placement

    def shown(self, application_id: UUID, status: int = 200) -> Response:
        """Answer with the application as it now stands."""
        return Response(ApplicationSerializer(self.found(application_id)).data, status)


class ApplicationAck(_Step):
    """That the bank has an application."""

    @extend_schema(
        operation_id="acknowledge",
        request=AckRequestSerializer,
        responses={200: ApplicationSerializer},
        tags=["applications"],
    )
    def post(self, request: Request, application_id: UUID) -> Response:
        """Say that an application has arrived; repeating it changes nothing."""
        body = self.valid(AckRequestSerializer)
        self.found(application_id)
        placements.acknowledge(
            actor=self.actor,
            at=self.at,
            placement_id=application_id,
            bank_reference=body["your_reference"],
        )
        return self.shown(application_id)


class ApplicationInfoRequests(_Step):
    """What the bank wants to know."""

    @extend_schema(
        operation_id="request_info",
        request=InfoRequestSerializer,
        responses={201: ApplicationSerializer},
        tags=["applications"],
    )
    def post(self, request: Request, application_id: UUID) -> Response:
        """Ask for more; your clock stands still until the lender answers."""
        body = self.valid(InfoRequestSerializer)
        self.found(application_id)
        placements.request_info(actor=self.actor, at=self.at, placement_id=application_id, **body)
        return self.shown(application_id, 201)


class ApplicationDecisions(_Step):
    """The bank's decision."""

    @extend_schema(
        operation_id="decide",
        request=DecisionRequestSerializer,
        responses={201: ApplicationSerializer},
        tags=["applications"],
    )
    def post(self, request: Request, application_id: UUID) -> Response:
        """Approve, decline or make a counter-offer; nobody else can do that for you."""
        body = self.valid(DecisionRequestSerializer)
        placement = self.found(application_id)
        decisions.decide(
            actor=self.actor,
            at=self.at,
            on=self.on,
            placement_id=application_id,
            decision=decided(body, placement.currency),
        )
        return self.shown(application_id, 201)
