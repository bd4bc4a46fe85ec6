"""Loans: schedule, events, what each receipt paid, postings, payments."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import DateField, QuerySet, Value
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from lending.admin import loan_page, loan_verbs
from lending.admin.filters import OfProduct
from lending.admin.late import Late
from lending.models import Loan, LoanStatus
from tenancy.admin.access import business_date
from tenancy.admin.pages import RoomModelAdmin
from tenancy.admin.shown import amount, related, tag
from tenancy.permissions import Permission

TONES = {LoanStatus.ACTIVE: "good", LoanStatus.PENDING: "calm", LoanStatus.WRITTEN_OFF: "bad"}


@admin.register(Loan)
class LoanAdmin(RoomModelAdmin):
    """Every draw; balances are the cached fold, proved by `verify`."""

    view_permission = Permission.LOAN_VIEW
    audits_views = True
    page_template = "lending/loan.html"
    verbs = loan_verbs.VERBS
    list_display = (
        "number",
        related("borrower", _("borrower"), "borrower__name"),
        "shown_status",
        "shown_principal",
        "shown_outstanding",
        "shown_late",
        "disbursed_on",
    )
    list_filter = ("status", Late, OfProduct)
    search_fields = ("number", "borrower__name", "borrower__reference")
    ordering = ("position__arrears_since", "-disbursed_on")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Loan]:
        """With the position, and the day on which days past due are counted."""
        rows: QuerySet[Loan] = super().get_queryset(request)
        today = Value(business_date(request), output_field=DateField())
        return rows.select_related("borrower", "version__product", "position", "line").annotate(
            today=today
        )

    def page(self, request: HttpRequest, row: Loan) -> dict[str, Any]:
        """The loan folded anew, with all that hangs on it."""
        return loan_page.context(request, row)

    @admin.display(description=_("status"), ordering="status")
    def shown_status(self, row: Loan) -> SafeString:
        return tag(row.get_status_display(), TONES.get(LoanStatus(row.status), ""))

    @admin.display(description=_("principal"), ordering="principal")
    def shown_principal(self, row: Loan) -> SafeString | str:
        return amount(row.principal, row.currency)

    @admin.display(description=_("outstanding"), ordering="position__principal")
    def shown_outstanding(self, row: Loan) -> SafeString | str:
        position = getattr(row, "position", None)
        return amount(position.principal if position else None)

    @admin.display(description=_("days past due"), ordering="position__arrears_since")
    def shown_late(self, row: Any) -> SafeString | str:
        position = getattr(row, "position", None)
        since = position.arrears_since if position else None
        days = (row.today - since).days if since else 0
        return tag(days, "bad") if days > 0 else "0"
