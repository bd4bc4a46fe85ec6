"""The chart of accounts: each one's page is its statement, all make the trial balance."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from ledger.admin.days import day
from ledger.models import Account
from ledger.queries import statement as statements
from ledger.queries.trial_balance import totals_by_currency, trial_balance
from tenancy.admin.access import business_date
from tenancy.admin.pages import RoomModelAdmin
from tenancy.permissions import Permission

STATEMENT_DAYS = 31
LINES_SHOWN = 1000


@admin.register(Account)
class AccountAdmin(RoomModelAdmin):
    """Every account of the room."""

    view_permission = Permission.LEDGER_VIEW
    page_template = "ledger/statement.html"
    list_display = ("code", "name", "name_zh", "kind", "currency")
    list_filter = ("kind", "currency")
    search_fields = ("code", "name", "name_zh")
    ordering = ("code", "currency")

    def get_urls(self) -> list[URLPattern]:
        """The trial balance stands beside its accounts."""
        view = self.admin_site.admin_view(self.trial_balance)
        return [path("trial-balance/", view, name="ledger_trial_balance"), *super().get_urls()]

    def page(self, request: HttpRequest, row: Account) -> dict[str, Any]:
        """The statement between two days, the last month unless others are named."""
        until = day(request, "until", business_date(request))
        since = day(request, "since", until - timedelta(days=STATEMENT_DAYS))
        shown = statements.statement(row.code, row.currency, first_on=since, last_on=until)
        return {
            "since": since,
            "until": until,
            "statement": shown,
            "lines": shown.lines[-LINES_SHOWN:],
            "left_out": max(0, len(shown.lines) - LINES_SHOWN),
        }

    def trial_balance(self, request: HttpRequest) -> HttpResponse:
        """Show every account's turnover and balance up to the end of a day."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        on = day(request, "on", business_date(request))
        rows = trial_balance(on)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Trial balance"),
            "on": on,
            "rows": rows,
            "totals": sorted(totals_by_currency(rows).items()),
            "widest": max((abs(row.balance) for row in rows), default=0),
        }
        return TemplateResponse(request, "ledger/trial_balance.html", context)
