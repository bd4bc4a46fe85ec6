"""Addresses under /api/v1 that belong to no business: tokens, webhooks, the API's own papers."""

from django.urls import path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from tenancy.api import tokens, webhooks

urlpatterns = [
    path("oauth/token", tokens.ThrottledTokenView.as_view(), name="api_token"),
    path("schema", SpectacularAPIView.as_view(), name="api_schema"),
    path("docs", SpectacularSwaggerSplitView.as_view(url_name="api_schema"), name="api_docs"),
    path("webhook-subscriptions", webhooks.SubscriptionList.as_view()),
    path("webhook-subscriptions/<uuid:subscription_id>", webhooks.SubscriptionDetail.as_view()),
    path(
        "webhook-subscriptions/<uuid:subscription_id>/secret",
        webhooks.SubscriptionSecret.as_view(),
    ),
    path(
        "webhook-subscriptions/<uuid:subscription_id>/cancellation",
        webhooks.SubscriptionCancellation.as_view(),
    ),
]
