"""What each day comes to with each bank, and the files to download."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.urls import URLPattern, path
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from partners.admin.downloads import companion, download
from partners.admin.settlement_verbs import LIST_VERBS, ROW_VERBS
from partners.models import Break, ReconRun, Settlement, SettlementStatus
from tenancy.admin.pages import RoomModelAdmin
from tenancy.admin.shown import amount, related, tag
from tenancy.permissions import Permission

TONES = {
    SettlementStatus.DRAFT: "warn",
    SettlementStatus.PUBLISHED: "calm",
    SettlementStatus.PAID: "calm",
    SettlementStatus.RECONCILED: "good",
}


@admin.register(Settlement)
class SettlementAdmin(RoomModelAdmin):
    """Settlements by day and bank."""

    view_permission = Permission.SETTLEMENT_VIEW
    page_template = "partners/settlement.html"
    list_display = (
        "on", related("bank", _("bank"), "bank__code"), "shown_status", "receipts",
        "shown_gross", "shown_share", "shown_net", "bank_ref",
    )  # fmt: skip
    list_display_links = ("on",)
    list_filter = ("status", "bank")
    list_select_related = ("bank",)
    date_hierarchy = "on"
    search_fields = ("bank__code", "bank_ref")
    ordering = ("-on", "bank__code")
    list_verbs = LIST_VERBS
    verbs = ROW_VERBS

    def get_urls(self) -> list[URLPattern]:
        """The files have addresses of their own."""
        own = self.admin_site.admin_view
        return [
            path("files/<uuid:file_id>/", own(download), name="partners_settlement_file"),
            path("files/<uuid:file_id>/ok/", own(companion), name="partners_settlement_ok"),
            *super().get_urls(),
        ]

    def page(self, request: HttpRequest, row: Settlement) -> dict[str, Any]:
        """Figures, files, payments, and what the bank's files said."""
        files = list(row.files.order_by("kind", "-seq"))
        return {
            "tone": TONES[SettlementStatus(row.status)],
            "files": files,
            "superseded": {file.supersedes_id for file in files},
            "payments": row.payments.order_by("-requested_at"),
            "runs": ReconRun.objects.filter(settlement=row).order_by("-taken_at"),
            "breaks": Break.objects.unresolved()
            .filter(bank=row.bank_id, on=row.on)
            .select_related("owner")
            .order_by("due_on", "pk"),
        }

    @admin.display(description=_("status"), ordering="status")
    def shown_status(self, row: Settlement) -> SafeString:
        return tag(row.get_status_display(), TONES[SettlementStatus(row.status)])

    @admin.display(description=_("gross receipts"), ordering="gross_receipts")
    def shown_gross(self, row: Settlement) -> SafeString | str:
        return amount(row.gross_receipts)

    @admin.display(description=_("the bank's part"), ordering="partner_share")
    def shown_share(self, row: Settlement) -> SafeString | str:
        return amount(row.partner_share)

    @admin.display(description=_("net to the bank"), ordering="net")
    def shown_net(self, row: Settlement) -> SafeString | str:
        return amount(row.net, row.currency)
