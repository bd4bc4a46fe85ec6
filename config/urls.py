"""Every address of the house."""

from django.contrib import admin
from django.urls import URLPattern, URLResolver, include, path

from config import health

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("tenancy.web.urls")),
    path("admin/", admin.site.urls),
    path("api/v1/", include("tenancy.api.urls")),
    path("api/v1/", include("lending.api.urls")),
    path("api/v1/", include("merchants.api.urls")),
    path("bank/v1/", include("partners.api.urls")),
    path("field/api/", include("rural.api.urls")),
    path("field/", include("rural.web.urls")),
    path("healthz", health.alive),
    path("readyz", health.ready),
    path("", include("django_prometheus.urls")),
]

handler400 = "tenancy.api.faults.bad_request"
handler404 = "tenancy.api.faults.not_found"
handler500 = "tenancy.api.faults.server_error"
