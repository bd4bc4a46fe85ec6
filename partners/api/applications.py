"""Applications before a bank: its inbox, a package to decide by, its files."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from partners.actions import reading
from partners.api import links
from partners.api.application_bodies import (
    ApplicationPackageSerializer,
    ApplicationSerializer,
    LinkSerializer,
)
from partners.api.views import BankView
from partners.models import Placement
from partners.queries.inbox import inbox
from tenancy.api.moments import MomentFilter
from tenancy.api.paging import NewestFirst


class ApplicationFilter(filters.FilterSet):
    """Which applications to list."""

    status = filters.CharFilter(help_text="Such as SUBMITTED")
    updated_after = MomentFilter(
        "updated_at", lookup_expr="gt", help_text="Those that have moved since"
    )

    class Meta:
        model = Placement
        fields: tuple[str, ...] = ()


class ApplicationList(BankView):
    """The bank's inbox."""

    pagination_class = NewestFirst
    filter_backends = (filters.DjangoFilterBackend,)
    filterset_class = ApplicationFilter
    queryset = Placement.objects.none()

    def get_queryset(self) -> QuerySet[Placement]:
        return inbox(self.bank)

    @extend_schema(
        operation_id="list_applications",
        responses=ApplicationSerializer(many=True),
        tags=["applications"],
    )
    def get(self, request: Request) -> Response:
        """List what was put before you, newest first."""
        return self.page(ApplicationSerializer)


class ApplicationDetail(BankView):
    """One application with its package."""

    @extend_schema(
        operation_id="get_application",
        responses=ApplicationPackageSerializer,
        tags=["applications"],
    )
    def get(self, request: Request, application_id: UUID) -> Response:
        """Read an application and all there is to decide by; each reading is noted."""
        placement, package = reading.read(
            actor=self.actor, at=self.at, placement_id=application_id
        )
        shown = ApplicationPackageSerializer(placement, context={"package": package})
        return Response(shown.data)


class ApplicationDocument(BankView):
    """A file of an application."""

    @extend_schema(
        operation_id="get_document_link", responses=LinkSerializer, tags=["applications"]
    )
    def get(self, request: Request, application_id: UUID, document_id: UUID) -> Response:
        """Get an address to fetch a file from, for a minute; asking and fetching are noted."""
        document = reading.find_document(
            actor=self.actor, at=self.at, placement_id=application_id, document_id=document_id
        )
        url = links.link(
            request._request,
            tenant_id=self.tenant.pk,
            actor=self.actor,
            placement_id=application_id,
            document_id=document_id,
        )
        facts = {
            "url": url,
            "expires_at": self.at + timedelta(seconds=links.SECONDS),
            "name": document.name,
            "media_type": document.media_type,
            "sha256": document.sha256,
            "size_bytes": document.size_bytes,
        }
        return Response(LinkSerializer(facts).data)
