"""Borrowers: masked numbers, shown in the clear only with a reason that is kept."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from lending.actions import borrowers
from lending.models import Application, Borrower, CreditLine, Loan
from tenancy.admin.access import allowed
from tenancy.admin.documents import document_verb, documents_of
from tenancy.admin.facts import column_name
from tenancy.admin.pages import RoomModelAdmin
from tenancy.admin.verbs import Act, ReasonForm, Verb
from tenancy.permissions import Permission


class RevealForm(ReasonForm):
    """Which number, and why."""

    field = forms.ChoiceField()
    field_order = ("field", "reason")

    def prepare(self) -> None:
        """Offer the numbers that there are."""
        super().prepare()
        choice = self.fields["field"]
        choice.label = _("Number")
        choice.choices = [  # type: ignore[attr-defined]
            (name, column_name(Borrower, name))
            for name in Borrower.PERSONAL_NUMBERS
            if getattr(self.row, name)
        ]


def _reveal(act: Act) -> HttpResponse:
    """Show the number once, on a page that no cache keeps."""
    field = act.values["field"]
    value = borrowers.reveal(
        actor=act.actor,
        at=act.at,
        borrower_id=act.row.pk,
        field=field,
        reason=act.values["reason"],
    )
    page = admin.site._registry[Borrower]
    assert isinstance(page, BorrowerAdmin)
    return page.revealed(act.request, act.row, field, value)


@admin.register(Borrower)
class BorrowerAdmin(RoomModelAdmin):
    """Who borrows."""

    view_permission = Permission.BORROWER_VIEW
    audits_views = True
    page_template = "lending/borrower.html"
    verbs = (
        Verb(
            "reveal", _("Show a number"), Permission.PII_UNMASK, _reveal, RevealForm,
            lambda row: any(getattr(row, name) for name in Borrower.PERSONAL_NUMBERS),
            _("Who saw it, when and why is written down."),
        ),
        document_verb(),
    )  # fmt: skip
    list_display = ("name", "name_zh", "kind", "reference", "created_at")
    list_filter = ("kind",)
    search_fields = ("name", "name_zh", "reference")
    ordering = ("-created_at",)

    def page(self, request: HttpRequest, row: Borrower) -> dict[str, Any]:
        """Masked numbers, and everything that the borrower has here."""
        return {
            "numbers": [
                (column_name(Borrower, name), value) for name, value in row.masked.items()
            ],
            "applications": Application.objects.filter(borrower=row)
            .defer("evidence")
            .select_related("version__product")
            .order_by("-submitted_at"),
            "lines": CreditLine.objects.filter(borrower=row).order_by("-opened_on"),
            "loans": Loan.objects.filter(borrower=row)
            .select_related("position")
            .order_by("-requested_on"),
            "documents": documents_of(row) if allowed(request, Permission.DOCUMENT_VIEW) else [],
            "sees_documents": allowed(request, Permission.DOCUMENT_VIEW),
        }

    def revealed(
        self, request: HttpRequest, row: Borrower, field: str, value: str
    ) -> HttpResponse:
        """Answer with the page that shows one number in the clear."""
        messages.warning(request, _("This was written into the audit trail."))
        context = self._context(request, row) | self.page(request, row)
        context |= {"verbs": self._offered(request, row, self.verbs), "revealed": value}
        context["revealed_name"] = column_name(Borrower, field)
        return TemplateResponse(request, self.page_template, context)
