"""What was sent in, with its photos and what was odd about it."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rural.admin.answers import answered
from rural.admin.flag_words import odd
from rural.models import Submission, SubmissionStatus
from rural.queries.attachments import missing
from rural.queries.forms import parsed
from tenancy.admin.documents import documents_of
from tenancy.admin.facts import facts
from tenancy.admin.pages import RoomModelAdmin
from tenancy.admin.shown import link, tag
from tenancy.permissions import Permission
from tenancy.templatetags.figures import role_name

TONES = {
    SubmissionStatus.COMPLETE: "good",
    SubmissionStatus.WAITING: "calm",
    SubmissionStatus.HELD: "warn",
    SubmissionStatus.CONFLICT: "warn",
    SubmissionStatus.REJECTED: "bad",
}
_ELSEWHERE = ("answers", "numbers", "errors", "definition", "start_gps", "flags")


@admin.register(Submission)
class SubmissionAdmin(RoomModelAdmin):
    """Every form that came in, latest first; rejected ones too."""

    view_permission = Permission.HOUSEHOLD_VIEW
    audits_views = True
    list_display = (
        "form_code", "form_version", "shown_status", "agent_name", "shown_role", "household",
        "flags", "received_at",
    )  # fmt: skip
    list_filter = ("form_code", "status", "agent_role")
    list_select_related = ("household",)
    search_fields = ("=root_uuid", "=content_sha256", "agent_name")
    ordering = ("-received_at",)

    @admin.display(description=gettext_lazy("status"), ordering="status")
    def shown_status(self, row: Submission) -> SafeString:
        return tag(row.get_status_display(), TONES[SubmissionStatus(row.status)])

    @admin.display(description=gettext_lazy("role"), ordering="agent_role")
    def shown_role(self, row: Submission) -> str:
        return role_name(row.agent_role)

    def page(self, request: HttpRequest, row: Submission) -> dict[str, Any]:
        """What was answered in the form's words; what was wrong; photos."""
        form = parsed(row.definition) if row.definition else None
        sections = answered(form, row.answers) if form else []
        wrong = [(error["pointer"], error["expected"]) for error in row.errors]
        cases = [(case.get_kind_display(), link(case)) for case in row.conflicts.all()]
        photos = [(each.name, link(each)) for each in documents_of(row)]
        photos += [(_("missing"), sha256[:12]) for sha256 in missing(row)]
        cards = [
            ("", facts(row, _ELSEWHERE)),
            (_("Why it was rejected"), wrong),
            (_("Worth a second look"), odd(form, row.flags)),
            (_("Conflicts"), cases),
            *sections,
            (_("Photos and signatures"), photos),
        ]
        return {"cards": [card for card in cards if card[1]]}
