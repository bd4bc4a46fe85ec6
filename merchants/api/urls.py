"""Addresses under /api/v1 of merchants."""

from django.urls import re_path

from merchants.api import applications

urlpatterns = [
    # Codes come from outside; anything printable but a slash, at most as long as the column.
    re_path(
        r"^merchants/(?P<code>[^/\x00-\x1f\x7f]{1,64})/applications$",
        applications.MerchantApplications.as_view(),
    ),
]
