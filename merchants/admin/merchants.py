"""Firms, with their sales drawn month by month."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from lending.admin.application_page import labels
from lending.admin.charts import bars
from lending.models import Application
from merchants.models import Invoice, Merchant
from merchants.queries.features import features
from merchants.queries.months import months
from tenancy.admin.access import business_date
from tenancy.admin.pages import RoomModelAdmin
from tenancy.permissions import Permission
from tenancy.templatetags.figures import local, number

SHOWN = 10


@admin.register(Merchant)
class MerchantAdmin(RoomModelAdmin):
    """Every firm that invoices came of."""

    view_permission = Permission.MERCHANT_VIEW
    audits_views = True
    page_template = "merchants/merchant.html"
    list_display = ("code", "name", "is_labelled", "rating", "is_defaulted", "borrower")
    list_filter = ("is_labelled", "is_defaulted", "rating")
    list_select_related = ("borrower",)
    search_fields = ("code", "name")
    ordering = ("code",)

    def page(self, request: HttpRequest, row: Merchant) -> dict[str, Any]:
        """What it sold and bought, the features of today, its latest invoices."""
        drawn, words = months(row), labels()
        invoices: QuerySet[Invoice] = Invoice.objects.filter(merchant=row)
        address = reverse("admin:merchants_invoice_changelist")
        return {
            "chart": bars(
                [f"{month:%Y-%m}" for month, _sold, _bought in drawn],
                (_("Sales"), [sold for _month, sold, _bought in drawn], "--color-primary-600"),
                (_("Purchases"), [spent for _m, _s, spent in drawn], "--color-base-400"),
            )
            if drawn
            else None,
            "features": [
                (local(words.get(name, name)), _("unknown") if value is None else number(value))
                for name, value in features(row, business_date(request)).items()
            ],
            "as_of": business_date(request),
            "invoices": invoices.order_by("-issued_on", "-pk")[:SHOWN],
            "counted": invoices.aggregate(n=Count("pk"))["n"],
            "invoices_url": f"{address}?merchant__id__exact={row.pk}",
            "applications": Application.objects.filter(borrower=row.borrower_id)
            .defer("evidence")
            .order_by("-submitted_at")
            if row.borrower_id
            else [],
        }
