"""The daily close: what each run did, and the button that starts one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from lending.models import CloseRun, CloseStep
from tenancy.actions import audit, outbox
from tenancy.admin.pages import RoomModelAdmin
from tenancy.admin.verbs import Act, Verb
from tenancy.permissions import Permission


def _close(act: Act) -> str:
    """Hand the close to a worker: it is made of many transactions, and a page has one."""
    to = (act.on + timedelta(days=1)).isoformat()
    audit.record(actor=act.actor, at=act.at, action="close.ask", changes={"to": to})
    outbox.enqueue("lending.close", to=to)
    return _("A worker closes the day now; the next business date will be %s") % to


@admin.register(CloseRun)
class CloseRunAdmin(RoomModelAdmin):
    """The log of closes, newest first."""

    view_permission = Permission.LEDGER_VIEW
    page_template = "lending/close.html"
    list_display = ("business_date", "started_at", "finished_at")
    ordering = ("-business_date",)
    list_verbs = (
        Verb(
            "close", _("Close the day"), Permission.CLOSE_RUN, _close,
            explains=_(
                "Opens the next business date, accrues interest and penalties, "
                "and proves the books. It cannot be undone."
            ),
            tone="go",
        ),
    )  # fmt: skip

    def page(self, request: HttpRequest, row: CloseRun) -> dict[str, Any]:
        """The steps in the order in which they ran."""
        names = {
            "due": _("Refresh due loans"),
            "classes": _("Class the loans"),
            "interest": _("Accrue interest"),
            "penalties": _("Accrue penalties"),
            "proofs": _("Prove the books"),
        }
        steps = CloseStep.objects.filter(run=row).order_by("pk")
        return {"steps": [(names.get(step.name, step.name), step) for step in steps]}
