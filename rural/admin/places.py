"""Villages, with who works there and how many households are known."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rural.models import Village
from tenancy.admin.facts import facts
from tenancy.admin.pages import RoomModelAdmin
from tenancy.admin.shown import related
from tenancy.permissions import Permission


@admin.register(Village)
class VillageAdmin(RoomModelAdmin):
    """Every village of the lender, in the order of its sounds."""

    view_permission = Permission.VILLAGE_VIEW
    list_display = (
        "code", "name_zh", "name_en",
        related("township", gettext_lazy("township"), "township__name_zh"),
        "latitude", "longitude",
    )  # fmt: skip
    list_filter = ("township__county", "township")
    list_select_related = ("township__county",)
    search_fields = ("=code", "name_zh", "name_en", "sort_key")
    ordering = ("sort_key", "code")

    def page(self, request: HttpRequest, row: Village) -> dict[str, Any]:
        """The village, what is known of it, and who works there."""
        counted = row.households.aggregate(n=Count("pk"))["n"]
        workers = row.workers.filter(is_active=True).select_related("user")
        told = [
            *facts(row),
            (_("County"), row.township.county.name),
            (_("Households"), counted),
        ]
        here = [(str(worker.user), worker.since.isoformat()) for worker in workers]
        return {"cards": [("", told), (_("Who works here"), here)]}
