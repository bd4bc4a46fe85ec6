"""What is on offer, over the API."""

from __future__ import annotations

from typing import Any

from django.utils.translation import get_language
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from lending.api.values import MoneyField, RateField
from lending.models import ProductVersion
from lending.queries import products
from tenancy.api.views import RoomView
from tenancy.permissions import Permission


class ProductSerializer(serializers.Serializer[Any]):
    """A product in the version that is sold today."""

    code = serializers.CharField(source="product.code")
    version = serializers.IntegerField(source="number")
    name = serializers.SerializerMethodField()
    method = serializers.CharField(
        help_text="equal_instalment, equal_principal, interest_only, bullet, revolving, custom; "
        "may grow"
    )
    min_amount = MoneyField()
    max_amount = MoneyField()
    min_draw = MoneyField()
    min_term = serializers.IntegerField()
    max_term = serializers.IntegerField()
    term_unit = serializers.CharField(help_text="days or months")
    quoted_rate = RateField()
    rate_basis = serializers.CharField(help_text="daily, monthly, annual")
    annual_rate = RateField()
    day_count = serializers.CharField()
    penalty_rate = RateField()
    funding = serializers.CharField(help_text="own, partner: whose money is lent")
    required_inputs = serializers.ListField(child=serializers.CharField())
    required_papers = serializers.ListField(child=serializers.CharField())

    def get_name(self, version: ProductVersion) -> str:
        is_chinese = (get_language() or "").startswith("zh")
        return (is_chinese and version.product.name_zh) or version.product.name


class ProductList(RoomView):
    """Products."""

    reads = Permission.PRODUCT_VIEW

    @extend_schema(
        operation_id="list_products", responses=ProductSerializer(many=True), tags=["products"]
    )
    def get(self, request: Request) -> Response:
        """List what may be applied for today; a short list, not paged."""
        offered = products.on_offer(on=self.on)
        return Response(ProductSerializer(offered, many=True).data)
