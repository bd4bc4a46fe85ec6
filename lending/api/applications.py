"""Applications over the API: sent in, followed, completed, withdrawn."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from lending.actions import applications
from lending.api.application_bodies import (
    ApplicationRequestSerializer,
    ApplicationSerializer,
    InputsRequestSerializer,
    ReasonRequestSerializer,
    WithdrawalRequestSerializer,
)
from lending.models import Application
from tenancy.api.moments import MomentFilter
from tenancy.api.paging import NewestFirst
from tenancy.api.views import RoomView
from tenancy.errors import NotFound
from tenancy.permissions import Permission


class ApplicationFilter(filters.FilterSet):
    """Which applications to list."""

    stage = filters.CharFilter(help_text="Such as REFERRED")
    borrower = filters.CharFilter("borrower__reference", help_text="The borrower's reference")
    product = filters.CharFilter("version__product__code", help_text="The product's code")
    submitted_from = MomentFilter("submitted_at", lookup_expr="gte")
    submitted_before = MomentFilter("submitted_at", lookup_expr="lt")

    class Meta:
        model = Application
        fields: tuple[str, ...] = ()


def shown(application_id: UUID) -> Response:
    """
    Return an application as it now stands.

    :raises NotFound: if the room has no such application
    """
    found = applications_with_outcome().filter(pk=application_id).first()
    if found is None:
        raise NotFound.of("Application", application_id)
    return Response(ApplicationSerializer(found).data)


def applications_with_outcome() -> QuerySet[Application]:
    """Applications with all that their representation shows, in four queries for any number."""
    return (
        Application.objects.defer("version__cost_scenarios")
        .select_related("borrower", "version__product")
        .prefetch_related("offers", "lines")
    )


class ApplicationList(RoomView):
    """Applications."""

    reads = Permission.APPLICATION_VIEW
    pagination_class = NewestFirst
    filter_backends = (filters.DjangoFilterBackend,)
    filterset_class = ApplicationFilter

    def get_queryset(self) -> QuerySet[Application]:
        return applications_with_outcome()

    @extend_schema(
        operation_id="list_applications",
        responses=ApplicationSerializer(many=True),
        tags=["applications"],
    )
    def get(self, request: Request) -> Response:
        """List applications, newest first."""
        return self.page(ApplicationSerializer)

    @extend_schema(
        operation_id="submit_application",
        request=ApplicationRequestSerializer,
        responses={201: ApplicationSerializer},
        tags=["applications"],
    )
    def post(self, request: Request) -> Response:
        """Send an application in. It is decided in the background: poll it, or hear by webhook."""
        facts = self.valid(ApplicationRequestSerializer)
        money = facts["amount"]
        application = applications.submit(
            actor=self.actor,
            at=self.at,
            on=self.on,
            borrower_reference=facts["borrower"],
            product_code=facts["product"],
            amount=money.amount,
            currency=money.currency,
            term=facts["term"],
            purpose=facts["purpose"],
            evidence=facts["evidence"],
            channel="platform",
            plan=facts.get("plan"),
        )
        return Response(shown(application.pk).data, 201)


class ApplicationDetail(RoomView):
    """One application."""

    reads = Permission.APPLICATION_VIEW

    @extend_schema(
        operation_id="get_application", responses=ApplicationSerializer, tags=["applications"]
    )
    def get(self, request: Request, application_id: UUID) -> Response:
        """Read an application: its stage, the reasons of its decision, its offer."""
        return shown(application_id)


class ApplicationInputs(RoomView):
    """What an application in COLLECTING still lacks."""

    @extend_schema(
        operation_id="supply_inputs",
        request=InputsRequestSerializer,
        responses={200: ApplicationSerializer},
        tags=["applications"],
    )
    def post(self, request: Request, application_id: UUID) -> Response:
        """Add missing inputs; with the last of them the application is submitted."""
        applications.supply(
            actor=self.actor,
            at=self.at,
            on=self.on,
            application_id=application_id,
            **self.valid(InputsRequestSerializer),
        )
        return shown(application_id)


class ApplicationWithdrawal(RoomView):
    """The withdrawal of an application."""

    @extend_schema(
        operation_id="withdraw_application",
        request=WithdrawalRequestSerializer,
        responses={200: ApplicationSerializer},
        tags=["applications"],
    )
    def post(self, request: Request, application_id: UUID) -> Response:
        """Take an application back, with its offer; possible until the offer is accepted."""
        body = self.valid(WithdrawalRequestSerializer)
        applications.withdraw(actor=self.actor, at=self.at, application_id=application_id, **body)
        return shown(application_id)


class ApplicationReview(RoomView):
    """A person's look at an application that automation declined."""

    @extend_schema(
        operation_id="request_review",
        request=ReasonRequestSerializer,
        responses={200: ApplicationSerializer},
        tags=["applications"],
    )
    def post(self, request: Request, application_id: UUID) -> Response:
        """Ask for a person to decide, as the borrower may (PIPL, article 24)."""
        body = self.valid(ReasonRequestSerializer)
        applications.refer(actor=self.actor, at=self.at, application_id=application_id, **body)
        return shown(application_id)
