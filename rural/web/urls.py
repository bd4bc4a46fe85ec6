"""Addresses under /field/."""

from django.urls import path

from rural.web import views

urlpatterns = [
    path("", views.shell, name="field"),
    path("sw.js", views.service_worker, name="field_worker"),
    path("manifest.webmanifest", views.manifest, name="field_manifest"),
]
