"""Whether the API is well, and the words that it uses."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from partners.api.views import BankView
from partners.api.words import in_both_languages


class HealthSerializer(serializers.Serializer[Any]):
    """That the API answers, to whom, and what time and day it has."""

    status = serializers.CharField(help_text="ok")
    bank = serializers.CharField(help_text="Your code here")
    now = serializers.DateTimeField(help_text="Our clock; proofs may differ from it by a minute")
    business_date = serializers.DateField(help_text="The day that the lender's books have reached")


class WordSerializer(serializers.Serializer[Any]):
    """One value of a list, in both languages."""

    value = serializers.CharField()
    en = serializers.CharField()
    zh = serializers.CharField()


class EnumSerializer(serializers.Serializer[Any]):
    """One list of words; it may grow."""

    name = serializers.CharField()
    values = WordSerializer(many=True)


class Health(BankView):
    """The API's health, seen with your own credential."""

    @extend_schema(operation_id="get_health", responses=HealthSerializer, tags=["operations"])
    def get(self, request: Request) -> Response:
        """Ask whether you get through, and what time it is here."""
        facts = {"status": "ok", "bank": self.bank.code, "now": self.at, "business_date": self.on}
        return Response(HealthSerializer(facts).data)


class Enums(BankView):
    """The lists of words."""

    @extend_schema(
        operation_id="list_enums", responses=EnumSerializer(many=True), tags=["operations"]
    )
    def get(self, request: Request) -> Response:
        """Read every list of words that the API uses; treat a new one as "something else"."""
        return Response(EnumSerializer(in_both_languages(), many=True).data)
