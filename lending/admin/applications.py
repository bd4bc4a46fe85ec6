"""The queue of applications, and the page of each."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from lending.admin import application_page, application_verbs
from lending.admin.clocks import clock_of
from lending.admin.filters import Desk, OfProduct, Overdue, Standing
from lending.models import Application
from lending.rules.stages import Stage
from tenancy.admin.pages import RoomModelAdmin
from tenancy.admin.shown import amount, related, tag
from tenancy.permissions import Permission
from tenancy.templatetags.figures import age, local_name

TONES = {
    Stage.COLLECTING: "warn",
    Stage.SUBMITTED: "calm",
    Stage.ASSESSING: "calm",
    Stage.REFERRED: "warn",
    Stage.FUNDING: "calm",
    Stage.APPROVED: "good",
    Stage.ACCEPTED: "good",
    Stage.DECLINED: "bad",
}


@admin.register(Application)
class ApplicationAdmin(RoomModelAdmin):
    """What waits, longest overdue first; the evidence stays out of the list."""

    view_permission = Permission.APPLICATION_VIEW
    audits_views = True
    page_template = "lending/application.html"
    verbs = application_verbs.VERBS
    list_display = (
        "number", "shown_stage", "shown_age", "shown_clock", "shown_amount", "shown_product",
        related("borrower", _("borrower"), "borrower__name"),
        related("assigned_to", _("assigned to"), "assigned_to__name"),
    )  # fmt: skip
    list_filter = (Standing, Overdue, Desk, OfProduct, "stage")
    search_fields = ("number", "borrower__name", "borrower__reference")
    list_per_page = 25
    ordering: ClassVar[Any] = (F("stage_due_at").asc(nulls_last=True), "-stage_since")
    search_help_text = _("Number, borrower or reference")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Application]:
        """With what a row shows, and without the evidence, which is the widest column."""
        rows: QuerySet[Application] = super().get_queryset(request)
        return rows.select_related("borrower", "version__product", "assigned_to").defer("evidence")

    def page(self, request: HttpRequest, row: Application) -> dict[str, Any]:
        """Everything that an officer needs to decide without leaving the page."""
        return application_page.context(request, row)

    @admin.display(description=_("stage"), ordering="stage")
    def shown_stage(self, row: Application) -> SafeString:
        return tag(row.get_stage_display(), TONES.get(Stage(row.stage), ""))

    @admin.display(description=_("in stage for"), ordering="-stage_since")
    def shown_age(self, row: Application) -> str:
        return age(row.stage_since)

    @admin.display(description=_("service level"), ordering="stage_due_at")
    def shown_clock(self, row: Application) -> SafeString | str:
        return clock_of(row)

    @admin.display(description=_("amount"), ordering="amount")
    def shown_amount(self, row: Application) -> SafeString | str:
        return amount(row.amount, row.currency)

    @admin.display(description=_("product"), ordering="version__product__code")
    def shown_product(self, row: Application) -> str:
        return local_name(row.version.product)
