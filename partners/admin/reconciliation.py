"""What the banks' files said, and the queue of differences with owner and age."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from lending.admin.charts import bars
from partners.actions.writing_off import open_request
from partners.admin.break_verbs import VERBS
from partners.admin.settlement_verbs import TAKE
from partners.models import Break, BreakStatus, ReconRun, RunStatus
from partners.queries import exceptions
from tenancy.admin.access import business_date
from tenancy.admin.pages import RoomModelAdmin
from tenancy.admin.shown import amount, related, tag
from tenancy.permissions import Permission

DAYS_DRAWN = 60
TONES = {
    BreakStatus.OPEN: "warn",
    BreakStatus.HELD: "",
    BreakStatus.ASSIGNED: "calm",
    BreakStatus.RESOLVED: "good",
    BreakStatus.WRITTEN_OFF: "bad",
}


@admin.register(ReconRun)
class ReconRunAdmin(RoomModelAdmin):
    """Every file that a bank sent."""

    view_permission = Permission.SETTLEMENT_VIEW
    page_template = "partners/run.html"
    list_display = (
        "file_name", related("bank", _("bank"), "bank__code"), "shown_status", "rows_theirs",
        "rows_matched", "breaks_found", "faults_found", "taken_at", "taken_by",
    )  # fmt: skip
    list_filter = ("status", "kind", "bank")
    list_select_related = ("bank",)
    search_fields = ("file_name", "sha256")
    ordering = ("-taken_at",)
    list_verbs = (TAKE,)

    def page(self, request: HttpRequest, row: ReconRun) -> dict[str, Any]:
        """Counts, faults, differences."""
        return {"breaks": row.breaks.select_related("owner").order_by("pk")}

    @admin.display(description=_("status"), ordering="status")
    def shown_status(self, row: ReconRun) -> SafeString:
        tone = "bad" if row.status == RunStatus.REFUSED else "good"
        return tag(row.get_status_display(), tone)


@admin.register(Break)
class BreakAdmin(RoomModelAdmin):
    """Differences by what is due first."""

    view_permission = Permission.SETTLEMENT_VIEW
    page_template = "partners/break.html"
    change_list_template = "partners/breaks.html"
    list_display = (
        "shown_key", "type", related("bank", _("bank"), "bank__code"), "on", "shown_amount",
        "shown_status", "owner", "opened_on", "shown_due",
    )  # fmt: skip
    list_filter = ("status", "type", "bank", "kind", "owner")
    list_select_related = ("bank", "owner")
    search_fields = ("key", "run__file_name")
    ordering = ("-opened_on", "due_on", "pk")
    verbs = VERBS

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Draw above the list how many there were a day."""
        days = exceptions.by_day(until=business_date(request), days=DAYS_DRAWN)
        chart = bars(
            [f"{day.on:%m-%d}" for day in days],
            (str(_("by itself")), [day.automatic for day in days], "--color-base-400"),
            (str(_("explained")), [day.explained for day in days], "--color-primary-600"),
            (str(_("left")), [day.left for day in days], "--color-primary-300"),
            stacked=True,
        )
        shown = {"exceptions_chart": chart if days else None}
        return super().changelist_view(request, {**shown, **(extra_context or {})})

    def page(self, request: HttpRequest, row: Break) -> dict[str, Any]:
        """Both sides, what was said, and whether it is late."""
        today = business_date(request)
        return {
            "age": row.age_days(today),
            "is_late": not row.is_done and row.due_on < today,
            "responses": row.responses.order_by("pk"),
            "asked": open_request(row),
        }

    @admin.display(description=_("row"), ordering="key")
    def shown_key(self, row: Break) -> str:
        return row.key

    @admin.display(description=_("amount"), ordering="amount")
    def shown_amount(self, row: Break) -> SafeString | str:
        return amount(row.amount, row.currency)

    @admin.display(description=_("status"), ordering="status")
    def shown_status(self, row: Break) -> SafeString:
        return tag(row.get_status_display(), TONES[BreakStatus(row.status)])

    @admin.display(description=pgettext_lazy("difference", "due on"), ordering="due_on")
    def shown_due(self, row: Break) -> SafeString | str:
        return row.due_on.isoformat() if not row.is_done else "–"
