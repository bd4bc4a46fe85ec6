"""Offers and credit lines over the API: read, accepted, drawn from."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from lending.actions import lines, offers
from lending.api.line_bodies import (
    AcceptanceRequestSerializer,
    DrawRequestSerializer,
    LineSerializer,
    LineSummarySerializer,
    OfferSerializer,
    with_headroom,
)
from lending.api.loan_bodies import LoanSerializer, detailed
from lending.models import CreditLine, Offer
from tenancy.api.paging import NewestFirst
from tenancy.api.views import RoomView
from tenancy.errors import NotFound
from tenancy.permissions import Permission


class LineFilter(filters.FilterSet):
    """Which credit lines to list."""

    status = filters.CharFilter(help_text="Such as OPEN")
    borrower = filters.CharFilter("borrower__reference", help_text="The borrower's reference")
    application = filters.UUIDFilter("application_id")

    class Meta:
        model = CreditLine
        fields: tuple[str, ...] = ()


class OfferDetail(RoomView):
    """One offer."""

    reads = Permission.APPLICATION_VIEW

    @extend_schema(operation_id="get_offer", responses=OfferSerializer, tags=["offers"])
    def get(self, request: Request, offer_id: UUID) -> Response:
        """Read an offer with its all-in cost table, which the borrower must be shown."""
        offer = Offer.objects.select_related("version").filter(pk=offer_id).first()
        if offer is None:
            raise NotFound.of("Offer", offer_id)
        return Response(OfferSerializer(offer).data)


class OfferAcceptance(RoomView):
    """The acceptance of an offer."""

    @extend_schema(
        operation_id="accept_offer",
        request=AcceptanceRequestSerializer,
        responses={201: LineSerializer},
        tags=["offers"],
    )
    def post(self, request: Request, offer_id: UUID) -> Response:
        """Take an offer up, naming the cost table that the borrower confirmed: opens a line."""
        body = self.valid(AcceptanceRequestSerializer)
        line = offers.accept(actor=self.actor, at=self.at, on=self.on, offer_id=offer_id, **body)
        return Response(with_headroom(find(line.pk)), 201)


class LineList(RoomView):
    """Credit lines."""

    reads = Permission.LINE_VIEW
    pagination_class = NewestFirst
    filter_backends = (filters.DjangoFilterBackend,)
    filterset_class = LineFilter

    def get_queryset(self) -> QuerySet[CreditLine]:
        return CreditLine.objects.select_related("borrower", "version__product")

    @extend_schema(
        operation_id="list_credit_lines",
        responses=LineSummarySerializer(many=True),
        tags=["credit lines"],
    )
    def get(self, request: Request) -> Response:
        """List credit lines, newest first."""
        return self.page(LineSummarySerializer)


class LineDetail(RoomView):
    """One credit line."""

    reads = Permission.LINE_VIEW

    @extend_schema(operation_id="get_credit_line", responses=LineSerializer, tags=["credit lines"])
    def get(self, request: Request, line_id: UUID) -> Response:
        """Read a credit line with what may still be drawn."""
        return Response(with_headroom(find(line_id)))


class LineDraws(RoomView):
    """Draws from a credit line."""

    @extend_schema(
        operation_id="draw",
        request=DrawRequestSerializer,
        responses={201: LoanSerializer},
        tags=["credit lines"],
    )
    def post(self, request: Request, line_id: UUID) -> Response:
        """Draw money: a loan that is PENDING until the payment rail has confirmed."""
        body = self.valid(DrawRequestSerializer)
        line = find(line_id)
        loan = lines.draw(
            actor=self.actor,
            at=self.at,
            on=self.on,
            line_id=line_id,
            amount=body["amount"].within(line.currency),
            key=f"draw:{self.key}",
        )
        return Response(detailed(loan, on=self.on), 201)


def find(line_id: UUID) -> CreditLine:
    """
    Return a credit line of the room.

    :raises NotFound: if there is none of this id
    """
    lines_ = CreditLine.objects.select_related("borrower", "version__product")
    line = lines_.filter(pk=line_id).first()
    if line is None:
        raise NotFound.of("Credit line", line_id)
    return line
