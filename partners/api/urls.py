"""Addresses under /bank/v1."""

from django.urls import path
from drf_spectacular.views import (
    SpectacularAPIView,
    SpectacularJSONAPIView,
    SpectacularSwaggerSplitView,
)

from partners.api import operations, tokens
from partners.api.schema import BankGenerator

urlpatterns = [
    path("oauth/token", tokens.BankTokenView.as_view(), name="bank_token"),
    path("schema", SpectacularAPIView.as_view(generator_class=BankGenerator), name="bank_schema"),
    path("openapi.json", SpectacularJSONAPIView.as_view(generator_class=BankGenerator)),
    path("docs", SpectacularSwaggerSplitView.as_view(url_name="bank_schema"), name="bank_docs"),
    path("health", operations.Health.as_view()),
    path("meta/enums", operations.Enums.as_view()),
]
