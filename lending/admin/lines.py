"""Credit lines: limit, what is left of it, and the loans drawn."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from lending.actions import lines
from lending.admin.application_verbs import DrawForm, draw, loan_address
from lending.admin.filters import OfProduct
from lending.models import CreditLine, LineStatus, Loan
from lending.queries import exposure
from tenancy.admin.pages import RoomModelAdmin
from tenancy.admin.shown import amount, related, tag
from tenancy.admin.verbs import Act, ReasonForm, Verb
from tenancy.permissions import Permission

TONES = {LineStatus.OPEN: "good", LineStatus.FROZEN: "warn"}


def _freeze(act: Act) -> str:
    lines.freeze(actor=act.actor, at=act.at, line_id=act.row.pk, reason=act.values["reason"])
    return _("%s is frozen") % act.row


def _thaw(act: Act) -> str:
    lines.thaw(actor=act.actor, at=act.at, line_id=act.row.pk, reason=act.values["reason"])
    return _("%s is open again") % act.row


def _close(act: Act) -> str:
    lines.close(actor=act.actor, at=act.at, line_id=act.row.pk, reason=act.values["reason"])
    return _("%s is closed") % act.row


VERBS = (
    Verb(
        "draw", _("Draw"), Permission.LINE_DRAW, draw, DrawForm,
        lambda row: row.status == LineStatus.OPEN,
        _("Asks the payment rail to pay out; the loan is active when it confirms."), "go",
        loan_address,
    ),
    Verb(
        "freeze", _("Freeze"), Permission.APPLICATION_DECIDE, _freeze, ReasonForm,
        lambda row: row.status == LineStatus.OPEN,
        _("Stops further draws; loans already drawn go on."),
    ),
    Verb(
        "thaw", _("Open again"), Permission.APPLICATION_DECIDE, _thaw, ReasonForm,
        lambda row: row.status == LineStatus.FROZEN,
    ),
    Verb(
        "close", _("Close for good"), Permission.APPLICATION_DECIDE, _close, ReasonForm,
        lambda row: row.status != LineStatus.CLOSED,
        _("Ends the line; loans already drawn go on."), "stop",
    ),
)  # fmt: skip


@admin.register(CreditLine)
class CreditLineAdmin(RoomModelAdmin):
    """What borrowers may draw."""

    view_permission = Permission.LINE_VIEW
    page_template = "lending/line.html"
    verbs = VERBS
    list_display = (
        "number",
        related("borrower", _("borrower"), "borrower__name"),
        "shown_status",
        "shown_limit",
        "opened_on",
        "ends_on",
    )
    list_filter = ("status", OfProduct)
    list_select_related = ("borrower",)
    search_fields = ("number", "borrower__name", "borrower__reference")
    ordering = ("-opened_on", "-number")

    def get_queryset(self, request: HttpRequest) -> QuerySet[CreditLine]:
        """With what every page of a line shows."""
        rows: QuerySet[CreditLine] = super().get_queryset(request)
        return rows.select_related("borrower", "version__product", "application")

    def page(self, request: HttpRequest, row: CreditLine) -> dict[str, Any]:
        """What is left, and the loans."""
        left = exposure.headroom(row)
        loans = Loan.objects.filter(line=row).select_related("position")
        return {
            "left": left,
            "used": row.limit - left,
            "loans": loans.order_by("-requested_on", "-number"),
        }

    @admin.display(description=_("status"), ordering="status")
    def shown_status(self, row: CreditLine) -> SafeString:
        return tag(row.get_status_display(), TONES.get(LineStatus(row.status), ""))

    @admin.display(description=_("limit"), ordering="limit")
    def shown_limit(self, row: CreditLine) -> SafeString | str:
        return amount(row.limit, row.currency)
