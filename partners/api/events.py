"""A bank's news, in order, after its bookmark."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from partners.api.views import BankView
from partners.models import BankEvent
from partners.queries import feed
from tenancy.api.paging import DEFAULT_ROWS, MAX_ROWS

LARGEST = 2**63 - 1


class EventSerializer(serializers.Serializer[BankEvent]):
    """One piece of news; read what it is about by its id."""

    id = serializers.IntegerField(help_text="Grows; your next bookmark")
    topic = serializers.CharField(help_text="Such as application.submitted; may grow")
    at = serializers.DateTimeField()
    application_id = serializers.UUIDField(source="placement_id", allow_null=True)
    data = serializers.JSONField(source="payload")  # type: ignore[assignment]


class EventsSerializer(serializers.Serializer[Any]):
    """News, oldest first, and where to go on."""

    results = EventSerializer(many=True)
    next_after = serializers.IntegerField(help_text="What to send as `after` next time")


class BookmarkSerializer(serializers.Serializer[Any]):
    """Where to go on, and how many at most."""

    after = serializers.IntegerField(min_value=0, max_value=LARGEST, default=0)
    limit = serializers.IntegerField(min_value=1, max_value=MAX_ROWS, default=DEFAULT_ROWS)


class EventList(BankView):
    """The bank's news."""

    @extend_schema(
        operation_id="list_events",
        parameters=[
            OpenApiParameter(
                "after",
                {"type": "integer", "minimum": 0, "maximum": LARGEST, "default": 0},
                description="The last id that you have handled",
            ),
            OpenApiParameter(
                "limit",
                {"type": "integer", "minimum": 1, "maximum": MAX_ROWS, "default": DEFAULT_ROWS},
            ),
        ],
        responses=EventsSerializer,
        tags=["events"],
    )
    def get(self, request: Request) -> Response:
        """Read what has happened since; nothing is left out, whatever became of the webhooks."""
        query = BookmarkSerializer(data=request.query_params)
        query.is_valid(raise_exception=True)
        after = query.validated_data["after"]
        events = feed.after(self.bank, after, query.validated_data["limit"])
        following = events[-1].pk if events else after
        return Response(EventsSerializer({"results": events, "next_after": following}).data)
