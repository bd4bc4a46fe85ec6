"""Webhooks for a bank: what it is told of, where, and what did not arrive."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django_filters import rest_framework as filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from partners.api.views import BankView
from tenancy.actions import subscriptions, webhooks
from tenancy.api.paging import NewestFirst
from tenancy.api.webhooks import (
    SecretSerializer,
    SubscriptionRequestSerializer,
    SubscriptionSerializer,
)
from tenancy.errors import NotFound
from tenancy.models import OutboxMessage, WebhookSubscription


class MessageSerializer(serializers.Serializer[Any]):
    """A message on its way to you, or one that never arrived."""

    id = serializers.UUIDField(help_text="The webhook-id")
    topic = serializers.CharField()
    data = serializers.JSONField(source="payload")  # type: ignore[assignment]
    status = serializers.CharField(help_text="pending, delivered, abandoned")
    attempts = serializers.IntegerField()
    created_at = serializers.DateTimeField()
    next_attempt_at = serializers.DateTimeField()
    last_failure = serializers.CharField(allow_blank=True)


class MessageFilter(filters.FilterSet):
    """Which messages to list."""

    status = filters.CharFilter(help_text="abandoned: the dead letters")

    class Meta:
        model = OutboxMessage
        fields: tuple[str, ...] = ()


class WebhookList(BankView):
    """The bank's subscriptions."""

    pagination_class = NewestFirst

    def get_queryset(self) -> QuerySet[WebhookSubscription]:
        return WebhookSubscription.objects.filter(client_id=self.actor.id)

    @extend_schema(
        operation_id="list_webhooks",
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
        """Be told of topics of the event feed at an address of yours."""
        body = self.valid(SubscriptionRequestSerializer)
        subscription = subscriptions.subscribe(actor=self.actor, at=self.at, **body)
        return Response(SubscriptionSerializer(subscription).data, 201)


class WebhookSecret(BankView):
    """What signs the messages of a subscription."""

    @extend_schema(
        operation_id="get_webhook_secret", responses=SecretSerializer, tags=["webhooks"]
    )
    def get(self, request: Request, webhook_id: UUID) -> Response:
        """Read the signing secret; each reading is noted."""
        secret = subscriptions.reveal_secret(
            actor=self.actor, at=self.at, subscription_id=webhook_id
        )
        return Response(SecretSerializer({"secret": secret}).data)


class WebhookCancellation(BankView):
    """The end of a subscription."""

    @extend_schema(
        operation_id="cancel_webhook",
        request=None,
        responses={200: SubscriptionSerializer},
        tags=["webhooks"],
    )
    def post(self, request: Request, webhook_id: UUID) -> Response:
        """Hear no more; messages already on their way still arrive."""
        subscription = subscriptions.cancel(
            actor=self.actor, at=self.at, subscription_id=webhook_id
        )
        return Response(SubscriptionSerializer(subscription).data)


class MessageList(BankView):
    """The messages of a subscription."""

    pagination_class = NewestFirst
    filter_backends = (filters.DjangoFilterBackend,)
    filterset_class = MessageFilter
    queryset = OutboxMessage.objects.none()

    def get_queryset(self) -> QuerySet[OutboxMessage]:
        own = WebhookSubscription.objects.filter(
            pk=self.kwargs["webhook_id"], client_id=self.actor.id
        )
        if not own.exists():
            raise NotFound.of("Webhook", self.kwargs["webhook_id"])
        return OutboxMessage.objects.filter(subscription__in=own)

    @extend_schema(
        operation_id="list_webhook_messages",
        responses=MessageSerializer(many=True),
        tags=["webhooks"],
    )
    def get(self, request: Request, webhook_id: UUID) -> Response:
        """List what was sent, newest first; `?status=abandoned` are the dead letters."""
        return self.page(MessageSerializer)


class MessageReplay(BankView):
    """A dead letter, sent again."""

    @extend_schema(
        operation_id="replay_message",
        request=None,
        responses={200: MessageSerializer},
        tags=["webhooks"],
    )
    def post(self, request: Request, message_id: UUID) -> Response:
        """Have an abandoned message sent again, under the same webhook-id."""
        message = webhooks.replay(actor=self.actor, at=self.at, message_id=message_id)
        return Response(MessageSerializer(message).data)
