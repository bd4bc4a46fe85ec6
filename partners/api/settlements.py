"""What a day comes to between the lender and a bank, with its files."""

from __future__ import annotations

from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpResponse
from django_filters import rest_framework as filters
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from lending.api.values import MoneyField
from partners.actions import handing_out
from partners.api.views import BankView
from partners.models import Settlement, SettlementFile
from partners.rules.files.writing import MEDIA_TYPE
from tenancy.api.paging import NewestFirst
from tenancy.errors import NotFound
from tenancy.permissions import Permission


class FileSerializer(serializers.Serializer[SettlementFile]):
    """A published file; it never changes. A correction is the next `seq`."""

    type = serializers.CharField(source="kind")
    seq = serializers.IntegerField()
    name = serializers.CharField()
    rows = serializers.IntegerField()
    sha256 = serializers.CharField()
    size_bytes = serializers.IntegerField()
    companion = serializers.CharField(help_text="The .ok file: name, hash, size, supersedes")
    published_at = serializers.DateTimeField()


class SettlementSerializer(serializers.Serializer[Settlement]):
    """One business date between the lender and you; `net` is positive where you are paid."""

    id = serializers.UUIDField()
    date = serializers.DateField(source="on")
    status = serializers.CharField(help_text="PUBLISHED, PAID, RECONCILED; may grow")
    receipts = serializers.IntegerField()
    gross_receipts = MoneyField()
    partner_share = MoneyField()
    fees_due_to_platform = MoneyField()
    fees_due_to_partner = MoneyField()
    adjustments = MoneyField()
    compensation = MoneyField()
    collected_by_bank = MoneyField(
        help_text="What borrowers paid to you, taken off your part; in SETTLE_SUMMARY it stands "
        "among the adjustments"
    )
    net = MoneyField()
    bank_ref = serializers.CharField(allow_blank=True)
    files = FileSerializer(many=True)


class SettlementFilter(filters.FilterSet):
    """Which settlements to list."""

    date = filters.DateFilter("on", help_text="The business date")
    status = filters.CharFilter()

    class Meta:
        model = Settlement
        fields: tuple[str, ...] = ()


def published(view: BankView) -> QuerySet[Settlement]:
    """Return the bank's own settlements; a draft is nobody's business yet."""
    rows = Settlement.objects.filter(bank=view.bank, published_at__isnull=False)
    return rows.prefetch_related("files")


class SettlementList(BankView):
    """The bank's settlements."""

    reads = Permission.SETTLEMENT_VIEW
    pagination_class = NewestFirst
    filter_backends = (filters.DjangoFilterBackend,)
    filterset_class = SettlementFilter
    queryset = Settlement.objects.none()

    def get_queryset(self) -> QuerySet[Settlement]:
        return published(self)

    @extend_schema(
        operation_id="list_settlements",
        responses=SettlementSerializer(many=True),
        tags=["settlement"],
    )
    def get(self, request: Request) -> Response:
        """List what was settled with you, newest first."""
        return self.page(SettlementSerializer)


class CsvRenderer(JSONRenderer):
    """
    Lets a caller ask for CSV.

    The file goes out as it was published; what is rendered is a refusal, written as any other.
    """

    media_type = "text/csv"
    format = "csv"


class SettlementFileContent(BankView):
    """The newest file of one kind of a settlement."""

    reads = Permission.SETTLEMENT_VIEW
    renderer_classes = [*BankView.renderer_classes, CsvRenderer]

    @extend_schema(
        operation_id="get_settlement_file",
        responses={(200, "text/csv"): OpenApiTypes.BINARY},
        tags=["settlement"],
    )
    def get(self, request: Request, settlement_id: UUID, kind: str) -> HttpResponse:
        """Fetch a file as it was published, the newest of its kind; fetching is noted."""
        settlement = published(self).filter(pk=settlement_id).first()
        if settlement is None:
            raise NotFound.of("Settlement", settlement_id)
        newest = settlement.files.filter(kind=kind).order_by("-seq").first()
        if newest is None:
            raise NotFound.of("File", kind)
        file, content = handing_out.hand_out(actor=self.actor, at=self.at, file_id=newest.pk)
        return HttpResponse(
            content,
            content_type=MEDIA_TYPE,
            headers={
                "Content-Disposition": f'attachment; filename="{file.name}"',
                "X-Content-SHA256": file.sha256,
            },
        )
