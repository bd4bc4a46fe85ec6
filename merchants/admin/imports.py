"""Imports: which file, and what became of its rows."""

from __future__ import annotations

from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from merchants.models import ImportRun, ImportStatus
from tenancy.admin.pages import RoomModelAdmin
from tenancy.admin.shown import tag
from tenancy.permissions import Permission

TONES = {ImportStatus.FINISHED: "good", ImportStatus.ABANDONED: "bad"}


@admin.register(ImportRun)
class ImportRunAdmin(RoomModelAdmin):
    """Every file that was taken in."""

    view_permission = Permission.MERCHANT_VIEW
    list_display = (
        "file_name", "shown_status", "rows_read", "rows_new", "rows_known", "rows_rejected",
        "started_by", "started_at", "finished_at",
    )  # fmt: skip
    list_filter = ("status",)
    search_fields = ("file_name", "sha256")
    ordering = ("-started_at",)

    @admin.display(description=_("status"), ordering="status")
    def shown_status(self, row: ImportRun) -> SafeString:
        return tag(row.get_status_display(), TONES.get(ImportStatus(row.status), "calm"))
