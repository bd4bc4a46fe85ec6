"""A bank's files against the lender's: handed in, what differs, what is said about it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from lending.api.values import MoneyField
from partners.actions import breaks, reconciliation
from partners.api.uploads import OneFileParser
from partners.api.views import BankView
from partners.models import Break, ReconRun
from tenancy.api.paging import NewestFirst
from tenancy.errors import NotFound
from tenancy.permissions import Permission

UPLOAD = {
    "multipart/form-data": {
        "type": "object",
        "required": ["file"],
        "additionalProperties": False,
        "properties": {
            "file": {
                "type": "string",
                "format": "binary",
                "description": "Named as {partner}_{type}_{YYYYMMDD}_{seq}.csv",
            }
        },
    }
}


class SentFileSerializer(serializers.Serializer[Any]):
    """What the form's file is, once it has been read."""

    name = serializers.CharField(max_length=120)
    size = serializers.IntegerField(min_value=1)
    sha256 = serializers.CharField()


class UploadSerializer(serializers.Serializer[Any]):
    """A form of one file."""

    file = SentFileSerializer()


class RunSerializer(serializers.Serializer[ReconRun]):
    """Your file, compared with the lender's; `faults` are what is wrong in the file itself."""

    id = serializers.UUIDField()
    file_name = serializers.CharField()
    type = serializers.CharField(source="kind")
    date = serializers.DateField(source="on")
    status = serializers.CharField(help_text="COMPARED, REFUSED")
    rows_ours = serializers.IntegerField(help_text="The lender's")
    rows_theirs = serializers.IntegerField(help_text="Yours")
    rows_matched = serializers.IntegerField()
    breaks_found = serializers.IntegerField()
    faults_found = serializers.IntegerField()
    faults = serializers.JSONField(help_text="The first of them: line, field, value, expected")
    taken_at = serializers.DateTimeField()


class BreakSerializer(serializers.Serializer[Break]):
    """A difference, until it is explained."""

    id = serializers.UUIDField()
    type = serializers.CharField(help_text="ROUNDING, VALUE_DATE, MISSING_THEIRS, …; may grow")
    date = serializers.DateField(source="on")
    row = serializers.CharField(source="key")
    amount = MoneyField(help_text="Your part by your file less the same by the lender's")
    differences = serializers.JSONField(help_text="column, ours (the lender's), theirs (yours)")
    status = serializers.CharField()
    opened_on = serializers.DateField()
    due_on = serializers.DateField()
    resolution = serializers.CharField(allow_blank=True)


class BreakFilter(filters.FilterSet):
    """Which breaks to list."""

    status = filters.CharFilter(help_text="Such as OPEN")

    class Meta:
        model = Break
        fields: tuple[str, ...] = ()


class ResponseRequestSerializer(serializers.Serializer[Any]):
    """What you say about a difference."""

    text = serializers.CharField(max_length=1000)


class ResponseSerializer(serializers.Serializer[Any]):
    """What was said about a difference, by whom."""

    at = serializers.DateTimeField()
    by = serializers.CharField()
    text = serializers.CharField()


class ReconFiles(BankView):
    """Files of the bank's own book."""

    reads = Permission.SETTLEMENT_VIEW
    parser_classes = (OneFileParser,)
    uploaded: bytes = b""

    @extend_schema(
        operation_id="hand_in_file",
        request=UPLOAD,
        responses={201: RunSerializer},
        tags=["reconciliation"],
    )
    def post(self, request: Request) -> Response:
        """Hand in a file of your own book; it is compared with the lender's at once."""
        sent = self.valid(UploadSerializer)["file"]
        run = reconciliation.take(
            actor=self.actor,
            at=self.at,
            on=self.on,
            bank_id=self.bank.pk,
            file_name=sent["name"],
            content=self.uploaded,
        )
        return Response(RunSerializer(run).data, 201)


class RunBreaks(BankView):
    """What differs in one run."""

    reads = Permission.SETTLEMENT_VIEW
    pagination_class = NewestFirst
    filter_backends = (filters.DjangoFilterBackend,)
    filterset_class = BreakFilter
    queryset = Break.objects.none()

    def get_queryset(self) -> QuerySet[Break]:
        run = ReconRun.objects.filter(pk=self.kwargs["run_id"], bank=self.bank).first()
        if run is None:
            raise NotFound.of("Run", self.kwargs["run_id"])
        return Break.objects.filter(run=run)

    @extend_schema(
        operation_id="list_breaks", responses=BreakSerializer(many=True), tags=["reconciliation"]
    )
    def get(self, request: Request, run_id: UUID) -> Response:
        """List the differences of a run."""
        return self.page(BreakSerializer)


class BreakResponses(BankView):
    """What is said about one difference."""

    reads = Permission.SETTLEMENT_VIEW

    @extend_schema(
        operation_id="respond_to_break",
        request=ResponseRequestSerializer,
        responses={201: ResponseSerializer},
        tags=["reconciliation"],
    )
    def post(self, request: Request, break_id: UUID) -> Response:
        """Say what you have found out about a difference."""
        body = self.valid(ResponseRequestSerializer)
        response = breaks.respond(actor=self.actor, at=self.at, break_id=break_id, **body)
        return Response(ResponseSerializer(response).data, 201)
