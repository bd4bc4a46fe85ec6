"""Webhook subscriptions over the API: a client manages its own."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from tenancy.actions import subscriptions
from tenancy.api.paging import NewestFirst
from tenancy.api.views import RoomView
from tenancy.errors import NotFound
from tenancy.models import WebhookSubscription
from tenancy.permissions import Permission


class SubscriptionRequestSerializer(serializers.Serializer[Any]):
    """Where to send which topics."""

    url = serializers.CharField(max_length=500)
    topics = serializers.ListField(
        child=serializers.CharField(max_length=60),
        help_text="Such as application.decided, loan.active, loan.repaid",
    )


class SubscriptionSerializer(serializers.Serializer[Any]):
    """A subscription; its signing secret is read at /secret."""

    id = serializers.UUIDField()
    url = serializers.CharField()
    topics = serializers.ListField(child=serializers.CharField())
    is_active = serializers.BooleanField()


class SecretSerializer(serializers.Serializer[Any]):
    """What signs the messages, as Standard Webhooks writes it (whsec_…)."""

    secret = serializers.CharField()


class SubscriptionList(RoomView):
    """The calling client's subscriptions."""

    reads = Permission.APPLICATION_VIEW
    pagination_class = NewestFirst

    def get_queryset(self) -> QuerySet[WebhookSubscription]:
        return WebhookSubscription.objects.filter(client_id=self.actor.id)

    @extend_schema(
        operation_id="list_webhook_subscriptions",
        responses=SubscriptionSerializer(many=True),
        tags=["webhooks"],
    )
    def get(self, request: Request) -> Response:
        """List your subscriptions, cancelled ones too."""
        return self.page(SubscriptionSerializer)

    @extend_schema(
        operation_id="subscribe",
        request=SubscriptionRequestSerializer,
        responses={201: SubscriptionSerializer},
        tags=["webhooks"],
    )
    def post(self, request: Request) -> Response:
        """Be told of topics at an address."""
        body = self.valid(SubscriptionRequestSerializer)
        subscription = subscriptions.subscribe(actor=self.actor, at=self.at, **body)
        return Response(SubscriptionSerializer(subscription).data, 201)


class SubscriptionDetail(RoomView):
    """One of the calling client's subscriptions."""

    reads = Permission.APPLICATION_VIEW

    @extend_schema(
        operation_id="get_webhook_subscription",
        responses=SubscriptionSerializer,
        tags=["webhooks"],
    )
    def get(self, request: Request, subscription_id: UUID) -> Response:
        """Read one of your subscriptions."""
        own = WebhookSubscription.objects.filter(client_id=self.actor.id)
        subscription = own.filter(pk=subscription_id).first()
        if subscription is None:
            raise NotFound.of("Subscription", subscription_id)
        return Response(SubscriptionSerializer(subscription).data)


class SubscriptionSecret(RoomView):
    """What signs the messages of a subscription."""

    reads = Permission.APPLICATION_VIEW

    @extend_schema(
        operation_id="get_webhook_secret", responses=SecretSerializer, tags=["webhooks"]
    )
    def get(self, request: Request, subscription_id: UUID) -> Response:
        """Read the signing secret; each reading is noted in the audit trail."""
        secret = subscriptions.reveal_secret(
            actor=self.actor, at=self.at, subscription_id=subscription_id
        )
        return Response(SecretSerializer({"secret": secret}).data)


class SubscriptionCancellation(RoomView):
    """The end of a subscription."""

    @extend_schema(
        operation_id="cancel_webhook_subscription",
        request=None,
        responses={200: SubscriptionSerializer},
        tags=["webhooks"],
    )
    def post(self, request: Request, subscription_id: UUID) -> Response:
        """Hear no more; messages already on their way still arrive."""
        subscription = subscriptions.cancel(
            actor=self.actor, at=self.at, subscription_id=subscription_id
        )
        return Response(SubscriptionSerializer(subscription).data)
