"""The law as this tenant has it: dated, sourced rules."""

from __future__ import annotations

from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from lending.models import RegulationRule, Severity
from tenancy.admin.pages import RoomModelAdmin
from tenancy.admin.shown import tag
from tenancy.permissions import Permission
from tenancy.templatetags.figures import percent


@admin.register(RegulationRule)
class RegulationRuleAdmin(RoomModelAdmin):
    """Rules in force, past and to come."""

    view_permission = Permission.PRODUCT_VIEW
    list_display = (
        "code", "shown_title", "kind", "basis", "shown_cap", "shown_severity", "effective_from",
        "effective_to", "source",
    )  # fmt: skip
    list_filter = ("kind", "severity")
    search_fields = ("code", "title", "title_zh", "source")
    ordering = ("-effective_from", "code")

    @admin.display(description=_("title"))
    def shown_title(self, row: RegulationRule) -> str:
        return row.local_title

    @admin.display(description=_("cap"), ordering="cap")
    def shown_cap(self, row: RegulationRule) -> str:
        return percent(row.cap)

    @admin.display(description=_("severity"), ordering="severity")
    def shown_severity(self, row: RegulationRule) -> SafeString:
        return tag(row.get_severity_display(), "bad" if row.severity == Severity.BLOCK else "warn")
