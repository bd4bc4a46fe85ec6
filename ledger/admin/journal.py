"""Journal entries with their postings."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from ledger.models import JournalEntry, Posting
from tenancy.admin.facts import facts
from tenancy.admin.pages import RoomModelAdmin
from tenancy.permissions import Permission


@admin.register(JournalEntry)
class JournalEntryAdmin(RoomModelAdmin):
    """Every entry, newest first; there is no way to change one."""

    view_permission = Permission.LEDGER_VIEW
    page_template = "ledger/entry.html"
    list_display = ("key", "kind", "value_date", "booked_on", "booked_at", "narrative")
    list_filter = ("kind", "booked_on")
    search_fields = ("=key", "narrative")
    # The key is a time-ordered id, so this is the order of the books and reads one index.
    ordering = ("-id",)

    def page(self, request: HttpRequest, row: JournalEntry) -> dict[str, Any]:
        """Its lines: debits and credits, which are equal."""
        held = Posting.objects.filter(entry=row).select_related("account").order_by("number")
        return {"facts": facts(row), "postings": held}
