"""Addresses of the field app, under /field/api/."""

from django.urls import URLPattern, path

from rural.api import attachments, packs, submissions, village
from rural.api.door import field_view

urlpatterns: list[URLPattern] = [
    path("session", field_view(get=packs.session)),
    path("forms", field_view(get=packs.definitions)),
    path("choices", field_view(get=packs.lists)),
    path("households", field_view(get=packs.households)),
    path("visits", field_view(get=packs.visits)),
    path("submissions", field_view(post=submissions.receive)),
    path("submissions/<uuid:root_uuid>", field_view(get=submissions.state)),
    path(
        "attachments/<slug:sha256>",
        field_view(get=attachments.show, put=attachments.put),
    ),
    path("leads", field_view(get=village.leads)),
    path("leads/<uuid:lead_id>/contacts", field_view(post=village.contact)),
    path("reminders", field_view(get=village.reminders)),
    path("reminders/<uuid:reminder_id>", field_view(post=village.finish)),
    path("commission", field_view(get=village.commission)),
    path("commission/appeal", field_view(post=village.appeal)),
]
