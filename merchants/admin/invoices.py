"""Invoices: read, never written here."""

from __future__ import annotations

from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from merchants.models import Invoice
from tenancy.admin.pages import RoomModelAdmin
from tenancy.admin.shown import amount
from tenancy.permissions import Permission


@admin.register(Invoice)
class InvoiceAdmin(RoomModelAdmin):
    """Every invoice of every firm, newest first."""

    view_permission = Permission.MERCHANT_VIEW
    list_display = (
        "number", "merchant", "direction", "issued_on", "counterparty", "shown_net", "shown_tax",
        "shown_gross", "is_void",
    )  # fmt: skip
    list_filter = ("direction", "is_void")
    list_select_related = ("merchant",)
    # The unique index on merchant, direction and number serves the first two; prefixes only.
    search_fields = ("=number", "=merchant__code", "=counterparty")
    ordering = ("-id",)

    @admin.display(description=_("net amount"), ordering="net")
    def shown_net(self, row: Invoice) -> SafeString | str:
        return amount(row.net)

    @admin.display(description=_("tax"), ordering="tax")
    def shown_tax(self, row: Invoice) -> SafeString | str:
        return amount(row.tax)

    @admin.display(description=_("gross amount"), ordering="gross")
    def shown_gross(self, row: Invoice) -> SafeString | str:
        return amount(row.gross)
