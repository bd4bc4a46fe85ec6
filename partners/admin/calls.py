"""The calls of banks' programs, and the reader of what is placed with a bank."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partners.actions import reading
from partners.admin.own import OwnBankAdmin
from partners.admin.package_words import name_of, shown
from partners.models import BankCall
from partners.rules.funding import WHOLE_BP
from tenancy.admin.access import acting, allowed
from tenancy.errors import NotFound
from tenancy.permissions import Permission

SECTIONS = (
    ("request", _("Request")),
    ("agreement", _("Agreement")),
    ("borrower", _("Borrower")),
    ("household", _("Household")),
    ("rural", _("Farm")),
    ("business", _("Business")),
    ("capacity", _("Capacity")),
    ("exposures", _("Exposures")),
    ("scores", _("Scores")),
    ("features", _("Features")),
    ("inputs", _("Inputs")),
    ("checks", _("Checks")),
    ("consents", _("Consents")),
    ("recommendation", _("Recommendation")),
)


@admin.register(BankCall)
class BankCallAdmin(OwnBankAdmin):
    """Every call, newest first; a bank's people see their own programs'."""

    view_permission = Permission.BANK_VIEW
    list_display = ("at", "method", "path", "status", "code", "milliseconds", "source")
    list_filter = ("status", "method")
    search_fields = ("=request_id", "path")
    ordering = ("-id",)
    list_per_page = 100

    def get_urls(self) -> list[URLPattern]:
        """The reader of applications stands beside the calls: both are a bank's own."""
        site = self.admin_site
        return [
            path(
                "applications/<uuid:application_id>/",
                site.admin_view(self.application),
                name="partners_bank_reader",
            ),
            path(
                "applications/<uuid:application_id>/documents/<uuid:document_id>/",
                site.admin_view(self.document),
                name="partners_bank_document",
            ),
            *super().get_urls(),
        ]

    def application(self, request: HttpRequest, application_id: UUID) -> HttpResponse:
        """Show a bank's people what there is to decide by; that they read it is noted."""
        _require_desk(request)
        try:
            placement, package = reading.read(
                actor=acting(request), at=timezone.now(), placement_id=application_id
            )
        except NotFound as missing:
            raise Http404(str(missing)) from missing
        context = {
            **self.admin_site.each_context(request),
            "title": placement.number,
            "row": None,
            "placement": placement,
            "share": Decimal(placement.bank_ratio_bp) / WHOLE_BP,
            "sections": [
                (title, _facts(package[name])) for name, title in SECTIONS if package.get(name)
            ],
            "documents": package["documents"],
            "evidence_hash": package["evidence_hash"],
        }
        return TemplateResponse(request, "partners/reader.html", context)

    def document(
        self, request: HttpRequest, application_id: UUID, document_id: UUID
    ) -> HttpResponse:
        """Hand out a file of an application; that it was fetched is noted."""
        _require_desk(request)
        try:
            document, content = reading.open_document(
                actor=acting(request),
                at=timezone.now(),
                placement_id=application_id,
                document_id=document_id,
            )
        except NotFound as missing:
            raise Http404(str(missing)) from missing
        return HttpResponse(
            content,
            content_type=document.media_type,
            headers={
                "Content-Disposition": "attachment",
                "Cache-Control": "private, no-store",
                "X-Content-Type-Options": "nosniff",
            },
        )


def _require_desk(request: HttpRequest) -> None:
    if not allowed(request, Permission.BANK_DESK):
        raise PermissionDenied


def _facts(section: Any) -> list[tuple[str, Any]]:
    if isinstance(section, dict):
        return [(name_of(name), shown(name, value)) for name, value in section.items()]
    return [("", shown("", section))]
